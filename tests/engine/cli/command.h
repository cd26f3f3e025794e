// command.h: runs inkgate-cli as a user would; the program is named by the environment variable INKGATE_CLI,
// which CTest sets.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QStringList>

#include <vector>

namespace support {

struct CommandResult {
    int status = -1; // -1: did not start, crashed or took more than two minutes
    QByteArray out, err;

    [[nodiscard]] QJsonObject json() const; // empty unless `out` is exactly one JSON object
    // A failure as promised: status 1, nothing on standard output, one line on standard error that begins
    // with the program's name.
    [[nodiscard]] bool isOneLineFailure() const;
};

// `models` becomes INKGATE_MODELS: the folder with the embedded models. `input` comes on standard input.
[[nodiscard]] CommandResult runCommand(const QStringList& arguments, const QString& models,
                                       const QByteArray& input = {});
[[nodiscard]] QString commandPath();

// With standard output into a file, and into a pipe that nobody reads any more.
[[nodiscard]] CommandResult runCommandInto(const QString& file, const QStringList& arguments,
                                           const QString& models);
[[nodiscard]] CommandResult runCommandIntoClosedPipe(const QStringList& arguments, const QString& models);

// As a user who may start no thread besides the first. The limit does not hold for root, so root becomes
// somebody else for it; kNotLimited if that somebody cannot run the program.
inline constexpr int kNotLimited = 77;
[[nodiscard]] CommandResult runCommandWithoutThreads(const QStringList& arguments, const QString& models);

// What `logits --out` writes with these arguments more, in `folder`; nothing if it fails, with a warning.
std::vector<float> logitsOf(const QStringList& arguments, const QString& folder);
// A file of float32.
std::vector<float> readFloats(const QString& path);
// 1e9 if they are not equally long.
float greatestDifference(const std::vector<float>& a, const std::vector<float>& b);

} // namespace support
