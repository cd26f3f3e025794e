// break_alignment.h: keeps the breaks in very long paragraphs (soft_breaks.h) out of sight: a block that grew
// too long is broken at once, one that shrank is joined to its neighbour, and the breaks near what is on the
// screen are put where a line ends anyway, as soon as the writer pauses.
// Threads: GUI thread only.
#pragma once

#include <QObject>
#include <QSet>
#include <QTimer>

class QTextBlock;

namespace ui {

class DocumentMirror;
class StoryEditor;

class BreakAlignment : public QObject {
    Q_OBJECT

public:
    BreakAlignment(StoryEditor& editor, DocumentMirror& mirror);

    // To be called when the lines have another width.
    void onLinesChanged();

private:
    void wake();
    void noteChange(int position, int removed, int added);
    void breakChanged();
    void align();
    // Where the break behind `block` should be; -1: nowhere, the blocks are one.
    [[nodiscard]] int betterPlace(const QTextBlock& block) const;

    StoryEditor& m_editor;
    DocumentMirror& m_mirror;
    QTimer m_soon;  // when the change that is going on is done
    QTimer m_pause; // of the writer
    int m_changedFrom = 0;
    int m_changedTo = -1;
    // Breaks that were moved since the text or the lines changed; once is enough, however the widths are
    // rounded.
    QSet<qsizetype> m_settled;
    bool m_isAligning = false;
};

} // namespace ui
