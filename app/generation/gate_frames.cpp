#include "app/generation/gate_frames.h"

#include "engine/trace/gate_packing.h"

#include <cstddef>
#include <span>

namespace app {

GateSummary GateFrames::at(int token, int layer) const {
    return engine::unpackSummary(
        std::as_bytes(std::span(summaries.constData(), static_cast<std::size_t>(summaries.size()))),
        static_cast<std::size_t>(token) * static_cast<std::size_t>(layers) + static_cast<std::size_t>(layer));
}

bool GateFrames::append(const GateFrames& next) {
    if (next.tokenCount() == 0)
        return true;
    if (tokenCount() == 0) {
        *this = next;
        return true;
    }
    if (next.layers != layers || next.width != width || next.firstToken != firstToken + tokenCount() ||
        next.hasChannels() != hasChannels())
        return false;
    summaries += next.summaries;
    channelCodes.append(next.channelCodes);
    return true;
}

ChannelMap channelsOfLayer(const GateFrames& frames, int layer) {
    ChannelMap map;
    map.layer = layer;
    map.width = frames.width;
    const qsizetype width = frames.width;
    const qsizetype perToken = width * frames.layers;
    if (layer < 0 || layer >= frames.layers || frames.channelCodes.size() < perToken * frames.tokenCount())
        return map;
    map.tokens = frames.tokenCount();
    map.codes.reserve(width * map.tokens);
    for (qsizetype token = 0; token < map.tokens; ++token)
        map.codes.append(
            reinterpret_cast<const char*>(&frames.channelCodes[token * perToken + layer * width]), width);
    return map;
}

} // namespace app
