#include "engine/text/documents.h"

namespace engine {

std::vector<std::string_view> splitDocuments(std::string_view text) {
    std::vector<std::string_view> documents;
    const auto add = [&](std::size_t begin, std::size_t end) {
        if (begin < end)
            documents.push_back(text.substr(begin, end - begin));
    };
    std::size_t begin = 0;
    for (std::size_t feed = text.find('\f'); feed != std::string_view::npos;
         feed = text.find('\f', feed + 1)) {
        const bool startsLine = feed == 0 || text[feed - 1] == '\n';
        std::size_t end = feed + 1;
        if (text.substr(end, 1) == "\r")
            ++end;
        const bool endsLine = end >= text.size() || text[end] == '\n';
        if (!startsLine || !endsLine)
            continue;
        add(begin, feed);
        begin = end + 1;
    }
    add(begin, text.size());
    return documents;
}

} // namespace engine
