#include "engine/runtime/held_text.h"

#include "engine/text/characters.h"
#include "engine/text/sentence_end.h"

#include <algorithm>
#include <limits>

namespace engine {

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kSentenceReach = 64; // bytes before a full stop that tell an abbreviation

bool hasWordIn(std::string_view text) {
    return std::ranges::any_of(charactersOf(text),
                               [](const TextCharacter& c) { return isLetterOrDigit(c.code); });
}

bool isInsideCharacter(const std::string& text, std::size_t place) {
    return place < text.size() && (static_cast<unsigned char>(text[place]) & 0xC0u) == 0x80u;
}

} // namespace

HeldText::HeldText(const StopConditions& stops)
    : m_stops(stops)
    , m_phrases(stops.bannedPhrases) {
    std::erase(m_stops.stopStrings, std::string());
    m_canHold = !m_stops.stopStrings.empty() || stops.stopAtSentenceEnd || stops.stopAtParagraphEnd ||
                stops.hasSoftLength || !m_phrases.isEmpty();
}

void HeldText::begin(std::string_view prompt) {
    m_held.clear();
    m_context = prompt;
    m_hasWord = false;
    release(0);
}

void HeldText::release(std::size_t bytes) {
    if (bytes > 0) {
        const std::string_view written = std::string_view(m_held).substr(0, bytes);
        m_hasWord = m_hasWord || hasWordIn(written);
        m_context += written;
        m_held.erase(0, bytes);
    }
    const std::size_t reach = std::max(kSentenceReach, m_phrases.reach());
    if (m_context.size() <= 4 * reach)
        return;
    std::size_t begin = m_context.size() - reach;
    while (isInsideCharacter(m_context, begin))
        ++begin;
    m_context.erase(0, begin);
}

std::size_t HeldText::possibleStringStop() const {
    std::size_t first = kNone;
    for (const std::string& stop : m_stops.stopStrings)
        for (std::size_t length = std::min(m_held.size(), stop.size() - 1); length > 0; --length)
            if (m_held.ends_with(std::string_view(stop).substr(0, length))) {
                first = std::min(first, m_held.size() - length);
                break;
            }
    return first;
}

// `certain`: where the text ends, or where something may yet decide that it does.
HeldText::Verdict HeldText::firstStop(int tokens) const {
    Verdict verdict{m_held.size(), StopReason::None, false};
    const auto endAt = [&](std::size_t place, StopReason reason) {
        if (place < verdict.certain || (place == verdict.certain && verdict.stop == StopReason::None))
            verdict = {place, reason, false};
    };
    for (const std::string& stop : m_stops.stopStrings)
        if (const std::size_t place = m_held.find(stop); place != kNone)
            endAt(place, StopReason::StopString);
    // Only behind a word of the continuation's own.
    std::size_t from = 0;
    if (!m_hasWord) {
        const auto characters = charactersOf(m_held);
        const auto word = std::ranges::find_if(characters, [](auto& c) { return isLetterOrDigit(c.code); });
        from = word == characters.end() ? m_held.size() + 1 : word->end;
    }
    if (from <= m_held.size()) {
        const bool isSoftEnd = m_stops.hasSoftLength && tokens >= m_stops.softBegin();
        if (m_stops.stopAtParagraphEnd)
            if (const std::size_t place = m_held.find('\n', from); place != kNone)
                endAt(place, StopReason::ParagraphEnd);
        if (m_stops.stopAtSentenceEnd || isSoftEnd) {
            const SentenceEnd found = findSentenceEnd(m_context + m_held, m_context.size() + from);
            if (found.end != SentenceEnd::kNone)
                endAt(found.end - m_context.size(), StopReason::SentenceEnd);
            if (found.possible != SentenceEnd::kNone && found.possible - m_context.size() < verdict.certain)
                verdict = {found.possible - m_context.size(), StopReason::None, false};
        }
    }
    return verdict;
}

HeldText::Verdict HeldText::judge(int tokens, bool isLast) const {
    Verdict verdict = firstStop(tokens);
    const bool isAtPossibleEnd = verdict.stop == StopReason::None;
    if (isLast && isAtPossibleEnd)
        verdict.certain = m_held.size();
    if (!isLast)
        if (const std::size_t place = possibleStringStop(); place < verdict.certain)
            verdict = {place, StopReason::None, false};
    if (m_phrases.isEmpty())
        return verdict;
    const auto found = m_phrases.find(m_context + m_held, m_context.size());
    const auto inHeld = [&](std::size_t place) {
        return place > m_context.size() ? place - m_context.size() : 0;
    };
    if (found.begin != BannedPhrases::kNone &&
        inHeld(found.begin) < std::max<std::size_t>(verdict.certain, 1))
        return {inHeld(found.begin), StopReason::None, true};
    if (!isLast && found.possible != BannedPhrases::kNone && inHeld(found.possible) < verdict.certain)
        return {inHeld(found.possible), StopReason::None, false};
    return verdict;
}

bool HeldText::mayBeBanned(std::string_view text) const {
    const std::size_t before = m_context.size() + m_held.size();
    const auto found = m_phrases.find(m_context + m_held + std::string(text), before);
    return found.begin != BannedPhrases::kNone || found.possible != BannedPhrases::kNone;
}

} // namespace engine
