#include "ui/editor/word_counter.h"

#include <QTextBlock>
#include <QTextBlockUserData>
#include <QTextDocument>

#include <algorithm>

namespace ui {

namespace {

class ParagraphWords : public QTextBlockUserData {
public:
    explicit ParagraphWords(std::shared_ptr<int> total)
        : m_total(std::move(total)) {}
    ~ParagraphWords() override { *m_total -= m_words; }
    Q_DISABLE_COPY_MOVE(ParagraphWords)

    void set(int words) {
        *m_total += words - m_words;
        m_words = words;
    }

private:
    std::shared_ptr<int> m_total;
    int m_words = 0;
};

} // namespace

int countWords(QStringView text) {
    int words = 0;
    bool isInside = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        // Surrogates count as letters: what stands there is more often a letter or a picture than a space.
        const bool isLetter = c.isLetterOrNumber() || c.isMark() || c.isSurrogate();
        if (isLetter && !isInside) {
            ++words;
        }
        const bool joins = isInside && (c == u'\'' || c == u'\u2019' || c == u'-');
        isInside = isLetter || joins;
    }
    return words;
}

WordCounter::WordCounter(QTextDocument& document, QObject* parent)
    : QObject(parent)
    , m_document(document)
    , m_words(std::make_shared<int>(0)) {
    connect(&document, &QTextDocument::contentsChange, this,
            [this](int position, int, int added) { count(position, added); });
    count(0, document.characterCount());
}

void WordCounter::count(int position, int length) {
    const int before = *m_words;
    const int end = std::min(position + length, m_document.characterCount() - 1);
    for (QTextBlock block = m_document.findBlock(position); block.isValid() && block.position() <= end;
         block = block.next()) {
        ++m_blocksVisited;
        auto* words = static_cast<ParagraphWords*>(block.userData());
        if (words == nullptr) {
            words = new ParagraphWords(m_words);
            block.setUserData(words);
        }
        words->set(countWords(block.text()));
    }
    if (*m_words != before) {
        emit wordsChanged(*m_words);
    }
}

} // namespace ui
