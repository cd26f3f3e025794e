#include "ui/editor/word_counter.h"

#include <QTextBlock>
#include <QTextBlockUserData>
#include <QTextDocument>

#include <algorithm>
#include <utility>

namespace ui {

namespace {

class ParagraphWords : public QTextBlockUserData {
public:
    explicit ParagraphWords(std::shared_ptr<int> total)
        : m_total(std::move(total)) {}
    ~ParagraphWords() override { *m_total -= m_words; }
    Q_DISABLE_COPY_MOVE(ParagraphWords)

    void set(int words, bool endsInside) {
        *m_total += words - m_words;
        m_words = words;
        m_endsInside = endsInside;
    }
    [[nodiscard]] bool endsInside() const { return m_endsInside; }

private:
    std::shared_ptr<int> m_total;
    int m_words = 0;
    bool m_endsInside = false; // a word may go on in the next block
};

} // namespace

WordCounter::WordCounter(QTextDocument& document, QObject* parent, Continues continues)
    : QObject(parent)
    , m_document(document)
    , m_continues(std::move(continues))
    , m_words(std::make_shared<int>(0)) {
    connect(&document, &QTextDocument::contentsChange, this,
            [this](int position, int, int added) { count(position, added); });
    count(0, document.characterCount());
}

void WordCounter::count(int position, int length) {
    const int end = std::min(position + length, m_document.characterCount() - 1);
    bool goesOn = false; // the next block begins otherwise than when it was counted
    for (QTextBlock block = m_document.findBlock(position);
         block.isValid() && (goesOn || block.position() <= end); block = block.next()) {
        ++m_blocksVisited;
        auto* words = static_cast<ParagraphWords*>(block.userData());
        if (words == nullptr) {
            words = new ParagraphWords(m_words);
            block.setUserData(words);
        }
        const bool endedInside = words->endsInside();
        const auto* const left = m_continues && m_continues(block)
                                     ? static_cast<ParagraphWords*>(block.previous().userData())
                                     : nullptr;
        bool isInside = left != nullptr && left->endsInside();
        const int counted = countWords(block.text(), &isInside);
        words->set(counted, isInside);
        goesOn =
            isInside != endedInside && m_continues && block.next().isValid() && m_continues(block.next());
    }
    // Not compared with the number at the beginning: paragraphs that are gone took theirs along before.
    if (*m_words != m_told) {
        m_told = *m_words;
        emit wordsChanged(*m_words);
    }
}

} // namespace ui
