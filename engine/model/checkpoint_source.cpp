#include "engine/model/tensor_source.h"

#include "engine/core/data_type.h"
#include "engine/formats/tensor_shape.h"

#include <limits>
#include <utility>

namespace engine {

namespace {

class CheckpointSource final : public TensorSource {
public:
    CheckpointSource(std::shared_ptr<const Checkpoint> checkpoint, WeightType type)
        : m_checkpoint(std::move(checkpoint))
        , m_type(type) {}

    Expected<LinearWeights> linear(const std::string& name, int outputs, int inputs) override {
        const auto tensor = find(name);
        if (!tensor)
            return tl::unexpected(tensor.error());
        const TensorInfo& info = **tensor;
        if (info.shape != std::vector<std::int64_t>{outputs, inputs})
            return mismatch(info, {outputs, inputs});
        auto weights =
            LinearWeights::fromStored(info.type, info.bytes, outputs, inputs, wanted(info), m_checkpoint);
        if (!weights)
            return failure(weights.error(), where(name));
        return weights;
    }

    Expected<AlignedBuffer<float>> values(const std::string& name,
                                          const std::vector<std::int64_t>& shape) override {
        const auto tensor = find(name);
        if (!tensor)
            return tl::unexpected(tensor.error());
        if (withoutOnes((*tensor)->shape) != withoutOnes(shape))
            return mismatch(**tensor, shape);
        return m_checkpoint->readFloat32(name, shape);
    }

    Expected<DataType> matrixType(const std::string& name) override {
        const auto tensor = find(name);
        if (!tensor)
            return tl::unexpected(tensor.error());
        return wanted(**tensor);
    }

    Expected<int> factorColumns(const std::string& name) override {
        const auto tensor = find(name);
        if (!tensor)
            return tl::unexpected(tensor.error());
        const std::vector<std::int64_t>& shape = (*tensor)->shape;
        if (shape.size() != 2 || shape[1] < 1 || shape[1] > std::numeric_limits<int>::max())
            return failure(ErrorCode::ShapeMismatch, where(name) +
                                                         ": expected two dimensions [inputs,rank], found " +
                                                         shapeText(shape));
        return static_cast<int>(shape[1]);
    }

private:
    [[nodiscard]] std::string where(const std::string& name) const {
        return m_checkpoint->path().string() + ", " + name;
    }

    [[nodiscard]] Expected<const TensorInfo*> find(const std::string& name) const {
        if (const TensorInfo* tensor = m_checkpoint->find(name))
            return tensor;
        return failure(ErrorCode::FileDamaged,
                       where(name) + ": the tensor is missing; the file is incomplete or of another "
                                     "kind than its other tensors say");
    }

    [[nodiscard]] tl::unexpected<Error> mismatch(const TensorInfo& info,
                                                 const std::vector<std::int64_t>& shape) const {
        return failure(ErrorCode::ShapeMismatch, where(info.name) + ": expected " + shapeText(shape) +
                                                     ", found " + shapeText(info.shape));
    }

    [[nodiscard]] DataType wanted(const TensorInfo& info) const {
        switch (m_type) {
        case WeightType::Float32: return DataType::Float32;
        case WeightType::Float16: return DataType::Float16;
        case WeightType::BFloat16: return DataType::BFloat16;
        case WeightType::AsStored: break;
        }
        const bool kept = info.type == DataType::Float16 || info.type == DataType::BFloat16;
        return kept ? info.type : DataType::Float32;
    }

    std::shared_ptr<const Checkpoint> m_checkpoint;
    WeightType m_type;
};

} // namespace

std::unique_ptr<TensorSource> checkpointSource(std::shared_ptr<const Checkpoint> checkpoint,
                                               WeightType type) {
    return std::make_unique<CheckpointSource>(std::move(checkpoint), type);
}

} // namespace engine
