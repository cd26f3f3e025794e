#include "ui/find/text_search.h"

#include "app/document/characters.h"

#include <QCoreApplication>

namespace ui {

QRegularExpression expressionOf(const SearchQuery& query) {
    QString pattern = query.isRegex ? query.pattern : QRegularExpression::escape(query.pattern);
    if (query.isWholeWord) {
        pattern = QStringLiteral("(?<!\\w)(?:%1)(?!\\w)").arg(pattern);
    }
    QRegularExpression::PatternOptions options =
        QRegularExpression::UseUnicodePropertiesOption | QRegularExpression::MultilineOption;
    if (!query.isCaseSensitive) {
        options |= QRegularExpression::CaseInsensitiveOption;
    }
    return QRegularExpression(pattern, options);
}

SearchResult findAll(const QString& text, const SearchQuery& query) {
    SearchResult result;
    if (query.pattern.isEmpty()) {
        return result;
    }
    const QRegularExpression expression = expressionOf(query);
    if (!expression.isValid()) {
        result.problem =
            QCoreApplication::translate("ui::TextSearch", "The pattern has a mistake at character %1: %2.")
                .arg(expression.patternErrorOffset() + 1)
                .arg(expression.errorString());
        return result;
    }
    auto matches = expression.globalMatch(text);
    while (matches.hasNext() && result.matches.size() < kMostMatches) {
        const QRegularExpressionMatch match = matches.next();
        // A letter is not found inside of one with a mark: replacing it would leave the mark alone.
        if (match.capturedLength() > 0 && app::isBetweenCharacters(text, match.capturedStart()) &&
            app::isBetweenCharacters(text, match.capturedEnd())) {
            result.matches.append({match.capturedStart(), match.capturedLength()});
        }
    }
    return result;
}

Replacer::Replacer(const SearchQuery& query, QString replacement)
    : m_expression(expressionOf(query))
    , m_replacement(std::move(replacement))
    , m_expands(query.isRegex) {}

std::optional<QString> Replacer::replacementFor(const QString& text, const app::TextRange& match) const {
    // The text was checked when the match was found in it; once more for each match, all of it from the
    // beginning, would take seconds in a novel.
    const QRegularExpressionMatch found =
        m_expression.match(text, match.position, QRegularExpression::NormalMatch,
                           QRegularExpression::AnchorAtOffsetMatchOption |
                               QRegularExpression::DontCheckSubjectStringMatchOption);
    if (!found.hasMatch() || found.capturedLength() != match.length) {
        return std::nullopt;
    }
    if (!m_expands) {
        return m_replacement;
    }
    QString filled;
    for (qsizetype i = 0; i < m_replacement.size(); ++i) {
        const QChar c = m_replacement[i];
        const QChar next = i + 1 < m_replacement.size() ? m_replacement[i + 1] : QChar();
        if (c == u'$' && next >= u'0' && next <= u'9') {
            filled += found.captured(next.digitValue());
            ++i;
        } else if (c == u'\\' && (next == u'n' || next == u't' || next == u'\\' || next == u'$')) {
            filled += next == u'n' ? QChar(u'\n') : next == u't' ? QChar(u'\t') : next;
            ++i;
        } else {
            filled += c;
        }
    }
    return filled;
}

TextSearch::TextSearch(QObject* parent)
    : QObject(parent) {
    m_pool.setMaxThreadCount(1);
}

TextSearch::~TextSearch() {
    m_pool.clear();
    m_pool.waitForDone();
}

void TextSearch::start(const QString& text, const SearchQuery& query) {
    m_pool.clear(); // searches that have not begun are not wanted any more
    const quint64 request = ++m_request;
    m_pool.start([this, request, text, query] {
        const SearchResult result = findAll(text, query);
        QMetaObject::invokeMethod(
            this,
            [this, request, result] {
                if (request == m_request) {
                    emit found(result);
                }
            },
            Qt::QueuedConnection);
    });
}

} // namespace ui
