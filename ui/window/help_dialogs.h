// help_dialogs.h: "Keyboard shortcuts".
// Threads: GUI thread only; a window of its own, nothing waits for it.
#pragma once

class QWidget;

namespace ui {

struct Actions;

void showShortcuts(const Actions& actions, QWidget& parent);

} // namespace ui
