#include "engine/formats/tensor_name.h"

#include <cstddef>

namespace engine {

namespace {

constexpr std::string_view kDeepSpeedPrefix = "_forward_module.";
constexpr std::size_t kLongestDisplayName = 120;

} // namespace

std::string officialName(std::string_view nameInFile) {
    if (nameInFile.starts_with(kDeepSpeedPrefix))
        nameInFile.remove_prefix(kDeepSpeedPrefix.size());
    return std::string(nameInFile);
}

std::string displayName(std::string_view nameInFile) {
    std::string shown;
    for (const char c : nameInFile) {
        // A cut may not fall inside a UTF-8 character, whose later bytes are 10xxxxxx.
        if (shown.size() >= kLongestDisplayName && (static_cast<unsigned char>(c) & 0xC0u) != 0x80u)
            return shown + "...";
        shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
    }
    return shown;
}

} // namespace engine
