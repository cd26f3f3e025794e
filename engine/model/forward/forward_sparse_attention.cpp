// The sparse blocks of RWKV-X: docs/spec/rwkv-x.md sections 1 and 5.
#include "engine/model/forward/forward_steps.h"

#include <cassert>

namespace engine {

void sparseBlock(const SparseBlockWeights& block, int index, const Step& step) {
    Activations& a = step.activations;
    Backend& backend = step.backend;
    const int width = step.config.width;
    backend.layerNorm({step.tokens, width, step.stream, block.attentionNorm.parameters(), a.normalised});
    const LinearJob products[] = {{block.query.matrix(), a.normalised, a.receptance},
                                  {block.key.matrix(), a.normalised, a.key},
                                  {block.value.matrix(), a.normalised, a.value}};
    backend.linear(products, step.tokens);

    const PerSequence<SparseAttention> attention(step.sequences, [&](const SequenceStep& sequence) {
        assert(static_cast<std::size_t>(index) < sequence.attention.size());
        return SparseAttention{.tokens = sequence.tokens,
                               .block = index,
                               .shape = attentionShape(step.config),
                               .pages = sequence.attention[static_cast<std::size_t>(index)],
                               .query = sequence.rowsOf(a.receptance, width),
                               .key = sequence.rowsOf(a.key, width),
                               .value = sequence.rowsOf(a.value, width),
                               .output = sequence.rowsOf(a.gate, width),
                               .choices = sequence.rowsOf(a.decayLogit, width),
                               .state = sequence.layerState + step.layout.keySum(),
                               .votes = static_cast<int>(step.layout.votes)};
    });
    backend.sparseAttention(attention);
    if (step.reportsChoices)
        backend.reportGates({index, width, a.decayLogit, step.config.heads});

    const LinearJob output{.weights = block.output.matrix(),
                           .x = a.gate,
                           .y = a.mixed,
                           .end = LinearEnd::AddToStream,
                           .stream = step.stream};
    backend.linear({&output, 1}, step.tokens);
    channelMixing(block.channelMixing, block.channelMixingNorm, step.layout.sparseShift(), step);
}

} // namespace engine
