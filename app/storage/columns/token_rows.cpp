#include "app/storage/columns/token_rows.h"

#include "app/document/packed_bytes.h"
#include "app/storage/columns/sql_text.h"

#include <QDataStream>
#include <QIODevice>

namespace app {

namespace {

constexpr qsizetype kMostTokens = 1'000'000; // of a run; a number beyond is damage

// Nothing if they are damaged.
QList<QByteArray> unpackTokenRow(const QByteArray& packed) {
    const QByteArray bytes = unpackBytes(packed).value_or(QByteArray());
    QDataStream stream(bytes);
    stream.setVersion(QDataStream::Qt_6_0);
    QList<QByteArray> tokens;
    while (!stream.atEnd()) {
        QByteArray one;
        stream >> one;
        if (stream.status() != QDataStream::Ok)
            return {};
        tokens.append(one);
    }
    return tokens;
}

} // namespace

QByteArray packTokenRow(const QList<QByteArray>& tokens) {
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream.setVersion(QDataStream::Qt_6_0);
    for (const QByteArray& one : tokens)
        stream << one;
    return qCompress(bytes);
}

engine::Expected<QList<QByteArray>> readTokenRows(engine::Statement& rows) {
    QList<QByteArray> tokens;
    auto more = rows.step();
    for (; more && *more; more = rows.step()) {
        const qsizetype first = rows.integer(0);
        if (first < tokens.size() || first > kMostTokens)
            continue;
        tokens.resize(first);
        tokens += unpackTokenRow(blobColumn(rows, 1));
    }
    if (!more)
        return failure(more.error());
    return tokens;
}

} // namespace app
