#include "ui/versions/difference_view.h"

#include <QElapsedTimer>
#include <QTextCursor>

#include <algorithm>

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

void DifferenceView::show(const std::shared_ptr<const VersionComparison>& comparison) {
    say({});
    if (comparison->pieces.isEmpty()) {
        setPlainText(tr("The text of this version is the text of now."));
        return;
    }
    m_comparison = comparison;
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
    for (const ShownPiece& piece : passage.pieces) {
        format = {};
        format.setForeground(m_colours.ink);
        if (piece.kind == ShownPiece::Kind::Removed) {
            format.setForeground(m_colours.problem);
            format.setFontStrikeOut(true);
        } else if (piece.kind == ShownPiece::Kind::Added) {
            format.setForeground(m_colours.accent);
            format.setFontUnderline(true);
        }
        QString text = piece.text;
        if (&piece == &passage.pieces.last() && text.endsWith(u'\n') && text.size() > 1)
            text.chop(1);
        cursor.insertText(text, format);
    }
    place.end = cursor.position();
    m_places.append(place);
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
