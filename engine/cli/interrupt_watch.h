// interrupt_watch.h: turns Ctrl+C (SIGINT, SIGTERM) into a stop request that commands look at between tokens.
// A second one ends the program at once, for when a command does not get to looking.
// Threads: make it in main() before any other thread, which then inherit that these signals are not theirs.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

#include <csignal>

namespace engine {

class InterruptWatch {
public:
    InterruptWatch();
    ~InterruptWatch();
    InterruptWatch(const InterruptWatch&) = delete;
    InterruptWatch& operator=(const InterruptWatch&) = delete;

    [[nodiscard]] std::stop_token token() const { return m_stop.get_token(); }

private:
    void watch();

    sigset_t m_signals{};
    sigset_t m_signalsBefore{};
    std::stop_source m_stop;
    std::atomic<bool> m_isEnding = false;
    std::thread m_thread;
};

} // namespace engine
