// ghost_text.h: shows a suggestion on the page without putting it there. It is laid out with the paragraph
// behind a place in it, as what an input method composes is (QTextLayout's preedit area): it wraps like text,
// and what follows moves aside, in the middle of a line, too. The document does not have it, so nothing that
// reads the document (story, word count, search, clipboard, screen readers) ever meets it.
// While an input method composes, the preedit area is its own: there is no ghost then.
// Threads: GUI thread only.
#pragma once

#include <QColor>
#include <QObject>
#include <QString>
#include <QTextCursor>

class QTextBlock;
class QTextDocument;
class QTextLayout;

namespace ui {

class GhostText : public QObject {
    Q_OBJECT

public:
    explicit GhostText(QTextDocument& page, QObject* parent = nullptr);

    void setColour(const QColor& colour);
    // At a position on the page, in place of what was shown; may be called while the page tells of a change.
    void show(int position, const QString& text);
    void hide();
    [[nodiscard]] bool isShown() const { return !m_text.isEmpty(); }
    [[nodiscard]] int position() const { return m_place.position(); } // on the page
    [[nodiscard]] const QString& text() const { return m_text; }
    // Where the character is in the block that the layout has at `offset`; -1 if it is the ghost's.
    [[nodiscard]] int withoutGhost(const QTextBlock& block, int offset) const;

private:
    void take();
    void put();
    void onContentsChanged();

    QTextDocument& m_page;
    QTextCursor m_place; // goes along with changes of the page
    QString m_text;      // empty: nothing is shown
    QColor m_colour;
    QTextCursor m_laidOutAt;  // where it was when it was last laid out
    bool m_isLaidOut = false; // with the paragraph it is in
    bool m_isTelling = false; // the page is telling of a change
};

} // namespace ui
