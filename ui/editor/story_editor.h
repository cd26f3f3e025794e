// story_editor.h: the page the story is written on: a centred column of text that mirrors an app::Document.
// While text streams in, the cursor, the selection and what is on screen stay where they are; the view goes
// along only if the place where the text grows was in sight.
// All places in this interface are places in the story; those of the widget's own cursors are not, in very
// long paragraphs (soft_breaks.h).
// Threads: GUI thread only.
#pragma once

#include "app/document/document.h"
#include "app/document/editing_place.h"
#include "ui/theme/colours.h"
#include "ui/theme/typography.h"

#include <QTextEdit>

#include <array>
#include <memory>
#include <optional>

namespace ui {

class BlockFormats;
class BreakAlignment;
class DocumentMirror;
class FocusView;
class GhostText;
class OriginHighlighter;
class PageLayout;
class WordCounter;

class StoryEditor : public QTextEdit {
    Q_OBJECT

public:
    // Grounds painted behind words, in this order, later ones over earlier ones; under misspelled ones a
    // wave. What else makes words look otherwise goes through formats().
    enum class Mark { LookedFew, LookedSome, LookedMost, Match, CurrentMatch, Hovered, Locked, Misspelled };

    explicit StoryEditor(app::Document& story, QWidget* parent = nullptr);
    ~StoryEditor() override;

    void setColours(const Colours& colours);
    void setTypography(const Typography& typography);
    void setOriginsShown(bool isShown);
    void setMarks(Mark mark, const QList<app::TextRange>& ranges);
    // A change of the text has moved marks that are painted, and what is painted with them.
    void noteMoved(Mark mark, const QList<app::TextRange>& ranges) {
        m_marks[static_cast<std::size_t>(mark)] = ranges;
    }
    [[nodiscard]] const QList<app::TextRange>& marks(Mark mark) const {
        return m_marks[static_cast<std::size_t>(mark)];
    }

    // A suggestion behind a place in the story, which is no part of it (ghost_text.h); none if it is empty.
    // While it is shown, Tab and Ctrl+Right are its keys: see ghostAllWanted().
    void setGhost(qsizetype place, const QString& text);
    [[nodiscard]] const GhostText& ghost() const { return *m_ghost; }
    // An input method is putting something together at the cursor.
    [[nodiscard]] bool isComposing() const { return m_isComposing; }
    [[nodiscard]] FocusView& focusView() { return *m_focusView; }
    void setTypewriter(bool isOn); // focus_view.h

    // Reports what is under the mouse through hovered() while on.
    void setHoverReported(bool isReported);
    [[nodiscard]] qsizetype cursorPlace() const;
    // What is selected; at the cursor and empty if nothing is.
    [[nodiscard]] app::TextRange selectedRange() const;
    [[nodiscard]] QString selectedText() const;
    void placeCursor(qsizetype place);
    // Cursor and scroll position.
    [[nodiscard]] app::EditingPlace editingPlace() const;
    void setEditingPlace(const app::EditingPlace& place);
    // Takes what is selected to another place, as dragging does; one step of the history.
    void moveSelectionTo(qsizetype place);
    // Selects a range and brings it into view.
    void showRange(const app::TextRange& range);
    // Scrolls so that the cursor stands clear of the edges (scroll_margin.h).
    void bringCursorIntoSight();
    // What the page shows now, from the first line to the last; the lines at the edges are whole.
    [[nodiscard]] app::TextRange rangeInSight() const;
    // Scrolls so that a range is in sight, without touching the cursor.
    void reveal(const app::TextRange& range);

    [[nodiscard]] DocumentMirror& mirror() { return *m_mirror; }
    [[nodiscard]] const DocumentMirror& mirror() const { return *m_mirror; }
    [[nodiscard]] const OriginHighlighter& highlighter() const { return *m_highlighter; }
    [[nodiscard]] const WordCounter& wordCounter() const { return *m_words; }
    // The line at a place, as wide as the caret, in the viewport.
    [[nodiscard]] QRect lineRect(qsizetype place) const;
    [[nodiscard]] const PageLayout& pageLayout() const { return *m_layout; }
    // Where the looks of words in sight come together; a new source of them joins here.
    [[nodiscard]] BlockFormats& formats();
    // The place on the page that is nearest to a point of the viewport. QTextEdit's own cursorForPosition()
    // takes a ghost for text.
    [[nodiscard]] QTextCursor cursorAtPoint(const QPoint& point) const;
    // The unit of text under a point of the viewport, if there is one.
    [[nodiscard]] std::optional<qsizetype> positionUnder(const QPoint& point) const;

signals:
    void wordsChanged(int words);
    void editingPlaceChanged();
    void hovered(std::optional<qsizetype> position);
    void zoomRequested(int steps);
    void ghostAllWanted();
    void ghostWordWanted();
    // The writer turned to something else.
    void ghostRejected();
    // `under`: the unit of text under the mouse, if the menu was asked for there.
    void menuRequested(const QPoint& globalPosition, std::optional<qsizetype> under);

protected:
    [[nodiscard]] QMimeData* createMimeDataFromSelection() const override;
    [[nodiscard]] bool canInsertFromMimeData(const QMimeData* source) const override;
    void insertFromMimeData(const QMimeData* source) override;
    void dropEvent(QDropEvent* event) override;
    bool event(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void inputMethodEvent(QInputMethodEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void onFilled();
    void onReset();
    void beforeStoryChange(const app::DocumentChange& change);
    void afterStoryChange(const app::DocumentChange& change);
    void centreColumn();
    void setPageMargins();
    [[nodiscard]] bool hasMarks() const;
    void showMarks();
    // Where the page is on the screen, to be there again when all of it has been laid out anew.
    struct Sight {
        QTextCursor top; // first character in sight
        int topOffset = 0;
        bool isAtBeginning = true;
        bool isCursorInSight = true;
    };
    [[nodiscard]] Sight sight() const;
    void restore(const Sight& sight);
    // Asking where something is may scroll as well (PageLayout::viewMoved), so the distance is computed
    // first.
    void scrollBy(int pixels);
    void onScrolled();
    void noteSight();
    void stepOverBreak(const QKeyEvent& event);
    [[nodiscard]] bool takesGhost(const QKeyEvent& event);
    void showGhost();
    [[nodiscard]] QTextCursor cursorAt(const app::TextRange& range) const;
    // Of a mark: a ghost stands in its place, or has moved it aside.
    [[nodiscard]] bool isBehindGhost(const QTextCursor& range) const;

    app::Document& m_story;
    PageLayout* m_layout; // the page's
    DocumentMirror* m_mirror;
    BreakAlignment* m_alignment;
    WordCounter* m_words;
    std::unique_ptr<OriginHighlighter> m_highlighter;
    GhostText* m_ghost;
    qsizetype m_ghostPlace = 0;
    QString m_ghostWords; // that should be shown; empty: none
    bool m_isComposing = false;
    FocusView* m_focusView;
    Colours m_colours;
    Typography m_typography;
    std::array<QList<app::TextRange>, 8> m_marks;
    bool m_areMarksOld = false; // the text has changed since they were painted
    app::TextRange m_marked;    // the part of the story whose marks are painted
    bool m_isHoverReported = false;
    bool m_isCursorInSight = true; // before the page changes its size

    // What beforeStoryChange() saw, for afterStoryChange().
    struct View {
        qsizetype cursorPosition = 0;
        qsizetype cursorAnchor = 0;
        bool follows = false;      // the place of the change was in sight, and nothing above it is
        qsizetype topPosition = 0; // of the first character in sight
        int topOffset = 0;         // its place on the screen
        bool isAboveView = false;  // the change is above what is in sight
    };
    View m_before;
};

} // namespace ui
