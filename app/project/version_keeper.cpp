#include "app/project/version_keeper.h"
#include "app/exchange/story_format.h"

#include "app/project/autosave_journal.h"
#include "app/project/storage_call.h"

namespace app {

VersionKeeper::VersionKeeper(AutosaveJournal& journal, StorageWorker& storage, QObject* parent)
    : QObject(parent)
    , m_journal(journal)
    , m_storage(storage) {
    connect(&storage, &StorageWorker::versionsRead, this,
            [this](ProjectTicket project, const VersionList& list) {
                if (project == m_project)
                    emit listed(list);
            });
    connect(
        &storage, &StorageWorker::versionRead, this,
        [this](ProjectTicket project, VersionId version, const VersionText& text, const QString& problem) {
            if (project == m_project)
                emit textRead(version, text, problem);
        });
}

void VersionKeeper::keep(VersionCause cause, const QString& name) {
    m_journal.keepVersion(cause, name);
    emit changed();
}

void VersionKeeper::rename(VersionId version, const QString& name) {
    m_journal.nameVersion({version, name});
    emit changed();
}

void VersionKeeper::remove(VersionId version) {
    m_journal.deleteVersion({version, true});
    emit changed();
}

void VersionKeeper::bringBack(VersionId version) {
    m_journal.deleteVersion({version, false});
    emit changed();
}

void VersionKeeper::list() {
    m_journal.flush(); // what was kept just now belongs to the list
    inStorage(m_storage, [project = m_project](StorageWorker& storage) { storage.readVersions(project); });
}

void VersionKeeper::read(VersionId version) {
    m_journal.flush();
    inStorage(m_storage, [project = m_project, version](StorageWorker& storage) {
        storage.readVersion(project, version);
    });
}

void VersionKeeper::exportText(const QString& path, const QString& text) {
    inStorage(m_storage, [path, text](StorageWorker& storage) {
        storage.exportStory(path, StoryFormat::PlainText, text, {});
    });
}

} // namespace app
