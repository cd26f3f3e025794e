#include "engine/model/loading/checkpoint_tensors.h"

#include "engine/formats/tensors/tensor_shape.h"

#include <limits>

namespace engine {

namespace {

Failure mismatch(const Checkpoint& checkpoint, const TensorInfo& info,
                 const std::vector<std::int64_t>& shape) {
    return failure(ErrorCode::ShapeMismatch, whereIs(checkpoint, info.name) + ": expected " +
                                                 shapeText(shape) + ", found " + shapeText(info.shape));
}

} // namespace

std::string whereIs(const Checkpoint& checkpoint, const std::string& name) {
    return checkpoint.path().string() + ", " + name;
}

Expected<const TensorInfo*> findTensor(const Checkpoint& checkpoint, const std::string& name) {
    if (const TensorInfo* tensor = checkpoint.find(name))
        return tensor;
    if (const UnreadEntry* unread = checkpoint.findUnread(name))
        return failure(ErrorCode::UnsupportedType,
                       whereIs(checkpoint, unread->shownName()) + ": " + unread->reason);
    return failure(ErrorCode::FileDamaged,
                   whereIs(checkpoint, name) +
                       ": the tensor is missing; the file is incomplete or of another "
                       "kind than its other tensors say");
}

Expected<const TensorInfo*> findTensor(const Checkpoint& checkpoint, const std::string& name,
                                       const std::vector<std::int64_t>& shape) {
    const auto tensor = findTensor(checkpoint, name);
    if (tensor && withoutOnes((*tensor)->shape) != withoutOnes(shape))
        return mismatch(checkpoint, **tensor, shape);
    return tensor;
}

Expected<const TensorInfo*> findMatrix(const Checkpoint& checkpoint, const std::string& name, int rows,
                                       int columns) {
    const auto tensor = findTensor(checkpoint, name);
    if (tensor && (*tensor)->shape != std::vector<std::int64_t>{rows, columns})
        return mismatch(checkpoint, **tensor, {rows, columns});
    return tensor;
}

Expected<int> columnsOfFactor(const Checkpoint& checkpoint, const std::string& name) {
    const auto tensor = findTensor(checkpoint, name);
    if (!tensor)
        return failure(tensor.error());
    const std::vector<std::int64_t>& shape = (*tensor)->shape;
    if (shape.size() != 2 || shape[1] < 1 || shape[1] > std::numeric_limits<int>::max())
        return failure(ErrorCode::ShapeMismatch, whereIs(checkpoint, name) +
                                                     ": expected two dimensions [inputs,rank], found " +
                                                     shapeText(shape));
    return static_cast<int>(shape[1]);
}

} // namespace engine
