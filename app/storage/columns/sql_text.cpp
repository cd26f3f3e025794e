#include "app/storage/columns/sql_text.h"

#include <QJsonDocument>

namespace app {

namespace {

bool isHalf(const QString& text, qsizetype i) {
    if (text[i].isHighSurrogate())
        return i + 1 == text.size() || !text[i + 1].isLowSurrogate();
    return text[i].isLowSurrogate() && (i == 0 || !text[i - 1].isHighSurrogate());
}

} // namespace

std::string utf8(const QString& text) {
    QString whole = text;
    for (qsizetype i = 0; i < text.size(); ++i)
        if (text[i].isSurrogate() && isHalf(text, i))
            whole[i] = QChar(QChar::ReplacementCharacter);
    return whole.toStdString();
}

QJsonObject jsonColumn(const engine::Statement& row, int column) {
    const std::string_view text = row.text(column);
    return QJsonDocument::fromJson(QByteArray(text.data(), static_cast<qsizetype>(text.size()))).object();
}

} // namespace app
