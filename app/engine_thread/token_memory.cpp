#include "app/engine_thread/token_memory.h"

#include "app/document/utf8_text.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace app {

namespace {

// Units; shorter texts are tokenised in no time.
constexpr qsizetype kWorthRemembering = 4096;

// Behind `start` units that stand before the text. False if it cannot be tokenised.
bool appendEnds(const engine::Tokenizer& tokenizer, QStringView text, qsizetype start,
                QList<qsizetype>& ends) {
    const auto tokens = tokenizer.encode(text.toUtf8().toStdString());
    if (!tokens)
        return false;
    ends.reserve(ends.size() + static_cast<qsizetype>(tokens->size()));
    for (const int token : *tokens)
        ends.append(start += unitsBegunIn(tokenizer.bytes(token)));
    return true;
}

bool restartsAt(const engine::Tokenizer& tokenizer, QStringView text, qsizetype place) {
    const qsizetype length = text[place].isHighSurrogate() && place + 1 < text.size() ? 2 : 1;
    return tokenizer.restartsBetween('\n',
                                     static_cast<unsigned char>(text.sliced(place, length).toUtf8().at(0)));
}

// The last place behind a line end, no later than `place`, where tokenisation restarts; 0: there is none.
qsizetype restartBefore(const engine::Tokenizer& tokenizer, QStringView text, qsizetype place) {
    while (place > 0) {
        place = text.first(place).lastIndexOf(u'\n') + 1;
        if (place == 0 || restartsAt(tokenizer, text, place))
            return place;
        --place;
    }
    return 0;
}

// The first such place that is no earlier than `place`; the text's end if there is none.
qsizetype restartBehind(const engine::Tokenizer& tokenizer, QStringView text, qsizetype place) {
    for (qsizetype at = std::max<qsizetype>(place - 1, 0);; ++at) {
        at = text.indexOf(u'\n', at);
        if (at < 0 || at + 1 >= text.size())
            return text.size();
        if (restartsAt(tokenizer, text, at + 1))
            return at + 1;
    }
}

} // namespace

TokenMemory::Common TokenMemory::commonOf(QStringView text, QStringView other) {
    const qsizetype most = std::min(text.size(), other.size());
    const auto* const begin = text.utf16();
    const qsizetype prefix = std::mismatch(begin, begin + most, other.utf16()).first - begin;
    qsizetype suffix = 0;
    while (suffix < most - prefix && text[text.size() - 1 - suffix] == other[other.size() - 1 - suffix])
        ++suffix;
    return {prefix, suffix};
}

std::optional<QList<qsizetype>> TokenMemory::endsFrom(const engine::Tokenizer& tokenizer, const Known& known,
                                                      const Common& common, QStringView text) {
    // Both sides of a restart have to be the same in both texts; the character behind it has up to two units.
    const qsizetype from = restartBefore(tokenizer, text, std::max<qsizetype>(common.prefix - 2, 0));
    const qsizetype to = restartBehind(tokenizer, text, std::max(text.size() - common.suffix + 1, from));
    const qsizetype moved = text.size() - known.text.size();
    const auto keptFirst = std::upper_bound(known.ends.begin(), known.ends.end(), from);
    const auto keptLast = to == text.size()
                              ? known.ends.end()
                              : std::upper_bound(known.ends.begin(), known.ends.end(), to - moved);
    QList<qsizetype> ends;
    ends.reserve(known.ends.size() + 64);
    if (from > 0)
        std::copy(known.ends.begin(), keptFirst, std::back_inserter(ends));
    if (!appendEnds(tokenizer, text.sliced(from, to - from), from, ends))
        return std::nullopt;
    std::transform(keptLast, known.ends.end(), std::back_inserter(ends),
                   [moved](qsizetype end) { return end + moved; });
    return ends;
}

std::optional<QList<qsizetype>> TokenMemory::ends(const engine::Tokenizer& tokenizer, QStringView text) {
    if (text.size() < kWorthRemembering) {
        QList<qsizetype> ends;
        return appendEnds(tokenizer, text, 0, ends) ? std::optional(ends) : std::nullopt;
    }
    std::array<Common, 2> common;
    std::transform(m_known.begin(), m_known.end(), common.begin(),
                   [text](const Known& known) { return commonOf(text, known.text); });
    const auto sameAs = [&common](std::size_t i) { return common[i].prefix + common[i].suffix; };
    // A prompt is not like the story whose end it is. What is like neither takes the place of the one that
    // was not used for longer.
    const bool isLikeTheLast = sameAs(0) >= std::max(text.size(), m_known[0].text.size()) / 2;
    const std::size_t nearest = isLikeTheLast && sameAs(0) >= sameAs(1) ? 0 : 1;
    auto found = endsFrom(tokenizer, m_known[nearest], common[nearest], text);
    if (!found)
        return std::nullopt;
    m_known[nearest] = {text.toString(), *found};
    if (nearest == 1)
        std::swap(m_known[0], m_known[1]);
    return found;
}

} // namespace app
