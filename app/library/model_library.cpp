#include "app/library/model_library.h"

#include "app/library/download/download_queue.h"
#include "app/library/download/fetch_words.h"
#include "app/library/download/network.h"
#include "app/library/library_folder.h"
#include "app/library/machine.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QNetworkReply>
#include <QSaveFile>

#include <utility>

namespace app {

namespace {

constexpr int kCatalogueTimeoutMs = 30'000;

} // namespace

ModelLibrary::ModelLibrary(const QString& folder, FetchSettings settings,
                           std::function<MachineFacts(const std::stop_token&)> measure, QObject* parent)
    : QObject(parent)
    , m_folder(folder)
    , m_settings(std::move(settings))
    , m_measure(measure ? std::move(measure) : measureMachine)
    , m_catalogue(builtInCatalogue()) {
    m_thread.setObjectName(QStringLiteral("library"));
    m_measuring.setObjectName(QStringLiteral("measuring"));
}

ModelLibrary::~ModelLibrary() {
    m_stopMeasuring.request_stop();
    for (QThread* const thread : {&m_thread, &m_measuring}) {
        thread->quit();
        thread->wait();
    }
}

std::optional<DownloadStatus> ModelLibrary::status(const QString& name) const {
    const auto found = m_statuses.constFind(name);
    return found == m_statuses.constEnd() ? std::nullopt : std::optional(*found);
}

void ModelLibrary::startThread() {
    if (m_queue)
        return;
    m_queue = new DownloadQueue(m_folder, m_settings);
    m_queue->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_queue, &QObject::deleteLater);
    connect(m_queue, &DownloadQueue::changed, this, &ModelLibrary::take);
    connect(m_queue, &DownloadQueue::removed, this, [this](const QString& name) {
        m_statuses.remove(name);
        emit removed(name);
    });
    connect(m_queue, &DownloadQueue::removeFailed, this,
            [this](const QString&, const QString& problem) { emit removeFailed(problem); });
    m_thread.start();
}

void ModelLibrary::open() {
    if (std::exchange(m_isOpen, true))
        return;
    startThread();
    readOwnCatalogue();
    QMetaObject::invokeMethod(m_queue, &DownloadQueue::list);
    auto* const measurer = new QObject;
    measurer->moveToThread(&m_measuring);
    connect(&m_measuring, &QThread::finished, measurer, &QObject::deleteLater);
    m_measuring.start(QThread::LowPriority);
    QMetaObject::invokeMethod(measurer, [this, measure = m_measure, stop = m_stopMeasuring.get_token()] {
        const MachineFacts facts = measure(stop);
        QMetaObject::invokeMethod(this, [this, facts] {
            m_machine = facts;
            emit measured();
        });
    });
}

void ModelLibrary::take(const DownloadStatus& status) {
    const auto before = m_statuses.constFind(status.name);
    const bool wasActive = before != m_statuses.constEnd() && before->isActive();
    m_statuses.insert(status.name, status);
    emit changed(status);
    if (wasActive && status.state == DownloadState::Complete)
        emit ready(status.path);
}

void ModelLibrary::get(const RemoteModel& model) {
    startThread();
    DownloadStatus waiting = status(model.file.name).value_or(DownloadStatus{});
    waiting.name = model.file.name;
    waiting.state = DownloadState::Waiting;
    waiting.note.clear();
    if (waiting.total < 0)
        waiting.total = model.file.bytes;
    take(waiting); // at once, so that nobody asks twice
    QMetaObject::invokeMethod(m_queue, [queue = m_queue, model] { queue->add(model); });
}

QString ModelLibrary::getAddress(const QString& address, QString& name) {
    const auto model = modelAt(address, m_catalogue);
    if (!model)
        return model.error();
    name = model->file.name;
    get(*model);
    return {};
}

void ModelLibrary::pause(const QString& name) {
    startThread();
    QMetaObject::invokeMethod(m_queue, [queue = m_queue, name] { queue->pause(name); });
}

void ModelLibrary::goOn(const QString& name) {
    startThread();
    QMetaObject::invokeMethod(m_queue, [queue = m_queue, name] { queue->goOn(name); });
}

void ModelLibrary::remove(const QString& name) {
    startThread();
    QMetaObject::invokeMethod(m_queue, [queue = m_queue, name] { queue->remove(name); });
}

// --- the catalogue -------------------------------------------------

void ModelLibrary::readOwnCatalogue() {
    QFile file(ownCatalogueOf(m_folder));
    if (!file.exists() || !file.open(QIODevice::ReadOnly))
        return;
    if (const auto catalogue = readCatalogue(file.read(kMostCatalogueBytes + 1), file.fileName())) {
        m_catalogue = *catalogue;
        m_isBuiltIn = false;
        emit catalogueChanged();
    }
}

void ModelLibrary::useCatalogue(const QByteArray& bytes, const QString& name) {
    const auto catalogue = readCatalogue(bytes, name);
    if (!catalogue) {
        emit catalogueFailed(catalogue.error());
        return;
    }
    m_catalogue = *catalogue;
    m_isBuiltIn = false;
    QDir().mkpath(QFileInfo(m_folder).path());
    QSaveFile file(ownCatalogueOf(m_folder));
    const QByteArray kept = writeCatalogue(*catalogue);
    const bool isKept = file.open(QIODevice::WriteOnly) && file.write(kept) == kept.size() && file.commit();
    emit catalogueChanged();
    if (!isKept)
        emit catalogueFailed(notWritable(QFileInfo(m_folder).path(), file.errorString()));
}

void ModelLibrary::useCatalogueFile(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        emit catalogueFailed(tr("%1 cannot be read (%2).").arg(path, file.errorString()));
    else
        useCatalogue(file.read(kMostCatalogueBytes + 1), QFileInfo(path).fileName());
}

void ModelLibrary::useCatalogueAt(const QString& address) {
    const QUrl url(address.trimmed(), QUrl::StrictMode);
    if (!isUsableAddress(url)) {
        emit catalogueFailed(noAddress());
        return;
    }
    if (!m_network)
        m_network = makeNetwork();
    QNetworkRequest request = requestFor(url);
    request.setTransferTimeout(kCatalogueTimeoutMs);
    QNetworkReply* const reply = m_network->get(request);
    connect(reply, &QNetworkReply::downloadProgress, this, [reply](qint64 bytes) {
        if (bytes > kMostCatalogueBytes)
            reply->abort();
    });
    connect(reply, &QNetworkReply::finished, this, [this, reply] { replyFinished(reply); });
}

void ModelLibrary::replyFinished(QNetworkReply* reply) {
    reply->deleteLater();
    const QString host = reply->url().host();
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (reply->error() == QNetworkReply::NoError)
        useCatalogue(reply->readAll(), reply->url().fileName());
    else if (status >= 400)
        emit catalogueFailed(tr("There is no catalogue to be had at %1 (%2).").arg(host).arg(status));
    else
        emit catalogueFailed(troubleOf(reply->error(), host, reply->errorString()).problem);
}

void ModelLibrary::useBuiltInCatalogue() {
    QFile::remove(ownCatalogueOf(m_folder));
    m_catalogue = builtInCatalogue();
    m_isBuiltIn = true;
    emit catalogueChanged();
}

} // namespace app
