#include "ui/keys/key_hint.h"

#include "ui/keys/shortcut_set.h"

#include <QAction>
#include <QEvent>
#include <QMainWindow>
#include <QWidget>

#include <algorithm>
#include <utility>

namespace ui {

namespace {

const QMainWindow* mainWindowOf(const QWidget& widget) {
    for (const QWidget* at = &widget; at != nullptr; at = at->parentWidget())
        if (const auto* const window = qobject_cast<const QMainWindow*>(at))
            return window;
    return nullptr;
}

const QAction* commandOf(const QWidget& widget, const char* command) {
    const QMainWindow* const window = mainWindowOf(widget);
    if (window == nullptr)
        return nullptr;
    const QList<QAction*> actions = window->actions();
    const auto found = std::ranges::find(actions, QLatin1String(command),
                                         [](const QAction* action) { return action->objectName(); });
    return found == actions.end() ? nullptr : *found;
}

} // namespace

QString keysOf(const QWidget& widget, const char* command) {
    const QAction* const action = commandOf(widget, command);
    if (action == nullptr)
        return {};
    return action->shortcut().isEmpty() ? QStringLiteral("“%1”").arg(ShortcutSet::titleOf(*action))
                                        : action->shortcut().toString(QKeySequence::NativeText);
}

QString withKeys(const QWidget& widget, const QString& text, const char* command) {
    const QAction* const action = commandOf(widget, command);
    if (action == nullptr || action->shortcut().isEmpty())
        return text;
    return QStringLiteral("%1 (%2)").arg(text, action->shortcut().toString(QKeySequence::NativeText));
}

bool isKeyOf(const QWidget& widget, int key, Qt::KeyboardModifiers modifiers, const char* command) {
    const QAction* const action = commandOf(widget, command);
    return action != nullptr && action->shortcuts().contains(QKeySequence(QKeyCombination(
                                    modifiers & ~Qt::KeypadModifier, static_cast<Qt::Key>(key))));
}

KeyHint::KeyHint(QWidget& widget, std::function<void()> show)
    : QObject(&widget)
    , m_widget(widget)
    , m_show(std::move(show)) {
    widget.installEventFilter(this);
}

bool KeyHint::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Show || event->type() == QEvent::ToolTip) {
        if (!m_isListening)
            listen();
        m_show();
    }
    return QObject::eventFilter(watched, event);
}

// Not in the constructor: a widget comes into its window later.
void KeyHint::listen() {
    const QMainWindow* const window = mainWindowOf(m_widget);
    const auto* const keys = window != nullptr ? window->findChild<ShortcutSet*>() : nullptr;
    if (keys == nullptr)
        return;
    connect(keys, &ShortcutSet::changed, this, m_show);
    m_isListening = true;
}

} // namespace ui
