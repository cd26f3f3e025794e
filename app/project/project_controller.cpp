#include "app/project/project_controller.h"

#include "app/exchange/story/story_text.h"
#include "app/files/file_path.h"
#include "app/notes/scene_notes.h"
#include "app/preferences/preferences.h"
#include "app/project/autosave_journal.h"
#include "app/project/storage_call.h"
#include "app/project/version_keeper.h"
#include "app/reading/story_reading.h"
#include "app/runs/run_history.h"
#include "app/statistics/writing_log.h"
#include "app/storage/project_content.h"
#include "app/storage/storage_worker.h"
#include "app/structure/story_outline.h"

#include <QFile>
#include <QFileInfo>
#include <QMetaObject>

#include <filesystem>
#include <utility>

namespace app {

namespace {

const QString kSuffix = QStringLiteral(".inkgate");

QString sampleStory() {
    QFile file(QStringLiteral(":/sample_story.txt"));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

} // namespace

ProjectController::ProjectController(Document& document, RunHistory& runs, StoryReading& reading,
                                     Preferences& preferences, StorageWorker& storage, QObject* parent)
    : QObject(parent)
    , m_document(document)
    , m_runs(runs)
    , m_reading(reading)
    , m_preferences(preferences)
    , m_storage(storage)
    , m_outline(std::make_unique<StoryOutline>(document))
    , m_notes(std::make_unique<SceneNotes>(document, *m_outline))
    , m_log(std::make_unique<WritingLog>(document))
    , m_journal(std::make_unique<AutosaveJournal>(document, runs, reading, storage))
    , m_versions(std::make_unique<VersionKeeper>(*m_journal, storage)) {
    connect(m_journal.get(), &AutosaveJournal::noted, this, [this] {
        if (m_saveState == SaveState::Saved)
            setSaveState(SaveState::Saving, QString());
    });
    connectStorage();
    connectRuns();
    connectNotebook();
    const auto useBackupOptions = [this](const BackupOptions& options) {
        inStorage(m_storage, [options](StorageWorker& storage) { storage.setBackupOptions(options); });
    };
    connect(&m_preferences, &Preferences::backupsChanged, this, useBackupOptions);
    useBackupOptions(m_preferences.backups());
    connect(&m_document, &Document::changed, this, &ProjectController::followFirstWords);
}

ProjectController::~ProjectController() = default;

void ProjectController::connectNotebook() {
    m_journal->setNotebook([this] { return NotebookChanged{m_notes->takeChanges(), m_log->takeChanges()}; });
    connect(m_notes.get(), &SceneNotes::storeWanted, m_journal.get(), &AutosaveJournal::wake);
    connect(m_log.get(), &WritingLog::storeWanted, m_journal.get(), &AutosaveJournal::wake);
}

bool ProjectController::hasUnsavedChanges() const {
    return m_saveState == SaveState::Failing ||
           (m_saveState == SaveState::ReadOnly &&
            (m_document.revision() != m_openedRevision || m_reading.revision() != m_openedReading));
}

qint64 ProjectController::beginOpening(const QString& path) {
    if (m_isOpen && hasUnsavedChanges()) {
        emit openFailed(path, tr("The open story is not saved yet. Save it under another name first."),
                        m_saveProblem);
        return 0;
    }
    if (m_openingTicket != 0)
        inStorage(m_storage, [ticket = m_openingTicket](StorageWorker& storage) { storage.discard(ticket); });
    setOpening(++m_lastTicket);
    return m_lastTicket;
}

void ProjectController::start(const QString& fileArgument) {
    StartPlan plan;
    plan.file = fileArgument;
    plan.lastProject = m_preferences.lastProject();
    if (m_preferences.isFirstStart())
        plan.sampleStory = sampleStory();
    if (const qint64 ticket = beginOpening(plan.file))
        inStorage(m_storage, [ticket, plan](StorageWorker& storage) { storage.openAtStart(ticket, plan); });
}

void ProjectController::newProject() {
    if (const qint64 ticket = beginOpening(QString()))
        inStorage(m_storage, [ticket](StorageWorker& storage) { storage.openNew(ticket); });
}

void ProjectController::open(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    if (m_isOpen && absolute == m_path) {
        emit opened(QString());
        return;
    }
    if (const qint64 ticket = beginOpening(absolute))
        inStorage(m_storage,
                  [ticket, absolute](StorageWorker& storage) { storage.openFile(ticket, absolute); });
}

void ProjectController::importText(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    if (const qint64 ticket = beginOpening(absolute))
        inStorage(m_storage,
                  [ticket, absolute](StorageWorker& storage) { storage.openText(ticket, absolute); });
}

void ProjectController::switchTo(qint64 ticket, const ProjectContent& content) {
    if (ticket != m_openingTicket) {
        inStorage(m_storage, [ticket](StorageWorker& storage) { storage.discard(ticket); });
        return;
    }
    if (m_isOpen)
        emit aboutToClose();
    m_journal->flushAll();
    inStorage(m_storage, [ticket](StorageWorker& storage) { storage.adopt(ticket); });
    // The writer finds an untitled story again among the recent files; one with no text is thrown away.
    noteUntitled();
    m_project = ticket;
    m_isOpen = true;
    m_untitledPath = content.isUntitled ? content.path : QString();
    m_untitledTitle = content.isUntitled ? content.title : QString();
    m_importedDetails = content.details;
    m_spelling = content.spelling;
    setPlace({}, {});
    m_journal->setProject(0); // the new text is in the file already
    m_editingPlaceAtOpening = content.editingPlace;
    m_editingPlace = content.editingPlace;
    m_runs.reset(content.runs, content.runsWithGates);
    m_document.reset(content.text, content.history);
    m_reading.reset(content.reading);
    m_notes->reset(content.notes);
    m_log->reset(content.days);
    m_firstWords = firstWords(m_document.text());
    m_runs.setCurrentToStanding();
    m_journal->setProject(ticket);
    m_versions->setProject(ticket);
    setPath(content.isUntitled ? QString() : content.path);
    m_preferences.markStarted();
    setSaveState(content.problem.isEmpty() ? SaveState::Saved : SaveState::ReadOnly, content.problem);
    m_openedRevision = m_document.revision();
    m_openedReading = m_reading.revision();
    setOpening(0);
    emit opened(content.notice.isEmpty() ? content.problem : content.notice);
    emit statesRead(content.states);
    if (!content.recovered.isEmpty())
        emit recoveredFound(content.recovered);
}

// Of an untitled story the name of its file says nothing.
void ProjectController::noteUntitled() {
    if (!m_untitledPath.isEmpty() && m_document.size() > 0)
        m_preferences.addRecentFile(m_untitledPath, title());
}

void ProjectController::saveNow() { secure(); }

void ProjectController::secure() {
    m_journal->flush();
    inStorage(m_storage, [project = m_project](StorageWorker& storage) { storage.secure(project); });
}

void ProjectController::followFile() {
    const FilePlace place = m_place;
    const QString keptIn = m_keptIn;
    setPlace({}, {});
    if (place.kind == FilePlace::Kind::Moved) {
        inStorage(m_storage, [project = m_project, path = place.path](StorageWorker& storage) {
            storage.follow(project, path);
        });
        m_untitledPath.clear();
        m_untitledTitle.clear();
        setPath(place.path);
    } else if (place.kind == FilePlace::Kind::Gone) {
        m_untitledPath = keptIn;
        m_untitledTitle = QFileInfo(keptIn).completeBaseName();
        setPath(QString());
        m_preferences.setLastProject(keptIn);
    }
}

void ProjectController::discardRecovered(const QString& path) {
    inStorage(m_storage, [path](StorageWorker& storage) { storage.discardRecovered(path); });
}

void ProjectController::keepStates(const QList<KeptState>& states) {
    if (m_isOpen && !isReadOnly())
        m_journal->keepStates(states);
}

std::optional<EditingPlace> ProjectController::takeEditingPlace() {
    return std::exchange(m_editingPlaceAtOpening, std::nullopt);
}

void ProjectController::keepEditingPlace(const EditingPlace& place) {
    if (m_isOpen && !isReadOnly() && m_editingPlace != place) {
        m_editingPlace = place;
        m_journal->notePlace(place);
    }
}

void ProjectController::keepSpelling(const SpellingChoice& choice) {
    if (!m_isOpen || m_spelling == choice)
        return;
    m_spelling = choice;
    m_journal->keepSpelling(choice);
}

void ProjectController::setGateBudget(int megabytes) {
    if (m_isOpen)
        m_journal->keepGateBudget(megabytes);
}

void ProjectController::readSizes() {
    m_journal->flush(); // what was changed just now counts
    inStorage(m_storage, [project = m_project](StorageWorker& storage) { storage.readSizes(project); });
}

void ProjectController::saveAs(const QString& path) {
    QString target = QFileInfo(path).absoluteFilePath();
    if (!target.endsWith(kSuffix, Qt::CaseInsensitive))
        target += kSuffix;
    m_journal->flushAll();
    if (target == m_path && m_saveState != SaveState::ReadOnly && m_place.kind == FilePlace::Kind::AsOpened) {
        emit savedAs(target);
        return;
    }
    setSavingAs(true);
    inStorage(m_storage,
              [project = m_project, target](StorageWorker& storage) { storage.saveAs(project, target); });
}

void ProjectController::exportStory(const QString& path, StoryFormat format, const StoryDetails& details) {
    inStorage(m_storage,
              [absolute = QFileInfo(path).absoluteFilePath(), format, text = m_document.text(),
               details](StorageWorker& storage) { storage.exportStory(absolute, format, text, details); });
}

void ProjectController::exportBytes(const QString& path, const QByteArray& bytes) {
    inStorage(m_storage, [absolute = QFileInfo(path).absoluteFilePath(), bytes](StorageWorker& storage) {
        storage.exportBytes(absolute, bytes);
    });
}

void ProjectController::readLorebook(const QString& path) {
    inStorage(m_storage, [absolute = QFileInfo(path).absoluteFilePath()](StorageWorker& storage) {
        storage.readLorebook(absolute);
    });
}

void ProjectController::followFirstWords(const DocumentChange& change) {
    if (!isUntitled() || !m_untitledTitle.isEmpty() || change.edit.position > kFirstWordsWithin)
        return;
    if (QString words = firstWords(m_document.text()); words != m_firstWords) {
        m_firstWords = std::move(words);
        emit titleChanged(title());
    }
}

QString ProjectController::title() const {
    if (!isUntitled())
        return QFileInfo(readablePath(m_path)).completeBaseName();
    if (!m_untitledTitle.isEmpty())
        return m_untitledTitle;
    return m_firstWords.isEmpty() ? tr("Untitled") : m_firstWords;
}

void ProjectController::setPath(const QString& path) {
    m_path = path;
    m_preferences.setLastProject(path);
    if (!path.isEmpty())
        m_preferences.addRecentFile(path);
    emit titleChanged(title());
}

void ProjectController::setPlace(const FilePlace& place, const QString& keptIn) {
    if (place == m_place && keptIn == m_keptIn)
        return;
    m_place = place;
    m_keptIn = keptIn;
    emit placeChanged();
}

void ProjectController::setSaveState(SaveState state, const QString& problem) {
    if (state == m_saveState && problem == m_saveProblem)
        return;
    m_saveState = state;
    m_saveProblem = problem;
    emit saveStateChanged(state);
}

void ProjectController::setOpening(qint64 ticket) {
    const bool wasBusy = isBusy();
    m_openingTicket = ticket;
    if (isBusy() != wasBusy)
        emit busyChanged(isBusy());
}

void ProjectController::setSavingAs(bool isSavingAs) {
    const bool wasBusy = isBusy();
    m_isSavingAs = isSavingAs;
    if (isBusy() != wasBusy)
        emit busyChanged(isBusy());
}

bool ProjectController::shutdown() {
    noteUntitled();
    m_journal->flushAll();
    StorageWorker::Ending ending;
    QMetaObject::invokeMethod(
        &m_storage, [this, &ending] { ending = m_storage.close(); }, Qt::BlockingQueuedConnection);
    if (!ending.path.isEmpty())
        m_preferences.setLastProject(ending.path);
    m_journal->setProject(0);
    m_isOpen = false;
    return ending.isSecured;
}

} // namespace app
