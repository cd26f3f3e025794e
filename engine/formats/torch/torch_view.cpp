#include "engine/formats/torch/torch_view.h"

#include "engine/formats/tensors/tensor_shape.h"

#include <array>
#include <cstring>
#include <string>

namespace engine {

Expected<std::size_t> checkView(const TorchTensor& tensor) {
    const Expected<std::size_t> bytes = byteCount(*tensor.storage->type, tensor.shape);
    if (!bytes)
        return bytes;
    bool isInside = tensor.offset >= 0;
    std::int64_t last = tensor.offset;
    for (std::size_t i = 0; i < tensor.shape.size() && isInside; ++i) {
        std::int64_t reach = 0;
        isInside = tensor.strides[i] >= 0 &&
                   (*bytes == 0 || (!__builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &reach) &&
                                    !__builtin_add_overflow(last, reach, &last)));
    }
    if (isInside && (*bytes == 0 || last < tensor.storage->elements))
        return bytes;
    return failure(ErrorCode::FileDamaged,
                   "shape " + shapeText(tensor.shape) + " with strides " + shapeText(tensor.strides) +
                       " from element " + std::to_string(tensor.offset) + " reaches outside its storage of " +
                       std::to_string(tensor.storage->elements) + " elements");
}

bool isContiguous(const TorchTensor& tensor) {
    std::int64_t expected = 1;
    bool hasGaps = false, isEmpty = false;
    for (std::size_t i = tensor.shape.size(); i-- > 0;) {
        hasGaps = hasGaps || (tensor.shape[i] != 1 && tensor.strides[i] != expected);
        isEmpty = isEmpty || tensor.shape[i] == 0;
        expected *= tensor.shape[i]; // cannot overflow: the shape has been checked
    }
    return isEmpty || !hasGaps;
}

AlignedBuffer<std::byte> gather(const TorchTensor& tensor, std::span<const std::byte> storage) {
    const std::size_t size = bytesPerBlock(*tensor.storage->type);
    std::int64_t count = 1;
    for (const std::int64_t dimension : tensor.shape)
        count *= dimension;
    AlignedBuffer<std::byte> gathered(static_cast<std::size_t>(count) * size);
    std::array<std::int64_t, kMaxDimensions> index{};
    std::int64_t at = tensor.offset;
    for (std::size_t out = 0; out < gathered.size(); out += size) {
        std::memcpy(&gathered[out], &storage[static_cast<std::size_t>(at) * size], size);
        // To the next element: the last dimension counts up, and each that is through begins again and
        // carries.
        for (std::size_t d = tensor.shape.size(); d-- > 0;) {
            if (++index[d] < tensor.shape[d]) {
                at += tensor.strides[d];
                break;
            }
            index[d] = 0;
            at -= (tensor.shape[d] - 1) * tensor.strides[d];
        }
    }
    return gathered;
}

} // namespace engine
