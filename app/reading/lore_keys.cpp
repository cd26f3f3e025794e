#include "app/reading/lore_keys.h"

#include <QCoreApplication>

namespace app {

namespace {

// What is tried at one place of the text. Ordinary expressions need some thousand steps in a long
// paragraph; those that run wild need billions.
const QString kStepLimit = QStringLiteral("(*LIMIT_MATCH=100000)");

// Of an expression that begins at `begin`: the position behind its flags; -1 if it does not end.
qsizetype endOfExpression(QStringView line, qsizetype begin) {
    for (qsizetype i = begin + 1; i < line.size(); ++i) {
        if (line[i] == u'\\') {
            ++i;
        } else if (line[i] == u'/' && i > begin + 1) {
            qsizetype end = i + 1;
            while (end < line.size() && line[end].isLower() && line[end].unicode() < 128)
                ++end;
            qsizetype behind = end;
            while (behind < line.size() && line[behind].isSpace())
                ++behind;
            if (behind == line.size() || line[behind] == u',')
                return end;
        }
    }
    return -1;
}

qsizetype endOfQuoted(QStringView line, qsizetype begin) {
    const qsizetype end = line.indexOf(u'"', begin + 1);
    return end < 0 ? -1 : end + 1;
}

} // namespace

QStringList keysFromLine(const QString& line) {
    QStringList keys;
    qsizetype at = 0;
    while (at < line.size()) {
        while (at < line.size() && (line[at].isSpace() || line[at] == u','))
            ++at;
        if (at == line.size())
            break;
        qsizetype end = -1;
        QString key;
        if (line[at] == u'/' && (end = endOfExpression(line, at)) > 0) {
            key = line.sliced(at, end - at);
        } else if (line[at] == u'"' && (end = endOfQuoted(line, at)) > 0) {
            key = line.sliced(at + 1, end - at - 2);
        } else {
            end = line.indexOf(u',', at);
            end = end < 0 ? line.size() : end;
            key = line.sliced(at, end - at);
        }
        if (key = key.trimmed(); !key.isEmpty())
            keys.append(key);
        at = end;
    }
    return keys;
}

QString lineOfKeys(const QStringList& keys) {
    QStringList parts;
    for (const QString& key : keys) {
        const bool isExpression = key.startsWith(u'/') && endOfExpression(key, 0) == key.size();
        const bool needsQuotes = !isExpression && !key.contains(u'"') && key.contains(u',');
        parts.append(needsQuotes ? u'"' + key + u'"' : key);
    }
    return parts.join(QStringLiteral(", "));
}

std::optional<QRegularExpression> expressionOf(const QString& key, bool matchesCase) {
    if (key.size() < 3 || !key.startsWith(u'/') || endOfExpression(key, 0) != key.size())
        return std::nullopt;
    const qsizetype close = key.lastIndexOf(u'/');
    QRegularExpression::PatternOptions options = QRegularExpression::UseUnicodePropertiesOption;
    if (!matchesCase || QStringView(key).sliced(close).contains(u'i'))
        options |= QRegularExpression::CaseInsensitiveOption;
    return QRegularExpression(kStepLimit + key.sliced(1, close - 1), options);
}

QString problemOfKey(const QString& key) {
    const auto expression = expressionOf(key, true);
    if (!expression || expression->isValid())
        return {};
    return QCoreApplication::translate("app::LoreKeys",
                                       "The expression %1 is not complete: %2 (at character %3).")
        .arg(key, expression->errorString())
        .arg(std::max<qsizetype>(expression->patternErrorOffset() - kStepLimit.size(), 0) + 1);
}

} // namespace app
