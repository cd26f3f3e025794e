// outline_row_view.h: how a row of the outline looks: the title, the words at the right, and a mark where the
// cursor is.
// Threads: GUI thread only.
#pragma once

#include <QStyledItemDelegate>

namespace ui {

enum OutlineRole {
    TitleRole = Qt::UserRole, // as it can be edited
    ShownRole,                // as it is shown
    CountRole,                // words, as a text
    CursorRole,               // the cursor is in it
    QuietRole,                // the title is not the writer's: first words of a scene
};

class OutlineRowView : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                                        const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;
};

} // namespace ui
