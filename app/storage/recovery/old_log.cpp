#include "app/storage/recovery/old_log.h"

#include "app/files/file_path.h"
#include "app/storage/tables/project_schema.h"
#include "app/storage/tables/text_table.h"
#include "engine/trace/single_file.h"
#include "engine/trace/sqlite.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QTemporaryDir>

#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace app {

namespace {

using engine::Database;
using std::filesystem::path;

constexpr int kBusyTimeoutMs = 250;
constexpr auto kAheadLog = "-wal"; // what is not yet in the file
constexpr auto kAheadIndex = "-shm";
constexpr auto kUndoLog = "-journal";    // what must be taken back out of it
constexpr std::uintmax_t kEmptyLog = 32; // a header and nothing else

path withSuffix(const path& file, const char* suffix) { return {file.string() + suffix}; }

bool holdsSomething(const path& log) {
    std::error_code error;
    const auto size = std::filesystem::file_size(log, error);
    return !error && size > kEmptyLog;
}

// Opens a database as SQLite does, log and all, and leaves it without one.
engine::Expected<void> bringIn(Database& database) { return database.execute("PRAGMA journal_mode=DELETE"); }

// Whether the file, with the log or without, is a whole project: tried on a copy.
bool isSound(const path& file, const char* log) {
    const QTemporaryDir folder;
    const path copy = toSystemPath(folder.filePath(QStringLiteral("tried.inkgate")));
    std::error_code error;
    std::filesystem::copy_file(file, copy, error);
    if (!error && log != nullptr)
        std::filesystem::copy_file(withSuffix(file, log), withSuffix(copy, log), error);
    if (error)
        return false;
    std::filesystem::permissions(copy, std::filesystem::perms::owner_all, error);
    auto database = Database::open(copy, Database::Mode::ReadWrite);
    if (!database || !bringIn(*database) || !database->checkIntegrity())
        return false;
    const auto id = database->applicationId();
    return id && *id == kProjectApplicationId && readStoredText(*database).has_value();
}

engine::Expected<void> bringInOnDisk(const path& file) {
    if (::access(file.parent_path().c_str(), W_OK) != 0) // SQLite needs room for files of its own
        return engine::failure(engine::ErrorCode::FileUnreadable,
                               file.string() + ": its folder is write-protected");
    auto database = Database::open(file, Database::Mode::ReadWrite, {.busyTimeoutMs = kBusyTimeoutMs});
    if (!database)
        return failure(database.error());
    return bringIn(*database);
}

// The log keeps its bytes under a name that SQLite does not look for.
QString putAside(const path& file, const char* suffix) {
    const path log = withSuffix(file, suffix);
    const QByteArray stamp =
        QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss")).toLatin1();
    const path aside = log.string() + ".of-another-file-" + stamp.toStdString();
    std::error_code error;
    std::filesystem::rename(log, aside, error);
    std::filesystem::remove(withSuffix(file, kAheadIndex), error);
    const std::string name = aside.filename().string();
    return QCoreApplication::translate(
               "app::OldLog", "The file %1 beside the story belonged to another version of it, so it was not "
                              "used; it is kept as %2.")
        .arg(readableName(decodePath(log.filename().string())), readableName(decodePath(name)));
}

} // namespace

engine::Expected<QString> settleOldLog(const QString& name) {
    const path file = toSystemPath(name);
    bool isInLogMode = false;
    {
        const auto held = engine::SingleFile::open(file); // nobody else has it
        if (!held)
            return failure(held.error());
        isInLogMode = (*held)->isInLogMode();
    }
    const char* const log = isInLogMode ? kAheadLog : kUndoLog;
    if (!holdsSomething(withSuffix(file, log)))
        return QString();
    // A log ahead holds the last words, so it is wanted if it fits; one that undoes is wanted only if it is
    // needed.
    const bool isWanted = isInLogMode ? isSound(file, log) : !isSound(file, nullptr) && isSound(file, log);
    if (isWanted) {
        if (auto done = bringInOnDisk(file); !done)
            return failure(done.error());
        return QString();
    }
    return putAside(file, log);
}

} // namespace app
