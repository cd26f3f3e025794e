// model_download.h: fetches all files of one model, the model itself last, so that its name appears when
// nothing is missing. Two programs never fetch into one folder: a lock file says that one does.
// Threads: one, with an event loop. Every start() ends in exactly one finished(), whose state is Complete,
// Paused or Failed.
#pragma once

#include "app/library/download/download_record.h"
#include "app/library/download/download_status.h"
#include "app/library/download/fetch_settings.h"

#include <QObject>

#include <memory>

class QLockFile;
class QNetworkAccessManager;

namespace app {

class FileFetch;
struct FetchResult;

class ModelDownload : public QObject {
    Q_OBJECT

public:
    // `settings` outlives the object.
    ModelDownload(QNetworkAccessManager& network, const QString& library, DownloadRecord record,
                  const FetchSettings& settings, QObject* parent = nullptr);
    ~ModelDownload() override;

    void start();
    void stop();

    [[nodiscard]] const DownloadStatus& status() const { return m_status; }

signals:
    void changed();
    void finished();

private:
    void takeOver(const DownloadRecord& before, RecordedFile& recorded) const;
    void next();
    void fetch(qsizetype index);
    void follow(const FileFetch& fetch);
    void keepRecord(const FileFetch& fetch);
    void end(DownloadState state, const QString& note = {});
    [[nodiscard]] qint64 bytesBefore(qsizetype index) const;

    QNetworkAccessManager& m_network;
    const QString m_library;
    const QString m_folder;
    DownloadRecord m_record;
    const FetchSettings& m_settings;
    std::unique_ptr<QLockFile> m_lock;
    FileFetch* m_fetch = nullptr;
    qsizetype m_index = 0;
    DownloadStatus m_status;
};

} // namespace app
