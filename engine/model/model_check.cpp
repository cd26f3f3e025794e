#include "engine/model/model_check.h"

#include "engine/formats/tensors/tensor_name.h"
#include "engine/formats/tensors/tensor_naming.h"
#include "engine/model/loading/checkpoint_tensors.h"
#include "engine/model/loading/load_weights.h"
#include "engine/model/loading/tensor_source.h"

#include <algorithm>
#include <functional>
#include <new>
#include <optional>
#include <set>
#include <utility>

namespace engine {

namespace {

// Gives out nothing, but notes what is asked for and the first thing that could not have been given out. It
// never fails, so that everything is asked for.
class CheckingSource final : public TensorSource {
public:
    explicit CheckingSource(const Checkpoint& checkpoint)
        : m_checkpoint(checkpoint) {}

    [[nodiscard]] const Checkpoint& checkpoint() const { return m_checkpoint; }
    [[nodiscard]] bool isWanted(const std::string& name) const { return m_wanted.contains(name); }
    [[nodiscard]] const std::optional<Error>& problem() const { return m_problem; }

    Expected<LinearWeights> linear(const std::string& name, int outputs, int inputs, MatrixOrder) override {
        note(name, findMatrix(m_checkpoint, name, outputs, inputs));
        return LinearWeights();
    }
    Expected<LinearWeights> table(const std::string& name, int rows, int columns) override {
        note(name, findMatrix(m_checkpoint, name, rows, columns));
        return LinearWeights();
    }
    Expected<AlignedBuffer<float>> values(const std::string& name,
                                          const std::vector<std::int64_t>& shape) override {
        note(name, findTensor(m_checkpoint, name, shape));
        return AlignedBuffer<float>();
    }
    Expected<DataType> factorType(const std::string&, std::span<const float>) override {
        return DataType::Float32;
    }
    Expected<int> factorColumns(const std::string& name) override {
        const auto columns = columnsOfFactor(m_checkpoint, name);
        if (!columns)
            keep(columns.error());
        return columns.value_or(0);
    }

private:
    void keep(const Error& problem) {
        if (!m_problem)
            m_problem = problem;
    }
    void note(const std::string& name, const Expected<const TensorInfo*>& tensor) {
        m_wanted.insert(name);
        if (!tensor)
            return keep(tensor.error());
        const TensorInfo& info = **tensor;
        if (!isFloat(info.type) && !isBlockQuantised(info.type))
            keep({ErrorCode::UnsupportedType, whereIs(m_checkpoint, info.shownName()) + ": " +
                                                  std::string(engine::name(info.type)) +
                                                  " values are not weights"});
    }

    const Checkpoint& m_checkpoint;
    std::set<std::string> m_wanted;
    std::optional<Error> m_problem;
};

// What files of this architecture may have although it is not read: RWKV-7's first block needs no value
// residual, and a model that was tuned by its initial state brings that along.
bool isHarmless(const BlockName& name, const ModelConfig& config) {
    const std::string_view inBlock = name.inBlock;
    return inBlock == "att.time_state" ||
           (config.architecture == Architecture::Rwkv7 && name.number == "0" &&
            (inBlock == "att.v0" || inBlock == "att.v1" || inBlock == "att.v2"));
}

// Visits what the file holds and nobody asked for, by name and by the name that the file has for it.
void forEachUnwanted(const CheckingSource& source,
                     const std::function<void(const std::string&, const std::string&)>& visit) {
    const auto visitAll = [&](const auto& entries) {
        for (const auto& entry : entries)
            if (!source.isWanted(entry.name))
                visit(entry.name, entry.shownName());
    };
    visitAll(source.checkpoint().tensors());
    visitAll(source.checkpoint().unread());
}

Expected<void> refuseUnknown(const CheckingSource& source, const ModelConfig& config) {
    std::string unknown;
    std::size_t count = 0;
    bool isOfEnhancement = false;
    forEachUnwanted(source, [&](const std::string& name, const std::string& shown) {
        const BlockName block = blockName(name);
        const bool isEnhancement = !blockName(name, "enhance.").number.empty();
        const bool isSparse = !blockName(name, "moba.").number.empty();
        if (!isEnhancement && !isSparse && (block.number.empty() || isHarmless(block, config)))
            return;
        if (++count > 1)
            return;
        unknown = shown;
        isOfEnhancement = isEnhancement;
    });
    if (count == 0)
        return {};
    const std::string model = isOfEnhancement ? "the enhancement " + describe(config.enhancement)
                                              : "a model of " + std::string(architectureName(config));
    return failure(ErrorCode::UnsupportedArchitecture,
                   whereIs(source.checkpoint(), displayName(unknown)) + ": " + model + " has no such tensor" +
                       (count > 1 ? " (nor " + std::to_string(count - 1) + " more that are there)" : "") +
                       "; the file is of a newer or another architecture, which Inkgate does not run");
}

Expected<void> check(const ModelConfig& config, CheckingSource& base, CheckingSource& enhancement) try {
    if (const auto loaded = loadWeights(config, base, false); !loaded)
        return failure(loaded.error(), base.checkpoint().path().string());
    if (const auto loaded = loadEnhancements(config, enhancement); !loaded)
        return failure(loaded.error(), base.checkpoint().path().string());
    for (const CheckingSource* source : {&base, &enhancement})
        if (auto known = refuseUnknown(*source, config); !known)
            return known;
    for (const CheckingSource* source : {&base, &enhancement})
        if (source->problem())
            return failure(*source->problem());
    return {};
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory,
                   base.checkpoint().path().string() + ": not enough memory for this model");
}

} // namespace

Expected<CheckedModel> checkModel(const Checkpoint& checkpoint) {
    auto config = ModelConfig::detect(checkpoint);
    if (!config)
        return failure(std::move(config.error()));
    CheckedModel model{std::move(*config), {}};
    CheckingSource source(checkpoint);
    if (auto sound = check(model.config, source, source); !sound)
        return failure(sound.error());
    forEachUnwanted(source,
                    [&](const std::string& name, const std::string&) { model.unused.push_back(name); });
    std::ranges::sort(model.unused);
    return model;
}

Expected<void> checkTensors(const ModelConfig& config, const Checkpoint& base,
                            const Checkpoint& enhancement) {
    CheckingSource baseSource(base), enhancementSource(enhancement);
    return check(config, baseSource, enhancementSource);
}

} // namespace engine
