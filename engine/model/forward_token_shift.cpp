// Token shift of all versions: spec/rwkv-models.md section 1.
#include "engine/model/forward_steps.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace engine {

void shiftTokens(const Step& step, const NormParameters& norm, float* LayerState::*previous,
                 std::span<const TokenShiftUse> uses) {
    constexpr std::size_t kMostUses = 6; // RWKV-7's
    assert(uses.size() <= kMostUses);
    const int width = step.config.width;
    for (const SequenceStep& sequence : step.sequences) {
        std::array<TokenShiftUse, kMostUses> ofSequence;
        std::ranges::transform(uses, ofSequence.begin(), [&](const TokenShiftUse& use) {
            return TokenShiftUse{use.mix, sequence.rowsOf(use.output, width)};
        });
        step.backend.tokenShift({.tokens = sequence.tokens,
                                 .width = width,
                                 .stream = sequence.rowsOf(step.stream, width),
                                 .norm = norm,
                                 .previous = sequence.state.*previous,
                                 .normalised = step.normalisedOf(sequence),
                                 .uses = std::span(ofSequence).first(uses.size())});
    }
}

} // namespace engine
