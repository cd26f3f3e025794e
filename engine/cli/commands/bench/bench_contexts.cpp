#include "engine/cli/commands/bench/bench_contexts.h"

#include "engine/core/random.h"
#include "engine/core/stopwatch.h"

#include <algorithm>
#include <functional>

namespace engine {

namespace {

constexpr int kPiece = 4096;

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

double cacheMegabytes(const State& state) {
    std::size_t bytes = 0;
    state.attention().forEachPage([&](const void*, std::size_t page) { bytes += page; });
    return static_cast<double>(bytes) / 1e6;
}

} // namespace

Expected<void> checkContexts(const std::vector<int>& lengths) {
    if (std::adjacent_find(lengths.begin(), lengths.end(), std::greater_equal<>()) == lengths.end())
        return {};
    return failure(ErrorCode::InvalidArgument, "the numbers of tokens must rise, as in 8192,65536");
}

Expected<Json> measureContexts(Session& session, const ModelConfig& config, const std::vector<int>& lengths,
                               int decode, const CommandContext& context, ProgressLine& progress) {
    Random random(2);
    std::vector<int> tokens(kPiece);
    for (int& token : tokens)
        token = static_cast<int>(random.below(static_cast<std::uint64_t>(config.vocabulary)));
    std::vector<float> logits(static_cast<std::size_t>(config.vocabulary));

    Json rows = Json::array();
    State state(config);
    double seconds = 0;
    for (const int length : lengths) {
        while (state.position() < length) {
            progress.show("reading " + std::to_string(state.position()) + " of " + std::to_string(length) +
                          " tokens");
            const auto count = std::min<std::int64_t>(kPiece, length - state.position());
            const Stopwatch watch;
            if (auto read = session.prefill(state, std::span(tokens).first(static_cast<std::size_t>(count)),
                                            logits, nullptr, context.stop);
                !read)
                return failure(std::move(read.error()));
            seconds += watch.seconds();
        }
        progress.show("writing behind " + std::to_string(length) + " tokens");
        State after = state;
        std::vector<double> milliseconds;
        for (int i = 0; i < decode; ++i) {
            if (context.stop.stop_requested())
                return failure(ErrorCode::Cancelled, "interrupted before the measurement was complete");
            const Stopwatch watch;
            if (auto done = session.decode(after, tokens[static_cast<std::size_t>(i % kPiece)], logits);
                !done)
                return failure(std::move(done.error()));
            milliseconds.push_back(watch.seconds() * 1e3);
        }
        rows.push_back({{"tokens", length},
                        {"prefill_seconds", seconds},
                        {"decode_ms_per_token", median(std::move(milliseconds))},
                        {"cache_mb", cacheMegabytes(state)}});
    }
    return rows;
}

} // namespace engine
