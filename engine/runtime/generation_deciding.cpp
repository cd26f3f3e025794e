// Which of the drawn tokens stand, which are taken back, and where the text ends: docs/spec/sampling.md
// sections 7 and 8.
#include "engine/runtime/generation.h"

#include <algorithm>
#include <limits>

namespace engine {

// The text that `token` completes, without what it repeats of the prompt.
std::string Generation::textOf(int token) {
    if (token == m_tokenizer.documentSeparator())
        return {};
    std::string_view bytes = m_tokenizer.bytes(token);
    bytes.remove_prefix(std::min(bytes.size(), m_healing.size()));
    m_healing.clear();
    return m_utf8.push(bytes);
}

void Generation::removeBanned() {
    constexpr float kImpossible = -std::numeric_limits<float>::infinity();
    constexpr std::size_t kMostTries = 16; // before all that could begin a phrase here are left out
    for (const int token : m_banned)
        m_sampling[static_cast<std::size_t>(token)] = kImpossible;
    if (m_banned.size() < kMostTries)
        return;
    for (std::size_t token = 0; token < m_sampling.size(); ++token)
        if (m_held.mayBeBanned(m_tokenizer.bytes(static_cast<int>(token))))
            m_sampling[token] = kImpossible;
}

Expected<void> Generation::advance(GateSink* sink) {
    Generation* const self = this;
    if (auto read = readTogether({&self, 1}, {&sink, 1}); !read)
        return read;
    Undecided drawn;
    drawn.utf8 = m_utf8;
    drawn.healing = m_healing;
    if (auto done = drawToken(drawn.token); !done)
        return done;
    drawn.banned = std::exchange(m_banned, {});
    ++m_generated;
    const int token = drawn.token.token;
    StopReason reason = StopReason::None;
    if (token == m_tokenizer.documentSeparator())
        reason = StopReason::DocumentEnd;
    else if (std::ranges::find(m_settings.stopTokens, token) != m_settings.stopTokens.end())
        reason = StopReason::StopToken;
    else if (m_generated >= m_settings.hardLength())
        reason = StopReason::MaxTokens;
    if (reason != StopReason::StopToken)
        drawn.token.text = textOf(token);
    if (reason != StopReason::None)
        drawn.token.text += m_utf8.flush();
    m_held.push(drawn.token.text);
    m_undecided.push_back(std::move(drawn));
    m_pending = token;
    return decide(reason);
}

Expected<void> Generation::decide(StopReason reason) {
    const HeldText::Verdict verdict = m_held.judge(m_generated, reason != StopReason::None);
    // The tokens that are all before that place, and the one that it is in or in front of.
    std::size_t index = 0;
    std::size_t end = 0;
    for (; index < m_undecided.size(); ++index) {
        const std::size_t next = end + m_undecided[index].token.text.size();
        if (next > verdict.certain || (next == verdict.certain && end == next && verdict.isBanned))
            break;
        end = next;
    }
    if (verdict.isBanned) {
        index = std::min(index, m_undecided.size() - 1);
        makeCertain(index);
        std::vector<int> banned = m_undecided.front().banned;
        banned.push_back(m_undecided.front().token.token);
        auto back = goBack(0);
        m_banned = std::move(banned);
        return back;
    }
    if (verdict.stop != StopReason::None)
        return endAt(verdict.certain, verdict.stop);
    makeCertain(reason == StopReason::None ? index : m_undecided.size());
    if (reason != StopReason::None)
        return this->end(reason);
    if (!m_undecided.empty()) {
        Undecided& last = m_undecided.back();
        last.state = m_state;
        if (!m_left && m_areLogitsKnown)
            last.logits = m_logits;
        if (m_cache != nullptr)
            last.prefix = m_cache->position();
    }
    return {};
}

void Generation::makeCertain(std::size_t count) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
        bytes += m_undecided.front().token.text.size();
        m_certain.push_back(std::move(m_undecided.front().token));
        m_undecided.pop_front();
    }
    m_held.release(bytes);
    if (m_held.canHold())
        m_gates.passUntil(m_state.position() + 1 - static_cast<std::int64_t>(m_undecided.size()));
    if (m_undecided.empty())
        m_sampler.setUndoable(m_held.canGoBack());
}

Expected<void> Generation::goBack(std::size_t index) {
    if (index >= m_undecided.size())
        return {};
    if (auto delivered = m_session.deliverGates(); !delivered)
        return delivered;
    Undecided& first = m_undecided[index];
    if (first.state.byteSize() > 0) {
        m_state = std::move(first.state);
        m_areLogitsKnown = !first.logits.empty();
        if (m_areLogitsKnown)
            m_logits = std::move(first.logits);
        if (m_cache != nullptr)
            m_cache->goTo(first.prefix);
        m_left.reset();
    }
    m_pending.reset();
    m_utf8 = first.utf8;
    m_healing = first.healing;
    while (m_undecided.size() > index) {
        m_held.takeBack(m_undecided.back().token.text.size());
        m_undecided.pop_back();
        if (m_held.canGoBack())
            m_sampler.takeBack();
        --m_generated;
    }
    m_gates.goBack(m_state.position());
    return {};
}

Expected<void> Generation::endAt(std::size_t cut, StopReason reason) {
    std::size_t kept = 0; // tokens with text before the cut
    std::size_t begin = 0;
    while (kept < m_undecided.size() && begin < cut) {
        std::string& text = m_undecided[kept].token.text;
        const std::size_t next = begin + text.size();
        if (next > cut) // the state is the one before this token
            break;
        begin = next;
        ++kept;
    }
    makeCertain(kept);
    if (begin < cut) {
        GeneratedToken last = m_undecided.front().token;
        last.text.resize(cut - begin);
        m_certain.push_back(std::move(last));
    }
    if (auto back = goBack(0); !back)
        return back;
    return end(reason);
}

Expected<void> Generation::end(StopReason reason) {
    if (m_certain.empty())
        m_certain.emplace_back().token = GeneratedToken::kNone;
    m_certain.back().stop = reason;
    if (auto kept = keepSnapshot(); !kept)
        return kept;
    m_canContinue = false;
    return m_session.deliverGates();
}

} // namespace engine
