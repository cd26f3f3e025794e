#include "app/library/download/model_download.h"

#include "app/library/download/fetch_words.h"
#include "app/library/download/file_fetch.h"
#include "app/library/library_folder.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>

#include <utility>

namespace app {

namespace {

DownloadState stateOf(FileFetch::Step step) {
    switch (step) {
    case FileFetch::Step::Checking: return DownloadState::Checking;
    case FileFetch::Step::Connecting: return DownloadState::Connecting;
    case FileFetch::Step::Receiving: return DownloadState::Receiving;
    case FileFetch::Step::Waiting: return DownloadState::Retrying;
    case FileFetch::Step::Verifying: break;
    }
    return DownloadState::Verifying;
}

qint64 lengthOf(const RecordedFile& recorded) {
    return recorded.file.bytes >= 0 ? recorded.file.bytes : recorded.length;
}

} // namespace

ModelDownload::ModelDownload(QNetworkAccessManager& network, const QString& library, DownloadRecord record,
                             const FetchSettings& settings, QObject* parent)
    : QObject(parent)
    , m_network(network)
    , m_library(library)
    , m_folder(folderOfModel(library, record.modelFile().name))
    , m_record(std::move(record))
    , m_settings(settings) {
    m_status.name = m_record.modelFile().name;
}

ModelDownload::~ModelDownload() = default;

void ModelDownload::takeOver(const DownloadRecord& before, RecordedFile& recorded) const {
    const QString path = m_folder + u'/' + recorded.file.name;
    for (const RecordedFile& known : before.files) {
        const bool isWanted = known.file.name == recorded.file.name &&
                              known.file.address == recorded.file.address &&
                              (recorded.file.sha256.isEmpty() || recorded.file.sha256 == known.file.sha256);
        const bool isHere = known.file.name == recorded.file.name && QFileInfo::exists(path);
        if (isWanted || isHere) {
            recorded = known;
            return;
        }
    }
    QFile::remove(partOf(path)); // of another file
}

void ModelDownload::start() {
    if (!QDir().mkpath(m_folder))
        return end(DownloadState::Failed, notWritable(m_library, tr("no folder can be made there")));
    m_lock = std::make_unique<QLockFile>(m_folder + QStringLiteral("/download.lock"));
    m_lock->setStaleLockTime(0); // only of programs that have ended
    if (!m_lock->tryLock()) {
        const bool isBusy = m_lock->error() == QLockFile::LockFailedError;
        return end(DownloadState::Failed, isBusy ? tr("Another Inkgate is getting this model already.")
                                                 : notWritable(m_folder, tr("permission denied")));
    }
    // What the last attempt knows of the server's files is of use as long as they are the same.
    if (const auto before = readRecord(m_folder))
        for (RecordedFile& recorded : m_record.files)
            takeOver(*before, recorded);
    if (const QString reason = writeRecord(m_folder, m_record); !reason.isEmpty())
        return end(DownloadState::Failed, notWritable(m_folder, reason));
    next();
}

void ModelDownload::next() {
    for (m_index = 0; m_index < m_record.files.size(); ++m_index)
        if (!QFileInfo::exists(m_folder + u'/' + m_record.files[m_index].file.name))
            return fetch(m_index);
    m_status.have = m_status.total = bytesBefore(m_record.files.size());
    m_status.path = m_folder + u'/' + m_status.name;
    end(DownloadState::Complete);
}

void ModelDownload::fetch(qsizetype index) {
    m_fetch = new FileFetch(m_network, m_record.files[index], m_folder, m_settings, this);
    FileFetch* const fetch = m_fetch;
    connect(fetch, &FileFetch::changed, this, [this, fetch] { follow(*fetch); });
    connect(fetch, &FileFetch::recordChanged, this, [this, fetch] { keepRecord(*fetch); });
    connect(fetch, &FileFetch::finished, this, [this, fetch](const FetchResult& result) {
        m_fetch = nullptr;
        fetch->deleteLater();
        switch (result.kind) {
        case FetchResult::Kind::Done: return next();
        case FetchResult::Kind::Stopped: return end(DownloadState::Paused);
        case FetchResult::Kind::Failed: return end(DownloadState::Failed, result.problem);
        }
    });
    fetch->start();
}

void ModelDownload::keepRecord(const FileFetch& fetch) {
    m_record.files[m_index] = fetch.recorded();
    // Where it cannot be written, what comes next is only not gone on from after a restart.
    (void)writeRecord(m_folder, m_record);
}

qint64 ModelDownload::bytesBefore(qsizetype index) const {
    qint64 bytes = 0;
    for (qsizetype i = 0; i < index; ++i)
        bytes += QFileInfo(m_folder + u'/' + m_record.files[i].file.name).size();
    return bytes;
}

void ModelDownload::follow(const FileFetch& fetch) {
    m_status.state = stateOf(fetch.step());
    m_status.note = fetch.note();
    m_status.have = bytesBefore(m_index) + fetch.have();
    m_status.total = fetch.total() < 0 ? -1 : bytesBefore(m_index) + fetch.total();
    for (qsizetype i = m_index + 1; i < m_record.files.size(); ++i)
        m_status.total = m_status.total < 0 || lengthOf(m_record.files[i]) < 0
                             ? -1
                             : m_status.total + lengthOf(m_record.files[i]);
    m_status.bytesPerSecond = fetch.bytesPerSecond();
    emit changed();
}

void ModelDownload::stop() {
    if (m_fetch)
        m_fetch->stop();
}

void ModelDownload::end(DownloadState state, const QString& note) {
    m_lock.reset();
    m_status.state = state;
    m_status.note = note;
    m_status.bytesPerSecond = 0;
    emit finished();
}

} // namespace app
