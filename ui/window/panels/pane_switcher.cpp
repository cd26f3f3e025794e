#include "ui/window/panels/pane_switcher.h"

#include <QApplication>
#include <QDockWidget>
#include <QMainWindow>

#include <algorithm>
#include <tuple>
#include <utility>

namespace ui {

namespace {

bool takesKeys(const QWidget& widget) {
    return (widget.focusPolicy() & Qt::TabFocus) != 0 && widget.isEnabled() && widget.isVisible();
}

} // namespace

PaneSwitcher::PaneSwitcher(QMainWindow& window, QList<QWidget*> centre)
    : QObject(&window)
    , m_window(window)
    , m_centre(std::move(centre)) {
    connect(qApp, &QApplication::focusChanged, this, [this](const QWidget*, QWidget* now) {
        if (QWidget* const pane = paneOf(now))
            m_last.insert(pane, now);
    });
}

QList<QWidget*> PaneSwitcher::panes() const {
    QList<QWidget*> panes;
    for (QWidget* const pane : m_centre)
        if (pane->isVisible())
            panes.append(pane);
    QList<QWidget*> docks;
    for (QDockWidget* const dock : m_window.findChildren<QDockWidget*>(QString(), Qt::FindDirectChildrenOnly))
        if (dock->isVisible())
            docks.append(dock);
    // As they stand: the left ones first, upper before lower; what floats comes last.
    std::ranges::stable_sort(
        docks, {}, [](const QWidget* dock) { return std::tuple(dock->isWindow(), dock->x(), dock->y()); });
    panes += docks;
    panes.removeIf([this](QWidget* pane) { return entryOf(*pane) == nullptr; });
    return panes;
}

QWidget* PaneSwitcher::paneOf(const QWidget* widget) const {
    for (; widget != nullptr; widget = widget->parentWidget()) {
        auto* const candidate = const_cast<QWidget*>(widget); // NOLINT: only compared and handed back
        if (m_centre.contains(candidate) ||
            (qobject_cast<const QDockWidget*>(widget) != nullptr && widget->parentWidget() == &m_window))
            return candidate;
    }
    return nullptr;
}

// Where it last had the keys, else the first that takes them; a panel's head comes after its contents.
QWidget* PaneSwitcher::entryOf(QWidget& pane) const {
    if (QWidget* const last = m_last.value(&pane); last != nullptr && takesKeys(*last))
        return last;
    const auto* const dock = qobject_cast<const QDockWidget*>(&pane);
    QWidget* const content = dock != nullptr && dock->widget() != nullptr ? dock->widget() : &pane;
    if (takesKeys(*content))
        return content;
    for (QWidget* widget = content->nextInFocusChain(); widget != content;
         widget = widget->nextInFocusChain())
        if (content->isAncestorOf(widget) && takesKeys(*widget) && widget->focusProxy() == nullptr)
            return widget;
    return nullptr;
}

void PaneSwitcher::go(int step) {
    const QList<QWidget*> all = panes();
    if (all.isEmpty())
        return;
    const qsizetype here = all.indexOf(paneOf(QApplication::focusWidget()));
    const qsizetype there = here < 0 ? 0 : (here + step + all.size()) % all.size();
    QWidget* const entry = entryOf(*all[there]);
    entry->window()->activateWindow();
    entry->setFocus(step > 0 ? Qt::TabFocusReason : Qt::BacktabFocusReason);
}

} // namespace ui
