#include "engine/selftest/model_check.h"
#include "engine/selftest/sessions.h"

#include <algorithm>
#include <cmath>

namespace engine::selftest {

namespace {

constexpr int kTokens = 200;

// Of float32 weights, relative to the largest logit (model_check.cpp). Where the best two are nearer to each
// other than both may err, either may come out first.
constexpr double kBound = 1e-4;

struct Best {
    int token = 0;
    double lead = 0;    // before the second best
    double largest = 0; // magnitude of any
};

Best bestOf(std::span<const float> logits) {
    Best best;
    double first = -INFINITY, second = -INFINITY;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const double value = logits[i];
        best.largest = std::max(best.largest, std::fabs(value));
        if (value > first) {
            second = first;
            first = value;
            best.token = static_cast<int>(i);
        } else {
            second = std::max(second, value);
        }
    }
    best.lead = first - second;
    return best;
}

} // namespace

void checkGreedyText(const std::shared_ptr<const Model>& model, const OpenDevice& open, std::uint64_t seed,
                     Group& group) {
    Random random(seed);
    const auto processor = processorSession(model);
    const auto device = std::make_unique<Session>(model, openedDevice(open));
    const auto prompt = randomTokens(16, *model, random);
    State expectedState(model->config()), state(model->config());
    std::vector<float> expected(static_cast<std::size_t>(model->config().vocabulary)),
        logits(expected.size());
    require(processor->prefill(expectedState, prompt, expected));
    require(device->prefill(state, prompt, logits));
    std::string unclear; // where the processor's choice was taken for both
    for (int i = 0; i < kTokens; ++i) {
        group.record("logits of token " + std::to_string(i), difference(logits, expected), kBound);
        const Best best = bestOf(expected);
        const int found = bestOf(logits).token;
        if (best.lead <= 2 * kBound * best.largest)
            unclear += (unclear.empty() ? "" : ", ") + std::to_string(i);
        else if (found != best.token)
            return group.fail("token " + std::to_string(i) + " is " + std::to_string(found) + " instead of " +
                              std::to_string(best.token));
        require(processor->decode(expectedState, best.token, expected));
        require(device->decode(state, best.token, logits));
    }
    if (!unclear.empty())
        group.addRemark("not decided at " + unclear);
}

} // namespace engine::selftest
