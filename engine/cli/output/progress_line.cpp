#include "engine/cli/output/progress_line.h"

#include <iostream>

#include <unistd.h>

namespace engine {

ProgressLine::ProgressLine()
    : m_isTerminal(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
    if (m_isTerminal && m_shown > 0)
        std::cerr << '\r' << std::string(m_shown, ' ') << '\r' << std::flush;
}

void ProgressLine::show(const std::string& text) {
    const double now = m_watch.seconds();
    if (now < m_nextSeconds)
        return;
    m_nextSeconds = now + (m_isTerminal ? 0.1 : 10.0);
    if (!m_isTerminal) {
        std::cerr << text << '\n';
        return;
    }
    const std::size_t blanks = m_shown > text.size() ? m_shown - text.size() : 0;
    std::cerr << '\r' << text << std::string(blanks, ' ') << std::flush;
    m_shown = text.size();
}

} // namespace engine
