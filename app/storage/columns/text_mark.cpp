#include "app/storage/columns/text_mark.h"

#include "app/storage/columns/number_codec.h"
#include "app/storage/columns/span_codec.h"
#include "app/storage/columns/sql_text.h"

#include <QCryptographicHash>

#include <string>

namespace app {

namespace {

void addText(QCryptographicHash& hash, const QString& text, const QList<Span>& spans) {
    const std::string bytes = utf8(text); // as it will be read again
    QByteArray length;
    putNumber(length, static_cast<qint64>(bytes.size()));
    hash.addData(length);
    hash.addData(QByteArrayView(bytes.data(), static_cast<qsizetype>(bytes.size())));
    hash.addData(packSpans(spans));
}

} // namespace

QByteArray markOfSnapshot(const SpannedText& text) {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    addText(hash, text.text(), text.spans());
    return hash.result();
}

QByteArray markBehind(const QByteArray& mark, const TextEdit& edit) {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(mark);
    QByteArray place;
    putNumber(place, edit.position);
    putNumber(place, edit.removedLength);
    hash.addData(place);
    addText(hash, edit.inserted, edit.insertedSpans);
    return hash.result();
}

} // namespace app
