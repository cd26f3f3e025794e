// gguf_vocabulary_samples.h: small models in GGUF files with vocabularies inside, as llama.cpp writes them.
#pragma once

#include "engine/model/model.h"
#include "engine/model/model_files.h"
#include "engine/model/model_tokenizer.h"
#include "tests/engine/formats/samples/sample_gguf.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

// As a Python bytes literal would have it between its quotes: the quote is ' only if there are both kinds.
inline std::string escaped(std::string_view bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    const bool hasBothQuotes =
        bytes.find('\'') != std::string_view::npos && bytes.find('"') != std::string_view::npos;
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n' || c == '\t' || c == '\r')
            out.append("\\").append(1, c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
        else if (c == '\\' || (c == '\'' && hasBothQuotes))
            out.append("\\").append(1, c);
        else if (byte < 0x20 || byte >= 0x7F)
            out.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
        else
            out += c;
    }
    return out;
}

inline constexpr std::int32_t kNormal = 1, kControl = 3, kUnused = 5;

struct TokenList {
    std::vector<std::string> tokens;
    std::vector<std::int32_t> types;
};

// <s>, the 256 bytes, a few more tokens, padding: what `size` rows of a model need.
inline TokenList smallList(std::size_t size) {
    TokenList list{{"<s>"}, {kControl}};
    for (int byte = 0; byte < 256; ++byte)
        list.tokens.push_back(escaped(std::string(1, static_cast<char>(byte))));
    for (const char* more : {"it\\\'s\"", "\\n\\n", "\\xe4\\xbd", "\\qq"})
        list.tokens.emplace_back(more);
    list.types.resize(list.tokens.size(), kNormal);
    while (list.tokens.size() < size) {
        list.tokens.push_back("[PAD" + std::to_string(list.tokens.size()) + "]");
        list.types.push_back(kUnused);
    }
    return list;
}

inline void addList(GgufWriter& writer, const TokenList& list) {
    writer.addText("tokenizer.ggml.model", "rwkv");
    writer.addTexts("tokenizer.ggml.tokens", list.tokens);
    writer.addIntegers("tokenizer.ggml.token_type", list.types);
}

inline Sizes sizesOf(std::int64_t vocabulary) {
    return {.layers = 1, .vocabulary = vocabulary, .heads = 2, .headSize = 4, .feedForward = 8, .rank = 2};
}

inline GgufWriter modelOf(std::int64_t vocabulary) {
    const Sizes sizes = sizesOf(vocabulary);
    return ggufWriter(officialModel(Version::V7, sizes), Version::V7, sizes);
}

// The tokenizer of the model in `writer`, written to `path`; `given`: a vocabulary that the user names.
inline engine::Expected<std::unique_ptr<const engine::Tokenizer>>
tokenizerOf(const GgufWriter& writer, const std::string& path, const std::string& given = {}) {
    writeFile(path, writer.finish());
    const auto files = engine::findModelFiles(path, "none", given);
    const auto model = engine::Model::load(path, {});
    if (!files || !model)
        return failure(files ? model.error() : files.error());
    return engine::loadTokenizerOf(*files, **model);
}

} // namespace samples
