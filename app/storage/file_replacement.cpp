#include "app/storage/file_replacement.h"

#include "app/files/file_path.h"

#include <QFileInfo>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

namespace app {

namespace {

// Waits until what the system knows of a file or folder is on the disk.
bool sync(const QString& path, int flags) {
    const int descriptor = ::open(encodePath(path).constData(), flags | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool isSynced = ::fsync(descriptor) == 0;
    const int reason = errno;
    ::close(descriptor);
    errno = reason;
    return isSynced;
}

} // namespace

QString unfinishedBeside(const QString& target) {
    const QString folder = QFileInfo(target).absolutePath();
    for (int number = 1;; ++number) {
        const QString name = QStringLiteral("%1/.inkgate-%2-%3").arg(folder).arg(::getpid()).arg(number);
        if (::access(encodePath(name).constData(), F_OK) != 0)
            return name;
    }
}

engine::Expected<void> replaceFile(const QString& source, const QString& target) {
    const auto failed = [&target] {
        return engine::failure(engine::ErrorCode::WriteFailed,
                               encodePath(target).toStdString() + ": " + std::strerror(errno));
    };
    if (!sync(source, O_RDONLY))
        return failed();
    if (std::rename(encodePath(source).constData(), encodePath(target).constData()) != 0)
        return failed();
    // Some file systems cannot sync a folder; they have the name on the disk by other means.
    if (!sync(QFileInfo(target).absolutePath(), O_RDONLY | O_DIRECTORY) && errno != EINVAL)
        return failed();
    return {};
}

void removeDatabaseLogs(const QString& path) {
    for (const char* suffix : {"-wal", "-shm", "-journal"})
        ::unlink(encodePath(path + QLatin1String(suffix)).constData());
}

void removeDatabaseFiles(const QString& path) {
    removeDatabaseLogs(path);
    ::unlink(encodePath(path).constData());
}

} // namespace app
