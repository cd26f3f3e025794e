#include "app/engine_thread/gate_conversion.h"

#include "engine/trace/gate_packing.h"

#include <algorithm>
#include <vector>

namespace app {

GateSummary toAppSummary(const engine::GateSummary& summary) {
    return GateSummary{summary.mean,   summary.standardDeviation, summary.percentile10,
                       summary.median, summary.percentile90,      summary.shareAboveHalf};
}

GateFrames toRunFrames(const engine::GateFrames& frames, std::int64_t firstPosition) {
    GateFrames result;
    const auto skipped =
        static_cast<int>(std::clamp<std::int64_t>(firstPosition - frames.first, 0, frames.tokens));
    const int tokens = frames.tokens - skipped;
    result.layers = frames.layers;
    result.width = frames.width;
    if (tokens == 0)
        return result;
    result.firstToken = static_cast<int>(frames.first + skipped - firstPosition);
    result.summaries.reserve(qsizetype{tokens} * frames.layers);

    std::vector<std::byte> packed;
    std::vector<engine::GateSummary> kept(static_cast<std::size_t>(frames.layers));
    for (int token = skipped; token < frames.tokens; ++token) {
        engine::packSummaries(frames.summariesOf(token), packed);
        if (!engine::unpackSummaries(packed, kept))
            return GateFrames{};
        for (const engine::GateSummary& summary : kept)
            result.summaries.append(toAppSummary(summary));
    }
    if (!frames.codes.empty()) {
        const std::size_t perToken =
            static_cast<std::size_t>(frames.layers) * static_cast<std::size_t>(frames.width);
        const std::size_t offset = perToken * static_cast<std::size_t>(skipped);
        result.channelCodes = QByteArray(reinterpret_cast<const char*>(frames.codes.data() + offset),
                                         static_cast<qsizetype>(frames.codes.size() - offset));
    }
    return result;
}

engine::GateFrames toEngineFrames(const GateFrames& frames) {
    engine::GateFrames result;
    result.first = frames.firstToken;
    result.tokens = frames.tokenCount();
    result.layers = frames.layers;
    result.width = frames.width;
    result.summaries.reserve(static_cast<std::size_t>(frames.summaries.size()));
    for (const GateSummary& summary : frames.summaries)
        result.summaries.push_back({.mean = summary.mean,
                                    .standardDeviation = summary.deviation,
                                    .percentile10 = summary.p10,
                                    .median = summary.median,
                                    .percentile90 = summary.p90,
                                    .shareAboveHalf = summary.shareOpen});
    result.codes.reserve(static_cast<std::size_t>(frames.channelCodes.size()));
    for (const QByteArray& block : frames.channelCodes.blocks())
        result.codes.insert(result.codes.end(), block.begin(), block.end());
    return result;
}

} // namespace app
