// outline_desk.h: a window with the outline open, on a book of three chapters, and hands for its rows.
// Threads: the test's.
#pragma once

#include "tests/ui/support/desk.h"
#include "ui/editor/story_editor.h"
#include "ui/outline/outline_dock.h"
#include "ui/outline/outline_row_view.h"
#include "ui/outline/outline_tree.h"
#include "ui/window/actions.h"

#include <QAction>
#include <QLineEdit>
#include <QTest>
#include <QTreeWidgetItemIterator>

namespace test {

inline QString book() {
    return QStringLiteral(
        "# One\n\nAnna came.\n\n***\n\nBen left early.\n\n# Two\n\nClara slept.\n\n# Three\n\nDora "
        "woke up.");
}

struct OutlineDesk : Desk {
    explicit OutlineDesk(const QString& text = book())
        : Desk(text) {
        window->actions().showOutline->trigger();
        tree().fillNow();
    }
    ui::OutlineDock& dock() { return window->outline(); }
    ui::OutlineTree& tree() { return dock().tree(); }
    ui::StoryEditor& editor() { return window->editor(); }
    QString text() { return parts.document.text(); }
    // A row a line: level by blanks, title, words; ! is at the cursor.
    QString drawn(const QTreeWidgetItem* item = nullptr, const QString& indent = {}) {
        if (item == nullptr)
            item = tree().invisibleRootItem();
        QString lines;
        for (int i = 0; i < item->childCount(); ++i) {
            const QTreeWidgetItem* const child = item->child(i);
            lines += indent + child->data(0, ui::ShownRole).toString() + u' ' +
                     child->data(0, ui::CountRole).toString() +
                     (child->data(0, ui::CursorRole).toBool() ? QStringLiteral("!") : QString()) + u'\n' +
                     drawn(child, indent + u' ');
        }
        return lines;
    }
    QTreeWidgetItem* item(const QString& title) {
        for (QTreeWidgetItemIterator it(&tree()); *it; ++it)
            if ((*it)->data(0, ui::ShownRole).toString().startsWith(title))
                return *it;
        return nullptr;
    }
    void choose(const QString& title) {
        tree().fillNow();
        tree().setFocus();
        tree().setCurrentItem(item(title));
    }
    // The mouse lets go of a row: at the upper edge of another one, in its middle, at its lower edge.
    void drop(const QString& title, const QString& target, double height) {
        choose(title);
        const QRect rect = tree().visualItemRect(item(target));
        const QPoint point(rect.center().x(), rect.top() + qRound((rect.height() - 1) * height));
        tree().dropRow(tree().rowOf(tree().currentItem()), point);
        tree().fillNow();
    }
    void writeName(const QString& name) {
        auto* const line = tree().findChild<QLineEdit*>();
        QVERIFY(line != nullptr);
        line->selectAll();
        QTest::keyClicks(line, name);
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_VERIFY(tree().findChild<QLineEdit*>() == nullptr);
    }
};

} // namespace test
