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

void addSparseAttentionOptions(CLI::App& command, ModelOptions& options) {
    constexpr const char* kGroup = "RWKV-X";
    command
        .add_option(
            "--sparse-attention", options.sparseAttention,
            "How chunks are chosen: per-head, as the model was trained, or as the package rwkv-x does")
        ->check(CLI::IsMember({"per-head", "package"}))
        ->group(kGroup)
        ->capture_default_str();
    command
        .add_option("--chunk-size", options.sparse.chunk,
                    "Tokens in a chunk; without it, as in the file, or 2048")
        ->group(kGroup);
    command
        .add_option("--chunk-count", options.sparse.chunks,
                    "Chunks that a token reads; without it, as in the file, or 3")
        ->group(kGroup);
    command
        .add_option("--cache-limit", options.sparse.cacheLimit,
                    "Tokens whose chunks each sparse block keeps; 0: all; without it 65536")
        ->group(kGroup);
    command.add_option("--cache-type", options.cacheType, "Keep keys and values as f16 or f32")
        ->check(CLI::IsMember({"f16", "f32"}))
        ->group(kGroup)
        ->capture_default_str();
}

namespace {

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

} // namespace

Model::Options loadingOptions(const ModelOptions& options, bool skipsZeros) {
    Model::Options result{weightType(options.type), skipsZeros, options.sparse};
    result.sparse.isHalf = options.cacheType == "f16";
    result.sparse.mode =
        options.sparseAttention == "package" ? SparseAttentionMode::Package : SparseAttentionMode::PerHead;
    return result;
}

Expected<LoadedModel> loadModel(const ModelOptions& options, bool skipsZeros,
                                const std::shared_ptr<const Model>& base) {
    const Stopwatch watch;
    auto named = loadNamedModel({options.model, options.gate, options.tokenizer},
                                loadingOptions(options, skipsZeros), base);
    if (!named)
        return failure(std::move(named.error()));
    return LoadedModel{std::move(*named), watch.seconds()};
}

} // namespace engine
