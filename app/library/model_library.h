// model_library.h: the library as the window has it: the catalogue, how each model stands, what this machine
// can do. The downloads and all work on files run in a thread of their own, which starts with the first use.
// Threads: GUI thread only.
#pragma once

#include "app/library/catalogue.h"
#include "app/library/download/download_status.h"
#include "app/library/download/fetch_settings.h"
#include "app/library/estimate.h"

#include <QHash>
#include <QObject>
#include <QString>
#include <QThread>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

class QNetworkAccessManager;
class QNetworkReply;

namespace app {

class DownloadQueue;

class ModelLibrary : public QObject {
    Q_OBJECT

public:
    // `folder`: of the library; a catalogue of the writer's own is kept beside it, as <folder>.json.
    // `measure`: empty: measureMachine(); it is asked to stop when the library goes.
    explicit ModelLibrary(const QString& folder, FetchSettings settings = {},
                          std::function<MachineFacts(const std::stop_token&)> measure = {},
                          QObject* parent = nullptr);
    ~ModelLibrary() override; // what is being fetched is kept as it is

    [[nodiscard]] const QString& folder() const { return m_folder; }
    [[nodiscard]] const Catalogue& catalogue() const { return m_catalogue; }
    [[nodiscard]] bool isBuiltIn() const { return m_isBuiltIn; } // the catalogue that came with Inkgate

    // Looks at the folder and measures the machine, once; changed() and measured() follow.
    void open();
    [[nodiscard]] const QHash<QString, DownloadStatus>& statuses() const { return m_statuses; } // by name
    [[nodiscard]] std::optional<DownloadStatus> status(const QString& name) const;
    [[nodiscard]] const MachineFacts& machine() const { return m_machine; }

    void get(const RemoteModel& model);
    // A sentence if that is no address of a model; else empty, and its name is in `name`.
    [[nodiscard]] QString getAddress(const QString& address, QString& name);
    void pause(const QString& name);
    void goOn(const QString& name);
    void remove(const QString& name);

    // Answered by catalogueChanged() or catalogueFailed(). An address is asked once, now.
    void useCatalogueFile(const QString& path);
    void useCatalogueAt(const QString& address);
    void useBuiltInCatalogue();

signals:
    void changed(const app::DownloadStatus& status);
    void removed(const QString& name);
    void removeFailed(const QString& problem);
    void ready(const QString& path); // a model of this session's is whole; its file
    void measured();
    void catalogueChanged();
    void catalogueFailed(const QString& problem);

private:
    void startThread();
    void take(const DownloadStatus& status);
    void useCatalogue(const QByteArray& bytes, const QString& name);
    void readOwnCatalogue();
    void replyFinished(QNetworkReply* reply);

    const QString m_folder;
    const FetchSettings m_settings;
    const std::function<MachineFacts(const std::stop_token&)> m_measure;
    std::stop_source m_stopMeasuring;
    Catalogue m_catalogue;
    bool m_isBuiltIn = true;
    bool m_isOpen = false;
    MachineFacts m_machine;
    QHash<QString, DownloadStatus> m_statuses;
    QThread m_thread;
    QThread m_measuring;
    DownloadQueue* m_queue = nullptr; // in m_thread
    std::unique_ptr<QNetworkAccessManager> m_network;
};

} // namespace app
