// reply_judgement.h: what the head of a server's answer means for a file of which a part may be there
// (RFC 9110: Range, If-Range, Content-Range, ETag).
// Threads: pure functions.
#pragma once

#include "app/library/download/download_record.h"

#include <QByteArray>
#include <QString>

namespace app {

struct ReplyHead {
    int status = 0;
    QString host;       // that answered, for sentences
    qint64 length = -1; // Content-Length; -1: none
    QByteArray etag, lastModified, contentRange, contentType;
};

struct ReplyJudgement {
    enum class Kind {
        Append,    // the rest is coming
        StartOver, // the whole file is coming; what is there goes
        Complete,  // nothing is missing
        AskAnew,   // what is there is of no use: ask for all of it
        TryLater,  // the server's trouble, which may pass
        GiveUp
    };
    Kind kind = Kind::GiveUp;
    qint64 total = -1; // of the whole file, as far as it is known; -1: unknown
    QString problem;   // TryLater, GiveUp: one sentence
};

// `have`: bytes that are there and were asked to be gone on from.
[[nodiscard]] ReplyJudgement judgeReply(const ReplyHead& head, const RecordedFile& recorded, qint64 have);

// Whether bytes at the beginning of a file are those of a web page, whatever the server calls them.
[[nodiscard]] bool looksLikePage(QByteArrayView beginning);

// The validator that If-Range takes; empty: none that could be trusted.
[[nodiscard]] QByteArray validatorOf(const RecordedFile& recorded);

} // namespace app
