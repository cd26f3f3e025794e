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
class OriginHighlighter;
class PageLayout;
class WordCounter;

class StoryEditor : public QTextEdit {
    Q_OBJECT

public:
    // Grounds painted behind words, in this order, later ones over earlier ones. What else makes words look
    // otherwise goes through formats().
    enum class Mark { Match, CurrentMatch, Hovered, Locked };

    explicit StoryEditor(app::Document& story, QWidget* parent = nullptr);
    ~StoryEditor() override;

    void setColours(const Colours& colours);
    void setTypography(const Typography& typography);
    void setOriginsShown(bool isShown);
    void setMarks(Mark mark, const QList<app::TextRange>& ranges);
    [[nodiscard]] const QList<app::TextRange>& marks(Mark mark) const {
        return m_marks[static_cast<std::size_t>(mark)];
    }

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
    // Scrolls so that a range is in sight, without touching the cursor.
    void reveal(const app::TextRange& range);

    [[nodiscard]] DocumentMirror& mirror() { return *m_mirror; }
    [[nodiscard]] const DocumentMirror& mirror() const { return *m_mirror; }
    [[nodiscard]] const OriginHighlighter& highlighter() const { return *m_highlighter; }
    [[nodiscard]] const WordCounter& wordCounter() const { return *m_words; }
    [[nodiscard]] const PageLayout& pageLayout() const { return *m_layout; }
    // Where the looks of words in sight come together; a new source of them joins here.
    [[nodiscard]] BlockFormats& formats();
    // The unit of text under a point of the viewport, if there is one.
    [[nodiscard]] std::optional<qsizetype> positionUnder(const QPoint& point) const;

signals:
    void wordsChanged(int words);
    void editingPlaceChanged();
    void hovered(std::optional<qsizetype> position);
    void zoomRequested(int steps);
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
    [[nodiscard]] QTextCursor cursorAt(const app::TextRange& range) const;

    app::Document& m_story;
    PageLayout* m_layout; // the page's
    DocumentMirror* m_mirror;
    BreakAlignment* m_alignment;
    WordCounter* m_words;
    std::unique_ptr<OriginHighlighter> m_highlighter;
    Colours m_colours;
    Typography m_typography;
    std::array<QList<app::TextRange>, 4> m_marks;
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
