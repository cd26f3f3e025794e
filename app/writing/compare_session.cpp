#include "app/writing/compare_session.h"

#include "app/document/characters.h"

#include <algorithm>

namespace app {

void CompareSession::begin(RunId first, RunId second) {
    m_sides = {};
    m_sides[0].run = first;
    m_sides[1].run = second;
    m_sinceFirstTokens = {};
    m_agreed = 0;
    m_firstDifference = -1;
    m_isRunning = true;
    emit started();
}

void CompareSession::describe(Side side, const ModelInfo& model) {
    m_sides[static_cast<std::size_t>(side)].model = model;
    emit sideDescribed(side);
}

void CompareSession::append(Side side, const QString& text, int tokens) {
    const auto index = static_cast<std::size_t>(side);
    SideState& state = m_sides[index];
    state.text += text;
    state.tokens += tokens;
    QElapsedTimer& timer = m_sinceFirstTokens[index];
    if (!timer.isValid()) {
        timer.start();
        m_firstTokens[index] = state.tokens;
    }
    const qint64 elapsedMs = std::max<qint64>(timer.elapsed(), 1);
    state.tokensPerSecond = (state.tokens - m_firstTokens[index]) * 1000.0 / static_cast<double>(elapsedMs);
    emit textAppended(side, text);
    findDifference();
}

void CompareSession::findDifference() {
    if (m_firstDifference >= 0)
        return;
    const QString& first = m_sides[0].text;
    const QString& second = m_sides[1].text;
    const qsizetype common = std::min(first.size(), second.size());
    while (m_agreed < common && first[m_agreed] == second[m_agreed])
        ++m_agreed;
    if (m_agreed == common)
        return;
    // Both differ from here on; the whole character counts, not the half of it that is the same.
    m_firstDifference = std::min(characterStart(first, m_agreed), characterStart(second, m_agreed));
    emit firstDifferenceChanged(m_firstDifference);
}

void CompareSession::finish(const Outcome& outcome) {
    if (!m_isRunning)
        return;
    m_isRunning = false;
    for (std::size_t index = 0; index < m_sides.size(); ++index)
        if (outcome.timings[index].tokens > 0)
            m_sides[index].tokensPerSecond = outcome.timings[index].tokensPerSecond();
    emit finished(outcome);
}

void CompareSession::clear() {
    m_sides = {};
    m_agreed = 0;
    m_firstDifference = -1;
    m_isRunning = false;
    emit cleared();
}

} // namespace app
