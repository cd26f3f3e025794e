#include "engine/sampling/sampler.h"
#include "engine/selftest/cases/operation_cases.h"

#include <array>
#include <string>
#include <vector>

namespace engine::selftest {

namespace {

// Float32 weights and their sums on both sides.
constexpr double kBound = 1e-5;

struct NamedSettings {
    const char* name;
    SamplerSettings settings;
};

std::vector<NamedSettings> chains() {
    std::vector<NamedSettings> all;
    const auto add = [&](const char* name, auto&& change) {
        SamplerSettings settings;
        settings.topP = 1;
        change(settings);
        all.push_back({name, settings});
    };
    add("no filter", [](SamplerSettings&) {});
    add("greedy", [](SamplerSettings& s) { s.temperature = 0; });
    add("top-k", [](SamplerSettings& s) { s.topK = 40; });
    add("top-p", [](SamplerSettings& s) { s.topP = 0.92f; });
    add("min-p", [](SamplerSettings& s) { s.minP = 0.05f; });
    add("typical", [](SamplerSettings& s) { s.typical = 0.6f; });
    add("penalties and bans", [](SamplerSettings& s) {
        s.topP = 0.9f;
        s.presencePenalty = 0.4f;
        s.frequencyPenalty = 0.3f;
        s.repetitionPenalty = 1.2f;
        s.bannedTokens = {0, 3, 1 << 20};
    });
    add("all together", [](SamplerSettings& s) {
        s.topK = 200;
        s.typical = 0.9f;
        s.topP = 0.9f;
        s.minP = 0.01f;
        s.presencePenalty = 0.2f;
    });
    return all;
}

// Both samplers see the same text; the device draws for the one, the host for the other.
void compareDraws(OperationTest& test, Group& group, const SamplerSettings& settings, int vocabulary) {
    constexpr int kTokens = 8;
    const auto size = static_cast<std::size_t>(vocabulary);
    const auto memory = test.tested().allocate(size);
    Sampler here(settings), there(settings);
    for (int token = 0; token < kTokens; ++token) {
        std::vector<float> logits = test.values(size, {0, token % 2 == 0 ? 4.0 : 1.5});
        test.tested().fromHost(logits, memory.get());
        TokenDraw draw = there.onDevice(vocabulary);
        draw.logits = memory.get();
        const DrawnToken drawn = test.tested().drawToken(draw);
        const std::string what =
            "vocabulary " + std::to_string(vocabulary) + ", draw " + std::to_string(token);
        if (!drawn.isComplete) {
            (void)here.sample(logits); // more candidates than the device orders: the host draws
            there = here;
            continue;
        }
        there.accept(drawn);
        const int expected = here.sample(logits);
        if (drawn.token != expected)
            return group.fail(what + ": token " + std::to_string(drawn.token) + " instead of " +
                              std::to_string(expected));
        group.record(what, difference(std::array{drawn.probability}, std::array{here.drawnProbability()}),
                     kBound);
    }
}

} // namespace

void tokenDrawCases(OperationTest& test) {
    for (const NamedSettings& chain : chains())
        test.group(chain.name, [&](Group& group) {
            for (const int vocabulary : {1, 5, 97, 2000, 65536}) {
                SamplerSettings settings = chain.settings;
                settings.seed = static_cast<std::uint64_t>(vocabulary);
                compareDraws(test, group, settings, vocabulary);
            }
        });
}

} // namespace engine::selftest
