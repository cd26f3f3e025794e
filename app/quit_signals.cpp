#include "app/quit_signals.h"

#include <QSocketNotifier>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace app {

namespace {

constexpr std::array kSignals{SIGTERM, SIGHUP, SIGINT};

volatile std::sig_atomic_t g_pipeEnd = -1;

void tell(int /*signal*/) {
    const int reason = errno;
    const char byte = 1;
    [[maybe_unused]] const ssize_t written = ::write(g_pipeEnd, &byte, 1);
    errno = reason;
}

} // namespace

QuitSignals::QuitSignals(QObject* parent)
    : QObject(parent) {
    if (::pipe2(m_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return; // then they end the program as they always did
    m_notifier = new QSocketNotifier(m_pipe[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, [this] {
        char byte = 0;
        if (::read(m_pipe[0], &byte, 1) == 1)
            emit received();
    });
    g_pipeEnd = m_pipe[1];
    struct sigaction action {};
    action.sa_handler = tell;
    action.sa_flags = SA_RESTART;
    for (const int signal : kSignals) {
        struct sigaction before {};
        // What is ignored, as by nohup, stays ignored.
        if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
            ::sigaction(signal, &action, nullptr);
    }
}

QuitSignals::~QuitSignals() {
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    for (const int signal : kSignals) {
        struct sigaction before {};
        if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == tell)
            ::sigaction(signal, &usual, nullptr);
    }
    g_pipeEnd = -1;
    for (const int end : m_pipe)
        if (end >= 0)
            ::close(end);
}

} // namespace app
