#include "engine/cli/options/model_options.h"

#include "engine/core/stopwatch.h"

namespace engine {

void addModelOption(CLI::App& command, ModelOptions& options) {
    command.add_option("--model", options.model, "An embedded model's name, or a model file")
        ->capture_default_str();
}

void addGateOption(CLI::App& command, ModelOptions& options) {
    command
        .add_option("--gate", options.gate, "The enhancement: none, a name beside the model, or a gate file")
        ->capture_default_str();
}

void addTokenizerOption(CLI::App& command, ModelOptions& options) {
    command.add_option(
        "--vocab", options.tokenizer,
        "A sentencepiece model or RWKV World vocabulary; without it, the one in the model file or beside it");
}

void addTypeOption(CLI::App& command, ModelOptions& options) {
    command
        .add_option(
            "--type", options.type,
            "Keep the matrices in memory as stored, f32, f16, bf16, or in blocks of 8 or 4 bits: q8, q4")
        ->check(CLI::IsMember({"stored", "f32", "f16", "bf16", "q8", "q4"}))
        ->capture_default_str();
}

WeightType weightType(const std::string& type) {
    if (type == "f32")
        return WeightType::Float32;
    if (type == "f16")
        return WeightType::Float16;
    if (type == "bf16")
        return WeightType::BFloat16;
    if (type == "q8")
        return WeightType::Q8;
    if (type == "q4")
        return WeightType::Q4;
    return WeightType::AsStored;
}

Expected<LoadedModel> loadModel(const ModelOptions& options, bool skipsZeros,
                                const std::shared_ptr<const Model>& base) {
    const Stopwatch watch;
    auto named = loadNamedModel({options.model, options.gate, options.tokenizer},
                                {weightType(options.type), skipsZeros}, base);
    if (!named)
        return failure(std::move(named.error()));
    return LoadedModel{std::move(*named), watch.seconds()};
}

} // namespace engine
