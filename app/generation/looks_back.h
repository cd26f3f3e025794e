// looks_back.h: where an RWKV-X model looked back while it read the tokens of a run: which chunks of what it
// had read its sparse blocks chose, and what these chunks are in the text.
// A chunk is so many tokens, counted from the beginning of the prompt; as a story goes on being edited, what
// the prompt was is told by fingerprints of its pieces, so that it can be found again wherever it stands
// (app/runs/passage_finder.h). The text itself is not kept, as a run may have read a novel.
// Source:  docs/spec/rwkv-x.md section 2; docs/formats/project.md for the bytes.
// Units:   UTF-16, positions in the prompt.
// Threads: values and pure functions.
#pragma once

#include "app/reading/prompt_assembly.h"

#include <QByteArray>
#include <QList>
#include <QStringView>

#include <optional>

namespace app {

inline constexpr qsizetype kPieceUnits = 256; // fixed for ever

// The fingerprint of a text: the sum of (unit + 1) * kPieceFactor^(units behind it), modulo 2^64.
inline constexpr quint64 kPieceFactor = 0xBF58476D1CE4E5B9; // fixed for ever
[[nodiscard]] quint64 pieceHash(QStringView text);

// What a run's model had read before the run, in chunks.
struct ReadChunks {
    struct StoryPart { // of the prompt; the rest is memory, lore or the author's note
        qsizetype start = 0;
        qsizetype length = 0;
        qsizetype inStory = 0; // where it stood in the story then

        [[nodiscard]] qsizetype end() const { return start + length; }
        bool operator==(const StoryPart&) const = default;
    };

    int chunk = 0;           // tokens of a chunk; 0: the model has no sparse blocks
    int blocks = 0;          // sparse ones
    int heads = 0;           // of each
    int firstToken = 0;      // tokens before the run's first
    QList<qsizetype> starts; // of each chunk that begins before the run: units of the prompt before it
    qsizetype length = 0;    // of the prompt
    QList<StoryPart> stories;
    QList<quint64> pieces; // of each story part: fingerprints of kPieceUnits each, the last of what is left

    [[nodiscard]] bool isEmpty() const { return chunk == 0; }
    // Where a chunk is in the prompt; empty if it begins in the run.
    [[nodiscard]] qsizetype startOf(qsizetype number) const {
        return number < starts.size() ? starts[number] : length;
    }
    bool operator==(const ReadChunks&) const = default;
};

// Fills in `length`, `stories` and `pieces`. A millisecond for a novel.
void describeStory(ReadChunks& chunks, const Prompt& prompt);

[[nodiscard]] QByteArray packReadChunks(const ReadChunks& chunks);
// Nothing if the bytes are no packed chunks, or contradict themselves.
[[nodiscard]] std::optional<ReadChunks> unpackReadChunks(const QByteArray& packed);

struct LookedAt {
    qsizetype chunk = 0;
    int heads = 0; // of the block's that chose it

    bool operator==(const LookedAt&) const = default;
};
// By block. `packed`: as engine/trace/chunk_frame.h has it; nothing if it is not that or empty.
[[nodiscard]] std::optional<QList<QList<LookedAt>>> unpackLooks(const QByteArray& packed);

// All that is kept of a run.
struct RunLooks {
    ReadChunks read;
    QList<QByteArray> tokens; // by number, packed; may lag behind the run's tokens

    bool operator==(const RunLooks&) const = default;
};

} // namespace app
