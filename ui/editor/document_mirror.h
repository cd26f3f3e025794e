// document_mirror.h: keeps a QTextDocument and an app::Document equal, both ways, one edit at a time. What
// the writer types goes to the story as the smallest edit that explains it; what happens to the story
// (generation, undo, replace all, paste) goes to the widget as that one edit, or, where it is thousands, as
// one edit for each paragraph. Nothing is compared or copied as a whole, so a keystroke costs the same in a
// long novel. If the two ever lose step, the widget is filled anew from the story, which is the truth. The
// text document's own undo is off: the story has the history. Equal means: the same units at the same places,
// but for the breaks in very long paragraphs (soft_breaks.h). Whoever speaks of places converts with
// toStory() and toPage().
// Threads: GUI thread only.
#pragma once

#include "app/document/document.h"
#include "ui/editor/soft_breaks.h"

#include <QObject>

class QTextBlock;
class QTextCursor;
class QTextDocument;

namespace ui {

// The text as a text document takes it in without changing its length: a carriage return is a line end of its
// own, and the two characters that mean frames to Qt are shown as unknown ones.
[[nodiscard]] QString shownText(QString text);

class DocumentMirror : public QObject {
    Q_OBJECT

public:
    using Side = SoftBreaks::Side;

    // A block of the page is at most so long, in units; what Qt lays out in a few milliseconds.
    static constexpr int kLongestBlock = 4096;

    // Fills `view` at once. To be made before anything else that listens to `view`, so that the story is up
    // to date when they are told.
    DocumentMirror(app::Document& story, QTextDocument& view, QObject* parent = nullptr);
    ~DocumentMirror() override;

    // Puts a text of any length in the place of what the cursor has selected, as the writer's edit.
    void replaceSelection(const QTextCursor& cursor, const QString& text);

    // --- places ---
    [[nodiscard]] qsizetype toStory(int onPage) const { return m_breaks.toStory(onPage); }
    [[nodiscard]] int toPage(qsizetype inStory, Side side = Side::StartOfNext) const;
    // What the story has where the cursor has something selected: what the page shows need not be the same
    // characters.
    [[nodiscard]] QString selectedText(const QTextCursor& cursor) const;
    [[nodiscard]] const SoftBreaks& breaks() const { return m_breaks; }
    // True if the block goes on a paragraph that began in the block before.
    [[nodiscard]] bool continuesParagraph(const QTextBlock& block) const;
    // Breaks the blocks of a part of the page that have grown too long. The story is not concerned.
    void breakLongBlocks(int position, int length);
    // Puts a break at another place of its two blocks; -1: takes it away. The story is not concerned.
    void moveBreak(int from, int to);

    // Counts how often the widget was filled anew; 1 after the start.
    [[nodiscard]] int fills() const { return m_fills; }

signals:
    // Around every step that comes from the story, with its first and its last change, so that cursor,
    // selection and scroll position can be kept.
    void aboutToApply(const app::DocumentChange& change);
    void applied(const app::DocumentChange& change);
    // Around filling the widget anew.
    void aboutToFill();
    void filled();

private:
    void fill();
    void onViewChanged(int position, int removed, int added);
    void onStepDone(const app::DocumentStep& step);
    // Puts a text of the story in the place of another one, in an edit block.
    void replaceOnPage(qsizetype position, qsizetype removedLength, const QString& inserted);
    [[nodiscard]] int pageLength() const;             // without the final separator
    [[nodiscard]] qsizetype wantedPageLength() const; // by the story and the breaks
    [[nodiscard]] QString pageText(int position, int length) const;
    [[nodiscard]] QString wantedPageText(int position, int length) const;
    void breakLong(int position, int length); // in an edit block

    app::Document& m_story;
    QTextDocument& m_view;
    SoftBreaks m_breaks;
    bool m_isApplying = false;  // the view is being changed by us
    bool m_isReplacing = false; // the story is being changed by us, before the view
    int m_fills = 0;
};

} // namespace ui
