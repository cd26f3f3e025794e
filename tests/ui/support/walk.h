// walk.h: goes through everything a window shows: what has no name for a screen reader, what is cut, and
// every dialog that a command opens. Panels and commands that are new are found by themselves.
// Threads: the test's.
#pragma once

#include <QStringList>
#include <QWidget>

#include <functional>

namespace ui {
class MainWindow;
}

namespace test {

// The class, the object name and where it is.
[[nodiscard]] QString describe(const QWidget& widget);
// What takes keys, is in use and says nothing of itself.
[[nodiscard]] QStringList nameless(const QWidget& root);
// Words in sight that do not fit into the place they have, and controls that something cuts off.
[[nodiscard]] QStringList cut(const QWidget& root);

// Dialogs for files, faces and printers: what they say and where is Qt's.
[[nodiscard]] bool isMadeByQt(const QWidget& dialog);

// Opens every dialog that a command of the window opens ("…" says so, or it is one of the help menu), hands
// it over with the command's name and closes it. Returns the names of commands that opened none.
[[nodiscard]] QStringList forEachDialog(ui::MainWindow& window,
                                        const std::function<void(const QString&, QWidget&)>& visit);

} // namespace test
