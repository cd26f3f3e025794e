// help_dialogs.h: "Keyboard shortcuts" and "About Inkgate".
// Threads: GUI thread only; both are windows of their own, nothing waits for them.
#pragma once

class QWidget;

namespace ui {

struct Actions;

void showShortcuts(const Actions& actions, QWidget& parent);
void showAbout(QWidget& parent);

} // namespace ui
