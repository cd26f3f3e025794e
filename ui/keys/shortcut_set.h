// shortcut_set.h: the keys of all commands: the usual ones, those the writer gave instead, and who has which.
// A command is an action of the window that has an object name and words; one that is added later is found by
// itself.
// Threads: GUI thread only.
#pragma once

#include <QHash>
#include <QKeySequence>
#include <QList>
#include <QObject>
#include <QString>

class QAction;
class QMainWindow;

namespace app {
class Preferences;
}

namespace ui {

class ShortcutSet : public QObject {
    Q_OBJECT

public:
    // Gives the commands of `window` the writer's keys. Both outlive the set.
    ShortcutSet(QMainWindow& window, app::Preferences& preferences);

    struct Command {
        QAction* action;
        QString title; // without mnemonic and dots
        QString group; // the menu that it stands in; empty: in none
    };
    [[nodiscard]] QList<Command> commands() const; // in the order of the menus
    [[nodiscard]] bool isChanged(const QAction& action) const;

    // Why `keys` cannot be the command's, as one sentence; empty if they can.
    [[nodiscard]] QString refusal(const QKeySequence& keys) const;
    // Who has them already; nullptr: nobody, or `action` itself.
    [[nodiscard]] QAction* holder(const QKeySequence& keys, const QAction& action) const;
    // In force at once, and remembered. Takes them from whoever has them. An empty list: no keys.
    void setKeys(QAction& action, const QList<QKeySequence>& keys);
    void reset(QAction& action);
    void resetAll();

    [[nodiscard]] static QString titleOf(const QAction& action);

signals:
    void changed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void adopt(QAction& action);
    void giveWay(QAction& action);
    void give(QAction& action, const QList<QKeySequence>& keys);
    void remember(const QAction& action);

    QMainWindow& m_window;
    app::Preferences& m_preferences;
    QHash<const QAction*, QList<QKeySequence>> m_usual;
};

} // namespace ui
