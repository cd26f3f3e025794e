// sessions.h: what the checks of whole models share: a session on each side, calls that throw, gates that are
// kept.
// Threads: one.
#pragma once

#include "engine/core/random.h"
#include "engine/runtime/session.h"
#include "engine/selftest/selftest.h"

#include <memory>
#include <span>
#include <vector>

namespace engine::selftest {

inline void require(const Expected<void>& done) {
    if (!done)
        throw BackendFailure(done.error());
}

[[nodiscard]] inline std::unique_ptr<Backend> openedDevice(const OpenDevice& open) {
    auto device = open();
    if (!device)
        throw BackendFailure(device.error());
    return std::move(*device);
}

[[nodiscard]] inline std::unique_ptr<Session> processorSession(const std::shared_ptr<const Model>& model) {
    return std::make_unique<Session>(model, std::make_shared<ThreadPool>(1));
}

[[nodiscard]] inline std::vector<int> randomTokens(std::size_t count, const Model& model, Random& random) {
    std::vector<int> tokens(count);
    for (int& token : tokens)
        token = static_cast<int>(random.below(static_cast<std::uint64_t>(model.config().vocabulary)));
    return tokens;
}

// Each layer's gates, one token after another, however they come.
class KeptGates final : public GateSink {
public:
    explicit KeptGates(const Model& model)
        : m_layers(static_cast<std::size_t>(model.config().layers)) {}
    void gates(int layer, std::span<const float> values) override {
        auto& kept = m_layers[static_cast<std::size_t>(layer)];
        kept.insert(kept.end(), values.begin(), values.end());
    }
    [[nodiscard]] const std::vector<std::vector<float>>& layers() const { return m_layers; }

private:
    std::vector<std::vector<float>> m_layers;
};

// What decoding gives: logits [tokens, V] and gates.
struct Decoded {
    std::vector<float> logits;
    KeptGates gates;
};

[[nodiscard]] inline Decoded decodeAll(Session& session, State& state, std::span<const int> tokens,
                                       bool usesEnhancement = true) {
    const auto vocabulary = static_cast<std::size_t>(session.model().config().vocabulary);
    Decoded decoded{std::vector<float>(tokens.size() * vocabulary), KeptGates(session.model())};
    for (std::size_t t = 0; t < tokens.size(); ++t) {
        const DecodeStep step{&state, tokens[t],
                              std::span(decoded.logits).subspan(t * vocabulary, vocabulary), &decoded.gates,
                              usesEnhancement};
        require(session.decodeTogether({&step, 1}));
    }
    require(session.deliverGates());
    return decoded;
}

} // namespace engine::selftest
