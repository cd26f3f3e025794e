// inspect_command.cpp: `inkgate-cli inspect` tells what is in a model or gate file without loading it, and,
// with --devices, what this machine can compute on.
#include "engine/backend/cuda_plugin.h"
#include "engine/cli/commands/commands.h"
#include "engine/cli/output/json_output.h"
#include "engine/core/data_type.h"
#include "engine/cpu/processor_level.h"
#include "engine/formats/checkpoint.h"
#include "engine/formats/tensors/tensor_name.h"
#include "engine/model/config.h"
#include "engine/model/loading/enhancement_tensors.h"
#include "engine/model/model_check.h"
#include "engine/model/model_files.h"
#include "engine/model/model_tokenizer.h"
#include "engine/operations/products/dense/matrix_product.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>
#include <vector>

namespace engine {

namespace {

// Tensors of the model itself; files may carry others (test vectors, say), which are no parameters.
bool isParameter(const TensorInfo& tensor) {
    static constexpr std::string_view kPrefixes[] = {"emb.",  "blocks.",  "ln_out.",
                                                     "head.", "enhance.", "moba."};
    return std::ranges::any_of(kPrefixes,
                               [&](std::string_view prefix) { return tensor.name.starts_with(prefix); });
}

struct Findings {
    std::string architecture;
    ModelConfig config; // of a gate file only layers, width and enhancement
    std::vector<std::string> unused;
    std::optional<Error> problem;   // with the model itself: what loading it would say
    std::optional<Error> tokenless; // what generating would say after that
    Json tokenizer;
};

Findings modelFindings(const Checkpoint& checkpoint, const ModelFiles& files, const ModelConfig& config) {
    Findings findings;
    findings.architecture = architectureName(config);
    findings.config = config;
    auto checked = checkModel(checkpoint);
    if (checked)
        findings.unused = std::move(checked->unused);
    else
        findings.problem = std::move(checked.error());
    const auto tokenizer = loadTokenizerOf(files, checkpoint.vocabulary(), config.vocabulary);
    if (!tokenizer)
        findings.tokenless = tokenizer.error();
    else if (checkpoint.vocabulary() && !files.isVocabularyGiven)
        findings.tokenizer = "in the model file";
    else
        findings.tokenizer = files.vocabulary ? files.vocabulary->string() : "bytes";
    return findings;
}

// A gate file: only tensors enhance.<layer>.*
Expected<Findings> gateFindings(const Checkpoint& checkpoint) {
    const auto enhancement = detectEnhancement(checkpoint);
    if (!enhancement)
        return failure(enhancement.error());
    if (enhancement->variant == EnhancementConfig::Variant::None)
        return failure(
            ErrorCode::UnsupportedFormat,
            checkpoint.path().string() +
                ": neither a model (it has no emb.weight) nor a gate file (it has no enhance tensors)");
    Findings findings;
    findings.architecture = "gate";
    findings.config.enhancement = *enhancement;
    while (std::ranges::any_of(checkpoint.tensors(), [&](const TensorInfo& tensor) {
        return tensor.name.starts_with("enhance." + std::to_string(findings.config.layers) + ".");
    }))
        ++findings.config.layers;
    // Whatever the variant, its vectors of the stream's width are one of these.
    for (const char* tensor : {"enhance.0.norm.weight", "enhance.0.gate.bias", "enhance.0.route.bias"}) {
        const TensorInfo* info = checkpoint.find(tensor);
        if (info && findings.config.width == 0)
            findings.config.width = static_cast<int>(std::min<std::int64_t>(info->elements(), 1 << 30));
    }
    for (const TensorInfo& tensor : checkpoint.tensors())
        if (!tensor.name.starts_with("enhance."))
            findings.unused.push_back(tensor.name);
    for (const UnreadEntry& entry : checkpoint.unread())
        findings.unused.push_back(entry.name);
    return findings;
}

Json describeUnused(const Checkpoint& checkpoint, const std::vector<std::string>& unused) {
    Json list = Json::array();
    for (const std::string& unusedName : unused) {
        if (const TensorInfo* tensor = checkpoint.find(unusedName))
            list.push_back({{"name", tensor->shownName()},
                            {"type", name(tensor->type)},
                            {"shape", tensor->shape},
                            {"reason", "the model has no use for it"}});
        else if (const UnreadEntry* entry = checkpoint.findUnread(unusedName))
            list.push_back({{"name", entry->shownName()},
                            {"type", entry->kind},
                            {"shape", entry->shape},
                            {"reason", entry->reason}});
    }
    return list;
}

// Of RWKV-X: a sparse block stands behind every `sparseInterval()` layers.
Json describeSparseAttention(const ModelConfig& config) {
    Json behind = Json::array();
    for (int block = 1; block <= config.sparse.blocks; ++block)
        behind.push_back(block * config.sparseInterval() - 1);
    return {{"blocks", config.sparse.blocks},
            {"behind_layers", behind}, // from 0
            {"chunk", config.sparse.chunk},
            {"chunks", config.sparse.chunks}};
}

Json describeFile(const Checkpoint& checkpoint, const Findings& findings) {
    const ModelConfig& config = findings.config;
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
    const Error* const problem = findings.problem     ? &*findings.problem
                                 : findings.tokenless ? &*findings.tokenless
                                                      : nullptr;
    return {{"file", checkpoint.path().string()},
            {"format", checkpoint.format()},
            {"architecture", findings.architecture},
            {"usable", problem == nullptr},
            {"reason", problem ? problem->message : ""}, // why not
            {"layers", config.layers},
            {"width", config.width},
            {"heads", config.heads},
            {"feed_forward", config.feedForward},
            {"vocabulary", config.vocabulary},
            {"parameters", parameters},
            {"types", types}, // parameters in each
            {"enhancement", describe(config.enhancement)},
            {"sparse_attention", config.sparse.blocks > 0 ? describeSparseAttention(config) : Json()},
            {"tokenizer", findings.tokenizer},
            {"metadata", checkpoint.metadata()},
            {"tensors", tensors},
            {"unused", describeUnused(checkpoint, findings.unused)}};
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
    const auto text = [](const Json& value) { return displayName(value.get<std::string>()); };
    for (const char* key : {"file", "format", "architecture"})
        row(key, about[key].get<std::string>());
    row("usable", about["usable"] ? "yes" : "no: " + about["reason"].get<std::string>());
    for (const char* key : {"layers", "width", "heads", "feed_forward", "vocabulary", "parameters",
                            "enhancement", "tokenizer"}) {
        const Json& value = about[key];
        if (value.is_null() || value == 0)
            continue;
        row(key, value.is_string() ? value.get<std::string>() : value.dump());
    }
    if (const Json& sparse = about["sparse_attention"]; !sparse.is_null()) {
        std::string layers;
        for (const Json& layer : sparse["behind_layers"])
            layers += (layers.empty() ? "" : ", ") + layer.dump();
        row("sparse blocks", sparse["blocks"].dump() + ", behind layers " + layers + " (from 0)");
        row("chunks", "of " + sparse["chunk"].dump() + " tokens; a token reads " + sparse["chunks"].dump() +
                          ", its own included");
    }
    for (const auto& [type, parameters] : about["types"].items())
        row("in " + type, parameters.dump());
    for (const auto& [key, value] : about["metadata"].items())
        row(displayName(key), text(value));
    std::cout << "\ntensors\n";
    for (const Json& tensor : about["tensors"])
        row("  " + text(tensor["type"]), text(tensor["name"]) + "  " + shapeText(tensor["shape"]));
    if (about["unused"].empty())
        return;
    std::cout << "\nunused\n";
    for (const Json& entry : about["unused"])
        row("  " + text(entry["type"]), text(entry["name"]) + ": " + entry["reason"].get<std::string>());
}

// What there is to say is said of a file that cannot be used, too; that it cannot is a failure all the same.
Expected<void> inspect(const std::string& file, const CommandContext& context) {
    const auto files = findModelFiles(file, "none"); // an embedded model's name will do as well
    if (!files)
        return failure(files.error());
    const auto checkpoint = Checkpoint::open(files->base);
    if (!checkpoint)
        return failure(checkpoint.error());
    std::optional<Findings> findings;
    if (checkpoint->find("emb.weight") || checkpoint->findUnread("emb.weight")) {
        const auto config = ModelConfig::detect(*checkpoint);
        if (!config)
            return failure(config.error());
        findings = modelFindings(*checkpoint, *files, *config);
    } else {
        auto found = gateFindings(*checkpoint);
        if (!found)
            return failure(std::move(found.error()));
        findings = std::move(*found);
    }
    const Json about = describeFile(*checkpoint, *findings);
    if (context.json)
        printJson(about);
    else
        printTable(about);
    if (findings->problem)
        return failure(*findings->problem);
    return {};
}

Json describeDevice(const CudaDevice& device) {
    return {{"name", device.name},
            {"compute_capability",
             std::to_string(device.capability / 10) + "." + std::to_string(device.capability % 10)},
            {"processors", device.processors},
            {"memory_mb", device.totalBytes / 1'000'000},
            {"free_mb", device.freeBytes / 1'000'000},
            {"usable", device.unusable.empty()},
            {"reason", device.unusable}};
}

// That no device can be used is a result here, not a failure.
Expected<void> inspectDevices(const CommandContext& context) {
    const auto plugin = cudaPlugin();
    const auto devices = plugin ? (*plugin)->devices() : failure(plugin.error());
    const int threads = context.makePool()->size();
    const std::string level(name(processorLevel())), highest(name(highestProcessorLevel()));
    const std::string products(name(hasBfloat16Products() ? DataType::BFloat16 : DataType::Float32));
    Json about{
        {"cpu", {{"threads", threads}, {"level", level}, {"highest_level", highest}, {"products", products}}},
        {"cuda", Json::array()},
        {"cuda_reason", devices ? "" : devices.error().message}};
    if (devices)
        for (const CudaDevice& device : *devices)
            about["cuda"].push_back(describeDevice(device));
    if (context.json) {
        printJson(about);
        return {};
    }
    std::cout << "cpu   " << threads << " threads; instructions: " << level
              << (level != highest ? " of " + highest + ", limited by INKGATE_CPU" : "")
              << "; products of many rows in " << products << '\n';
    if (!devices)
        std::cout << "cuda  not used: " << devices.error().message << '\n';
    for (const Json& device : about["cuda"])
        std::cout << "cuda  " << device["name"].get<std::string>() << ", compute capability "
                  << device["compute_capability"].get<std::string>() << ", " << device["free_mb"] << " of "
                  << device["memory_mb"] << " MB free"
                  << (device["usable"] ? "" : ", not used: " + device["reason"].get<std::string>()) << '\n';
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
                   "Tell what this machine can compute on, and why it cannot on a device")
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
