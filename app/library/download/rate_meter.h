// rate_meter.h: how fast bytes come, over the last seconds.
// Threads: a value.
#pragma once

#include <QList>

#include <utility>

namespace app {

class RateMeter {
public:
    // `bytes`: all so far, at a time in milliseconds that only grows.
    void add(qint64 nowMs, qint64 bytes) {
        m_samples.append({nowMs, bytes});
        while (m_samples.size() > 2 && m_samples.first().first < nowMs - kWindowMs)
            m_samples.removeFirst();
    }
    void clear() { m_samples.clear(); }

    // 0 until there is something to go by.
    [[nodiscard]] double bytesPerSecond() const {
        if (m_samples.size() < 2)
            return 0;
        const qint64 ms = m_samples.last().first - m_samples.first().first;
        return ms > 0 ? 1000.0 * double(m_samples.last().second - m_samples.first().second) / double(ms) : 0;
    }

private:
    static constexpr qint64 kWindowMs = 5'000;

    QList<std::pair<qint64, qint64>> m_samples;
};

} // namespace app
