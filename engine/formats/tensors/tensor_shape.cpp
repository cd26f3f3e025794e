#include "engine/formats/tensors/tensor_shape.h"

#include <algorithm>
#include <iterator>

namespace engine {

std::string shapeText(std::span<const std::int64_t> shape) {
    std::string text = "[";
    for (const std::int64_t dimension : shape) {
        if (text.size() > 1)
            text += ',';
        text += std::to_string(dimension);
    }
    return text + "]";
}

std::vector<std::int64_t> withoutOnes(std::span<const std::int64_t> shape) {
    std::vector<std::int64_t> squeezed;
    std::copy_if(shape.begin(), shape.end(), std::back_inserter(squeezed),
                 [](std::int64_t dimension) { return dimension != 1; });
    return squeezed;
}

Expected<std::int64_t> elementCount(std::span<const std::int64_t> shape) {
    if (shape.size() > kMaxDimensions)
        return failure(ErrorCode::FileDamaged, "expected at most " + std::to_string(kMaxDimensions) +
                                                   " dimensions, found " + std::to_string(shape.size()));
    std::int64_t product = 1;
    bool empty = false;
    for (const std::int64_t dimension : shape) {
        if (dimension < 0)
            return failure(ErrorCode::FileDamaged, "negative dimension in shape " + shapeText(shape));
        empty = empty || dimension == 0;
        if (__builtin_mul_overflow(product, std::max<std::int64_t>(dimension, 1), &product))
            return failure(ErrorCode::FileDamaged, "shape " + shapeText(shape) + " is larger than any file");
    }
    return empty ? 0 : product;
}

Expected<std::size_t> byteCount(DataType type, std::span<const std::int64_t> shape) {
    const Expected<std::int64_t> elements = elementCount(shape);
    if (!elements)
        return failure(elements.error());
    const auto block = static_cast<std::int64_t>(elementsPerBlock(type));
    if (block > 1 && (shape.empty() || shape.back() % block != 0))
        return failure(ErrorCode::FileDamaged, "rows of type " + std::string(name(type)) +
                                                   " must be multiples of " + std::to_string(block) +
                                                   " values, found shape " + shapeText(shape));
    std::int64_t bytes = 0;
    if (__builtin_mul_overflow(*elements / block, static_cast<std::int64_t>(bytesPerBlock(type)), &bytes))
        return failure(ErrorCode::FileDamaged, "shape " + shapeText(shape) + " is larger than any file");
    return static_cast<std::size_t>(bytes);
}

} // namespace engine
