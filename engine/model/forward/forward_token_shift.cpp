// Token shift of all versions: docs/spec/rwkv-models.md section 1.
#include "engine/model/forward/forward_steps.h"

namespace engine {

void shiftTokens(const Step& step, const NormParameters& norm, std::size_t stateOffset,
                 std::span<const TokenShiftUse> uses) {
    const int width = step.config.width;
    const PerSequence<TokenShift> shifts(step.sequences, [&](const SequenceStep& sequence) {
        TokenShift shift{.tokens = sequence.tokens,
                         .width = width,
                         .stream = sequence.rowsOf(step.stream, width),
                         .norm = norm,
                         .previous = sequence.layerState + stateOffset,
                         .normalised = step.normalisedOf(sequence)};
        for (const TokenShiftUse& use : uses)
            shift.addUse({use.mix, sequence.rowsOf(use.output, width)});
        return shift;
    });
    step.backend.tokenShift(shifts);
}

} // namespace engine
