// gate_sink.h: where the forward pass hands over the gates it used, and the chunks that sparse blocks chose.
// Source:  docs/spec/enhanced-rwkv.md sections 2 and 3; "the values that the trace shows are the very g[l,t]"
//          (section 6). docs/spec/rwkv-x.md section 2.
#pragma once

#include <cstdint>
#include <span>

namespace engine {

// What a sparse block of RWKV-X chose for consecutive tokens of a sequence.
struct ChosenChunks {
    int block = 0;
    int tokens = 0;
    int heads = 0;
    std::span<const float> pairs; // SparseAttention::choices, [tokens, heads, N]: page and share, by turns
    std::span<const std::int64_t> numbers; // the chunk of the text that each page is
};

class GateSink {
public:
    virtual ~GateSink() = default;
    // Gates of one layer for consecutive tokens: values [tokens, width], last index fastest, valid during the
    // call only. Layers arrive in order 0 .. L-1 for the same tokens; if reading is cancelled, the tokens
    // whose last layer did not arrive were not read. Runs on the thread that called prefill() or decode();
    // must be quick and must not throw.
    virtual void gates(int layer, std::span<const float> values) = 0;
    // The same of sparse blocks, which arrive in order 0 .. M-1, each behind the gates of the layers before
    // it; also where there are no gates.
    virtual void chunks(const ChosenChunks& chosen) { (void)chosen; }
};

} // namespace engine
