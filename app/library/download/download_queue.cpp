#include "app/library/download/download_queue.h"

#include "app/library/download/download_record.h"
#include "app/library/download/model_download.h"
#include "app/library/download/network.h"
#include "app/library/library_folder.h"

#include <QDir>

#include <utility>

namespace app {

namespace {

RemoteModel modelOf(const DownloadRecord& record) {
    RemoteModel model;
    for (const RecordedFile& recorded : record.files)
        model.needs.append(recorded.file);
    model.file = model.needs.takeLast();
    return model;
}

} // namespace

DownloadQueue::DownloadQueue(const QString& library, FetchSettings settings, QObject* parent)
    : QObject(parent)
    , m_library(library)
    , m_settings(std::move(settings)) {}

// What is being fetched is kept as it is, and can be gone on with.
DownloadQueue::~DownloadQueue() {
    m_waiting.clear();
    for (ModelDownload* const download : std::as_const(m_active))
        download->disconnect(this);
    qDeleteAll(m_active);
}

void DownloadQueue::list() {
    for (const DownloadStatus& status : storedModels(m_library))
        if (!m_wanted.contains(status.name))
            emit changed(status);
}

void DownloadQueue::add(const RemoteModel& model) {
    const QString name = model.file.name;
    if (m_wanted.contains(name))
        return;
    m_wanted.insert(name, model);
    m_waiting.append(name);
    // So that it is still known after a restart, or when it is paused before its turn comes.
    const QString folder = folderOfModel(m_library, name);
    if (!readRecord(folder) && QDir().mkpath(folder))
        (void)writeRecord(folder, recordOf(model));
    tell(model, DownloadState::Waiting);
    startNext();
}

void DownloadQueue::goOn(const QString& name) {
    if (const auto record = readRecord(folderOfModel(m_library, name)))
        add(modelOf(*record));
}

void DownloadQueue::pause(const QString& name) {
    if (ModelDownload* const download = m_active.value(name))
        return download->stop();
    if (m_waiting.removeOne(name))
        tell(m_wanted.take(name), DownloadState::Paused);
}

void DownloadQueue::remove(const QString& name) {
    pause(name);
    const bool isStored = readRecord(folderOfModel(m_library, name)).has_value();
    const QString problem = isStored ? removeStored(m_library, name) : QString();
    if (problem.isEmpty())
        emit removed(name);
    else
        emit removeFailed(name, problem);
}

void DownloadQueue::startNext() {
    while (!m_waiting.isEmpty() && m_active.size() < kAtOnce)
        start(m_waiting.takeFirst());
}

void DownloadQueue::start(const QString& name) {
    if (!m_network)
        m_network = makeNetwork();
    auto* const download =
        new ModelDownload(*m_network, m_library, recordOf(m_wanted.value(name)), m_settings, this);
    m_active.insert(name, download);
    connect(download, &ModelDownload::changed, this, [this, download] { emit changed(download->status()); });
    connect(download, &ModelDownload::finished, this, [this, name, download] {
        m_active.remove(name);
        m_wanted.remove(name);
        download->deleteLater();
        emit changed(download->status());
        startNext();
    });
    download->start();
}

// Of a model that is not being fetched now.
void DownloadQueue::tell(const RemoteModel& model, DownloadState state) {
    DownloadStatus status = storedModel(m_library, model.file.name).value_or(DownloadStatus{});
    status.name = model.file.name;
    status.state = state;
    if (status.total <= 0)
        status.total = model.file.bytes;
    emit changed(status);
}

} // namespace app
