#include "app/engine_thread/text_batcher.h"

#include "app/document/utf8_text.h"
#include "app/engine_thread/read_chunks.h"

#include <utility>

namespace app {

TextBatcher::TextBatcher(RequestId id, Side side) {
    m_waiting.id = id;
    m_waiting.side = side;
}

void TextBatcher::push(int token, std::string_view bytes, float probability) {
    const QString text = fromUtf8(m_utf8.push(bytes));
    m_waiting.text += text;
    m_waiting.tokens.append(RunToken{token, m_length, m_length + text.size(), probability});
    m_length += text.size();
}

void TextBatcher::push(const GateFrames& gates) { m_waiting.gates.append(gates); }

void TextBatcher::push(const engine::ChunkFrames& frames, std::int64_t firstPosition) {
    appendLooks(frames, firstPosition, m_looks, m_waiting.looks);
}

bool TextBatcher::isEmpty() const {
    return m_waiting.tokens.isEmpty() && m_waiting.text.isEmpty() && m_waiting.gates.tokenCount() == 0 &&
           m_waiting.looks.isEmpty();
}

bool TextBatcher::isDue(TimePoint now) const {
    return !isEmpty() && (!m_lastTaken || now - *m_lastTaken >= kInterval);
}

TokenBatch TextBatcher::take(TimePoint now) {
    m_lastTaken = now;
    m_looks += m_waiting.looks.size();
    TokenBatch rest;
    rest.id = m_waiting.id;
    rest.side = m_waiting.side;
    return std::exchange(m_waiting, rest);
}

std::optional<TokenBatch> TextBatcher::takeLast() {
    const QString rest = fromUtf8(m_utf8.flush());
    m_waiting.text += rest;
    m_length += rest.size();
    if (isEmpty())
        return std::nullopt;
    return take(TimePoint{});
}

} // namespace app
