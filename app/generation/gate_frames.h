// gate_frames.h: what the gates did, in the form that crosses threads, is shown and is stored.
// The gates of token i are those the model used while reading token i, so the last token of a run, which
// nobody read afterwards, may have none. "Layers" are the rows of gates of a token and "width" the gates of
// one (engine/trace/gate_frame.h): with a gate for every source a layer has several rows, which
// ModelInfo::gateRows names.
// Threads: values.
#pragma once

#include "app/generation/channel_codes.h"
#include "engine/trace/gate_frame.h"

#include <QByteArray>

namespace app {

using engine::GateSummary;

// Consecutive tokens of one run, starting at token `firstToken` of it.
struct GateFrames {
    int firstToken = 0;
    int layers = 0;
    int width = 0;        // D
    QByteArray summaries; // [token][layer], packed as engine/trace/gate_frame.h says
    // [token][layer][channel], value = code / 255; empty if not recorded. A token's are in one block.
    ChannelCodes channelCodes;

    [[nodiscard]] int tokenCount() const {
        return layers > 0 ? static_cast<int>(summaries.size() / summarySize()) : 0;
    }
    [[nodiscard]] bool hasChannels() const { return !channelCodes.isEmpty(); }
    // `token` counts from the first of these frames. 0 <= token < tokenCount(), 0 <= layer < layers.
    [[nodiscard]] GateSummary at(int token, int layer) const;
    // Bytes of a token's summaries.
    [[nodiscard]] qsizetype summarySize() const {
        return qsizetype{layers} * static_cast<qsizetype>(engine::kPackedSummaryBytes);
    }
    // Adds the frames that follow directly. False, and nothing happens, if sizes or token numbers do not fit
    // together.
    bool append(const GateFrames& next);

    bool operator==(const GateFrames&) const = default;
};

// One layer's channels over a run's tokens.
struct ChannelMap {
    int layer = 0;
    int tokens = 0;
    int width = 0;
    QByteArray codes; // [token][channel], value = unsigned code / 255

    [[nodiscard]] float at(int token, int channel) const {
        return static_cast<float>(static_cast<unsigned char>(codes[qsizetype{token} * width + channel])) /
               255.0F;
    }
    bool operator==(const ChannelMap&) const = default;
};

// Cuts one layer out of frames that hold channels; an empty map (tokens 0) if they hold none.
[[nodiscard]] ChannelMap channelsOfLayer(const GateFrames& frames, int layer);

} // namespace app
