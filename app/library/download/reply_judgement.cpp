#include "app/library/download/reply_judgement.h"

#include <QCoreApplication>
#include <QLocale>

#include <optional>

namespace app {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("app::ModelLibrary", text); }

using Kind = ReplyJudgement::Kind;

struct ContentRange {
    qint64 first = -1; // -1: none of the file ("bytes */123")
    qint64 total = -1; // -1: unknown ("*")
};

// "bytes 100-199/1000"
std::optional<ContentRange> parse(const QByteArray& text) {
    const QByteArray value = text.trimmed();
    const qsizetype slash = value.indexOf('/');
    if (!value.startsWith("bytes ") || slash < 0)
        return std::nullopt;
    ContentRange range;
    bool isNumber = true;
    const QByteArray total = value.mid(slash + 1).trimmed();
    if (total != "*")
        range.total = total.toLongLong(&isNumber);
    const QByteArray part = value.mid(6, slash - 6).trimmed();
    bool isPart = true;
    if (part != "*")
        range.first = part.left(part.indexOf('-')).toLongLong(&isPart);
    return isNumber && isPart ? std::optional(range) : std::nullopt;
}

ReplyJudgement giveUp(const QString& problem) { return {Kind::GiveUp, -1, problem}; }

QString bytes(qint64 count) { return QLocale().toString(count); }

ReplyJudgement otherLength(const ReplyHead& head, qint64 length, qint64 expected) {
    return giveUp(
        tr("The file at %1 has %2 bytes, and the model has %3: it is another file by now. Get another "
           "model, or a newer catalogue.")
            .arg(head.host, bytes(length), bytes(expected)));
}

ReplyJudgement judgeRefusal(const ReplyHead& head) {
    switch (head.status) {
    case 404:
    case 410: return giveUp(tr("There is no such file at %1 (any more).").arg(head.host));
    case 401:
    case 403:
    case 407:
        return giveUp(tr("%1 does not give this file to everybody (%2). Get it in a browser, and add it as a "
                         "model file.")
                          .arg(head.host)
                          .arg(head.status));
    case 408:
    case 429:
        return {Kind::TryLater, -1,
                tr("%1 is asked too much at the moment (%2).").arg(head.host).arg(head.status)};
    default: break;
    }
    if (head.status >= 500)
        return {Kind::TryLater, -1, tr("%1 has a problem of its own (%2).").arg(head.host).arg(head.status)};
    return giveUp(tr("%1 refused the request (%2).").arg(head.host).arg(head.status));
}

} // namespace

ReplyJudgement judgeReply(const ReplyHead& head, const RecordedFile& recorded, qint64 have) {
    const qint64 expected = recorded.file.bytes;
    if (head.status == 416) {
        const auto range = parse(head.contentRange);
        const qint64 total = range && range->total >= 0 ? range->total : expected;
        if (have > 0 && total == have && (expected < 0 || expected == have))
            return {Kind::Complete, have, {}};
        return have > 0 ? ReplyJudgement{Kind::AskAnew, -1, {}} : judgeRefusal(head);
    }
    if (head.status != 200 && head.status != 206)
        return judgeRefusal(head);
    if (head.contentType.trimmed().toLower().startsWith("text/html"))
        return giveUp(
            tr("The address leads to a web page at %1, not to a model. Paste the address of the file "
               "itself; on such pages it stands behind “Download”.")
                .arg(head.host));
    if (head.status == 206 && have > 0) {
        const auto range = parse(head.contentRange);
        if (!range || range->first != have)
            return {Kind::AskAnew, -1, {}}; // another part than was asked for
        if (expected >= 0 && range->total >= 0 && range->total != expected)
            return otherLength(head, range->total, expected);
        if (recorded.length >= 0 && range->total >= 0 && range->total != recorded.length)
            return {Kind::AskAnew, -1, {}}; // the file has changed
        if (!recorded.etag.isEmpty() && !head.etag.isEmpty() && head.etag != recorded.etag)
            return {Kind::AskAnew, -1, {}};
        return {Kind::Append, expected >= 0 ? expected : range->total, {}};
    }
    if (head.status == 206)
        return giveUp(tr("%1 sends a part of the file that was not asked for.").arg(head.host));
    if (expected >= 0 && head.length >= 0 && head.length != expected)
        return otherLength(head, head.length, expected);
    return {Kind::StartOver, expected >= 0 ? expected : head.length, {}};
}

bool looksLikePage(QByteArrayView beginning) {
    const QByteArray text =
        beginning.first(qMin<qsizetype>(beginning.size(), 512)).toByteArray().trimmed().toLower();
    return text.startsWith("<!doctype html") || text.startsWith("<html") || text.startsWith("<head");
}

QByteArray validatorOf(const RecordedFile& recorded) {
    // A weak tag names what means the same, not the same bytes.
    if (!recorded.etag.isEmpty() && !recorded.etag.startsWith("W/"))
        return recorded.etag;
    return recorded.etag.isEmpty() ? recorded.lastModified : QByteArray();
}

} // namespace app
