// batch_order.h: the order in which training reads a text.
// Segments:  the row of tokens is cut into segments of equal length, which each epoch shuffles anew.
// Documents: each epoch shuffles the documents, joins them to another row, and cuts and shuffles that: a
//            document meets other neighbours and is cut at other places each time. Of an epoch only the order
//            is kept, not the row. Tokens behind the last whole segment are left out, others in each epoch.
// A batch has slots, one per sequence; each reads its segment window by window, carrying state, and starts at
// a different window of its first segment, so that segments do not all end at the same step. Where batches
// grow, slots that are there go on and new ones join in the same way. The batch of a step is a function of
// the step: nothing to save.
// Threads: one at a time.
#pragma once

#include "engine/training/batch_schedule.h"
#include "engine/training/token_dataset.h"
#include "engine/training/training_settings.h"

#include <cstdint>
#include <span>
#include <vector>

namespace engine {

class Random;

class BatchOrder {
public:
    // segment must be a multiple of window, which `schedule` was made with; the dataset must hold at least as
    // many segments as a full step has sequences (asserted by callers through fits()). Keeps a reference to
    // `dataset`.
    BatchOrder(const TokenDataset& dataset, const BatchSchedule& schedule, int window, int segment,
               TextOrder order, std::uint64_t seed);
    [[nodiscard]] bool fits() const { return m_segments >= m_schedule.fullSize(); }

    // Inputs and targets [sequences, window] of a step, of its number of sequences. starts[slot] tells
    // whether the slot begins a segment (or its part in the training) here and must forget its state. The
    // input before a segment's first token is the separator. `marked` [as targets], or empty: whether each
    // target is in marked text; asked for only where the dataset knows.
    void batch(std::int64_t step, std::span<int> inputs, std::span<int> targets, std::span<char> starts,
               std::span<char> marked = {});

private:
    struct Epoch {
        std::int64_t number = -1;
        std::vector<std::uint32_t> segments;  // in the order in which they are read
        std::vector<std::uint32_t> documents; // the row; empty: that of the dataset
        std::vector<std::uint64_t> ends;      // of each of them, in tokens of the row
    };
    [[nodiscard]] const Epoch& epoch(std::int64_t number);
    void shuffleDocuments(Epoch& epoch, Random& random) const;
    // Which segment of the training, counted over all epochs, is a slot's `turn`th.
    [[nodiscard]] std::int64_t ordinal(std::int64_t slot, std::int64_t turn) const;
    [[nodiscard]] std::int64_t firstTurn(std::int64_t slot) const;
    // What the dataset has for each token (`values`), of an epoch's row from `begin` on.
    template <class Value, class Out>
    void read(const Epoch& epoch, std::int64_t begin, std::span<const Value> values,
              std::span<Out> out) const;

    const TokenDataset& m_dataset;
    BatchSchedule m_schedule;
    std::int64_t m_window, m_windowsPerSegment, m_segments;
    TextOrder m_textOrder;
    std::uint64_t m_seed;
    std::vector<std::uint64_t> m_documentEnds; // if documents are shuffled
    std::vector<std::int64_t> m_firstSteps;    // of each slot
    Epoch m_epochs[2];                         // a batch can touch two
};

} // namespace engine
