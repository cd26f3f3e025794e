#include "tests/bench/editor/event_watch.h"

#include <QElapsedTimer>
#include <QEvent>
#include <QThread>
#include <QTimer>

#include <ctime>

namespace bench {

namespace {

double milliseconds(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

} // namespace

Duration Duration::now() { return {milliseconds(CLOCK_MONOTONIC), milliseconds(CLOCK_THREAD_CPUTIME_ID)}; }

Reaction EventWatch::measure(QWidget* widget, const std::function<void()>& action, int restMs) {
    m_watched = widget;
    m_isActionDone = m_isPainted = false;
    m_reaction = {};
    QTimer::singleShot(0, this, [&] {
        m_begin = Duration::now();
        action();
        m_isActionDone = true;
        widget->update();
    });
    while (!m_isPainted)
        processEvents(QEventLoop::WaitForMoreEvents);
    rest(restMs);
    m_watched = nullptr;
    return m_reaction;
}

void EventWatch::rest(int ms) {
    QElapsedTimer watch;
    watch.start();
    QTimer wakes;
    wakes.start(5);
    while (watch.elapsed() < ms)
        processEvents(QEventLoop::WaitForMoreEvents);
}

bool EventWatch::notify(QObject* receiver, QEvent* event) {
    if (QThread::currentThread() != thread())
        return QApplication::notify(receiver, event); // other threads' events come through here as well
    const bool isPaint = event->type() == QEvent::Paint && receiver == m_watched;
    const bool isOutermost = m_depth == 0;
    const Duration begin = isOutermost ? Duration::now() : Duration();
    ++m_depth;
    const bool isHandled = QApplication::notify(receiver, event);
    --m_depth;
    if (isPaint && m_isActionDone && !m_isPainted) {
        m_isPainted = true;
        m_reaction.firstPaint = Duration::now() - m_begin;
    }
    if (isOutermost && m_watched != nullptr) {
        const Duration took = Duration::now() - begin;
        if (took.cpuMs > m_reaction.longestGap.cpuMs)
            m_reaction.longestGap = took;
    }
    return isHandled;
}

} // namespace bench
