// How a project comes to be open: made, opened, or copied because it must not be written.
#include "app/storage/project_file.h"

#include "app/files/file_path.h"
#include "app/storage/file_replacement.h"
#include "app/storage/notebook/note_table.h"
#include "app/storage/notebook/writing_day_table.h"
#include "app/storage/recovery/old_log.h"
#include "app/storage/tables/project_schema.h"
#include "app/storage/tables/reading_table.h"
#include "app/storage/tables/text_table.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QTemporaryDir>

#include <filesystem>
#include <utility>

namespace app {

namespace {

using engine::Database;
using engine::ErrorCode;
using engine::Expected;
using engine::SingleFile;

// Long enough for another program that only looks.
constexpr int kBusyTimeoutMs = 250;

QString tr(const char* text) { return QCoreApplication::translate("app::ProjectFile", text); }

tl::unexpected<StorageProblem> failed(const engine::Error& error, const QString& path) {
    return failure(problemOf(error, path));
}

tl::unexpected<StorageProblem> openProblem(const engine::Error& error, const QString& path) {
    StorageProblem result = problemOf(error, path);
    if (error.code == ErrorCode::UnsupportedFormat)
        result.message =
            tr("%1 is not an Inkgate project. To use a text file, import it.").arg(readableName(path));
    // The file is ours to write, so a refusal means that somebody else has it.
    if (error.code == ErrorCode::WriteFailed)
        result.message =
            tr("%1 is open in another Inkgate. Close it there and try again.").arg(readableName(path));
    return failure(std::move(result));
}

Expected<Database> openDatabase(SingleFile& file, Database::Mode mode) {
    return Database::open(file.path(), mode, {.busyTimeoutMs = kBusyTimeoutMs, .file = &file});
}

// With what a crashed earlier version left beside it.
Expected<void> copyWithLogs(const QString& from, const QString& to) {
    std::error_code error;
    const std::filesystem::path copy = toSystemPath(to);
    std::filesystem::copy_file(toSystemPath(from), copy, error);
    if (!error)
        std::filesystem::permissions(
            copy, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, error);
    for (const char* suffix : {"-wal", "-journal"}) {
        const QString log = from + QLatin1String(suffix);
        std::error_code ignored;
        if (!error && std::filesystem::exists(toSystemPath(log), ignored))
            std::filesystem::copy_file(toSystemPath(log), toSystemPath(to + QLatin1String(suffix)), error);
    }
    if (error)
        return engine::failure(ErrorCode::FileUnreadable,
                               copy.string() + ": the copy cannot be made (" + error.message() + ")");
    return {};
}

} // namespace

engine::Expected<void> ProjectFile::make(const QString& path, const SpannedText& text) {
    auto single = SingleFile::create(toSystemPath(path));
    if (!single)
        return failure(single.error());
    ProjectFile file;
    file.m_file = std::move(*single);
    auto database = openDatabase(*file.m_file, Database::Mode::Create);
    if (!database)
        return failure(database.error());
    // Before anything is written, or it has no effect.
    auto made = database->execute("PRAGMA auto_vacuum=" + std::to_string(kIncrementalVacuum));
    if (made)
        made = database->setApplicationId(kProjectApplicationId);
    if (made)
        made = file.attach(std::move(*database));
    if (made)
        made = file.writeSnapshot(text);
    return made;
}

StorageResult<std::unique_ptr<ProjectFile>> ProjectFile::create(const QString& path,
                                                                const SpannedText& text) {
    std::error_code error;
    if (std::filesystem::exists(toSystemPath(path), error))
        return failure(StorageProblem{tr("%1 exists already.").arg(readableName(path)), path});
    std::filesystem::create_directories(toSystemPath(QFileInfo(path).absolutePath()), error);
    const QString unfinished = unfinishedBeside(path);
    auto made = make(unfinished, text);
    if (made)
        made = replaceFile(unfinished, path);
    if (!made) {
        removeDatabaseFiles(unfinished);
        return failed(made.error(), path);
    }
    removeDatabaseLogs(path); // of a file that had the name before
    return open(path);
}

StorageResult<std::unique_ptr<ProjectFile>> ProjectFile::createInMemory(const SpannedText& text,
                                                                        const QString& reason) {
    std::unique_ptr<ProjectFile> file(new ProjectFile);
    file->m_problem = reason;
    auto database = Database::open(":memory:", Database::Mode::Create);
    if (!database)
        return failed(database.error(), QString());
    auto made = database->setApplicationId(kProjectApplicationId);
    if (made)
        made = file->attach(std::move(*database));
    if (made)
        made = file->writeSnapshot(text);
    if (!made)
        return failed(made.error(), QString());
    return file;
}

StorageResult<std::unique_ptr<ProjectFile>> ProjectFile::open(const QString& path) {
    if (auto header = checkProjectHeader(path); !header)
        return openProblem(header.error(), path);
    const auto notice = settleOldLog(path);
    if (!notice && notice.error().code == ErrorCode::FileUnreadable)
        return openCopyOfProtected(path);
    if (!notice)
        return openProblem(notice.error(), path);
    auto file = openWritable(path);
    if (file)
        (*file)->m_notice = *notice;
    return file;
}

StorageResult<std::unique_ptr<ProjectFile>> ProjectFile::openWritable(const QString& path) {
    auto single = SingleFile::open(toSystemPath(path));
    if (!single)
        return openProblem(single.error(), path);
    std::unique_ptr<ProjectFile> file(new ProjectFile);
    file->m_path = path;
    file->m_file = std::move(*single);
    if (file->m_file->isInLogMode())
        file->m_file->ignoreLogMode(); // the log is settled
    auto database = openDatabase(*file->m_file, Database::Mode::ReadWrite);
    if (!database)
        return openProblem(database.error(), path);
    const auto newer = isNewerProject(*database);
    if (!newer)
        return openProblem(newer.error(), path);
    if (*newer)
        return openCopyOfNewer(std::move(*database), path);
    if (auto attached = file->attach(std::move(*database)); !attached)
        return failed(attached.error(), path);
    return file;
}

StorageResult<std::unique_ptr<ProjectFile>> ProjectFile::openCopy(const QString& path) {
    auto folder = std::make_unique<QTemporaryDir>();
    // Of the same name, which sentences about it tell.
    const QString copy = folder->filePath(path.section(u'/', -1));
    if (auto copied = copyWithLogs(path, copy); !copied)
        return failed(copied.error(), path);
    auto file = open(copy);
    if (!file)
        return file;
    (*file)->m_copyFolder = std::move(folder);
    (*file)->m_path = path;
    (*file)->m_notice.clear();
    return file;
}

StorageResult<std::unique_ptr<ProjectFile>> ProjectFile::openCopyOfProtected(const QString& path) {
    auto file = openCopy(path);
    if (file && (*file)->m_problem.isEmpty())
        (*file)->m_problem = tr("%1 is write-protected, so nothing is saved in it. Save it under another "
                                "name to keep changes.")
                                 .arg(readableName(path));
    return file;
}

StorageResult<std::unique_ptr<ProjectFile>> ProjectFile::openCopyOfNewer(Database newer,
                                                                         const QString& path) {
    const QString name = readableName(path);
    const auto stored = readStoredText(newer);
    if (!stored)
        return failure(
            StorageProblem{tr("%1 was made by a newer Inkgate. Update Inkgate to open it.").arg(name),
                           QString::fromStdString(stored.error().message)});
    const auto runs = RunTable(newer).readAll();
    auto copy = createInMemory(
        stored->text, tr("%1 was made by a newer Inkgate, so nothing is saved. Update Inkgate, or save "
                         "a copy under another name.")
                          .arg(name));
    if (!copy)
        return copy;
    (*copy)->m_path = path;
    QList<ProjectOperation> operations;
    for (const RunRecord& run : runs ? *runs : QList<RunRecord>()) {
        RunRecord withoutText = run;
        withoutText.text.clear();
        operations.append(RunChanged{withoutText});
        operations.append(RunGrown{run.id, run.text, run.tokens, {}, {}});
    }
    if (const auto reading = readReading(newer))
        operations.append(ReadingChanged{*reading});
    // As far as they can be read.
    NotebookChanged notebook;
    if (const auto notes = readNotes(newer))
        notebook.notes = NotesChanged{notes->notes, {}, notes->places};
    notebook.days = readWritingDays(newer).value_or(QList<WritingDay>());
    operations.append(notebook);
    if (auto done = (*copy)->append(operations); !done)
        return failure(done.error());
    return copy;
}

} // namespace app
