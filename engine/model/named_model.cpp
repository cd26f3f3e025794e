#include "engine/model/named_model.h"

#include <utility>

namespace engine {

namespace {

Expected<std::shared_ptr<const Model>> loadFiles(const ModelFiles& files, const Model::Options& options,
                                                 const std::shared_ptr<const Model>& base) {
    if (!files.gate)
        return base ? base : Model::load(files.base, options);
    return base ? Model::withGate(base, *files.gate) : Model::load(files.base, *files.gate, options);
}

} // namespace

Expected<NamedModel> loadNamedModel(const ModelNames& names, const Model::Options& options,
                                    const std::shared_ptr<const Model>& base) {
    auto files = findModelFiles(names.model, names.gate, names.vocabulary);
    if (!files)
        return failure(std::move(files.error()));
    auto model = loadFiles(*files, options, base);
    if (!model)
        return failure(std::move(model.error()));
    return NamedModel{std::move(*files), std::move(*model)};
}

} // namespace engine
