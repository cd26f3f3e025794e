#include "engine/formats/tensors/tensor_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace engine {

namespace {

constexpr std::array<std::string_view, 4> kWrappers = {"_forward_module", "_orig_mod", "_fsdp_wrapped_module",
                                                       "_checkpoint_wrapped_module"};
constexpr std::string_view kParallelPrefix = "module.";
constexpr std::size_t kLongestName = 1024;
constexpr std::size_t kLongestDisplayName = 120;

} // namespace

std::string withoutWrappers(std::string_view nameInFile) {
    std::string name;
    while (!nameInFile.empty()) {
        const std::size_t dot = nameInFile.find('.');
        const bool isLast = dot == std::string_view::npos;
        const std::string_view part = nameInFile.substr(0, isLast ? dot : dot + 1);
        const bool isWrapper =
            !isLast && (std::ranges::find(kWrappers, part.substr(0, dot)) != kWrappers.end() ||
                        (name.empty() && part == kParallelPrefix));
        if (!isWrapper)
            name += part;
        nameInFile.remove_prefix(part.size());
    }
    return name;
}

bool isPlausibleName(std::string_view nameInFile) {
    return !nameInFile.empty() && nameInFile.size() <= kLongestName &&
           std::ranges::none_of(nameInFile,
                                [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
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
