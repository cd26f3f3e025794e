// word_counter.h: the number of words in a text document, kept up to date by counting changed paragraphs
// only. Each paragraph carries its own count; paragraphs that disappear take theirs along.
// Threads: GUI thread only.
#pragma once

#include "app/document/words.h"

#include <QObject>

#include <functional>
#include <memory>

class QTextBlock;
class QTextDocument;

namespace ui {

using app::countWords;

class WordCounter : public QObject {
    Q_OBJECT

public:
    // `continues`: whether a block goes on the paragraph of the block before it.
    using Continues = std::function<bool(const QTextBlock& block)>;
    explicit WordCounter(QTextDocument& document, QObject* parent = nullptr, Continues continues = {});

    [[nodiscard]] int words() const { return *m_words; }
    // Paragraphs counted since the start; tests hold keystrokes to it.
    [[nodiscard]] qint64 blocksVisited() const { return m_blocksVisited; }

signals:
    void wordsChanged(int words);

private:
    void count(int position, int length);

    QTextDocument& m_document;
    Continues m_continues;
    std::shared_ptr<int> m_words; // shared with the paragraphs, which may live longer than this
    int m_told = 0;               // by wordsChanged()
    qint64 m_blocksVisited = 0;
};

} // namespace ui
