#include "ui/versions/difference_view.h"

#include <QElapsedTimer>
#include <QTextCursor>
#include <QTextTable>

#include <algorithm>
#include <utility>

namespace ui {

namespace {

constexpr int kSliceMs = 8;

} // namespace

DifferenceView::DifferenceView(QWidget* parent)
    : QTextEdit(parent)
    , m_colours(lightColours()) {
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setAccessibleName(tr("Difference to the text of now"));
    m_filling.setSingleShot(true);
    connect(&m_filling, &QTimer::timeout, this, &DifferenceView::fill);
}

void DifferenceView::setColours(const Colours& colours) {
    m_colours = colours;
    if (m_comparison)
        show(m_comparison);
}

void DifferenceView::say(const QString& sentence) {
    m_filling.stop();
    m_comparison.reset();
    m_places.clear();
    setPlainText(sentence);
}

void DifferenceView::show(std::shared_ptr<const VersionComparison> comparison) {
    say({});
    if (comparison->pieces.isEmpty()) {
        setPlainText(tr("The text of this version is the text of now."));
        return;
    }
    m_comparison = std::move(comparison);
    m_next = 0;
    fill();
}

void DifferenceView::fill() {
    QElapsedTimer time;
    time.start();
    while (m_comparison && m_next < m_comparison->passages.size() && !time.hasExpired(kSliceMs))
        append(m_comparison->passages[m_next++]);
    if (m_comparison && m_next < m_comparison->passages.size())
        m_filling.start(0);
}

void DifferenceView::append(const ShownPassage& passage) {
    QTextCursor cursor(document());
    cursor.movePosition(QTextCursor::End);
    if (!document()->isEmpty())
        cursor.insertBlock();
    QTextCharFormat format;
    if (passage.difference < 0) {
        format.setForeground(m_colours.quietInk);
        format.setFontItalic(true);
        cursor.insertText(tr("%n paragraph(s) the same", nullptr, static_cast<int>(passage.paragraphs)),
                          format);
        return;
    }
    Place place;
    place.first = cursor.position();
    if (m_isSideBySide)
        appendInTwo(cursor, passage);
    else
        for (const ShownPiece& piece : passage.pieces)
            insert(cursor, piece, &piece == &passage.pieces.last());
    cursor.movePosition(QTextCursor::End);
    place.end = cursor.position();
    m_places.append(place);
}

// A table of one row for each difference, so that both sides begin at the same height, and a long comparison
// is laid out piece by piece.
void DifferenceView::appendInTwo(QTextCursor& cursor, const ShownPassage& passage) {
    QTextTableFormat format;
    format.setWidth(QTextLength(QTextLength::PercentageLength, 100));
    format.setColumnWidthConstraints(
        {QTextLength(QTextLength::PercentageLength, 50), QTextLength(QTextLength::PercentageLength, 50)});
    format.setCellPadding(6);
    format.setCellSpacing(0);
    format.setBorderCollapse(true);
    format.setBorderBrush(m_colours.border);
    QTextTable* const table = cursor.insertTable(1, 2, format);
    for (int side = 0; side < 2; ++side) {
        const auto hidden = side == 0 ? ShownPiece::Kind::Added : ShownPiece::Kind::Removed;
        qsizetype last = passage.pieces.size() - 1;
        while (last > 0 && passage.pieces[last].kind == hidden)
            --last;
        QTextCursor cell = table->cellAt(0, side).firstCursorPosition();
        for (qsizetype i = 0; i <= last; ++i)
            if (passage.pieces[i].kind != hidden)
                insert(cell, passage.pieces[i], i == last);
    }
}

void DifferenceView::insert(QTextCursor& cursor, const ShownPiece& piece, bool isLast) {
    QTextCharFormat format;
    format.setForeground(m_colours.ink);
    if (piece.kind == ShownPiece::Kind::Removed) {
        format.setForeground(m_colours.warningInk);
        format.setFontStrikeOut(true);
    } else if (piece.kind == ShownPiece::Kind::Added) {
        format.setForeground(m_colours.accent);
        format.setFontUnderline(true);
    }
    QString text = piece.text;
    if (isLast && text.endsWith(u'\n') && text.size() > 1)
        text.chop(1);
    cursor.insertText(text, format);
}

void DifferenceView::setSideBySide(bool isSideBySide) {
    if (m_isSideBySide == isSideBySide)
        return;
    m_isSideBySide = isSideBySide;
    if (m_comparison)
        show(m_comparison);
}

std::pair<int, int> DifferenceView::selectedDifferences() const {
    const QTextCursor cursor = textCursor();
    std::pair<int, int> found{-1, -1};
    for (qsizetype i = 0; i < m_places.size(); ++i) {
        if (m_places[i].first <= cursor.selectionEnd() && m_places[i].end >= cursor.selectionStart()) {
            found.second = static_cast<int>(i);
            if (found.first < 0)
                found.first = static_cast<int>(i);
        }
    }
    return found;
}

} // namespace ui
