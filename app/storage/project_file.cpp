#include "app/storage/project_file.h"

#include "app/storage/file_replacement.h"
#include "app/storage/project_schema.h"
#include "app/storage/state_table.h"
#include "app/storage/text_table.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <filesystem>
#include <utility>
#include <vector>

namespace app {

namespace {

using engine::Database;
using engine::Expected;

// Replaying this many edits of a long novel takes a tenth of a second.
constexpr std::int64_t kJournalLength = 2000;
// Long enough for another program that only looks; another Inkgate keeps its lock until it closes the file.
constexpr int kBusyTimeoutMs = 250;

QString tr(const char* text) { return QCoreApplication::translate("app::ProjectFile", text); }

tl::unexpected<engine::Error> forward(const engine::Error& error) {
    return tl::unexpected<engine::Error>(error);
}

tl::unexpected<StorageProblem> failed(const engine::Error& error, const QString& path) {
    return tl::unexpected<StorageProblem>(problemOf(error, path));
}

tl::unexpected<StorageProblem> openProblem(const engine::Error& error, const QString& path) {
    const QString name = QFileInfo(path).fileName();
    StorageProblem result = problemOf(error, path);
    if (error.code == engine::ErrorCode::UnsupportedFormat)
        result.message = tr("%1 is not an Inkgate project. To use a text file, import it.").arg(name);
    return tl::unexpected<StorageProblem>(std::move(result));
}

StorageProblem lockedProblem(const engine::Error& error, const QString& path) {
    return {
        tr("%1 is open in another Inkgate. Close it there and try again.").arg(QFileInfo(path).fileName()),
        QString::fromStdString(error.message)};
}

std::filesystem::path toPath(const QString& path) { return std::filesystem::path(path.toStdU16String()); }

bool isWriteProtected(const QString& path) {
    const QFileInfo info(path);
    return !info.isWritable() || !QFileInfo(info.absolutePath()).isWritable();
}

// Keeps every other program out until the connection closes; a killed process leaves nothing behind that
// would.
Expected<void> lock(Database& database) {
    return database.execute("PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; COMMIT;");
}

} // namespace

ProjectFile::ProjectFile() = default;

ProjectFile::~ProjectFile() {
    if (m_database && m_edits > m_snapshotAt)
        (void)writeSnapshot(m_text); // the journal says the same, only more slowly
    m_runs.reset();
}

StorageResult<std::unique_ptr<ProjectFile>> ProjectFile::create(const QString& path,
                                                                const SpannedText& text) {
    if (QFileInfo::exists(path))
        return tl::unexpected(StorageProblem{tr("%1 exists already.").arg(QFileInfo(path).fileName()), path});
    QDir().mkpath(QFileInfo(path).absolutePath());
    const QString unfinished = path + QStringLiteral(".new");
    removeDatabaseFiles(unfinished);
    {
        std::unique_ptr<ProjectFile> file(new ProjectFile);
        auto database =
            Database::open(toPath(unfinished), Database::Mode::Create, {.busyTimeoutMs = kBusyTimeoutMs});
        if (!database)
            return failed(database.error(), path);
        auto made = database->setApplicationId(kProjectApplicationId);
        if (made)
            made = file->attach(std::move(*database));
        if (made)
            made = file->writeSnapshot(text);
        if (made)
            made = file->m_database->checkpoint();
        if (!made) {
            file.reset();
            removeDatabaseFiles(unfinished);
            return failed(made.error(), path);
        }
    }
    if (auto moved = replaceFile(unfinished, path); !moved)
        return failed(moved.error(), path);
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
    return isWriteProtected(path) ? openCopyOfProtected(path) : openWritable(path);
}

StorageResult<std::unique_ptr<ProjectFile>> ProjectFile::openWritable(const QString& path) {
    auto database =
        Database::open(toPath(path), Database::Mode::ReadWrite, {.busyTimeoutMs = kBusyTimeoutMs});
    // The file is ours to write, so a refusal means that somebody else has it.
    if (!database && database.error().code == engine::ErrorCode::WriteFailed)
        return tl::unexpected(lockedProblem(database.error(), path));
    if (!database)
        return openProblem(database.error(), path);
    if (auto locked = lock(*database); !locked)
        return tl::unexpected(lockedProblem(locked.error(), path));
    const auto newer = isNewerProject(*database);
    if (!newer)
        return openProblem(newer.error(), path);
    if (*newer)
        return openCopyOfNewer(std::move(*database), path);

    std::unique_ptr<ProjectFile> file(new ProjectFile);
    file->m_path = path;
    if (auto attached = file->attach(std::move(*database)); !attached)
        return failed(attached.error(), path);
    return file;
}

StorageResult<std::unique_ptr<ProjectFile>> ProjectFile::openCopyOfProtected(const QString& path) {
    auto folder = std::make_unique<QTemporaryDir>();
    const QString copy = folder->filePath(QStringLiteral("copy.inkgate"));
    const QString log = QStringLiteral("-wal");
    const bool isCopied =
        QFile::copy(path, copy) && (!QFileInfo::exists(path + log) || QFile::copy(path + log, copy + log));
    if (!isCopied)
        return failed({engine::ErrorCode::FileUnreadable,
                       path.toStdString() + ": cannot be copied to " + copy.toStdString()},
                      path);
    QFile::setPermissions(copy, QFile::ReadOwner | QFile::WriteOwner);
    QFile::setPermissions(copy + log, QFile::ReadOwner | QFile::WriteOwner);
    auto file = openWritable(copy);
    if (!file)
        return file;
    (*file)->m_copyFolder = std::move(folder);
    (*file)->m_path = path;
    if ((*file)->m_problem.isEmpty())
        (*file)->m_problem =
            tr("%1 is write-protected, so nothing is saved. Save it under another name to keep changes.")
                .arg(QFileInfo(path).fileName());
    return file;
}

StorageResult<std::unique_ptr<ProjectFile>> ProjectFile::openCopyOfNewer(Database newer,
                                                                         const QString& path) {
    const QString name = QFileInfo(path).fileName();
    const auto stored = readStoredText(newer);
    if (!stored)
        return tl::unexpected(
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
        operations.append(RunGrown{run.id, run.text, run.tokens, {}});
    }
    if (auto done = (*copy)->append(operations); !done)
        return tl::unexpected(done.error());
    return copy;
}

Expected<void> ProjectFile::attach(Database database) {
    if (auto prepared = prepareProjectTables(database); !prepared)
        return prepared;
    m_database = std::make_unique<Database>(std::move(database));
    m_runs = std::make_unique<RunTable>(*m_database);
    return readText();
}

Expected<void> ProjectFile::readText() {
    auto stored = readStoredText(*m_database);
    if (!stored)
        return forward(stored.error());
    m_text = std::move(stored->text);
    m_edits = stored->edits;
    m_snapshotAt = stored->snapshotAt;
    const auto runs = m_database->queryInteger("SELECT count(*) FROM story_run");
    if (!runs)
        return forward(runs.error());
    m_hasRuns = *runs > 0;
    return {};
}

StorageResult<ProjectContent> ProjectFile::read() {
    ProjectContent content;
    content.text = m_text;
    content.path = m_path;
    content.problem = m_problem;
    auto runs = m_runs->readAll();
    if (!runs)
        return failed(runs.error(), m_path);
    content.runs = std::move(*runs);
    auto withGates = m_runs->withGates();
    if (!withGates)
        return failed(withGates.error(), m_path);
    content.runsWithGates = std::move(*withGates);
    if (auto states = readKeptStates(*m_database))
        content.states = std::move(*states); // what cannot be read is read again from the text
    return content;
}

StorageResult<void> ProjectFile::append(const QList<ProjectOperation>& operations) {
    if (auto done = writeOperations(operations); !done) {
        m_runs->forgetUnwritten();
        return failed(done.error(), m_path);
    }
    for (const ProjectOperation& operation : operations) {
        if (const auto* edit = std::get_if<TextEdit>(&operation)) {
            m_text.apply(*edit);
            ++m_edits;
        } else if (!std::holds_alternative<StatesChanged>(operation)) {
            m_hasRuns = true;
        }
    }
    // A snapshot that fails leaves the journal, which holds everything; the next append() tries again.
    if (m_edits - m_snapshotAt >= kJournalLength)
        (void)writeSnapshot(m_text);
    return {};
}

Expected<void> ProjectFile::writeOperations(const QList<ProjectOperation>& operations) {
    auto transaction = engine::Transaction::begin(*m_database);
    if (!transaction)
        return forward(transaction.error());
    std::int64_t sequence = m_edits;
    for (const ProjectOperation& operation : operations) {
        Expected<void> done;
        if (const auto* edit = std::get_if<TextEdit>(&operation))
            done = appendStoredEdit(*m_database, ++sequence, *edit);
        else if (const auto* change = std::get_if<RunChanged>(&operation))
            done = m_runs->write(*change);
        else if (const auto* kept = std::get_if<StatesChanged>(&operation))
            done = replaceKeptStates(*m_database, kept->states);
        else
            done = m_runs->write(std::get<RunGrown>(operation));
        if (!done)
            return done;
    }
    if (auto flushed = m_runs->flush(); !flushed)
        return flushed;
    return transaction->commit();
}

Expected<void> ProjectFile::writeSnapshot(const SpannedText& text) {
    auto transaction = engine::Transaction::begin(*m_database);
    if (!transaction)
        return forward(transaction.error());
    if (auto done = replaceStoredText(*m_database, text, m_edits); !done)
        return done;
    if (auto done = transaction->commit(); !done)
        return done;
    m_snapshotAt = m_edits;
    m_text = text;
    return {};
}

StorageResult<GateFrames> ProjectFile::readGates(RunId run) {
    auto frames = m_runs->readGates(run);
    if (!frames)
        return failed(frames.error(), m_path);
    return std::move(*frames);
}

StorageResult<ChannelMap> ProjectFile::readChannels(RunId run, int layer) {
    auto map = m_runs->readChannels(run, layer);
    if (!map)
        return failed(map.error(), m_path);
    return std::move(*map);
}

StorageResult<void> ProjectFile::copyTo(const QString& target) {
    if (checkProjectHeader(target)) {
        auto existing =
            Database::open(toPath(target), Database::Mode::ReadWrite, {.busyTimeoutMs = kBusyTimeoutMs});
        const auto locked = existing ? lock(*existing) : forward(existing.error());
        if (!locked && locked.error().code == engine::ErrorCode::WriteFailed && !isWriteProtected(target))
            return tl::unexpected(lockedProblem(locked.error(), target));
    }
    const QString unfinished = target + QStringLiteral(".new");
    removeDatabaseFiles(unfinished);
    if (auto copied = m_database->backupTo(toPath(unfinished)); !copied)
        return failed(copied.error(), target);
    // A log of the file that is replaced would be taken for one of the new file.
    removeDatabaseLogs(target);
    if (auto moved = replaceFile(unfinished, target); !moved) {
        removeDatabaseFiles(unfinished);
        return failed(moved.error(), target);
    }
    return {};
}

} // namespace app
