// key_hint.h: texts that name a command's keys, and stay right when the writer gives it others.
// A command is told by its action's object name (actions.cpp). Texts of a widget outside of a main window, as
// in a test of one panel, name none.
// Threads: GUI thread only.
#pragma once

#include <QObject>
#include <QString>

#include <functional>

class QWidget;

namespace ui {

// The first keys of a command of the widget's window, as the system writes them; its name in quotation marks
// if it has none.
[[nodiscard]] QString keysOf(const QWidget& widget, const char* command);
// "The next match (F3)"; the text alone if the command has no keys.
[[nodiscard]] QString withKeys(const QWidget& widget, const QString& text, const char* command);
// Whether the pressed keys are the command's.
[[nodiscard]] bool isKeyOf(const QWidget& widget, int key, Qt::KeyboardModifiers modifiers,
                           const char* command);

// Calls `show` when the widget comes into sight, when its tooltip is asked for, and when keys change.
class KeyHint : public QObject {
public:
    KeyHint(QWidget& widget, std::function<void()> show); // belongs to the widget

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void listen();

    QWidget& m_widget;
    std::function<void()> m_show;
    bool m_isListening = false; // to changed keys
};

} // namespace ui
