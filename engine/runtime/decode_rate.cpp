#include "engine/runtime/decode_rate.h"

#include "engine/core/stopwatch.h"
#include "engine/runtime/session.h"

#include <algorithm>
#include <array>
#include <vector>

namespace engine {

namespace {

constexpr int kRounds = 9;
constexpr int kTokensPerRound = 4;

// 220 million parameters: 130 MB in blocks of 4 bits, more than the last cache of most machines, and not
// longer to make than to measure. As many bytes a layer as published models have: small ones wait for the
// other threads more often.
ModelConfig referenceModel() {
    ModelConfig config;
    config.architecture = Architecture::Rwkv7;
    config.layers = 11;
    config.width = 1280;
    config.vocabulary = 4096;
    return config;
}

Failure stopped() {
    return failure(ErrorCode::Cancelled, "Measuring how fast this machine decodes was stopped.");
}

// Bytes of weights per second while some tokens are decoded.
class DecodeRounds {
public:
    DecodeRounds(std::shared_ptr<const Model> model, const std::shared_ptr<ThreadPool>& pool,
                 const std::stop_token& stop)
        : m_stop(stop)
        , m_session(model, pool)
        , m_state(model->config())
        , m_logits(static_cast<std::size_t>(model->config().vocabulary)) {}

    Expected<double> bytesPerSecond() {
        const std::uint64_t skippedBefore = m_session.skipped().bytes;
        const Stopwatch watch;
        for (int i = 0; i < kTokensPerRound; ++i) {
            if (m_stop.stop_requested())
                return stopped();
            m_token = (m_token + 1) % m_session.model().config().vocabulary;
            if (auto done = m_session.decode(m_state, m_token, m_logits); !done)
                return failure(std::move(done.error()));
        }
        const double seconds = watch.seconds();
        const double skipped = static_cast<double>(m_session.skipped().bytes - skippedBefore);
        const double dense = kTokensPerRound * static_cast<double>(m_session.model().bytesPerToken());
        return (dense - skipped) / seconds;
    }

private:
    std::stop_token m_stop;
    Session m_session;
    State m_state;
    std::vector<float> m_logits;
    int m_token = 0;
};

} // namespace

Expected<double> measureDecodeRate(WeightType weights, const std::shared_ptr<ThreadPool>& pool,
                                   const std::stop_token& stop) {
    if (stop.stop_requested())
        return stopped();
    auto model = Model::random(referenceModel(), {weights}, 1);
    if (!model)
        return failure(std::move(model.error()));
    DecodeRounds rounds(std::move(*model), pool, stop);
    if (auto first = rounds.bytesPerSecond(); !first) // brings the weights' pages and the scratch memory
        return first;
    std::array<double, kRounds> rates{};
    for (double& rate : rates) {
        const auto measured = rounds.bytesPerSecond();
        if (!measured)
            return measured;
        rate = *measured * 1e-9;
    }
    std::ranges::nth_element(rates, rates.begin() + kRounds / 2);
    return rates[kRounds / 2];
}

} // namespace engine
