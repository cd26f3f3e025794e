#include "tests/engine/cli/command.h"

#include <QJsonDocument>
#include <QProcess>

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

CommandResult runCommand(const QStringList& arguments, const QString& models, const QByteArray& input) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("INKGATE_MODELS", models);
    process.setProcessEnvironment(environment);
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

} // namespace support
