#include "engine/cli/interrupt_watch.h"

#include <pthread.h>
#include <system_error>

namespace engine {

InterruptWatch::InterruptWatch() {
    sigemptyset(&m_signals);
    for (const int signal : {SIGINT, SIGTERM}) {
        // A program started in the background ignores Ctrl+C, which is meant for the one in front.
        struct sigaction present {};
        if (sigaction(signal, nullptr, &present) == 0 && present.sa_handler != SIG_IGN)
            sigaddset(&m_signals, signal);
    }
    // The watching thread wakes on this one when the watch ends; by itself it does nothing.
    sigaddset(&m_signals, SIGURG);
    pthread_sigmask(SIG_BLOCK, &m_signals, &m_signalsBefore);
    try {
        m_thread = std::thread([this] { watch(); });
    } catch (const std::system_error&) {
        // No thread to be had. Ctrl+C then ends the program at once, which is better than not at all.
        pthread_sigmask(SIG_SETMASK, &m_signalsBefore, nullptr);
    }
}

InterruptWatch::~InterruptWatch() {
    if (!m_thread.joinable())
        return;
    m_isEnding = true;
    pthread_kill(m_thread.native_handle(), SIGURG);
    m_thread.join();
    pthread_sigmask(SIG_SETMASK, &m_signalsBefore, nullptr);
}

void InterruptWatch::watch() {
    for (;;) {
        int signal = 0;
        if (sigwait(&m_signals, &signal) != 0)
            return;
        if (signal == SIGURG) {
            if (m_isEnding)
                return;
            continue;
        }
        if (!m_stop.request_stop()) {
            // The second time: as if nobody had been watching.
            pthread_sigmask(SIG_UNBLOCK, &m_signals, nullptr);
            raise(signal);
        }
    }
}

} // namespace engine
