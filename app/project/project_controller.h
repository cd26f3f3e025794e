// project_controller.h: the file behind the document: opening, recovering, saving as the writer works.
// Everything on disk happens in the storage thread; answers come by signal. A project is always open: one
// without a name of the writer's choosing ("untitled") lives in the data folder and is found again at the
// next start. Autosave: every change of the document and of the runs is on its way to the file within 250 ms.
// Threads: GUI thread only; nothing here waits, except shutdown().
#pragma once

#include "app/document/document.h"
#include "app/document/editing_place.h"
#include "app/exchange/story/formatted_story.h"
#include "app/exchange/story_format.h"
#include "app/files/file_place.h"
#include "app/generation/kept_state.h"
#include "app/reading/reading_settings.h"
#include "app/runs/run_record.h"
#include "app/spelling/spelling_choice.h"
#include "app/versions/project_sizes.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>

namespace app {

class AutosaveJournal;
class Preferences;
class RunHistory;
class SceneNotes;
class StorageWorker;
class StoryOutline;
class StoryReading;
class VersionKeeper;
class WritingLog;
struct ProjectContent;

class ProjectController : public QObject {
    Q_OBJECT

public:
    enum class SaveState {
        Saved,   // all is in the file
        Saving,  // changes are on their way
        Failing, // the last attempt failed; the text is in memory and saving is tried again; see
                 // saveProblem()
        ReadOnly // nothing is saved; "save as" makes a copy that can be
    };

    // `storage` lives in the storage thread, which runs.
    ProjectController(Document& document, RunHistory& runs, StoryReading& reading, Preferences& preferences,
                      StorageWorker& storage, QObject* parent = nullptr);
    ~ProjectController() override;

    // Opens what a start should show: `fileArgument` if given (a project, or a text file to import); else the
    // project that was open last, named or untitled; on the first start the sample story. Ends in opened().
    void start(const QString& fileArgument);

    // These put another project in the place of the open one. While hasUnsavedChanges() they are refused with
    // openFailed().
    void newProject();
    void open(const QString& path); // a project or a text file, as its content says
    // A story in any format that is read (app/exchange) becomes a new untitled project, called like its file.
    void importText(const QString& path);
    // The whole project under another name (".inkgate" is added if missing), which becomes the open one. An
    // existing file is replaced only once the new one is complete and synced.
    void saveAs(const QString& path);
    // The text alone, in the format, which is not PDF. Ends in exported() or exportFailed(), as does
    // exportBytes(), which writes a file that is finished. Both replace an older file at once or not at all.
    void exportStory(const QString& path, StoryFormat format, const StoryDetails& details);
    void exportBytes(const QString& path, const QByteArray& bytes);
    // Reads a file with a lorebook (lorebook_file.h); ends in lorebookRead().
    void readLorebook(const QString& path);
    // What the model remembers of the text now; statesRead() gives it back when the project is opened again.
    void keepStates(const QList<KeptState>& states);
    // Ctrl+S: writes what is pending without waiting for the timer, and looks whether the file is still
    // there.
    void saveNow();
    // Before the window closes: everything pending goes into the project or into a copy that the next start
    // offers. Ends in secured().
    void secure();
    // After placeChanged(): where the file is now becomes the project's name.
    void followFile();
    // Throws a recovered project into the desktop's trash.
    void discardRecovered(const QString& path);
    // Where the writer is, for when the project is opened again.
    void keepEditingPlace(const EditingPlace& place);
    // Where the writer was when the project that was opened now was left. Told once; nothing in a new one.
    [[nodiscard]] std::optional<EditingPlace> takeEditingPlace();

    // What the story says about its spelling.
    [[nodiscard]] const SpellingChoice& spelling() const { return m_spelling; }
    void keepSpelling(const SpellingChoice& choice);

    // So many megabytes of gates are kept in the open project; 0: all. What is more goes, the oldest first.
    void setGateBudget(int megabytes);
    void readSizes(); // ends in sizesRead(), which also comes when gates were dropped

    // The versions of the open project.
    [[nodiscard]] VersionKeeper& versions() { return *m_versions; }
    // Its chapters and scenes, what is noted about them, and how much was written when.
    [[nodiscard]] const StoryOutline& outline() const { return *m_outline; }
    [[nodiscard]] SceneNotes& notes() { return *m_notes; }
    [[nodiscard]] WritingLog& log() { return *m_log; }

    [[nodiscard]] const QString& path() const { return m_path; } // empty: untitled
    [[nodiscard]] bool isUntitled() const { return m_path.isEmpty(); }
    // For the window: "Dragons"; of a story without a name its first words, or "Untitled", translated.
    [[nodiscard]] QString title() const;
    // What the file that was imported says of itself; empty of other projects.
    [[nodiscard]] const StoryDetails& importedDetails() const { return m_importedDetails; }
    [[nodiscard]] bool isOpen() const { return m_isOpen; } // false until the first opened()
    [[nodiscard]] bool isReadOnly() const { return m_saveState == SaveState::ReadOnly; }
    [[nodiscard]] bool isBusy() const { return m_openingTicket != 0 || m_isSavingAs; }
    // The story holds something that is in no file and cannot be put there now: saving fails, or the project
    // is read-only.
    [[nodiscard]] bool hasUnsavedChanges() const;
    [[nodiscard]] SaveState saveState() const { return m_saveState; }
    [[nodiscard]] const QString& saveProblem() const {
        return m_saveProblem;
    } // one sentence while Failing or ReadOnly

    // Where the open file is, if that is not where it was opened.
    [[nodiscard]] const FilePlace& place() const { return m_place; }
    // The file that holds what the project's own does not: of a project that cannot be written or is gone.
    // Empty: none.
    [[nodiscard]] const QString& keptIn() const { return m_keptIn; }
    // Saving means giving it a name.
    [[nodiscard]] bool needsName() const { return isUntitled() || isReadOnly(); }

    // Writes everything pending and closes the file; waits for the storage thread, which must run. For
    // main.cpp, after the event loop. False if something is on no disk.
    bool shutdown();

signals:
    // Another project is about to take the place of this one: whoever writes into the document should end it
    // now.
    void aboutToClose();
    // Another project is in the document. `notice`: one sentence for the writer, or empty ("Recovered ...",
    // "opened read-only").
    void opened(const QString& notice);
    // Sentences for the writer, and the technical one under "Details". The project that was open stays open.
    void openFailed(const QString& path, const QString& message, const QString& details);
    void saveAsFailed(const QString& path, const QString& message, const QString& details);
    void savedAs(const QString& path);
    void exported(const QString& path);
    void exportFailed(const QString& path, const QString& message, const QString& details);
    // `problem`: one sentence, and there is no book; or empty.
    void lorebookRead(const QString& path, const app::Lorebook& book, const QString& notice,
                      const QString& problem);
    // After opened(): what the project keeps of the model's memory; often nothing.
    void statesRead(const QList<app::KeptState>& states);
    void titleChanged(const QString& title);
    void saveStateChanged(app::ProjectController::SaveState state);
    void busyChanged(bool busy);
    // No backup copy could be made; a sentence, once in a session. Saving goes on.
    void backupFailed(const QString& message);
    void sizesRead(const app::ProjectSizes& sizes);
    // place() or keptIn() is another one.
    void placeChanged();
    // After secure(). `problem`: a sentence if something is on no disk.
    void secured(bool isSecured, const QString& problem);
    // At a start: projects that could not be saved in their places wait in these files, the newest first.
    void recoveredFound(const QStringList& paths);

private:
    void connectStorage();
    void connectRuns();
    void noteUntitled();
    void connectNotebook();
    void followFirstWords(const DocumentChange& change);
    // The ticket of the new request; 0 if it was refused.
    [[nodiscard]] qint64 beginOpening(const QString& path);
    void switchTo(qint64 ticket, const ProjectContent& content);
    void setSaveState(SaveState state, const QString& problem);
    void setOpening(qint64 ticket);
    void setSavingAs(bool isSavingAs);
    void setPath(const QString& path);
    void setPlace(const FilePlace& place, const QString& keptIn);

    Document& m_document;
    RunHistory& m_runs;
    StoryReading& m_reading;
    Preferences& m_preferences;
    StorageWorker& m_storage;
    QString m_path;          // empty: untitled
    QString m_untitledPath;  // of the file of an untitled project
    QString m_untitledTitle; // of one that had a name; empty: none
    QString m_firstWords;    // of the text, while it has neither
    StoryDetails m_importedDetails;
    SpellingChoice m_spelling;
    FilePlace m_place;
    QString m_keptIn;
    QString m_saveProblem;
    std::optional<EditingPlace> m_editingPlaceAtOpening; // until it is taken
    std::optional<EditingPlace> m_editingPlace;          // the last that was noted
    SaveState m_saveState = SaveState::Saved;
    bool m_isOpen = false;
    qint64 m_project = 0; // ticket of the open project
    qint64 m_lastTicket = 0;
    qint64 m_openingTicket = 0; // of the project being opened; 0: none
    bool m_isSavingAs = false;
    quint64 m_openedRevision = 0; // of the document when the project was opened
    quint64 m_openedReading = 0;  // the same of m_reading
    std::unique_ptr<StoryOutline> m_outline;
    std::unique_ptr<SceneNotes> m_notes;
    std::unique_ptr<WritingLog> m_log;
    std::unique_ptr<AutosaveJournal> m_journal; // after those whose changes it saves
    std::unique_ptr<VersionKeeper> m_versions;
};

} // namespace app
