// story_editor.h: the page the story is written on: a centred column of text that mirrors an app::Document.
// While text streams in, the cursor, the selection and what is on screen stay where they are; the view goes
// along only if the place where the text grows was in sight.
// Threads: GUI thread only.
#pragma once

#include "app/document/document.h"
#include "ui/theme/colours.h"
#include "ui/theme/typography.h"

#include <QTextEdit>

#include <array>
#include <optional>

namespace ui {

class DocumentMirror;
class OriginHighlighter;
class WordCounter;

class StoryEditor : public QTextEdit {
    Q_OBJECT

public:
    // Grounds painted behind words, in this order, later ones over earlier ones.
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
    // Selects a range and brings it into view.
    void showRange(const app::TextRange& range);
    // Scrolls so that a range is in sight, without touching the cursor.
    void reveal(const app::TextRange& range);

    [[nodiscard]] DocumentMirror& mirror() { return *m_mirror; }
    [[nodiscard]] const OriginHighlighter& highlighter() const { return *m_highlighter; }
    [[nodiscard]] const WordCounter& wordCounter() const { return *m_words; }
    // The unit of text under a point of the viewport, if there is one.
    [[nodiscard]] std::optional<qsizetype> positionUnder(const QPoint& point) const;

signals:
    void wordsChanged(int words);
    void hovered(std::optional<qsizetype> position);
    void zoomRequested(int steps);
    void menuRequested(const QPoint& globalPosition);

protected:
    bool event(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;
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
    void showMarks();
    void noteSight();

    app::Document& m_story;
    DocumentMirror* m_mirror;
    WordCounter* m_words;
    OriginHighlighter* m_highlighter;
    Colours m_colours;
    Typography m_typography;
    std::array<QList<app::TextRange>, 4> m_marks;
    bool m_areMarksOld = false; // the text has changed since they were painted
    bool m_isHoverReported = false;
    bool m_isCursorInSight = true; // before the page changes its size

    // What beforeStoryChange() saw, for afterStoryChange().
    struct View {
        int cursorPosition = 0;
        int cursorAnchor = 0;
        bool follows = false;     // the place of the change was in sight, and nothing above it is
        int topPosition = 0;      // of the first character in sight
        int topOffset = 0;        // its place on the screen
        bool isAboveView = false; // the change is above what is in sight
    };
    View m_before;
};

} // namespace ui
