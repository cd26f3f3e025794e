// version_pace.h: when a version of the story is kept by itself: before the first change of a session, and
// before a change that comes half an hour or later after the last version. Looking around keeps none.
// Threads: a value.
#pragma once

#include "app/versions/story_version.h"

#include <optional>

namespace app {

class VersionPace {
public:
    static constexpr qint64 kPauseMs = 30 * 60 * 1000;

    void beginSession() { m_keptAtMs.reset(); }
    void noteKept(qint64 nowMs) { m_keptAtMs = nowMs; }
    // Asked before a change. A clock that was set back starts the half hour anew.
    [[nodiscard]] std::optional<VersionCause> due(qint64 nowMs) {
        if (!m_keptAtMs)
            return VersionCause::SessionStart;
        if (nowMs < *m_keptAtMs)
            m_keptAtMs = nowMs;
        return nowMs - *m_keptAtMs >= kPauseMs ? std::optional(VersionCause::HalfHour) : std::nullopt;
    }

private:
    std::optional<qint64> m_keptAtMs; // nothing: none in this session
};

} // namespace app
