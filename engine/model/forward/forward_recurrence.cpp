// The recurrence of RWKV-5.2 and 6: docs/spec/rwkv-models.md sections 3 and 4.
#include "engine/model/forward/forward_steps.h"

namespace engine {

void recurrence(const Step& step, const Values& bonus, const NormWeights& groupNorm,
                const float* decayLogit) {
    Activations& a = step.activations;
    const int width = step.config.width;
    const PerSequence<Wkv6> recurrences(step.sequences, [&](const SequenceStep& sequence) {
        return Wkv6{.tokens = sequence.tokens,
                    .heads = step.config.heads,
                    .headSize = step.config.headSize,
                    .receptance = sequence.rowsOf(a.receptance, width),
                    .key = sequence.rowsOf(a.key, width),
                    .value = sequence.rowsOf(a.value, width),
                    .gate = sequence.rowsOf(a.gate, width),
                    .decayLogit = decayLogit != nullptr ? decayLogit : sequence.rowsOf(a.decayLogit, width),
                    .decayIsConstant = decayLogit != nullptr,
                    .bonus = bonus.data(),
                    .groupNorm = groupNorm.parameters(step.config.groupNormEpsilon),
                    .state = sequence.layerState + step.layout.wkv(),
                    .output = sequence.rowsOf(a.receptance, width)};
    });
    step.backend.wkv6(recurrences);
}

} // namespace engine
