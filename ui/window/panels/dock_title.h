// dock_title.h: the slim head of a panel: its name, a button that closes it, and a line of the accent while
// the keys go to the panel.
// Threads: GUI thread only.
#pragma once

#include <QWidget>

class QDockWidget;
class QLabel;
class QToolButton;

namespace ui {

class DockTitle : public QWidget {
    Q_OBJECT

public:
    // Takes the place of the dock's own head. The dock owns it.
    explicit DockTitle(QDockWidget& dock);

    [[nodiscard]] bool hasKeys() const { return m_hasKeys; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void rename(const QString& name);

    QDockWidget& m_dock;
    QLabel* m_name;
    QToolButton* m_close;
    bool m_hasKeys = false; // they go to something inside of the dock
};

} // namespace ui
