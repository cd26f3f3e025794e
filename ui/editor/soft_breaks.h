// soft_breaks.h: where the page breaks a paragraph into several blocks that the story does not know of.
// Qt lays a block out as a whole whenever a letter of it changes, so a paragraph of a megabyte would take
// tens of seconds a key. Long paragraphs are therefore shown as a row of blocks, and the separators between
// these are the page's own: positions on the page and positions in the story differ by the number of such
// separators before them.
// Threads: a value.
#pragma once

#include <QList>
#include <QtGlobal>

namespace ui {

class SoftBreaks {
public:
    // A place in the story where a paragraph is broken is two places on the page.
    enum class Side { EndOfBlock, StartOfNext };

    [[nodiscard]] qsizetype count() const { return m_places.size(); }
    // Positions of the separators on the page, ascending.
    [[nodiscard]] const QList<qsizetype>& places() const { return m_places; }
    [[nodiscard]] bool contains(qsizetype onPage) const;

    [[nodiscard]] qsizetype toStory(qsizetype onPage) const;
    [[nodiscard]] qsizetype toPage(qsizetype inStory, Side side = Side::StartOfNext) const;

    void clear() { m_places.clear(); }
    // A separator was put at `onPage`; what was there stands behind it now.
    void insert(qsizetype onPage);
    // `removed` units of the page at `onPage`, separators among them, gave way to `added` ones without any.
    void replace(qsizetype onPage, qsizetype removed, qsizetype added);

private:
    [[nodiscard]] qsizetype countBefore(qsizetype onPage) const;

    QList<qsizetype> m_places;
};

} // namespace ui
