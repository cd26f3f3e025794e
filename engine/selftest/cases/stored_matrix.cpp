#include "engine/selftest/cases/stored_matrix.h"

#include "engine/core/block_run.h"

#include <cassert>
#include <cmath>
#include <cstring>
#include <span>

namespace engine::selftest {

namespace {

void fillWithFloats(DataType type, std::span<std::byte> bytes, std::size_t count, Random& random) {
    std::vector<float> values(count);
    for (float& value : values)
        value = static_cast<float>(random.normal());
    [[maybe_unused]] const auto done = fromFloat32(type, values, bytes);
    assert(done.has_value());
}

bool hasMinimum(DataType type) { return type == DataType::Q4_1 || type == DataType::Q5_1; }

// A block: its scale as float16, in some types its minimum, then codes, for which any bits will do.
void fillWithBlocks(DataType type, std::span<std::byte> bytes, Random& random) {
    const double codes = type == DataType::Q8_0                             ? 128
                         : type == DataType::Q4_0 || type == DataType::Q4_1 ? 8
                                                                            : 16;
    for (std::byte& byte : bytes)
        byte = static_cast<std::byte>(random.next() >> 24);
    const auto put = [](std::byte* to, double value) {
        const std::uint16_t half = floatToHalf(static_cast<float>(value));
        std::memcpy(to, &half, sizeof half);
    };
    for (std::size_t at = 0; at < bytes.size(); at += bytesPerBlock(type)) {
        const double size = 0.5 + random.uniform();
        put(bytes.data() + at, size / codes);
        if (hasMinimum(type))
            put(bytes.data() + at + 2, -size);
    }
}

std::vector<float> sizesOf(const StoredMatrix& matrix) {
    std::vector<float> sizes(matrix.values.size());
    float minimum = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (hasMinimum(matrix.type) && i % kRunLength == 0)
            minimum = readBlockRun(matrix.type, matrix.bytes->data(), i / kRunLength).minimum;
        sizes[i] = std::fabs(matrix.values[i] - minimum) + std::fabs(minimum);
    }
    return sizes;
}

} // namespace

StoredMatrix randomMatrix(DataType type, int rows, int columns, Random& random) {
    const std::size_t count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    StoredMatrix matrix{type, rows, columns, nullptr, std::vector<float>(count), {}};
    matrix.bytes =
        std::make_shared<AlignedBuffer<std::byte>>(count / elementsPerBlock(type) * bytesPerBlock(type));
    if (isBlockQuantised(type))
        fillWithBlocks(type, matrix.bytes->span(), random);
    else
        fillWithFloats(type, matrix.bytes->span(), count, random);
    [[maybe_unused]] const auto done = toFloat32(type, matrix.bytes->span(), matrix.values);
    assert(done.has_value());
    matrix.sizes = sizesOf(matrix);
    return matrix;
}

} // namespace engine::selftest
