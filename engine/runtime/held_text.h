// held_text.h: what of a continuation's text is certain to be written, and what waits: the beginning of a
// stop string or of a banned phrase, or white space behind what may be the end of a sentence. Source:
// docs/spec/sampling.md sections 7 and 8.
// Threads: a value; one thread at a time.
#pragma once

#include "engine/runtime/stop_conditions.h"
#include "engine/text/banned_phrases.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace engine {

class HeldText {
public:
    explicit HeldText(const StopConditions& stops);

    // Whether text can ever wait or end before the last token.
    [[nodiscard]] bool canHold() const { return m_canHold; }
    // Whether tokens can be taken back and drawn anew.
    [[nodiscard]] bool canGoBack() const { return !m_phrases.isEmpty(); }
    // The end of the text before the continuation.
    void begin(std::string_view prompt);
    // What a token completed.
    void push(std::string_view text) { m_held += text; }
    [[nodiscard]] const std::string& held() const { return m_held; }
    // The token that completed the last `bytes` of it was taken back.
    void takeBack(std::size_t bytes) { m_held.resize(m_held.size() - bytes); }

    // Offsets in held().
    struct Verdict {
        std::size_t certain = 0;            // all before it can be written
        StopReason stop = StopReason::None; // the continuation ends at `certain`
        bool isBanned = false;              // a phrase begins at `certain`, or before for 0
    };
    // `tokens`: of the continuation so far. `isLast`: no more text comes.
    [[nodiscard]] Verdict judge(int tokens, bool isLast) const;
    // The first `bytes` of held() were written.
    void release(std::size_t bytes);
    // Whether a phrase could begin in `text`, or go on with it, if it came next.
    [[nodiscard]] bool mayBeBanned(std::string_view text) const;

private:
    [[nodiscard]] Verdict firstStop(int tokens) const;
    [[nodiscard]] std::size_t possibleStringStop() const;

    StopConditions m_stops;
    BannedPhrases m_phrases;
    bool m_canHold;
    std::string m_context; // written before m_held, as far as it is looked at
    std::string m_held;
    bool m_hasWord = false; // in what was written
};

} // namespace engine
