#include "engine/cli/options/text_input.h"

#include "engine/text/text_file.h"

#include <cstdio>
#include <system_error>

namespace engine {

namespace {

constexpr std::int64_t kBeginning = 1 << 20;

void note(const std::filesystem::path& path, const DecodedText& text) {
    if (!text.isUtf8())
        std::fprintf(stderr, "inkgate-cli: %s is not in UTF-8; it was read as %s\n",
                     path == "-" ? "standard input" : path.c_str(), text.encoding.c_str());
}

} // namespace

Expected<std::string> readText(const std::filesystem::path& path, std::int64_t limitBytes) {
    auto text = readSoundText(path, limitBytes);
    if (!text)
        return failure(std::move(text.error()));
    note(path, *text);
    return std::move(text->text);
}

void noteEncoding(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored))
        return;
    // An error is told by whoever reads the whole text.
    if (const auto text = readDecodedText(path, {.keptBytes = kBeginning, .largestBytes = 0}))
        note(path, *text);
}

} // namespace engine
