#include "engine/cli/commands/bench/random_model_spec.h"

#include "engine/model/enhancement_names.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace engine {

namespace {

constexpr int kLargestSize = 1 << 20;
constexpr std::string_view kSparse = "rwkv-x"; // whose layers are RWKV-7's

std::optional<Architecture> architectureNamed(std::string_view text) {
    if (text == "rwkv5" || text == "rwkv5.2")
        return Architecture::Rwkv5;
    if (text == "rwkv6")
        return Architecture::Rwkv6;
    if (text == "rwkv7" || text == kSparse)
        return Architecture::Rwkv7;
    return std::nullopt;
}

std::optional<int> size(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > kLargestSize)
        return std::nullopt;
    return value;
}

} // namespace

Expected<ModelConfig> parseRandomModel(std::string_view spec, const std::string& enhancement) {
    const std::size_t first = spec.find(':');
    const std::size_t second = first == std::string_view::npos ? first : spec.find(':', first + 1);
    const std::size_t times = first == std::string_view::npos ? first : spec.find('x', first);
    if (second != std::string_view::npos && times < second) {
        const auto architecture = architectureNamed(spec.substr(0, first));
        // "12+4": RWKV blocks and sparse ones.
        const bool isSparse = spec.substr(0, first) == kSparse;
        const std::size_t plus = isSparse ? spec.find('+', first) : times;
        const auto layers = size(spec.substr(first + 1, std::min(plus, times) - first - 1));
        const int blocks =
            isSparse && plus < times ? size(spec.substr(plus + 1, times - plus - 1)).value_or(0) : 0;
        const auto width = size(spec.substr(times + 1, second - times - 1));
        const auto vocabulary = size(spec.substr(second + 1));
        if (architecture && layers && isSparse == (blocks > 0) && width && vocabulary) {
            const auto named = enhancementNamed(enhancement);
            if (!named)
                return failure(named.error());
            ModelConfig config;
            config.architecture = *architecture;
            config.layers = *layers;
            config.sparse.blocks = blocks;
            config.width = *width;
            config.vocabulary = *vocabulary;
            config.enhancement = *named;
            return config;
        }
    }
    return failure(ErrorCode::InvalidArgument,
                   "\"" + std::string(spec) +
                       "\" is not like rwkv6:24x2048:65536 (rwkv5, rwkv6 or rwkv7, layers, width, "
                       "vocabulary) or rwkv-x:12+4x768:65536 (with sparse blocks)");
}

} // namespace engine
