#include "engine/formats/gguf/gguf_vocabulary.h"

#include <string>

namespace engine {

namespace {

constexpr std::int64_t kNormal = 1; // of the types of tokens, the one that stands for its text

} // namespace

Expected<std::optional<StoredVocabulary>> readGgufVocabulary(const CheckpointBuilder& builder,
                                                             const GgufValues& values) {
    StoredVocabulary vocabulary;
    auto tokens = values.texts("tokenizer.ggml.tokens");
    if (values.text("tokenizer.ggml.model") != "rwkv" || !tokens) {
        const auto worldText = values.text("tokenizer.rwkv.world");
        if (!worldText)
            return std::nullopt;
        vocabulary.worldText = *worldText;
        return vocabulary;
    }
    vocabulary.tokens = std::move(*tokens);
    constexpr std::string_view kTypes = "tokenizer.ggml.token_type";
    if (const auto types = values.integers(kTypes)) {
        if (types->size() != vocabulary.tokens.size())
            return builder.failed(ErrorCode::FileDamaged, kTypes,
                                  "expected a type for each of " + std::to_string(vocabulary.tokens.size()) +
                                      " tokens, found " + std::to_string(types->size()));
        for (std::size_t id = 0; id < types->size(); ++id)
            if ((*types)[id] != kNormal)
                vocabulary.tokens[id] = {};
    } else if (!vocabulary.tokens.empty()) {
        vocabulary.tokens[0] = {}; // separates documents in every World vocabulary
    }
    return vocabulary;
}

} // namespace engine
