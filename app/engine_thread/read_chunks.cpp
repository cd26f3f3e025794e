#include "app/engine_thread/read_chunks.h"

#include <string_view>

namespace app {

namespace {

// UTF-16 units of the characters that begin in these bytes of UTF-8.
qsizetype unitsIn(std::string_view bytes) {
    qsizetype units = 0;
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        if ((value & 0xC0) != 0x80)
            units += value >= 0xF0 ? 2 : 1;
    }
    return units;
}

} // namespace

ReadChunks readChunksOf(const engine::ModelConfig& config, const engine::Tokenizer& tokenizer,
                        std::span<const int> tokens) {
    ReadChunks chunks;
    if (config.sparse.blocks == 0)
        return chunks;
    chunks.chunk = config.sparse.chunk;
    chunks.blocks = config.sparse.blocks;
    chunks.heads = config.heads;
    chunks.firstToken = static_cast<int>(tokens.size());
    qsizetype units = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (i % static_cast<std::size_t>(chunks.chunk) == 0)
            chunks.starts.append(units);
        if (tokens[i] != tokenizer.documentSeparator()) // it begins the text and is none
            units += unitsIn(tokenizer.bytes(tokens[i]));
    }
    return chunks;
}

void appendLooks(const engine::ChunkFrames& frames, std::int64_t firstPosition, qsizetype known,
                 QList<QByteArray>& looks) {
    std::int64_t number = frames.first - firstPosition;
    for (const auto& token : frames.tokens) {
        if (number >= known + looks.size()) {
            looks.resize(number - known);
            looks.append(QByteArray(reinterpret_cast<const char*>(token.data()),
                                    static_cast<qsizetype>(token.size())));
        }
        ++number;
    }
}

} // namespace app
