// page_layout.h: the layout of the story's page. Qt's own lays out a whole text before anything is painted,
// and again whenever the font, the width or the colours are others: seconds for a novel. This one lays a
// block out when it comes into sight or somebody asks where it is. All others have estimated heights, until
// pauses of the writer are long enough to lay them out as well. What is in sight stays where it is meanwhile:
// the editor is told how to scroll. It knows plain text in paragraphs of one format, which is all that a
// story is. Lines are put where Qt would put them, with two differences: a block's height is rounded up to
// whole pixels (block_heights.h), and a click in the space between two lines means the line above it.
// Threads: GUI thread only.
#pragma once

#include "ui/editor/layout/block_formats.h"
#include "ui/editor/layout/block_heights.h"

#include <QAbstractTextDocumentLayout>
#include <QFont>
#include <QTextBlockFormat>
#include <QTextOption>
#include <QTimer>

#include <optional>
#include <utility>

namespace ui {

class PageLayout : public QAbstractTextDocumentLayout {
    Q_OBJECT
    Q_PROPERTY(int cursorWidth MEMBER m_cursorWidth) // QTextEdit asks for it by this name

public:
    // To be made before anything else that listens to `page`; QTextDocument::setDocumentLayout() takes it.
    explicit PageLayout(QTextDocument& page);
    ~PageLayout() override;

    // Leading of all paragraphs. Not stored in the page, where changing it would touch every block.
    void setParagraphFormat(const QTextBlockFormat& format);
    [[nodiscard]] BlockFormats& formats() { return m_formats; }

    // The part of the page that is in sight, in pixels from the top of the page.
    void setView(int top, int height);
    // Lays out what is in sight, with its formats. To be called before it is painted.
    void prepareView();

    // True when all heights are exact.
    [[nodiscard]] bool isComplete() const { return m_heights.estimates() == 0; }
    // Blocks laid out since the start; tests hold keystrokes to it.
    [[nodiscard]] qint64 blocksLaidOut() const { return m_blocksLaidOut; }

    void draw(QPainter* painter, const PaintContext& context) override;
    [[nodiscard]] int hitTest(const QPointF& point, Qt::HitTestAccuracy accuracy) const override;
    [[nodiscard]] int pageCount() const override { return 1; }
    [[nodiscard]] QSizeF documentSize() const override;
    [[nodiscard]] QRectF frameBoundingRect(QTextFrame* frame) const override;
    [[nodiscard]] QRectF blockBoundingRect(const QTextBlock& block) const override;

signals:
    // Blocks above the view turned out higher or lower: what was in sight is where the view has this top.
    void viewMoved(int top);

protected:
    void documentChanged(int from, int removed, int added) override;

private:
    // What the lines of all blocks depend on.
    struct Setting {
        QFont font;
        qreal width = 0;
        QTextBlockFormat paragraph;
        QTextOption option;

        [[nodiscard]] bool equals(const Setting& other) const;
    };

    // While one lives, blocks may be laid out; the last one tells what has moved.
    class Work {
    public:
        explicit Work(PageLayout& layout);
        ~Work();
        Q_DISABLE_COPY_MOVE(Work)

    private:
        PageLayout& m_layout;
        int m_block = 0; // the first in sight, and where it begins
        int m_top = 0;
    };

    [[nodiscard]] Setting setting() const;
    void remeasureAll();
    void replaceBlocks(int from, int added);
    void onFormatsInvalid(int position, int length);
    void onContentsChange(int from, int added);
    void layOutMore();
    void waitForPause();

    // --- one block ---
    [[nodiscard]] BlockHeights::Block estimated(const QTextBlock& block) const;
    void measureUnits();
    // Lays a block out if need be, with its formats if they are wanted.
    void ensure(const QTextBlock& block, int number, bool isFormatted);
    // And its neighbours, a screen up and down, so that who scrolls there finds it where it is said to be.
    void ensureAround(const QTextBlock& block);
    void applyFormats(const QTextBlock& block);
    [[nodiscard]] int makeLines(const QTextBlock& block) const; // returns the height
    void drawBlock(QPainter& painter, const QTextBlock& block, const PaintContext& context) const;

    // In the middle of an edit, blocks cannot be given formats (Qt would forget the edit), and the heights
    // may be those of other blocks.
    [[nodiscard]] bool isInEdit() const;
    [[nodiscard]] int topMargin() const;
    [[nodiscard]] int bottomMargin() const;
    [[nodiscard]] int topOf(int block) const { return topMargin() + m_heights.top(block); }

    BlockFormats m_formats;
    QTextBlockFormat m_paragraph;
    Setting m_setting; // that the heights were made for
    BlockHeights m_heights;
    double m_unitWidth = 8; // of a character on average, for estimates
    double m_lineHeight = 16;
    int m_viewTop = 0;
    int m_viewHeight = 0;
    int m_toldHeight = -1; // by documentSizeChanged()
    int m_cursorWidth = 1;
    int m_settledRevision = -1; // of the page, when the last edit was complete
    int m_works = 0;
    std::optional<std::pair<int, int>> m_replaced; // by onContentsChange(); documentChanged() is told next
    bool m_isViewStale = false;                    // the lines in sight have moved
    bool m_isFormatting = false;                   // changes come from applyFormats()
    qint64 m_blocksLaidOut = 0;
    QTimer m_pause; // until more is laid out
    int m_next = 0; // block that is looked at then
};

} // namespace ui
