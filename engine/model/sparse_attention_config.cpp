#include "engine/model/sparse_attention_config.h"

#include "engine/formats/checkpoint.h"
#include "engine/formats/tensors/tensor_naming.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <set>
#include <span>
#include <vector>

namespace engine {

namespace {

constexpr std::string_view kMetadata = "inkgate.sparse_attention";
constexpr int kMostBlocks = 4096;

// An integer of the metadata within [1, most].
Expected<int> sizeFrom(const nlohmann::json& json, const char* key, int usual, int most) {
    const auto found = json.find(key);
    if (found == json.end())
        return usual;
    if (!found->is_number_integer() || found->get<std::int64_t>() < 1 || found->get<std::int64_t>() > most)
        return failure(ErrorCode::FileDamaged, std::string(kMetadata) + ": \"" + key +
                                                   "\" must be an integer from 1 to " + std::to_string(most));
    return found->get<int>();
}

// Also of tensors of a type that we do not read, which still say what kind of model it is.
std::vector<std::string_view> sparseNames(const Checkpoint& checkpoint) {
    std::vector<std::string_view> names;
    const auto add = [&](const auto& entries) {
        for (const auto& entry : entries)
            if (entry.name.starts_with("moba."))
                names.push_back(entry.name);
    };
    add(checkpoint.tensors());
    add(checkpoint.unread());
    return names;
}

// The numbers behind "moba."; empty if one of them is unreasonable.
std::set<int> blockNumbers(std::span<const std::string_view> names) {
    std::set<int> numbers;
    for (const std::string_view name : names) {
        const std::string_view text = blockName(name, "moba.").number;
        if (text.empty())
            continue;
        int number = -1;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || number >= kMostBlocks)
            return {};
        numbers.insert(number);
    }
    return numbers;
}

} // namespace

Expected<void> checkSparseAttention(const SparseAttentionConfig& config) {
    if (config.blocks == 0)
        return {};
    if (config.chunk < 1 || config.chunk > kLargestChunk)
        return failure(ErrorCode::InvalidArgument, "the chunks of sparse attention must have 1 to " +
                                                       std::to_string(kLargestChunk) + " tokens, not " +
                                                       std::to_string(config.chunk));
    if (config.chunks < 1 || config.chunks > kMostChosenChunks)
        return failure(ErrorCode::InvalidArgument,
                       "sparse attention reads 1 to " + std::to_string(kMostChosenChunks) +
                           " chunks at a time, not " + std::to_string(config.chunks));
    if (config.cacheLimit != 0 && config.cacheLimit < config.chunk)
        return failure(ErrorCode::InvalidArgument, "a cache limit of " + std::to_string(config.cacheLimit) +
                                                       " tokens is less than one chunk of " +
                                                       std::to_string(config.chunk) +
                                                       "; give at least that, or 0 for no limit");
    return {};
}

Expected<SparseAttentionConfig> withOptions(SparseAttentionConfig config,
                                            const SparseAttentionOptions& options) {
    if (config.blocks == 0)
        return config;
    config.chunk = options.chunk.value_or(config.chunk);
    config.chunks = options.chunks.value_or(config.chunks);
    config.cacheLimit = options.cacheLimit.value_or(config.cacheLimit);
    config.isHalf = options.isHalf.value_or(config.isHalf);
    config.mode = options.mode.value_or(config.mode);
    // The usual limit is meant for usual chunks.
    if (!options.cacheLimit && config.cacheLimit > 0 && config.cacheLimit < config.chunk)
        config.cacheLimit = config.chunk;
    if (auto sound = checkSparseAttention(config); !sound)
        return failure(sound.error());
    return config;
}

std::string toJson(const SparseAttentionConfig& config) {
    return nlohmann::ordered_json{{"chunk", config.chunk}, {"chunks", config.chunks}}.dump();
}

Expected<SparseAttentionConfig> sparseAttentionFromJson(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object())
        return failure(ErrorCode::FileDamaged,
                       std::string(kMetadata) +
                           ": expected an object such as {\"chunk\": 2048, \"chunks\": 3}");
    SparseAttentionConfig config;
    const auto chunk = sizeFrom(json, "chunk", config.chunk, kLargestChunk);
    const auto chunks = sizeFrom(json, "chunks", config.chunks, kMostChosenChunks);
    if (!chunk || !chunks)
        return failure(!chunk ? chunk.error() : chunks.error());
    config.chunk = *chunk;
    config.chunks = *chunks;
    return config;
}

Expected<SparseAttentionConfig> detectSparseAttention(const Checkpoint& checkpoint, int layers) {
    const std::string where = checkpoint.path().string();
    SparseAttentionConfig config;
    const auto found = checkpoint.metadata().find(std::string(kMetadata));
    const bool isNamed = found != checkpoint.metadata().end();
    const auto names = sparseNames(checkpoint);
    if (names.empty() && isNamed)
        return failure(ErrorCode::FileDamaged,
                       where + ": its metadata speak of sparse attention, but its sparse-attention blocks "
                               "(moba.0 and so on) are missing");
    if (names.empty())
        return config;
    if (isNamed) {
        const auto parsed = sparseAttentionFromJson(found->second);
        if (!parsed)
            return failure(parsed.error(), where);
        config = *parsed;
        if (config.cacheLimit < config.chunk)
            config.cacheLimit = config.chunk;
    }
    const std::set<int> numbers = blockNumbers(names);
    if (numbers.empty())
        return failure(ErrorCode::FileDamaged, where + ": its moba tensors have no block numbers below " +
                                                   std::to_string(kMostBlocks));
    for (int number = 0; number < *numbers.rbegin(); ++number)
        if (!numbers.contains(number))
            return failure(ErrorCode::FileDamaged, where + ": the sparse-attention block moba." +
                                                       std::to_string(number) + " is missing, of " +
                                                       std::to_string(*numbers.rbegin() + 1));
    config.blocks = static_cast<int>(numbers.size());
    if (config.blocks > layers || layers % config.blocks != 0)
        return failure(ErrorCode::FileDamaged,
                       where + ": " + std::to_string(config.blocks) +
                           " sparse-attention blocks cannot stand at equal distances among " +
                           std::to_string(layers) + " RWKV blocks");
    return config;
}

} // namespace engine
