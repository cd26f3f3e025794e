// ghost_options.h: when a ghost is suggested by itself, and how long it may be.
// Threads: values.
#pragma once

namespace app {

struct GhostOptions {
    static constexpr int kLeastTokens = 1;
    static constexpr int kMostTokens = 64;
    static constexpr double kLongestPause = 60;

    double afterSeconds = 0; // of a pause in typing, at the end of a paragraph; 0: only when asked for
    int maxTokens = 16;      // the end of a sentence ends it before

    bool operator==(const GhostOptions&) const = default;
};

} // namespace app
