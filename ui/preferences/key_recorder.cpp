#include "ui/preferences/key_recorder.h"

#include <QKeyEvent>

namespace ui {

namespace {

bool isModifier(int key) {
    return key == Qt::Key_Control || key == Qt::Key_Shift || key == Qt::Key_Alt || key == Qt::Key_AltGr ||
           key == Qt::Key_Meta || key == Qt::Key_Super_L || key == Qt::Key_Super_R || key == Qt::Key_unknown;
}

bool leavesTheLine(const QKeyEvent& event) {
    const Qt::KeyboardModifiers others = event.modifiers() & ~Qt::ShiftModifier;
    return others == Qt::NoModifier &&
           (event.key() == Qt::Key_Tab || event.key() == Qt::Key_Backtab || event.key() == Qt::Key_Escape);
}

} // namespace

KeyRecorder::KeyRecorder(QWidget* parent)
    : QLineEdit(parent) {
    setReadOnly(true);
    setContextMenuPolicy(Qt::NoContextMenu);
    setPlaceholderText(tr("Click here and press the keys"));
    setAttribute(Qt::WA_InputMethodEnabled, false);
}

bool KeyRecorder::event(QEvent* event) {
    // Before a command of the window takes them.
    if (event->type() == QEvent::ShortcutOverride && !leavesTheLine(*static_cast<QKeyEvent*>(event))) {
        event->accept();
        return true;
    }
    return QLineEdit::event(event);
}

void KeyRecorder::keyPressEvent(QKeyEvent* event) {
    if (leavesTheLine(*event)) {
        event->ignore();
        return;
    }
    event->accept();
    if (isModifier(event->key()))
        return;
    Qt::KeyboardModifiers modifiers = event->modifiers() & ~Qt::KeypadModifier;
    // “?” and the like need Shift to be typed; the sign says it already.
    const bool isSign = !event->text().isEmpty() && event->text().front().isPrint() &&
                        !event->text().front().isLetterOrNumber() && !event->text().front().isSpace();
    if (isSign)
        modifiers &= ~Qt::ShiftModifier;
    const QKeySequence keys(QKeyCombination(modifiers, static_cast<Qt::Key>(event->key())));
    setText(keys.toString(QKeySequence::NativeText));
    emit recorded(keys);
}

} // namespace ui
