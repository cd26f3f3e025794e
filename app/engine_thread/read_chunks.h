// read_chunks.h: what the chunks of an RWKV-X model are in the prompt that it has read.
// Threads: pure functions; engine thread.
#pragma once

#include "app/generation/looks_back.h"
#include "engine/model/config.h"
#include "engine/tokenizer/tokenizer.h"
#include "engine/trace/chunk_frame.h"

#include <QByteArray>
#include <QList>

#include <span>

namespace app {

// Of the tokens that were read, the one that begins a text included; of no chunks for a model without sparse
// blocks. describeStory() does the rest.
[[nodiscard]] ReadChunks readChunksOf(const engine::ModelConfig& config, const engine::Tokenizer& tokenizer,
                                      std::span<const int> tokens);

// What the tokens of a run chose goes behind `looks`, which has one entry for each token so far; those that
// are missing become empty. `firstPosition` is the sequence position of the run's first token.
void appendLooks(const engine::ChunkFrames& frames, std::int64_t firstPosition, qsizetype known,
                 QList<QByteArray>& looks);

} // namespace app
