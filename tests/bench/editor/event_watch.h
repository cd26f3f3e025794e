// event_watch.h: an application that times what its event loop does: how long until a widget is painted, and
// how long it was deaf to keys in between.
// Threads: GUI thread only.
#pragma once

#include <QApplication>
#include <QPointer>
#include <QWidget>

#include <functional>

namespace bench {

// Wall time, and the processor time of the GUI thread alone: on a machine that others use as well, only the
// second can be compared.
struct Duration {
    double wallMs = 0;
    double cpuMs = 0;

    [[nodiscard]] static Duration now();
    Duration operator-(const Duration& other) const { return {wallMs - other.wallMs, cpuMs - other.cpuMs}; }
};

struct Reaction {
    Duration firstPaint; // from the beginning of the action to the end of the first paint behind it
    Duration longestGap; // the longest time the loop took no other event, from the action to rest
};

class EventWatch : public QApplication {
public:
    using QApplication::QApplication;

    // Does `action` from the event loop and lets the loop run until `widget` is painted and then for `restMs`
    // more. Asks for a paint itself, so that one that changes nothing counts as well.
    Reaction measure(QWidget* widget, const std::function<void()>& action, int restMs);
    // Lets the loop run.
    void rest(int ms);

    bool notify(QObject* receiver, QEvent* event) override;

private:
    int m_depth = 0;
    QPointer<QWidget> m_watched;
    bool m_isActionDone = false;
    bool m_isPainted = false;
    Duration m_begin;
    Reaction m_reaction;
};

} // namespace bench
