// inspect_command.cpp: `inkgate-cli inspect` tells what is in a model or gate file without loading it, and, with
// --devices, what this machine can compute on.
#include "engine/cli/commands.h"
#include "engine/cli/json_output.h"
#include "engine/core/data_type.h"
#include "engine/formats/checkpoint.h"
#include "engine/kernels/cuda_plugin.h"
#include "engine/kernels/matrix_product.h"
#include "engine/kernels/processor_level.h"
#include "engine/model/config.h"
#include "engine/model/enhancement_tensors.h"
#include "engine/model/model_files.h"

#include <algorithm>
#include <iostream>
#include <map>

namespace engine {

namespace {

// Tensors of the model itself; files may carry others (test vectors, say), which are no parameters.
bool isParameter(const TensorInfo& tensor) {
    static constexpr std::string_view kPrefixes[] = {"emb.", "blocks.", "ln_out.", "head.", "enhance."};
    return std::ranges::any_of(kPrefixes,
                               [&](std::string_view prefix) { return tensor.name.starts_with(prefix); });
}

Json tokenizerOf(const Checkpoint& checkpoint, int vocabulary) {
    if (checkpoint.vocabulary())
        return "in the model file";
    const auto files = findModelFiles(checkpoint.path().string(), "none");
    if (files && files->vocabulary)
        return files->vocabulary->string();
    return vocabulary == 256 ? Json("bytes") : Json(nullptr);
}

struct Sizes {
    std::string architecture;
    int layers = 0, width = 0, heads = 0, feedForward = 0, vocabulary = 0;
    EnhancementConfig enhancement;
};

Expected<Sizes> sizesOf(const Checkpoint& checkpoint) {
    if (checkpoint.find("emb.weight")) {
        const auto config = ModelConfig::detect(checkpoint);
        if (!config)
            return tl::unexpected<Error>(config.error());
        return Sizes{std::string(name(config->architecture)),
                     config->layers,
                     config->width,
                     config->heads,
                     config->feedForward,
                     config->vocabulary,
                     config->enhancement};
    }
    // A gate file: only tensors enhance.<layer>.*
    const auto enhancement = detectEnhancement(checkpoint);
    if (!enhancement)
        return tl::unexpected<Error>(enhancement.error());
    if (enhancement->variant == EnhancementConfig::Variant::None)
        return failure(ErrorCode::UnsupportedFormat,
                       "neither a model (it has no emb.weight) nor a gate file (it has no enhance tensors)");
    Sizes sizes{.architecture = "gate", .enhancement = *enhancement};
    while (std::ranges::any_of(checkpoint.tensors(), [&](const TensorInfo& tensor) {
        return tensor.name.starts_with("enhance." + std::to_string(sizes.layers) + ".");
    }))
        ++sizes.layers;
    // Whatever the variant, its vectors of the stream's width are one of these.
    for (const char* tensor : {"enhance.0.norm.weight", "enhance.0.gate.bias", "enhance.0.route.bias"}) {
        const TensorInfo* info = checkpoint.find(tensor);
        if (info && sizes.width == 0)
            sizes.width = static_cast<int>(std::min<std::int64_t>(info->elements(), 1 << 30));
    }
    return sizes;
}

Json describeFile(const Checkpoint& checkpoint, const Sizes& sizes) {
    std::int64_t parameters = 0;
    std::map<std::string, std::int64_t> types;
    Json tensors = Json::array();
    for (const TensorInfo& tensor : checkpoint.tensors()) {
        tensors.push_back({{"name", tensor.name}, {"type", name(tensor.type)}, {"shape", tensor.shape}});
        if (!isParameter(tensor))
            continue;
        parameters += tensor.elements();
        types[std::string(name(tensor.type))] += tensor.elements();
    }
    const Json tokenizer = sizes.vocabulary > 0 ? tokenizerOf(checkpoint, sizes.vocabulary) : Json(nullptr);
    return {{"file", checkpoint.path().string()},
            {"format", checkpoint.format()},
            {"architecture", sizes.architecture},
            {"layers", sizes.layers},
            {"width", sizes.width},
            {"heads", sizes.heads},
            {"feed_forward", sizes.feedForward},
            {"vocabulary", sizes.vocabulary},
            {"parameters", parameters},
            {"types", types}, // parameters in each
            {"enhancement", describe(sizes.enhancement)},
            {"tokenizer", tokenizer},
            {"metadata", checkpoint.metadata()},
            {"tensors", tensors}};
}

std::string shapeText(const Json& shape) {
    std::string text;
    for (const Json& dimension : shape)
        text += (text.empty() ? "" : " x ") + dimension.dump();
    return text.empty() ? "scalar" : text;
}

void printTable(const Json& about) {
    const auto row = [](const std::string& key, const std::string& value) {
        std::cout << key << std::string(key.size() < 15 ? 15 - key.size() : 1, ' ') << value << '\n';
    };
    for (const char* key : {"file", "format", "architecture", "layers", "width", "heads", "feed_forward",
                            "vocabulary", "parameters", "enhancement", "tokenizer"}) {
        const Json& value = about[key];
        if (value.is_null() || value == 0)
            continue;
        row(key, value.is_string() ? value.get<std::string>() : value.dump());
    }
    for (const auto& [type, parameters] : about["types"].items())
        row("in " + type, parameters.dump());
    for (const auto& [key, value] : about["metadata"].items())
        row(key, value.get<std::string>().substr(0, 200));
    std::cout << "\ntensors\n";
    for (const Json& tensor : about["tensors"])
        row("  " + tensor["type"].get<std::string>(),
            tensor["name"].get<std::string>() + "  " + shapeText(tensor["shape"]));
}

Expected<void> inspect(const std::string& file, const CommandContext& context) {
    // An embedded model's name will do as well.
    const auto files = findModelFiles(file, "none");
    const auto checkpoint = Checkpoint::open(files ? files->base : std::filesystem::path(file));
    if (!checkpoint)
        return tl::unexpected<Error>(checkpoint.error());
    const auto sizes = sizesOf(*checkpoint);
    if (!sizes)
        return failure(sizes.error(), checkpoint->path().string());
    const Json about = describeFile(*checkpoint, *sizes);
    if (context.json)
        printJson(about);
    else
        printTable(about);
    return {};
}

Json describeCard(const CudaCard& card) {
    return {{"name", card.name},
            {"compute_capability",
             std::to_string(card.capability / 10) + "." + std::to_string(card.capability % 10)},
            {"processors", card.processors},
            {"memory_mb", card.totalBytes / 1'000'000},
            {"free_mb", card.freeBytes / 1'000'000},
            {"usable", card.unusable.empty()},
            {"reason", card.unusable}};
}

// That no card can be used is a result here, not a failure.
Expected<void> inspectDevices(const CommandContext& context) {
    const auto plugin = cudaPlugin();
    const auto cards = plugin ? (*plugin)->cards() : tl::unexpected<Error>(plugin.error());
    const int threads = context.makePool()->size();
    const std::string level(name(processorLevel())), highest(name(highestProcessorLevel()));
    const std::string products(name(hasBfloat16Products() ? DataType::BFloat16 : DataType::Float32));
    Json about{
        {"cpu", {{"threads", threads}, {"level", level}, {"highest_level", highest}, {"products", products}}},
        {"cuda", Json::array()},
        {"cuda_reason", cards ? "" : cards.error().message}};
    if (cards)
        for (const CudaCard& card : *cards)
            about["cuda"].push_back(describeCard(card));
    if (context.json) {
        printJson(about);
        return {};
    }
    std::cout << "cpu   " << threads << " threads; instructions: " << level
              << (level != highest ? " of " + highest + ", limited by INKGATE_CPU" : "")
              << "; products of many rows in " << products << '\n';
    if (!cards)
        std::cout << "cuda  not used: " << cards.error().message << '\n';
    for (const Json& card : about["cuda"])
        std::cout << "cuda  " << card["name"].get<std::string>() << ", compute capability "
                  << card["compute_capability"].get<std::string>() << ", " << card["free_mb"] << " of "
                  << card["memory_mb"] << " MB free"
                  << (card["usable"] ? "" : ", not used: " + card["reason"].get<std::string>()) << '\n';
    return {};
}

} // namespace

void addInspectCommand(CLI::App& app, CommandContext& context) {
    auto file = std::make_shared<std::string>();
    auto wantsDevices = std::make_shared<bool>(false);
    CLI::App* command = addSubcommand(app, context, "inspect", "Tell what is in a model or gate file");
    auto* const fileOption =
        command->add_option("FILE", *file, "A model or gate file, or an embedded model's name");
    command
        ->add_flag("--devices", *wantsDevices,
                   "Tell what this machine can compute on, and why it cannot on a card")
        ->excludes(fileOption);
    command->callback([file, wantsDevices, &context] {
        if (file->empty() && !*wantsDevices)
            throw CLI::RequiredError("FILE or --devices");
        context.action = [file, wantsDevices, &context] {
            return *wantsDevices ? inspectDevices(context) : inspect(*file, context);
        };
    });
}

} // namespace engine
