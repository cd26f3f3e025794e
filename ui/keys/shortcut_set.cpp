#include "ui/keys/shortcut_set.h"

#include "app/preferences/preferences.h"

#include <QAction>
#include <QActionEvent>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>

#include <algorithm>

namespace ui {

namespace {

// What moves the cursor and erases on the page: there such keys would never reach a command.
constexpr QKeySequence::StandardKey kKeysOfThePage[] = {
    QKeySequence::MoveToNextChar,
    QKeySequence::MoveToPreviousChar,
    QKeySequence::MoveToNextWord,
    QKeySequence::MoveToPreviousWord,
    QKeySequence::MoveToNextLine,
    QKeySequence::MoveToPreviousLine,
    QKeySequence::MoveToNextPage,
    QKeySequence::MoveToPreviousPage,
    QKeySequence::MoveToStartOfLine,
    QKeySequence::MoveToEndOfLine,
    QKeySequence::MoveToStartOfBlock,
    QKeySequence::MoveToEndOfBlock,
    QKeySequence::MoveToStartOfDocument,
    QKeySequence::MoveToEndOfDocument,
    QKeySequence::SelectNextChar,
    QKeySequence::SelectPreviousChar,
    QKeySequence::SelectNextWord,
    QKeySequence::SelectPreviousWord,
    QKeySequence::SelectNextLine,
    QKeySequence::SelectPreviousLine,
    QKeySequence::SelectNextPage,
    QKeySequence::SelectPreviousPage,
    QKeySequence::SelectStartOfLine,
    QKeySequence::SelectEndOfLine,
    QKeySequence::SelectStartOfDocument,
    QKeySequence::SelectEndOfDocument,
    QKeySequence::Delete,
    QKeySequence::Backspace,
    QKeySequence::DeleteStartOfWord,
    QKeySequence::DeleteEndOfWord,
};

bool belongsToThePage(const QKeySequence& keys) {
    return std::ranges::any_of(kKeysOfThePage, [&keys](QKeySequence::StandardKey standard) {
        return QKeySequence::keyBindings(standard).contains(keys);
    });
}

// Enter is two keys; a command means both.
QList<QKeySequence> withBothEnters(const QList<QKeySequence>& keys) {
    QList<QKeySequence> all;
    for (const QKeySequence& sequence : keys) {
        const QKeyCombination combination = sequence[0];
        const bool isReturn = combination.key() == Qt::Key_Return;
        const bool isEnter = combination.key() == Qt::Key_Enter;
        if (!all.contains(sequence))
            all.append(sequence);
        if (sequence.count() == 1 && (isReturn || isEnter)) {
            const QKeySequence other(
                QKeyCombination(combination.keyboardModifiers(), isReturn ? Qt::Key_Enter : Qt::Key_Return));
            if (!all.contains(other))
                all.append(other);
        }
    }
    return all;
}

QString firstKey(const QList<QKeySequence>& keys) {
    return keys.isEmpty() ? QString()
                          : QStringLiteral(" (%1)").arg(keys.first().toString(QKeySequence::NativeText));
}

void collect(const QMenu& menu, const QString& group, QList<ShortcutSet::Command>& commands) {
    for (QAction* const action : menu.actions()) {
        if (action->menu() != nullptr)
            collect(*action->menu(), group, commands);
        else if (!action->objectName().isEmpty())
            commands.append({action, ShortcutSet::titleOf(*action), group});
    }
}

} // namespace

ShortcutSet::ShortcutSet(QMainWindow& window, app::Preferences& preferences)
    : QObject(&window)
    , m_window(window)
    , m_preferences(preferences) {
    for (QAction* const action : window.actions())
        adopt(*action);
    for (QAction* const action : window.actions())
        giveWay(*action);
    window.installEventFilter(this);
}

QString ShortcutSet::titleOf(const QAction& action) {
    return action.text().remove(u'&').remove(QChar(0x2026));
}

bool ShortcutSet::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ActionAdded) {
        QAction& action = *static_cast<QActionEvent*>(event)->action();
        adopt(action);
        giveWay(action);
    }
    return QObject::eventFilter(watched, event);
}

void ShortcutSet::adopt(QAction& action) {
    if (action.objectName().isEmpty() || m_usual.contains(&action))
        return;
    m_usual.insert(&action, action.shortcuts());
    connect(&action, &QObject::destroyed, this, [this, gone = &action] { m_usual.remove(gone); });
    if (const auto own = m_preferences.keysOf(action.objectName())) {
        QList<QKeySequence> keys;
        for (const QString& name : *own)
            keys.append(QKeySequence(name, QKeySequence::PortableText));
        give(action, keys);
    }
}

// A command that is new in this version may come with keys that the writer gave to another one: two with the
// same keys would both be dead.
void ShortcutSet::giveWay(QAction& action) {
    if (!m_usual.contains(&action) || m_preferences.keysOf(action.objectName()))
        return;
    QList<QKeySequence> left = action.shortcuts();
    left.removeIf([this, &action](const QKeySequence& key) {
        const QAction* const other = holder(key, action);
        return other != nullptr && isChanged(*other);
    });
    if (left != action.shortcuts())
        give(action, left);
}

QList<ShortcutSet::Command> ShortcutSet::commands() const {
    QList<Command> commands;
    for (const QAction* const top : m_window.menuBar()->actions())
        if (top->menu() != nullptr)
            collect(*top->menu(), titleOf(*top), commands);
    for (QAction* const action : m_window.actions()) {
        const bool isListed = std::ranges::find(commands, action, &Command::action) != commands.end();
        if (!isListed && m_usual.contains(action) && !action->text().isEmpty())
            commands.append({action, titleOf(*action), {}});
    }
    commands.removeIf([this](const Command& command) { return !m_usual.contains(command.action); });
    return commands;
}

bool ShortcutSet::isChanged(const QAction& action) const {
    return action.shortcuts() != m_usual.value(&action);
}

QString ShortcutSet::refusal(const QKeySequence& keys) const {
    const QString name = keys.toString(QKeySequence::NativeText);
    if (keys.isEmpty())
        return tr("These are no keys.");
    const QKeyCombination first = keys[0];
    const bool isFunctionKey = first.key() >= Qt::Key_F1 && first.key() <= Qt::Key_F35;
    const bool hasControl = (first.keyboardModifiers() &
                             (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) != Qt::NoModifier;
    if (belongsToThePage(keys))
        return tr("%1 moves the cursor or erases on the page. Choose other keys.").arg(name);
    if (!hasControl && !isFunctionKey && first.key() != Qt::Key_Escape)
        return tr("%1 alone is for writing. Add Ctrl or Alt, or take a function key.").arg(name);
    for (const QAction* const menu : m_window.menuBar()->actions())
        if (menu->menu() != nullptr && QKeySequence::mnemonic(menu->text()) == keys)
            return tr("%1 opens the menu “%2”. Choose other keys.").arg(name, titleOf(*menu));
    return {};
}

QAction* ShortcutSet::holder(const QKeySequence& keys, const QAction& action) const {
    const QList<QKeySequence> wanted = withBothEnters({keys});
    for (const Command& command : commands()) {
        const bool hasOne = std::ranges::any_of(wanted, [&command](const QKeySequence& key) {
            return command.action->shortcuts().contains(key);
        });
        if (command.action != &action && hasOne)
            return command.action;
    }
    return nullptr;
}

void ShortcutSet::setKeys(QAction& action, const QList<QKeySequence>& keys) {
    const QList<QKeySequence> all = withBothEnters(keys);
    for (const QKeySequence& key : all) {
        while (QAction* const other = holder(key, action)) {
            QList<QKeySequence> left = other->shortcuts();
            left.removeIf([&key](const QKeySequence& has) { return withBothEnters({key}).contains(has); });
            give(*other, left);
            remember(*other);
        }
    }
    give(action, all);
    remember(action);
    emit changed();
}

void ShortcutSet::reset(QAction& action) { setKeys(action, m_usual.value(&action)); }

void ShortcutSet::resetAll() {
    for (const Command& command : commands()) {
        give(*command.action, m_usual.value(command.action));
        remember(*command.action);
    }
    emit changed();
}

void ShortcutSet::give(QAction& action, const QList<QKeySequence>& keys) {
    QString tip = action.toolTip();
    if (const QString old = firstKey(action.shortcuts()); !old.isEmpty() && tip.endsWith(old))
        tip.chop(old.size());
    action.setShortcuts(keys);
    action.setToolTip(tip + firstKey(keys));
}

void ShortcutSet::remember(const QAction& action) {
    if (!isChanged(action)) {
        m_preferences.setKeysOf(action.objectName(), std::nullopt);
        return;
    }
    QStringList names;
    for (const QKeySequence& key : action.shortcuts())
        names.append(key.toString(QKeySequence::PortableText));
    m_preferences.setKeysOf(action.objectName(), names);
}

} // namespace ui
