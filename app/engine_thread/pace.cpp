#include "app/engine_thread/pace.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace app {

namespace {

constexpr double kCharactersPerWord = 6;

} // namespace

Pace::Pace(double wordsPerMinute, std::stop_token stop)
    : m_perCharacter(wordsPerMinute > 0 ? 60 / (wordsPerMinute * kCharactersPerWord) : 0)
    , m_stop(std::move(stop)) {}

Pace::Clock::duration Pace::due(qsizetype characters, Clock::time_point now) {
    const auto shown = std::max(m_shown.value_or(now), now);
    m_shown =
        shown + std::chrono::duration_cast<Clock::duration>(m_perCharacter * static_cast<double>(characters));
    return shown - now;
}

void Pace::wait(qsizetype characters) {
    if (!isLimited())
        return;
    const Clock::duration left = due(characters, Clock::now());
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    (void)stopped.wait_for(lock, m_stop, left, [] { return false; });
}

} // namespace app
