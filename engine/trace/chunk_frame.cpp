#include "engine/trace/chunk_frame.h"

#include <limits>

namespace engine {

namespace {

constexpr std::uint64_t kMostHeads = 1 << 20;

// 7 bits at a time, lowest first; the eighth bit says that more follow.
void put(std::uint64_t number, std::vector<std::byte>& packed) {
    for (; number >= 0x80; number >>= 7)
        packed.push_back(static_cast<std::byte>(number | 0x80));
    packed.push_back(static_cast<std::byte>(number));
}

std::optional<std::uint64_t> take(std::span<const std::byte>& packed) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 63 && !packed.empty(); shift += 7) {
        const auto byte = std::to_integer<std::uint64_t>(packed.front());
        packed = packed.subspan(1);
        number |= (byte & 0x7F) << shift;
        if (byte < 0x80)
            return number;
    }
    return std::nullopt;
}

} // namespace

void packChoices(const BlockChoices& choices, std::vector<std::byte>& packed) {
    put(choices.size(), packed);
    std::int64_t next = 0; // smallest chunk that may come
    for (const ChosenChunk& one : choices) {
        put(static_cast<std::uint64_t>(one.chunk - next), packed);
        put(static_cast<std::uint64_t>(one.heads), packed);
        next = one.chunk + 1;
    }
}

std::optional<std::vector<BlockChoices>> unpackChoices(std::span<const std::byte> packed) {
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 2);
    std::vector<BlockChoices> blocks;
    while (!packed.empty()) {
        const auto count = take(packed);
        if (!count || *count > packed.size()) // each has two bytes at least
            return std::nullopt;
        BlockChoices block;
        std::uint64_t next = 0;
        for (std::uint64_t i = 0; i < *count; ++i) {
            const auto step = take(packed);
            const auto heads = step ? take(packed) : std::nullopt;
            if (!heads || *heads == 0 || *heads > kMostHeads || *step > kLargest - next)
                return std::nullopt;
            block.push_back({static_cast<std::int64_t>(next + *step), static_cast<int>(*heads)});
            next += *step + 1;
        }
        blocks.push_back(std::move(block));
    }
    return blocks;
}

} // namespace engine
