// version_keeper.h: the versions of the open project. Keeping one costs nothing here: it goes to the storage
// thread among the changes of the text, and is of the text at that place. Answers come by signal.
// Threads: GUI thread only.
#pragma once

#include "app/storage/storage_worker.h"
#include "app/versions/story_version.h"

#include <QObject>
#include <QString>

namespace app {

class AutosaveJournal;

class VersionKeeper : public QObject {
    Q_OBJECT

public:
    VersionKeeper(AutosaveJournal& journal, StorageWorker& storage, QObject* parent = nullptr);

    void setProject(ProjectTicket project) { m_project = project; }

    // The text as it is now. Call it before the change that it is kept for.
    void keep(VersionCause cause, const QString& name = {});
    void rename(VersionId version, const QString& name);
    void remove(VersionId version);
    void bringBack(VersionId version); // one that was removed in this session
    void list();                       // ends in listed()
    void read(VersionId version);      // ends in textRead()
    // Ends in ProjectController::exported() or exportFailed().
    void exportText(const QString& path, const QString& text);

signals:
    // keep(), rename(), remove() or bringBack() was asked for; list() tells the outcome.
    void changed();
    void listed(const app::VersionList& list);
    void textRead(app::VersionId version, const app::VersionText& text, const QString& problem);

private:
    AutosaveJournal& m_journal;
    StorageWorker& m_storage;
    ProjectTicket m_project = 0;
};

} // namespace app
