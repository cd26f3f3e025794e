// autosave_journal.h: gathers what changes in the open project and sends it to the storage thread four times
// a second.
// Threads: GUI thread only.
#pragma once

#include "app/storage/project_content.h"
#include "app/storage/storage_worker.h"
#include "app/versions/version_pace.h"

#include <QElapsedTimer>
#include <QList>
#include <QObject>
#include <QTimer>

#include <functional>
#include <optional>
#include <utility>

namespace app {

class Document;
class RunHistory;
class StoryReading;

class AutosaveJournal : public QObject {
    Q_OBJECT

public:
    // Half of the second that may be lost when the program is killed; writing has the other half.
    static constexpr int kIntervalMs = 250;

    AutosaveJournal(Document& document, const RunHistory& runs, const StoryReading& reading,
                    StorageWorker& storage, QObject* parent = nullptr);

    // From now on changes belong to this project. What was gathered before must have been flushed.
    void setProject(ProjectTicket project) {
        m_project = project;
        m_place.reset();
        m_toRestore.clear();
        m_pace.beginSession();
    }
    void keepSpelling(const SpellingChoice& choice) { note(SpellingChanged{choice}); }
    void keepGateBudget(int megabytes) { note(GateBudgetChanged{megabytes}); }
    // What the model remembers of the text is to be kept.
    void keepStates(const QList<KeptState>& states) { note(StatesChanged{states}); }
    // Where the writer is. Goes along with the next thing that is to be saved, or with flushAll(): looking
    // around is no change.
    void notePlace(const EditingPlace& place);
    // The text as it is now becomes a version. Others are kept by themselves (VersionPace).
    void keepVersion(VersionCause cause, const QString& name);
    void nameVersion(const VersionNamed& named) { note(named); }
    void deleteVersion(const VersionDeleted& deleted) { note(deleted); }
    // The project's file is another one, which has the text alone: all else is written again. The runs go a
    // few at a time, as what is typed meanwhile must not wait for all of them.
    void restoreRest();
    // Asked whenever something is saved, for what there is to save with it: places in the text, which change
    // with every key.
    using Source = std::function<NotebookChanged()>;
    void setNotebook(Source source) { m_notebook = std::move(source); }
    void wake(); // the notebook has something
    // Sends what has gathered.
    void flush();
    // The same, before the project is left.
    void flushAll();
    // True if everything up to the operations with this number is all there is.
    [[nodiscard]] bool isAll(qint64 sequence) const {
        return sequence == m_sequence && m_operations.isEmpty() && m_toRestore.isEmpty() &&
               !m_timer.isActive();
    }

signals:
    void noted(); // something is to be saved

private:
    void note(ProjectOperation operation);
    void startTimer();
    void takeFromNotebook();
    void takeRuns(qsizetype tokens); // to restore: with so many tokens, or one
    // A run that changes before its turn has come is restored as it is now: a change alone would leave a run
    // without its tokens. True if it was such a run.
    [[nodiscard]] bool restoreNow(RunId id);
    void noteWhole(const RunRecord& run);

    Document& m_document;
    const RunHistory& m_runs;
    const StoryReading& m_reading;
    StorageWorker& m_storage;
    ProjectTicket m_project = 0; // 0: nothing is open, nothing is kept
    QList<ProjectOperation> m_operations;
    QList<RunId> m_toRestore;
    Source m_notebook;
    VersionPace m_pace;
    std::optional<EditingPlace> m_place; // not sent yet
    qint64 m_sequence = 0;               // of the last operations sent
    QTimer m_timer;
    QElapsedTimer m_waiting; // since the first operation that is not sent
};

} // namespace app
