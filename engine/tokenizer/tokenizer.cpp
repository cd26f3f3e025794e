#include "engine/tokenizer/tokenizer.h"

#include "engine/core/file_bytes.h"
#include "engine/tokenizer/sentencepiece_tokenizer.h"
#include "engine/tokenizer/world_tokenizer.h"

namespace engine {

namespace {

std::string_view textOf(const FileBytes& file) {
    return {reinterpret_cast<const char*>(file.place().data()), file.place().size()};
}

} // namespace

Expected<std::string> Tokenizer::decode(std::span<const int> tokens) const {
    std::string text;
    for (const int token : tokens) {
        if (token < 0 || token >= vocabularySize())
            return failure(ErrorCode::InvalidArgument, "there is no token " + std::to_string(token) +
                                                           "; the vocabulary has 0 to " +
                                                           std::to_string(vocabularySize() - 1));
        text += bytes(token);
    }
    return text;
}

Expected<std::unique_ptr<const Tokenizer>> loadSentencePiece(const std::filesystem::path& path) {
    const auto file = FileBytes::readAll(path);
    if (!file)
        return failure(file.error());
    auto tokenizer = makeSentencePieceTokenizer(textOf(*file));
    if (!tokenizer)
        return failure(tokenizer.error(), path.string());
    return tokenizer;
}

Expected<std::unique_ptr<const Tokenizer>> loadRwkvWorld(const std::filesystem::path& path) {
    const auto file = FileBytes::readAll(path);
    if (!file)
        return failure(file.error());
    auto tokenizer = makeWorldTokenizer(textOf(*file));
    if (!tokenizer)
        return failure(tokenizer.error(), path.string());
    return tokenizer;
}

Expected<std::unique_ptr<const Tokenizer>> makeRwkvWorld(std::string_view text) {
    return makeWorldTokenizer(text);
}

Expected<std::unique_ptr<const Tokenizer>> makeRwkvWorld(std::span<const std::string_view> escapedTokens) {
    return makeWorldTokenizer(escapedTokens);
}

Expected<std::unique_ptr<const Tokenizer>> loadTokenizer(const std::filesystem::path& path) {
    const auto file = FileBytes::readAll(path);
    if (!file)
        return failure(file.error());
    const std::string_view content = textOf(*file);
    if (content.empty())
        return failure(ErrorCode::UnsupportedFormat, path.string() + ": the file is empty");
    // A World vocabulary begins with the id of its first token; a sentencepiece model with a protobuf field
    // (0x0A).
    const bool isWorldText = content[0] >= '0' && content[0] <= '9';
    if (!isWorldText && content[0] != '\n')
        return failure(ErrorCode::UnsupportedFormat,
                       path.string() + ": neither a sentencepiece model nor a World vocabulary");
    auto tokenizer = isWorldText ? makeWorldTokenizer(content) : makeSentencePieceTokenizer(content);
    if (!tokenizer)
        return failure(tokenizer.error(), path.string());
    return tokenizer;
}

} // namespace engine
