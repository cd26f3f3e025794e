// word_counter.h: the number of words in a text document, kept up to date by counting changed paragraphs
// only. Each paragraph carries its own count; paragraphs that disappear take theirs along.
// Threads: GUI thread only.
#pragma once

#include <QObject>

#include <memory>

class QTextDocument;

namespace ui {

// Words are runs of letters and digits; apostrophes and hyphens inside do not part them ("don't",
// "well-known": one each).
[[nodiscard]] int countWords(QStringView text);

class WordCounter : public QObject {
    Q_OBJECT

public:
    explicit WordCounter(QTextDocument& document, QObject* parent = nullptr);

    [[nodiscard]] int words() const { return *m_words; }
    // Paragraphs counted since the start; tests hold keystrokes to it.
    [[nodiscard]] qint64 blocksVisited() const { return m_blocksVisited; }

signals:
    void wordsChanged(int words);

private:
    void count(int position, int length);

    QTextDocument& m_document;
    std::shared_ptr<int> m_words; // shared with the paragraphs, which may live longer than this
    qint64 m_blocksVisited = 0;
};

} // namespace ui
