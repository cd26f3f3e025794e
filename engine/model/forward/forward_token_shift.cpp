// Token shift of all versions: docs/spec/rwkv-models.md section 1.
#include "engine/model/forward/forward_steps.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace engine {

void shiftTokens(const Step& step, const NormParameters& norm, std::size_t stateOffset,
                 std::span<const TokenShiftUse> uses) {
    assert(uses.size() <= kMostTokenShiftUses);
    const int width = step.config.width;
    std::array<std::array<TokenShiftUse, kMostTokenShiftUses>, kMostSequences> usesOf;
    const PerSequence<TokenShift> shifts(step.sequences, [&](const SequenceStep& sequence) {
        auto& ofSequence = usesOf[static_cast<std::size_t>(sequence.index)];
        std::ranges::transform(uses, ofSequence.begin(), [&](const TokenShiftUse& use) {
            return TokenShiftUse{use.mix, sequence.rowsOf(use.output, width)};
        });
        return TokenShift{.tokens = sequence.tokens,
                          .width = width,
                          .stream = sequence.rowsOf(step.stream, width),
                          .norm = norm,
                          .previous = sequence.layerState + stateOffset,
                          .normalised = step.normalisedOf(sequence),
                          .uses = std::span(ofSequence).first(uses.size())};
    });
    step.backend.tokenShift(shifts);
}

} // namespace engine
