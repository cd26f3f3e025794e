#include "app/engine_thread/gate_conversion.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace app {

namespace {

// Of `values`, `perToken` a token, those of the tokens from `first` on.
template <class Value>
QByteArray bytesFrom(const std::vector<Value>& values, std::size_t perToken, int first) {
    const std::size_t skipped = std::min(values.size(), perToken * static_cast<std::size_t>(first));
    return QByteArray(reinterpret_cast<const char*>(values.data() + skipped),
                      static_cast<qsizetype>(values.size() - skipped));
}

} // namespace

GateFrames toRunFrames(const engine::GateFrames& frames, std::int64_t firstPosition) {
    GateFrames result;
    const auto skipped =
        static_cast<int>(std::clamp<std::int64_t>(firstPosition - frames.first, 0, frames.tokens));
    result.layers = frames.layers;
    result.width = frames.width;
    if (skipped == frames.tokens)
        return result;
    const auto layers = static_cast<std::size_t>(frames.layers);
    result.firstToken = static_cast<int>(frames.first + skipped - firstPosition);
    result.summaries = bytesFrom(frames.summaries, layers * engine::kPackedSummaryBytes, skipped);
    if (!frames.codes.empty())
        result.channelCodes =
            bytesFrom(frames.codes, layers * static_cast<std::size_t>(frames.width), skipped);
    return result;
}

} // namespace app
