// gate_sink.h: where the forward pass hands over the gates it used.
// Source:  docs/spec/enhanced-rwkv.md sections 2 and 3; "the values that the trace shows are the very g[l,t]"
//          (section 6).
#pragma once

#include <span>

namespace engine {

class GateSink {
public:
    virtual ~GateSink() = default;
    // Gates of one layer for consecutive tokens: values [tokens, width], last index fastest, valid during the
    // call only. Layers arrive in order 0 .. L-1 for the same tokens; if reading is cancelled, the tokens
    // whose last layer did not arrive were not read. Runs on the thread that called prefill() or decode();
    // must be quick and must not throw.
    virtual void gates(int layer, std::span<const float> values) = 0;
};

} // namespace engine
