#include "engine/fitting/fit_text.h"

#include "engine/text/documents.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace engine {

namespace {

constexpr double kHeldOut = 0.1;

// Where the held-out part of `text` begins: the first paragraph, else word, from `wanted` on; its end if
// there is none.
std::size_t cutAt(std::string_view text, std::size_t wanted) {
    for (const char* boundary : {"\n", " "})
        if (const std::size_t found = text.find(boundary, wanted); found != std::string_view::npos) {
            const std::size_t next = text.find_first_not_of("\n ", found);
            if (next != std::string_view::npos)
                return next;
        }
    // No spaces at all: any character.
    while (wanted < text.size() && (static_cast<unsigned char>(text[wanted]) & 0xC0) == 0x80)
        ++wanted;
    return wanted;
}

} // namespace

Expected<FitText> splitForFitting(std::span<const std::string> texts, const Tokenizer& tokenizer) {
    std::vector<std::string_view> documents;
    for (const std::string& text : texts)
        std::ranges::move(splitDocuments(text), std::back_inserter(documents));
    std::size_t bytes = 0;
    for (const std::string_view document : documents)
        bytes += document.size();
    if (bytes < kLeastFitBytes)
        return failure(ErrorCode::InvalidArgument,
                       "there are " + std::to_string(bytes) +
                           " bytes of text; fitting a gate needs at least " + std::to_string(kLeastFitBytes) +
                           " (some 1,800 words), as a tenth of it is held out to measure on");
    FitText result;
    result.separator = tokenizer.documentSeparator();
    const auto append = [&](std::string_view part) -> Expected<void> {
        const auto tokens = tokenizer.encode(part);
        if (!tokens)
            return failure(tokens.error());
        result.tokens.insert(result.tokens.end(), tokens->begin(), tokens->end());
        return {};
    };
    const auto wanted = static_cast<std::size_t>(static_cast<double>(bytes) * (1 - kHeldOut));
    std::size_t before = 0; // bytes of earlier documents
    for (const std::string_view document : documents) {
        result.tokens.push_back(result.separator);
        std::size_t cut = 0;
        if (result.heldOutFrom == 0) {
            cut = wanted >= before + document.size() ? document.size() : cutAt(document, wanted - before);
            if (auto added = append(document.substr(0, cut)); !added)
                return failure(added.error());
            result.learnedBytes += cut;
            if (cut < document.size())
                result.heldOutFrom = result.tokens.size();
        }
        if (auto added = append(document.substr(cut)); !added)
            return failure(added.error());
        result.heldOutBytes += document.size() - cut;
        before += document.size();
    }
    if (result.heldOutFrom == 0)
        return failure(
            ErrorCode::InvalidArgument,
            "the text can't be divided: its last tenth has no paragraph, word or character of its own");
    return result;
}

} // namespace engine
