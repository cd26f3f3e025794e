// download_queue.h: all downloads of the library: two at once, the others wait. Nothing is fetched that was
// not asked for: what an earlier start left unfinished is listed as paused.
// Threads: one, with an event loop; call its slots there.
#pragma once

#include "app/library/download/download_status.h"
#include "app/library/download/fetch_settings.h"
#include "app/library/remote_file.h"

#include <QHash>
#include <QList>
#include <QObject>
#include <QStringList>

#include <memory>

class QNetworkAccessManager;

namespace app {

class ModelDownload;

class DownloadQueue : public QObject {
    Q_OBJECT

public:
    static constexpr qsizetype kAtOnce = 2;

    explicit DownloadQueue(const QString& library, FetchSettings settings = {}, QObject* parent = nullptr);
    ~DownloadQueue() override;

public slots:
    void list();                             // changed() for each model in the folder
    void add(const app::RemoteModel& model); // or goes on with it
    void pause(const QString& name);
    void goOn(const QString& name);
    void remove(const QString& name); // stops it first; deletes what is there

signals:
    void changed(const app::DownloadStatus& status);
    void removed(const QString& name);
    void removeFailed(const QString& name, const QString& problem);

private:
    void startNext();
    void start(const QString& name);
    void tell(const RemoteModel& model, DownloadState state);

    const QString m_library;
    const FetchSettings m_settings;
    std::unique_ptr<QNetworkAccessManager> m_network; // made with the first download
    QHash<QString, RemoteModel> m_wanted;             // waiting or being fetched
    QStringList m_waiting;
    QHash<QString, ModelDownload*> m_active;
};

} // namespace app

Q_DECLARE_METATYPE(app::RemoteModel)
