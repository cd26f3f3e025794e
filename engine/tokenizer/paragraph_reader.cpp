#include "engine/tokenizer/paragraph_reader.h"

#include <algorithm>

namespace engine {

std::optional<std::string_view> ParagraphReader::next() {
    while (!m_rest.empty()) {
        const std::size_t end = std::min(m_rest.find('\n'), m_rest.size());
        std::string_view line = m_rest.substr(0, end);
        m_rest.remove_prefix(std::min(end + 1, m_rest.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (!line.empty() && line != "\f")
            return line;
    }
    return std::nullopt;
}

std::string_view firstPart(std::string_view text, std::size_t maxBytes) {
    if (text.size() <= maxBytes)
        return text;
    const std::size_t space = text.rfind(' ', maxBytes);
    if (space != std::string_view::npos && space > 0)
        return text.substr(0, space);
    std::size_t end = maxBytes;
    while (end > 1 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return text.substr(0, end);
}

} // namespace engine
