// keys_page.h: all commands with their keys: found by a word or a key, changed, given back.
// Threads: GUI thread only.
#pragma once

#include <QKeySequence>
#include <QWidget>

class QAction;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace ui {

class KeyRecorder;
class ShortcutSet;

class KeysPage : public QWidget {
    Q_OBJECT

public:
    explicit KeysPage(ShortcutSet& shortcuts, QWidget* parent = nullptr);

    // The command of this object name, chosen in the list. False: there is none.
    bool choose(const QString& command);

private:
    void build();
    void fill();
    void search(const QString& words);
    void record(const QKeySequence& keys);
    void give(const QKeySequence& keys);
    void refresh();
    void say(const QString& words);
    [[nodiscard]] QAction* chosen() const;
    [[nodiscard]] QTreeWidgetItem* itemOf(const QAction* action) const;
    [[nodiscard]] static QString keysOf(const QAction& action);

    ShortcutSet& m_shortcuts;
    QLineEdit* m_search;
    QTreeWidget* m_list;
    KeyRecorder* m_recorder;
    QPushButton* m_take; // keys that another command has
    QPushButton* m_remove;
    QPushButton* m_reset;
    QPushButton* m_resetAll;
    QLabel* m_message;
    QKeySequence m_taken; // what was pressed, and another command has
};

} // namespace ui
