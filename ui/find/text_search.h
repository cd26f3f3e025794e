// text_search.h: finds every place of a text that matches a query, on a pool thread, on a copy that shares
// the text's memory.
// Threads: GUI thread only; found() arrives there.
#pragma once

#include "app/document/text_origin.h"

#include <QList>
#include <QObject>
#include <QRegularExpression>
#include <QString>
#include <QStringList>
#include <QThreadPool>

#include <optional>

namespace ui {

struct SearchQuery {
    QString pattern;
    bool isRegex = false;
    bool isCaseSensitive = false;
    bool isWholeWord = false;

    bool operator==(const SearchQuery&) const = default;
};

struct SearchResult {
    QList<app::TextRange> matches; // ascending, not overlapping, never empty ranges; at most kMostMatches
    QList<QList<app::TextRange>> others; // the same for each of the other texts
    QString problem;                     // the pattern's mistake, one sentence; no matches then
};

inline constexpr qsizetype kMostMatches = 100'000;

[[nodiscard]] QRegularExpression expressionOf(const SearchQuery& query);
[[nodiscard]] SearchResult findAll(const QString& text, const SearchQuery& query);
// Makes the texts that take the place of matches. With a regular expression $0 .. $9 stand for the match and
// its brackets, \n and \t for a new line and a tab; else the replacement is taken as it is.
class Replacer {
public:
    Replacer(const SearchQuery& query, QString replacement);
    // Nothing if `match` is no match of the query in `text`.
    [[nodiscard]] std::optional<QString> replacementFor(const QString& text,
                                                        const app::TextRange& match) const;

private:
    QRegularExpression m_expression;
    QString m_replacement;
    bool m_expands = false;
};

class TextSearch : public QObject {
    Q_OBJECT

public:
    explicit TextSearch(QObject* parent = nullptr);
    ~TextSearch() override; // waits for the search that is going on

    // found() follows once, unless another start() comes first.
    void start(const QString& text, const SearchQuery& query, const QStringList& others = {});

signals:
    void found(const ui::SearchResult& result);

private:
    QThreadPool m_pool;
    quint64 m_request = 0;
};

} // namespace ui
