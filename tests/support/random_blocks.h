// random_blocks.h: reproducible block-quantised weights of about unit size, in any block type.
#pragma once

#include "engine/core/data_type.h"
#include "engine/core/random.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace support {

// `count` values; a multiple of the type's block.
[[nodiscard]] inline std::vector<std::byte> randomBlocks(engine::DataType type, std::size_t count,
                                                         std::uint64_t seed) {
    using engine::DataType;
    const std::size_t size = engine::bytesPerBlock(type);
    std::vector<std::byte> bytes(count / engine::elementsPerBlock(type) * size);
    engine::Random random(seed);
    for (std::byte& byte : bytes)
        byte = static_cast<std::byte>(random.next() >> 24);
    const auto put = [](std::byte* to, double value) {
        const std::uint16_t half = engine::floatToHalf(static_cast<float>(value));
        std::memcpy(to, &half, sizeof half);
    };
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        std::byte* const block = bytes.data() + at;
        const double scale = 0.5 + random.uniform();
        switch (type) {
        case DataType::Q8_0: put(block, scale / 127); break;
        case DataType::Q4_1: put(block, scale / 8), put(block + 2, -scale); break;
        case DataType::Q5_1: put(block, scale / 16), put(block + 2, -scale); break;
        case DataType::Q5_0: put(block, scale / 16); break;
        case DataType::Q4_K: put(block, scale / 256), put(block + 2, scale / 32); break;
        case DataType::Q5_K: put(block, scale / 512), put(block + 2, scale / 32); break;
        case DataType::Q6_K: put(block + 208, scale / 2048); break;
        default: put(block, -scale / 8);
        }
    }
    return bytes;
}

} // namespace support
