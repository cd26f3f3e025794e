#include "app/engine_thread/read_chunks.h"

#include "app/document/utf8_text.h"

namespace app {

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
            units += unitsBegunIn(tokenizer.bytes(tokens[i]));
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
