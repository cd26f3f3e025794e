#include "engine/model/loading/tensor_source.h"

#include "engine/core/data_type.h"
#include "engine/model/loading/checkpoint_tensors.h"

#include <utility>

namespace engine {

namespace {

class CheckpointSource final : public TensorSource {
public:
    CheckpointSource(std::shared_ptr<const Checkpoint> checkpoint, WeightType type)
        : m_checkpoint(std::move(checkpoint))
        , m_type(type) {}

    Expected<LinearWeights> linear(const std::string& name, int outputs, int inputs,
                                   MatrixOrder order) override {
        const auto tensor = findMatrix(*m_checkpoint, name, outputs, inputs);
        if (!tensor)
            return failure(tensor.error());
        const TensorInfo& info = **tensor;
        const auto bytes = m_checkpoint->bytes(info, &m_pool);
        if (!bytes)
            return failure(bytes.error());
        auto weights = LinearWeights::fromStored(info.type, *bytes, outputs, inputs, wanted(info, inputs),
                                                 m_checkpoint, m_pool, order);
        if (!weights)
            return failure(weights.error(), whereIs(*m_checkpoint, name));
        if (weights->ownsMemory())
            m_checkpoint->release(info);
        return weights;
    }

    Expected<LinearWeights> table(const std::string& name, int rows, int columns) override {
        const auto tensor = findMatrix(*m_checkpoint, name, rows, columns);
        if (!tensor)
            return failure(tensor.error());
        const auto bytes = m_checkpoint->bytes(**tensor, &m_pool);
        if (!bytes)
            return failure(bytes.error());
        auto weights = LinearWeights::table((*tensor)->type, *bytes, rows, columns, m_checkpoint);
        if (!weights)
            return failure(weights.error(), whereIs(*m_checkpoint, name));
        return weights;
    }

    Expected<AlignedBuffer<float>> values(const std::string& name,
                                          const std::vector<std::int64_t>& shape) override {
        const auto tensor = findTensor(*m_checkpoint, name, shape);
        if (!tensor)
            return failure(tensor.error());
        auto values = m_checkpoint->readFloat32(name, shape);
        m_checkpoint->release(**tensor);
        return values;
    }

    Expected<DataType> factorType(const std::string& name, std::span<const float> values) override {
        const auto tensor = findTensor(*m_checkpoint, name);
        if (!tensor)
            return failure(tensor.error());
        const DataType type = wantedOfFactor(**tensor);
        if (m_type != WeightType::AsStored || type != DataType::Float32 || isAllFloat32())
            return type;
        // Files of 16 bits or less often keep their factors in 32, whatever they were before
        // (docs/spec/formats.md section 3).
        return narrowestExactType(values);
    }

    Expected<int> factorColumns(const std::string& name) override {
        return columnsOfFactor(*m_checkpoint, name);
    }

private:
    [[nodiscard]] DataType wanted(const TensorInfo& info, int inputs) const {
        const bool fitsBlocks = inputs % kTileColumns == 0;
        if (m_type == WeightType::Q8 && fitsBlocks)
            return DataType::Q8_0;
        if (m_type == WeightType::Q4 && fitsBlocks)
            return DataType::Q4_0;
        if (m_type == WeightType::AsStored && fitsBlocks)
            return packedTypeOf(info.type).value_or(wantedOfFactor(info));
        return wantedOfFactor(info);
    }

    // A model meant to be computed in float32; or a gate, which is small.
    [[nodiscard]] bool isAllFloat32() const {
        const TensorInfo* const head = m_checkpoint->find("head.weight");
        return head == nullptr || head->type == DataType::Float32;
    }

    // Low-rank factors are not packed.
    [[nodiscard]] DataType wantedOfFactor(const TensorInfo& info) const {
        switch (m_type) {
        case WeightType::Float32: return DataType::Float32;
        case WeightType::Float16:
        case WeightType::Q8:
        case WeightType::Q4: return DataType::Float16;
        case WeightType::BFloat16: return DataType::BFloat16;
        case WeightType::AsStored: break;
        }
        const bool kept = info.type == DataType::Float16 || info.type == DataType::BFloat16;
        return kept ? info.type : DataType::Float32;
    }

    std::shared_ptr<const Checkpoint> m_checkpoint;
    WeightType m_type;
    ThreadPool m_pool;
};

} // namespace

std::unique_ptr<TensorSource> checkpointSource(std::shared_ptr<const Checkpoint> checkpoint,
                                               WeightType type) {
    return std::make_unique<CheckpointSource>(std::move(checkpoint), type);
}

} // namespace engine
