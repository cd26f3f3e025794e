#include "ui/outline/outline_row_view.h"

#include "ui/theme/row_frame.h"

#include <QLineEdit>
#include <QPainter>

namespace ui {

namespace {

constexpr int kPadding = 5;
constexpr int kCursorMark = 3; // wide

} // namespace

void OutlineRowView::paint(QPainter* painter, const QStyleOptionViewItem& option,
                           const QModelIndex& index) const {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    drawRowFrame(*painter, option, option.rect.adjusted(0, 1, -3, -1));
    const bool isAtCursor = index.data(CursorRole).toBool();
    if (isAtCursor) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(option.palette.color(QPalette::Link));
        const QRect row = option.rect;
        painter->drawRoundedRect(
            QRectF(row.left() + 2, row.top() + kPadding, kCursorMark, row.height() - 2 * kPadding), 1.5, 1.5);
    }
    QRect inside = option.rect.adjusted(kPadding + 5, 0, -kPadding - 6, 0);
    const QString count = index.data(CountRole).toString();
    painter->setFont(option.font);
    painter->setPen(option.palette.color(QPalette::PlaceholderText));
    painter->drawText(inside, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, count);
    inside.setRight(inside.right() - QFontMetrics(option.font).horizontalAdvance(count) - 10);
    QFont font = option.font;
    font.setBold(isAtCursor);
    painter->setFont(font);
    if (!index.data(QuietRole).toBool())
        painter->setPen(option.palette.color(QPalette::Text));
    painter->drawText(
        inside, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
        QFontMetrics(font).elidedText(index.data(ShownRole).toString(), Qt::ElideRight, inside.width()));
    painter->restore();
}

QSize OutlineRowView::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    Q_UNUSED(index)
    return {120, QFontMetrics(option.font).height() + 2 * kPadding};
}

QWidget* OutlineRowView::createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                                      const QModelIndex& index) const {
    Q_UNUSED(option)
    auto* line = new QLineEdit(parent);
    line->setAccessibleName(tr("Name of the chapter or scene"));
    line->setPlaceholderText(index.data(ShownRole).toString());
    return line;
}

void OutlineRowView::setEditorData(QWidget* editor, const QModelIndex& index) const {
    if (auto* const line = qobject_cast<QLineEdit*>(editor)) {
        line->setText(index.data(TitleRole).toString());
        line->selectAll();
    }
}

void OutlineRowView::setModelData(QWidget* editor, QAbstractItemModel* model,
                                  const QModelIndex& index) const {
    if (const auto* const line = qobject_cast<QLineEdit*>(editor))
        model->setData(index, line->text().simplified(), TitleRole);
}

} // namespace ui
