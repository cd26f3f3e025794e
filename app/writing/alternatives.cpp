#include "app/writing/alternatives.h"

#include <utility>

namespace app {

void Alternatives::begin(const QList<RunId>& runs) {
    m_cards.clear();
    for (const RunId run : runs)
        m_cards.append(Card{run, {}, 0});
    m_isRunning = true;
    emit started();
}

void Alternatives::append(qsizetype card, const QString& text, int tokens) {
    if (card < 0 || card >= m_cards.size())
        return;
    m_cards[card].text += text;
    m_cards[card].tokens += tokens;
    emit grew(card);
}

void Alternatives::finish(const Outcome& outcome) {
    if (!std::exchange(m_isRunning, false))
        return;
    emit finished(outcome);
}

void Alternatives::clear() {
    m_cards.clear();
    m_isRunning = false;
    emit cleared();
}

} // namespace app
