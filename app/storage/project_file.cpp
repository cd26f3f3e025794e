#include "app/storage/project_file.h"

#include "app/files/file_path.h"
#include "app/storage/columns/text_mark.h"
#include "app/storage/file_replacement.h"
#include "app/storage/notebook/note_table.h"
#include "app/storage/notebook/writing_day_table.h"
#include "app/storage/tables/history_table.h"
#include "app/storage/tables/place_table.h"
#include "app/storage/tables/project_schema.h"
#include "app/storage/tables/reading_table.h"
#include "app/storage/tables/runs/choice_table.h"
#include "app/storage/tables/runs/gate_budget_table.h"
#include "app/storage/tables/runs/look_table.h"
#include "app/storage/tables/spelling_table.h"
#include "app/storage/tables/state_table.h"
#include "app/storage/tables/text_table.h"
#include "app/storage/tables/version_table.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QTemporaryDir>

#include <filesystem>
#include <string>
#include <utility>

namespace app {

namespace {

using engine::Database;
using engine::Expected;

// Replaying this many edits of a long novel takes a tenth of a second.
constexpr std::int64_t kJournalLength = 2000;

tl::unexpected<StorageProblem> failed(const engine::Error& error, const QString& path) {
    return failure(problemOf(error, path));
}

Expected<void> writeNotebook(Database& database, const NotebookChanged& changes) {
    if (changes.notes)
        if (auto done = writeNotes(database, *changes.notes); !done)
            return done;
    for (const WritingDay& day : changes.days)
        if (auto done = writeWritingDay(database, day); !done)
            return done;
    return {};
}

// A name that is a link stands for the file it leads to.
QString behindLinks(const QString& path) {
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(toSystemPath(path), error);
    return error ? path : decodePath(QByteArray::fromStdString(real.string()));
}

} // namespace

ProjectFile::ProjectFile() = default;

ProjectFile::~ProjectFile() {
    if (m_database && m_edits > m_snapshotAt)
        (void)writeSnapshot(m_text); // the journal says the same, only more slowly
    m_runs.reset();
}

FilePlace ProjectFile::place() const {
    if (!isOnDisk())
        return {};
    // Written over by a program that asks for no lock: the file is another one, even if it is the same to the
    // system.
    if (!m_file->isAsLeft())
        return {FilePlace::Kind::Gone, {}, true};
    return placeOf(m_file->descriptor(), m_path);
}

bool ProjectFile::isAt(const QString& path) const {
    return isOnDisk() && isSameFile(m_file->descriptor(), path);
}

Expected<void> ProjectFile::attach(Database database) {
    if (auto prepared = prepareProjectTables(database); !prepared)
        return prepared;
    m_database = std::make_unique<Database>(std::move(database));
    m_runs = std::make_unique<RunTable>(*m_database);
    if (auto read = readText(); !read)
        return read;
    return findParents();
}

Expected<void> ProjectFile::readText() {
    auto stored = readStoredText(*m_database);
    if (!stored)
        return failure(stored.error());
    m_text = std::move(stored->text);
    m_mark = std::move(stored->mark);
    m_edits = stored->edits;
    m_snapshotAt = stored->snapshotAt;
    const auto runs = m_database->queryInteger("SELECT count(*) FROM story_run");
    if (!runs)
        return failure(runs.error());
    m_hasRuns = *runs > 0;
    if (auto reading = readReading(*m_database))
        m_reading = std::move(*reading); // damage there does not keep the story from opening
    // Damage to what stands beside the text does not keep the story from opening.
    const auto notes = m_database->queryInteger("SELECT count(*) FROM scene_note");
    m_hasNotes = !notes || *notes > 0;
    return {};
}

Expected<void> ProjectFile::findParents() {
    const auto unknown = m_database->queryInteger("SELECT count(*) FROM story_run WHERE parent IS NULL");
    if (!unknown)
        return failure(unknown.error());
    if (*unknown == 0)
        return {};
    auto transaction = beginMarked(*m_database);
    if (!transaction)
        return failure(transaction.error());
    if (auto done = m_runs->findParents(); !done)
        return {}; // a damaged run: read() says so; where runs hang is the least of it
    return transaction->commit();
}

StorageResult<ProjectContent> ProjectFile::read() {
    ProjectContent content;
    content.text = m_text;
    content.path = m_path;
    content.problem = m_problem;
    content.reading = m_reading;
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
    if (auto history = readHistory(*m_database, m_mark, m_text.size()))
        content.history = std::move(*history);
    if (const auto place = readEditingPlace(*m_database))
        content.editingPlace = *place;
    if (auto notes = readNotes(*m_database))
        content.notes = std::move(*notes);
    else if (m_notice.isEmpty())
        m_notice = QCoreApplication::translate(
            "app::ProjectFile",
            "The notes about scenes cannot be read, as the file is damaged there. The story "
            "is whole; a backup copy may have the notes (File, Open).");
    if (auto days = readWritingDays(*m_database))
        content.days = std::move(*days);
    if (auto spelling = readSpellingChoice(*m_database))
        content.spelling = std::move(*spelling);
    return content;
}

StorageResult<void> ProjectFile::append(const QList<ProjectOperation>& operations) {
    StoredText stored{m_text, m_edits, m_snapshotAt, m_mark};
    ReadingSettings reading = m_reading;
    if (auto done = writeOperations(operations, stored, reading); !done) {
        m_runs->forgetUnwritten();
        return failed(done.error(), m_path);
    }
    m_text = std::move(stored.text);
    m_edits = stored.edits;
    m_mark = std::move(stored.mark);
    m_reading = std::move(reading);
    for (const ProjectOperation& operation : operations) {
        if (std::holds_alternative<RunChanged>(operation) || std::holds_alternative<RunGrown>(operation) ||
            std::holds_alternative<RunRestored>(operation))
            m_hasRuns = true;
        else if (const auto* notebook = std::get_if<NotebookChanged>(&operation))
            m_hasNotes = m_hasNotes || (notebook->notes && !notebook->notes->written.isEmpty());
    }
    // A snapshot that fails leaves the journal, which holds everything; the next append() tries again.
    if (m_edits - m_snapshotAt >= kJournalLength)
        (void)writeSnapshot(m_text);
    return {};
}

// `stored` and `reading` become what they are after the operations.
Expected<void> ProjectFile::writeOperations(const QList<ProjectOperation>& operations, StoredText& stored,
                                            ReadingSettings& reading) {
    auto transaction = beginMarked(*m_database);
    if (!transaction)
        return failure(transaction.error());
    QList<TextEdit> edits; // that stand together, such as those of a replace all
    for (const ProjectOperation& operation : operations) {
        if (const auto* edit = std::get_if<TextEdit>(&operation)) {
            edits.append(*edit);
            continue;
        }
        auto done = appendEdits(*m_database, stored, std::exchange(edits, {}));
        if (!done)
            return done;
        if (const auto* history = std::get_if<UndoHistoryChange>(&operation)) {
            done = writeHistory(*m_database, *history, stored.mark);
        } else if (const auto* change = std::get_if<RunChanged>(&operation)) {
            done = m_runs->write(*change);
        } else if (const auto* looked = std::get_if<RunLooked>(&operation)) {
            (void)writeLooks(*m_database, *looked); // damaged tables must not keep the story from being saved
        } else if (const auto* restored = std::get_if<RunRestored>(&operation)) {
            done = m_runs->write(*restored);
        } else if (const auto* kept = std::get_if<StatesChanged>(&operation)) {
            done = replaceKeptStates(*m_database, kept->states);
        } else if (const auto* moved = std::get_if<PlaceChanged>(&operation)) {
            done = replaceEditingPlace(*m_database, moved->place);
        } else if (const auto* changed = std::get_if<ReadingChanged>(&operation)) {
            done = writeReading(*m_database, reading, changed->settings);
            reading = changed->settings;
        } else if (const auto* budget = std::get_if<GateBudgetChanged>(&operation)) {
            done = replaceGateBudget(*m_database, budget->megabytes);
        } else if (const auto* spelling = std::get_if<SpellingChanged>(&operation)) {
            done = replaceSpellingChoice(*m_database, spelling->choice);
        } else if (const auto* version = std::get_if<VersionKept>(&operation)) {
            if (const auto isKept = keepVersion(*m_database, stored.text, *version); !isKept)
                done = failure(isKept.error());
        } else if (const auto* named = std::get_if<VersionNamed>(&operation)) {
            done = nameVersion(*m_database, *named);
        } else if (const auto* deleted = std::get_if<VersionDeleted>(&operation)) {
            done = deleteVersion(*m_database, *deleted);
        } else if (const auto* notebook = std::get_if<NotebookChanged>(&operation)) {
            done = writeNotebook(*m_database, *notebook);
        } else {
            done = m_runs->write(std::get<RunGrown>(operation));
        }
        if (!done)
            return done;
    }
    if (auto done = appendEdits(*m_database, stored, edits); !done)
        return done;
    if (auto flushed = m_runs->flush(); !flushed)
        return flushed;
    return transaction->commit();
}

Expected<void> ProjectFile::writeSnapshot(const SpannedText& text) {
    auto transaction = beginMarked(*m_database);
    if (!transaction)
        return failure(transaction.error());
    if (auto done = replaceStoredText(*m_database, text, m_edits); !done)
        return done;
    const QByteArray mark = markOfSnapshot(text);
    if (auto done = renameHistoryText(*m_database, m_mark, mark); !done)
        return done;
    if (auto done = transaction->commit(); !done)
        return done;
    m_snapshotAt = m_edits;
    m_text = text;
    m_mark = mark;
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

StorageResult<QList<QByteArray>> ProjectFile::readChoices(RunId run) {
    auto choices = app::readChoices(*m_database, run);
    if (!choices)
        return failed(choices.error(), m_path);
    return std::move(*choices);
}

StorageResult<RunLooks> ProjectFile::readLooks(RunId run) {
    auto looks = app::readLooks(*m_database, run);
    if (!looks)
        return failed(looks.error(), m_path);
    return std::move(*looks);
}

StorageResult<VersionList> ProjectFile::readVersions() {
    auto list = app::readVersions(*m_database);
    if (!list)
        return failed(list.error(), m_path);
    return std::move(*list);
}

StorageResult<VersionText> ProjectFile::readVersion(VersionId version) {
    auto text = app::readVersion(*m_database, version);
    if (!text)
        return failed(text.error(), m_path);
    return std::move(*text);
}

StorageResult<void> ProjectFile::copyTo(const QString& name) {
    const QString target = behindLinks(name);
    if (checkProjectHeader(target)) {
        const auto held = engine::SingleFile::open(toSystemPath(target));
        if (!held && held.error().code == engine::ErrorCode::WriteFailed)
            return failure(StorageProblem{
                QCoreApplication::translate("app::ProjectFile",
                                            "%1 is open in another Inkgate. Close it there and try again.")
                    .arg(readableName(target)),
                QString::fromStdString(held.error().message)});
    }
    const QString unfinished = unfinishedBeside(target);
    auto copied = writeCopy(unfinished);
    if (copied) {
        // A log of the file that is replaced would be taken for one of the new file.
        removeDatabaseLogs(target);
        copied = replaceFile(unfinished, target);
    }
    if (!copied) {
        removeDatabaseFiles(unfinished);
        return failed(copied.error(), target);
    }
    return {};
}

Expected<void> ProjectFile::writeCopy(const QString& path) {
    if (!isAsLeft())
        return make(path, m_text); // what is not in memory is nowhere
    const auto file = engine::SingleFile::create(toSystemPath(path));
    if (!file)
        return failure(file.error());
    auto copy = Database::open((*file)->path(), Database::Mode::Create, {.file = file->get()});
    return copy ? m_database->copyTo(*copy) : failure(copy.error());
}

} // namespace app
