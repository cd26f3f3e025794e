// attempt_row.h: a row of the tree of attempts: a mark, the first words, and a small grey line with when, by
// which model and how long. A full mark: it stands in the story; bold words: it is at the cursor. A line
// joins the marks of attempts that go on from each other.
// Threads: GUI thread only.
#pragma once

#include "app/document/text_origin.h"

#include <QStyledItemDelegate>

namespace app {
class RunHistory;
struct RunRecord;
} // namespace app

namespace ui {

enum AttemptRole {
    RunRole = Qt::UserRole,
    NameRole,     // that the writer gave it; empty: none
    LeadRole,     // the last words before it, if it begins inside of its parent
    WordsRole,    // its name or its first words
    AboutRole,    // the grey line
    StandsRole,   // bool: in the story
    CurrentRole,  // bool: at the cursor
    FollowsRole,  // bool: goes on from the row above it on its level
    ContinuesRole // bool: the row below it on its level goes on from it
};

// The words before the place in its parent at which an attempt begins; empty if it begins at the end of it.
[[nodiscard]] QString leadOf(const app::RunRecord& attempt, const app::RunHistory& runs);
[[nodiscard]] QString titleOf(const app::RunRecord& attempt, const app::RunHistory& runs);
// When, which model, how long.
[[nodiscard]] QString aboutOf(const app::RunRecord& attempt);

class AttemptRow final : public QStyledItemDelegate {
    Q_OBJECT

public:
    static constexpr int kMarkWidth = 20; // from the left of a row to its words

    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    // The name alone is edited.
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const override;
};

} // namespace ui
