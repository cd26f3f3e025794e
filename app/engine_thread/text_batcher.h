// text_batcher.h: gathers the bytes of generated tokens into batches of whole characters, so that a fast
// model sends the GUI about 30 messages a second instead of one per token. Bytes of a character that is not
// complete yet wait for the next token.
// Threads: a value; engine thread.
#pragma once

#include "app/generation/generation_messages.h"
#include "engine/text/utf8_stream.h"
#include "engine/trace/chunk_frame.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace app {

class TextBatcher {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kInterval{30};

    TextBatcher(RequestId id, Side side);

    // `bytes`: what became readable with this token, possibly cut inside a character. The token's range is
    // the text that became complete with it.
    void push(int token, std::string_view bytes, float probability);
    // The packed choices of the token pushed last (TokenBatch::choices).
    void push(const QByteArray& choices) { m_waiting.choices.append(choices); }
    // Frames of earlier tokens; they must follow one another without a gap.
    void push(const GateFrames& gates);
    // TokenBatch::looks of the next tokens. `firstPosition`: of the run's first token.
    void push(const engine::ChunkFrames& frames, std::int64_t firstPosition);
    // True if something waits and the last batch was taken `kInterval` ago or longer.
    [[nodiscard]] bool isDue(TimePoint now) const;
    // What waits. Empty text and tokens if nothing does.
    [[nodiscard]] TokenBatch take(TimePoint now);
    // What waits, with a replacement character for a character that will never be complete; nothing if there
    // is nothing.
    [[nodiscard]] std::optional<TokenBatch> takeLast();

private:
    [[nodiscard]] bool isEmpty() const;

    TokenBatch m_waiting;
    engine::Utf8Stream m_utf8;
    qsizetype m_length = 0; // of all text so far
    qsizetype m_looks = 0;  // of tokens whose looks were taken
    std::optional<TimePoint> m_lastTaken;
};

} // namespace app
