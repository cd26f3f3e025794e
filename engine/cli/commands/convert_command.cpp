// convert_command.cpp: `inkgate-cli convert` writes any readable model as safetensors with the official
// tensor names.
#include "engine/cli/commands/commands.h"
#include "engine/cli/output/json_output.h"
#include "engine/formats/checkpoint.h"
#include "engine/formats/safetensors/safetensors_writer.h"
#include "engine/formats/tensors/tensor_naming.h"
#include "engine/model/model_files.h"
#include "engine/text/utf8_stream.h"

#include <algorithm>
#include <iostream>
#include <optional>

namespace engine {

namespace {

struct ConvertOptions {
    std::string in, out;
    std::string type = "stored";
};

// What the engine multiplies with. The other tensors of two dimensions are vectors by meaning (per head, or
// per tap of the convolution) and stay float32, as do true vectors: they are small, and decays and norms are
// sensitive to rounding.
bool isMatrix(const TensorInfo& tensor) {
    static constexpr std::string_view kVectors[] = {".time_decay", ".time_faaaa", ".r_k", ".conv.weight",
                                                    ".conv.position"};
    static constexpr std::string_view kModel[] = {"emb.", "blocks.", "head.", "enhance."};
    const auto startsWith = [&](std::string_view prefix) { return tensor.name.starts_with(prefix); };
    const auto endsWith = [&](std::string_view suffix) { return tensor.name.ends_with(suffix); };
    const auto dimensions = std::ranges::count_if(tensor.shape, [](std::int64_t size) { return size > 1; });
    return dimensions >= 2 && std::ranges::any_of(kModel, startsWith) &&
           std::ranges::none_of(kVectors, endsWith);
}

// What a file cannot do without if it is a model.
bool isOfModel(const std::string& tensor) {
    return !blockName(tensor).number.empty() || tensor == "emb.weight" || tensor == "head.weight" ||
           tensor.starts_with("ln_out.");
}

std::optional<DataType> wantedType(const std::string& option) {
    if (option == "f32")
        return DataType::Float32;
    if (option == "f16")
        return DataType::Float16;
    if (option == "bf16")
        return DataType::BFloat16;
    if (option == "q8")
        return DataType::Q8_0;
    if (option == "q4")
        return DataType::Q4_0;
    return std::nullopt;
}

// The type a tensor is written in. Only what products read row by row is kept in blocks: low-rank factors and
// rows that are no whole blocks become float16 instead.
DataType targetType(const TensorInfo& tensor, std::optional<DataType> wanted) {
    if (!wanted || (!isFloat(tensor.type) && !isBlockQuantised(tensor.type)))
        return tensor.type;
    if (!isMatrix(tensor))
        return DataType::Float32;
    if (!isBlockQuantised(*wanted))
        return *wanted;
    const bool isRows = tensor.name.ends_with(".weight") && tensor.shape.size() == 2 &&
                        tensor.shape.back() % static_cast<std::int64_t>(elementsPerBlock(*wanted)) == 0;
    if (!isRows)
        return DataType::Float16;
    // Of the embedding a token reads one row, so fewer bits would save no time, and it is where everything
    // begins.
    return tensor.name == "emb.weight" ? DataType::Q8_0 : *wanted;
}

Expected<void> convert(const ConvertOptions& options, const CommandContext& context) {
    const auto files =
        findModelFiles(options.in, "none"); // a folder or an embedded model's name will do as well
    if (!files)
        return failure(files.error());
    const auto checkpoint = Checkpoint::open(files->base);
    if (!checkpoint)
        return failure(checkpoint.error());
    for (const UnreadEntry& entry : checkpoint->unread())
        if (isOfModel(entry.name))
            return failure(ErrorCode::UnsupportedType,
                           checkpoint->path().string() + ", " + entry.shownName() + ": " + entry.reason);
    SafetensorsWriter writer;
    for (const auto& [key, value] : checkpoint->metadata())
        writer.setMetadata(key, value);
    const std::optional<DataType> wanted = wantedType(options.type);
    std::size_t converted = 0, written = 0;
    for (const TensorInfo& tensor : checkpoint->tensors()) {
        if (context.stop.stop_requested())
            return failure(ErrorCode::Cancelled, options.out + ": interrupted; nothing was written");
        if (findInvalidUtf8(tensor.name) != std::string::npos &&
            !isOfModel(tensor.name)) // the format has no such names
            continue;
        ++written;
        const DataType type = targetType(tensor, wanted);
        if (type == tensor.type) {
            const auto bytes = checkpoint->bytes(tensor);
            if (!bytes)
                return failure(bytes.error());
            writer.add(tensor.name, tensor.type, tensor.shape, *bytes);
            continue;
        }
        ++converted;
        const auto values = checkpoint->readFloat32(tensor.name, tensor.shape);
        if (!values)
            return failure(values.error());
        checkpoint->release(tensor);
        if (auto added = writer.addFloat32(tensor.name, type, tensor.shape, values->span()); !added)
            return failure(std::move(added.error()), tensor.name);
    }
    if (auto done = writer.write(options.out); !done)
        return done;

    const std::size_t leftOut = checkpoint->tensors().size() - written + checkpoint->unread().size();
    if (context.json)
        printJson({{"in", options.in},
                   {"out", options.out},
                   {"format", "safetensors"},
                   {"tensors", written},
                   {"converted", converted},
                   {"left_out", leftOut}}); // what no model needs and the new file could not hold
    else
        std::cout << options.out << ": " << written << " tensors, " << converted << " of them converted"
                  << (leftOut > 0 ? ", " + std::to_string(leftOut) + " entries left out that no model needs"
                                  : "")
                  << '\n';
    return {};
}

} // namespace

void addConvertCommand(CLI::App& app, CommandContext& context) {
    auto options = std::make_shared<ConvertOptions>();
    CLI::App* command = addSubcommand(app, context, "convert", "Write any readable model as safetensors");
    command
        ->add_option("IN", options->in,
                     "A model file of any readable format, a folder with one, or an embedded model's name")
        ->required();
    command->add_option("OUT", options->out, "The safetensors file to write")->required();
    command
        ->add_option("--type", options->type,
                     "The matrices' type: stored, f32, f16, bf16, q8 or q4; vectors become f32")
        ->check(CLI::IsMember({"stored", "f32", "f16", "bf16", "q8", "q4"}))
        ->capture_default_str();
    command->callback(
        [options, &context] { context.action = [options, &context] { return convert(*options, context); }; });
}

} // namespace engine
