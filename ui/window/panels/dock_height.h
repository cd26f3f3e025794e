// dock_height.h: remembers the height that the writer gave a dock, and gives it back when a window that was
// made small, and squeezed it, is large again.
// Threads: GUI thread only.
#pragma once

#include <QObject>
#include <QTimer>

class QDockWidget;
class QMainWindow;

namespace ui {

class DockHeight : public QObject {
    Q_OBJECT

public:
    // `usual`: until the writer chooses another, and in place of the least, in which a squeezed dock was
    // left.
    DockHeight(QMainWindow& window, QDockWidget& dock, int usual);

    [[nodiscard]] bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void giveBack();

    QMainWindow& m_window;
    QDockWidget& m_dock;
    QTimer m_settled; // runs while the window is being resized
    int m_height;
    bool m_isFirst = true;
};

} // namespace ui
