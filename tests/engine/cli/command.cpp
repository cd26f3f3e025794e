#include "tests/engine/cli/command.h"

#include <QFile>
#include <QJsonDocument>
#include <QProcess>

#include <csignal>
#include <sys/resource.h>
#include <unistd.h>

namespace support {

QJsonObject CommandResult::json() const {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(out, &error);
    return error.error == QJsonParseError::NoError ? document.object() : QJsonObject();
}

bool CommandResult::isOneLineFailure() const {
    return status == 1 && out.isEmpty() && err.startsWith("inkgate-cli: ") && err.endsWith('\n') &&
           err.count('\n') == 1;
}

QString commandPath() { return qEnvironmentVariable("INKGATE_CLI"); }

namespace {

// `prepare` sets more of the process before it starts.
template <class Prepare>
CommandResult run(const QStringList& arguments, const QString& models, Prepare prepare,
                  const QByteArray& input = {}) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("INKGATE_MODELS", models);
    process.setProcessEnvironment(environment);
    prepare(process);
    process.start(commandPath(), arguments);
    process.write(input);
    process.closeWriteChannel();
    CommandResult result;
    const bool isDone = process.waitForFinished(120'000) && process.exitStatus() == QProcess::NormalExit;
    result.status = isDone ? process.exitCode() : -1;
    result.out = process.readAllStandardOutput();
    result.err = process.readAllStandardError();
    return result;
}

} // namespace

CommandResult runCommand(const QStringList& arguments, const QString& models, const QByteArray& input) {
    return run(
        arguments, models, [](QProcess&) {}, input);
}

CommandResult runCommandInto(const QString& file, const QStringList& arguments, const QString& models) {
    return run(arguments, models, [&](QProcess& process) { process.setStandardOutputFile(file); });
}

CommandResult runCommandIntoClosedPipe(const QStringList& arguments, const QString& models) {
    return run(arguments, models, [](QProcess& process) {
        // In the child, where only calls that are safe behind a fork are made.
        process.setChildProcessModifier([] {
            int ends[2];
            if (::pipe(ends) != 0 || ::dup2(ends[1], STDOUT_FILENO) < 0)
                ::_exit(kNotLimited);
            ::close(ends[0]);
            ::close(ends[1]);
            ::signal(SIGPIPE, SIG_DFL);
        });
    });
}

CommandResult runCommandWithoutThreads(const QStringList& arguments, const QString& models) {
    constexpr uid_t kNobody = 65534;
    QFile::setPermissions(models, QFile::permissions(models) | QFile::ReadGroup | QFile::ExeGroup |
                                      QFile::ReadOther | QFile::ExeOther);
    return run(arguments, models, [path = commandPath().toLocal8Bit()](QProcess& process) {
        // In a build with AddressSanitizer the search for leaks wants a thread of its own.
        QProcessEnvironment environment = process.processEnvironment();
        environment.insert("ASAN_OPTIONS", "detect_leaks=0");
        process.setProcessEnvironment(environment);
        process.setChildProcessModifier([path] {
            const rlimit none{0, 0};
            if ((::geteuid() == 0 && ::setuid(kNobody) != 0) || ::setrlimit(RLIMIT_NPROC, &none) != 0 ||
                ::access(path.constData(), X_OK) != 0)
                ::_exit(kNotLimited);
        });
    });
}

std::vector<float> readFloats(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray bytes = file.readAll();
    std::vector<float> values(static_cast<std::size_t>(bytes.size()) / sizeof(float));
    std::memcpy(values.data(), bytes.constData(), values.size() * sizeof(float));
    return values;
}

std::vector<float> logitsOf(const QStringList& arguments, const QString& folder) {
    const QString out = folder + QStringLiteral("/logits.bin");
    QFile::remove(out);
    const auto result = runCommand(QStringList{"logits", "--out", out} + arguments, folder);
    if (result.status != 0)
        qWarning("%s", result.err.constData());
    return readFloats(out);
}

float greatestDifference(const std::vector<float>& a, const std::vector<float>& b) {
    float difference = a.size() == b.size() ? 0.0f : 1e9f;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        difference = std::max(difference, std::abs(a[i] - b[i]));
    return difference;
}

} // namespace support
