// pace.h: how fast a continuation is shown: as fast as the model writes, or at a number of words a minute.
// The engine thread waits here between two tokens, so the model is never ahead of what is shown; `stop` ends
// the wait at once.
// Threads: engine thread only.
#pragma once

#include <QtGlobal>

#include <chrono>
#include <optional>
#include <stop_token>

namespace app {

class Pace {
public:
    using Clock = std::chrono::steady_clock;

    // 0: no waiting. A word counts as six characters, with its space.
    Pace(double wordsPerMinute, std::stop_token stop);

    [[nodiscard]] bool isLimited() const { return m_perCharacter.count() > 0; }
    // How long `characters` more are to be waited for at `now`. Time that the model took counts; what it lost
    // is not caught up with.
    [[nodiscard]] Clock::duration due(qsizetype characters, Clock::time_point now);
    // Waits so long, or until it is stopped.
    void wait(qsizetype characters);

private:
    std::chrono::duration<double> m_perCharacter;
    std::stop_token m_stop;
    std::optional<Clock::time_point> m_shown; // when all characters so far were due
};

} // namespace app
