// attempts_desk.h: a window with the panel of attempts at hand, for the tests of its tree and its cards.
#pragma once

#include "app/writing/story_writer.h"
#include "tests/ui/support/desk.h"
#include "ui/attempts/alternative_cards.h"
#include "ui/attempts/attempt_row.h"
#include "ui/attempts/attempt_tree.h"
#include "ui/attempts/attempts_dock.h"
#include "ui/editor/story_editor.h"
#include "ui/window/actions.h"
#include "ui/window/message_bar.h"

#include <QAction>
#include <QApplication>
#include <QMenu>
#include <QPushButton>
#include <QTest>

namespace test {

inline QString storyStart() { return QStringLiteral("Once upon a time"); }

struct AttemptsDesk : Desk {
    explicit AttemptsDesk(const app::ScriptedGenerator::Script& script = {})
        : Desk(storyStart(), script) {}

    ui::AttemptsDock& dock() { return window->attempts(); }
    ui::AttemptTree& tree() { return dock().tree(); }
    ui::AlternativeCards& cards() { return dock().cards(); }
    void press(QWidget& widget, Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(&widget, key, modifiers);
    }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) { press(window->editor(), key, modifiers); }
    [[nodiscard]] bool alternatives(int count) {
        dock().setAlternatives(count);
        key(Qt::Key_Return, Qt::AltModifier);
        return waitForIdle();
    }
    // The tree in words: a row a line, two blanks a level; * stands in the story, ! is at the cursor, | goes
    // on from the row above on its level.
    QString drawn(const QTreeWidgetItem* item = nullptr, const QString& indent = {}) {
        if (item == nullptr)
            item = tree().invisibleRootItem();
        QString lines;
        for (int i = 0; i < item->childCount(); ++i) {
            const QTreeWidgetItem* const child = item->child(i);
            lines += indent + QString::number(child->data(0, ui::RunRole).toLongLong());
            lines += child->data(0, ui::StandsRole).toBool() ? QStringLiteral("*") : QString();
            lines += child->data(0, ui::CurrentRole).toBool() ? QStringLiteral("!") : QString();
            lines += child->data(0, ui::FollowsRole).toBool() ? QStringLiteral("|") : QString();
            lines += u'\n' + drawn(child, indent + QStringLiteral("  "));
        }
        return lines;
    }
    QTreeWidgetItem* item(app::RunId run) {
        for (QTreeWidgetItemIterator it(&tree()); *it; ++it)
            if ((*it)->data(0, ui::RunRole).toLongLong() == run)
                return *it;
        return nullptr;
    }
    void choose(app::RunId run) {
        tree().setFocus();
        tree().setCurrentItem(item(run));
    }
    [[nodiscard]] QString text() const { return parts.document.text(); }
    [[nodiscard]] const app::RunRecord& run(app::RunId id) const { return *parts.runs.run(id); }
    QPushButton* messageButton(const QString& words) {
        for (QPushButton* const button : window->messages().findChildren<QPushButton*>())
            if (button->isVisible() && button->text().remove(u'&').contains(words))
                return button;
        return nullptr;
    }
    static QAction* menuEntry(const QString& words) {
        for (QWidget* const widget : QApplication::topLevelWidgets())
            if (const auto* const menu = qobject_cast<QMenu*>(widget); menu != nullptr && menu->isVisible())
                for (QAction* const action : menu->actions())
                    if (action->text().remove(u'&').startsWith(words))
                        return action;
        return nullptr;
    }
};

} // namespace test
