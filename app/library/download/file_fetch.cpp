#include "app/library/download/file_fetch.h"

#include "app/library/catalogue.h"
#include "app/library/download/fetch_words.h"
#include "app/library/download/network.h"

#include <QFileInfo>
#include <QNetworkReply>
#include <QStorageInfo>

#include <algorithm>
#include <utility>

namespace app {

namespace {

constexpr qint64 kReadAtOnce = 1 << 20;
constexpr qint64 kReadAhead = 4 << 20; // the network waits for the disk, not the memory
constexpr int kMostTimesAnew = 3;

qint64 freeBytesOf(const QString& folder) { return QStorageInfo(folder).bytesAvailable(); }

ReplyHead headOf(const QNetworkReply& reply) {
    ReplyHead head;
    head.status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    head.host = reply.url().host();
    const QByteArray length = reply.rawHeader("Content-Length");
    bool isNumber = false;
    const qint64 bytes = length.trimmed().toLongLong(&isNumber);
    if (isNumber && bytes >= 0)
        head.length = bytes;
    head.etag = reply.rawHeader("ETag").trimmed();
    head.lastModified = reply.rawHeader("Last-Modified").trimmed();
    head.contentRange = reply.rawHeader("Content-Range");
    head.contentType = reply.rawHeader("Content-Type");
    return head;
}

} // namespace

FileFetch::FileFetch(QNetworkAccessManager& network, RecordedFile recorded, const QString& folder,
                     const FetchSettings& settings, QObject* parent)
    : QObject(parent)
    , m_network(network)
    , m_recorded(std::move(recorded))
    , m_folder(folder)
    , m_settings(settings)
    , m_part(folder + u'/' + m_recorded.file.name)
    , m_total(m_recorded.file.bytes >= 0 ? m_recorded.file.bytes : m_recorded.length) {
    m_stall.setSingleShot(true);
    m_wait.setSingleShot(true);
    connect(&m_stall, &QTimer::timeout, this, [this] { tryLater(stalled(host(), m_settings.stallMs)); });
    connect(&m_wait, &QTimer::timeout, this, &FileFetch::ask);
}

FileFetch::~FileFetch() { dropReply(); }

QString FileFetch::host() const { return m_reply ? m_reply->url().host() : m_recorded.file.address.host(); }

void FileFetch::start() {
    m_isRunning = true;
    m_clock.start();
    if (const auto opened = m_part.open(); !opened)
        return fail(notWritable(m_folder, opened.error()));
    const bool isTooLong = m_recorded.file.bytes >= 0 && m_part.size() > m_recorded.file.bytes;
    // With nothing to tell by that it is still the same file, the parts might be of two.
    const bool isUnsafe = m_recorded.file.sha256.isEmpty() && validatorOf(m_recorded).isEmpty();
    if (m_part.size() > 0 && (isTooLong || isUnsafe))
        if (const auto emptied = m_part.startOver(); !emptied)
            return fail(diskTrouble(m_folder, emptied.error()));
    setStep(Step::Checking);
    hashMore();
}

void FileFetch::hashMore() {
    if (!m_isRunning)
        return;
    const auto isDone = m_part.hashSome();
    if (!isDone)
        return fail(diskTrouble(m_folder, isDone.error()));
    if (!*isDone)
        return QTimer::singleShot(0, this, &FileFetch::hashMore); // between them, stop() is heard
    if (m_recorded.file.bytes >= 0 && m_part.size() == m_recorded.file.bytes)
        verify();
    else
        ask();
}

bool FileFetch::hasRoom() {
    if (m_total < 0)
        return true;
    const qint64 free = m_settings.freeBytes ? m_settings.freeBytes(m_folder) : freeBytesOf(m_folder);
    const qint64 needed = m_total - m_part.size() + m_settings.spareBytes;
    if (free < 0 || free >= needed)
        return true;
    fail(noRoom(needed, free, m_folder));
    return false;
}

void FileFetch::ask() {
    if (!hasRoom())
        return;
    QNetworkRequest request = requestFor(m_recorded.file.address);
    m_asked = m_part.size();
    if (m_asked > 0) {
        request.setRawHeader("Range", "bytes=" + QByteArray::number(m_asked) + '-');
        if (const QByteArray validator = validatorOf(m_recorded); !validator.isEmpty())
            request.setRawHeader("If-Range", validator);
    }
    m_isJudged = false;
    m_rate.clear();
    m_reply = m_network.get(request);
    m_reply->setReadBufferSize(kReadAhead);
    connect(m_reply, &QNetworkReply::metaDataChanged, this, &FileFetch::readHead);
    connect(m_reply, &QNetworkReply::readyRead, this, &FileFetch::receive);
    connect(m_reply, &QNetworkReply::finished, this, &FileFetch::replyFinished);
    m_stall.start(m_settings.stallMs);
    setStep(Step::Connecting);
}

void FileFetch::readHead() {
    if (!m_reply || m_isJudged)
        return;
    const ReplyHead head = headOf(*m_reply);
    if (head.status == 0 || (head.status >= 300 && head.status < 400))
        return; // not yet the answer
    m_isJudged = true;
    apply(judgeReply(head, m_recorded, m_asked), head);
}

void FileFetch::apply(const ReplyJudgement& judgement, const ReplyHead& head) {
    using Kind = ReplyJudgement::Kind;
    switch (judgement.kind) {
    case Kind::GiveUp: return fail(judgement.problem);
    case Kind::TryLater: return tryLater(judgement.problem);
    case Kind::AskAnew: return askAnew();
    case Kind::Complete: dropReply(); return verify();
    case Kind::StartOver:
        if (m_part.size() > 0)
            if (const auto emptied = m_part.startOver(); !emptied)
                return fail(diskTrouble(m_folder, emptied.error()));
        m_recorded.etag = head.etag;
        m_recorded.lastModified = head.lastModified;
        m_recorded.length = judgement.total;
        m_total = judgement.total;
        emit recordChanged();
        if (!hasRoom())
            return;
        break;
    case Kind::Append: m_total = judgement.total; break;
    }
    m_stall.start(m_settings.stallMs);
    setStep(Step::Receiving);
}

void FileFetch::receive() {
    if (!m_reply || !m_isJudged)
        return;
    while (m_reply && m_reply->bytesAvailable() > 0)
        if (!take(m_reply->read(kReadAtOnce)))
            return;
    emit changed();
}

bool FileFetch::take(const QByteArray& bytes) {
    if (bytes.isEmpty())
        return true;
    if (m_total >= 0 && m_part.size() + bytes.size() > m_total) {
        (void)m_part.startOver();
        fail(tooMuch(host()));
        return false;
    }
    if (m_part.size() == 0 && looksLikePage(bytes)) {
        ReplyHead page;
        page.status = 200;
        page.host = host();
        page.contentType = "text/html";
        fail(judgeReply(page, m_recorded, 0).problem);
        return false;
    }
    if (const auto written = m_part.append(bytes); !written) {
        fail(diskTrouble(m_folder, written.error()));
        return false;
    }
    // A server that knows no parts begins anew each time; what it brings again is no progress.
    if (m_part.size() > m_most) {
        m_most = m_part.size();
        m_tries = 0;
    }
    m_rate.add(m_clock.elapsed(), m_part.size());
    m_stall.start(m_settings.stallMs);
    return true;
}

void FileFetch::replyFinished() {
    readHead(); // of an answer without a body
    if (!m_reply)
        return;
    const QNetworkReply::NetworkError error = m_reply->error();
    receive(); // the rest
    if (!m_reply)
        return;
    if (error != QNetworkReply::NoError) {
        const NetworkTrouble trouble = troubleOf(error, host(), m_reply->errorString());
        return trouble.mayPass ? tryLater(trouble.problem) : fail(trouble.problem);
    }
    if (!m_isJudged || (m_total >= 0 && m_part.size() < m_total))
        return tryLater(brokenOff(host()));
    dropReply();
    verify();
}

void FileFetch::tryLater(const QString& problem) {
    dropReply();
    if (++m_tries > m_settings.mostTries)
        return fail(keptForLater(problem));
    m_note = problem;
    const int doublings = std::min(m_tries - 1, 16);
    m_wait.start(
        int(std::min<qint64>(qint64{m_settings.firstWaitMs} << doublings, m_settings.longestWaitMs)));
    setStep(Step::Waiting);
}

void FileFetch::askAnew() {
    const QString from = host();
    dropReply();
    if (++m_timesAnew > kMostTimesAnew)
        return fail(alwaysOtherParts(from));
    if (const auto emptied = m_part.startOver(); !emptied)
        return fail(diskTrouble(m_folder, emptied.error()));
    m_recorded.etag.clear();
    m_recorded.lastModified.clear();
    m_recorded.length = -1;
    m_total = m_recorded.file.bytes;
    emit recordChanged();
    ask();
}

void FileFetch::verify() {
    setStep(Step::Verifying);
    const QString from = m_recorded.file.address.host();
    const auto hash = m_part.finish();
    if (!hash)
        return fail(diskTrouble(m_folder, hash.error()));
    const QString aside = QFileInfo(wrongOf(m_part.path())).fileName();
    if (!m_recorded.file.sha256.isEmpty()) {
        if (*hash != m_recorded.file.sha256)
            return setAside(wrongHash(from, aside));
    } else {
        if (isModelFileName(m_recorded.file.name)) {
            const auto check = m_settings.checkModel ? m_settings.checkModel : checkModelFile;
            if (const QString reason = check(partOf(m_part.path())); !reason.isEmpty())
                return setAside(noModel(reason, aside));
        }
        m_recorded.file.sha256 = *hash;
        m_recorded.file.bytes = m_part.size();
        emit recordChanged();
    }
    if (const auto named = m_part.giveName(); !named)
        return fail(QFileInfo::exists(m_part.path()) ? nameIsTaken(m_part.path())
                                                     : notWritable(m_folder, named.error()));
    end({});
}

void FileFetch::setAside(const QString& sentence) {
    const auto moved = m_part.setAside();
    fail(moved ? sentence : notWritable(m_folder, moved.error()));
}

void FileFetch::stop() {
    if (m_isRunning)
        end({FetchResult::Kind::Stopped, {}});
}

void FileFetch::fail(const QString& problem) { end({FetchResult::Kind::Failed, problem}); }

void FileFetch::end(const FetchResult& result) {
    dropReply();
    m_wait.stop();
    if (std::exchange(m_isRunning, false))
        emit finished(result);
}

void FileFetch::setStep(Step step) {
    m_step = step;
    emit changed();
}

void FileFetch::dropReply() {
    m_stall.stop();
    if (QNetworkReply* const reply = std::exchange(m_reply, nullptr)) {
        reply->disconnect(this);
        // Not now: this may be called from inside of what it does.
        QMetaObject::invokeMethod(reply, &QNetworkReply::abort, Qt::QueuedConnection);
        reply->deleteLater();
    }
}

} // namespace app
