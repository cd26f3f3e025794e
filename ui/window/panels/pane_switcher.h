// pane_switcher.h: F6 takes the keys from pane to pane: the page, the bars below it, every open panel, each
// at the place where it last had them. Panels are found by themselves.
// Threads: GUI thread only.
#pragma once

#include <QHash>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QWidget>

class QMainWindow;

namespace ui {

class PaneSwitcher : public QObject {
    Q_OBJECT

public:
    // `centre`: the panes in the middle of the window, the page first; those out of sight are left out.
    PaneSwitcher(QMainWindow& window, QList<QWidget*> centre);

    void next() { go(+1); }
    void previous() { go(-1); }
    // In sight and with something that takes keys, in the order of F6.
    [[nodiscard]] QList<QWidget*> panes() const;

private:
    void go(int step);
    [[nodiscard]] QWidget* paneOf(const QWidget* widget) const;
    [[nodiscard]] QWidget* entryOf(QWidget& pane) const;

    QMainWindow& m_window;
    QList<QWidget*> m_centre;
    QHash<QWidget*, QPointer<QWidget>> m_last; // where each pane last had the keys
};

} // namespace ui
