// chunk_frame.h: what is kept of where a token looked back: of each sparse block the chunks that its heads
// chose, and how many heads chose each; and the bytes for it, in which it travels and lies in files
// (docs/formats/gates.md).
// Source:  docs/spec/rwkv-x.md section 2. A chunk's own tokens are always read and never named here.
// Threads: values and pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace engine {

struct ChosenChunk {
    std::int64_t chunk = 0; // tokens chunk * B .. of the text
    int heads = 0;          // that chose it, at least one

    bool operator==(const ChosenChunk&) const = default;
};

// Of one block, by chunk.
using BlockChoices = std::vector<ChosenChunk>;

// Behind what is in `packed`; `choices` ascends.
void packChoices(const BlockChoices& choices, std::vector<std::byte>& packed);
// Of all blocks of a token, in order. Nothing if the bytes are not what packChoices() makes.
[[nodiscard]] std::optional<std::vector<BlockChoices>> unpackChoices(std::span<const std::byte> packed);

// What consecutive tokens chose.
struct ChunkFrames {
    std::int64_t first = 0;                     // position of the first token in the sequence, from 0
    std::vector<std::vector<std::byte>> tokens; // each: all blocks, packed

    [[nodiscard]] std::size_t byteSize() const {
        std::size_t bytes = 0;
        for (const auto& token : tokens)
            bytes += sizeof token + token.size();
        return bytes;
    }
};

} // namespace engine
