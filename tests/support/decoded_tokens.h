// decoded_tokens.h: tokens, models of every kind to read them with, and sinks for their gates.
#pragma once

#include "engine/runtime/session.h"
#include "tests/support/model_writer.h"

#include <QTest>

#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace support {

using namespace engine;

inline std::vector<int> someTokens(std::size_t count, int vocabulary) {
    std::vector<int> tokens(count);
    for (std::size_t i = 0; i < count; ++i)
        tokens[i] = static_cast<int>((i * 37 + i * i * 11 + 5) % static_cast<std::size_t>(vocabulary));
    return tokens;
}

inline std::shared_ptr<const Model> randomModel(const ModelConfig& config,
                                                WeightType type = WeightType::Float32) {
    const auto model = Model::random(config, {type}, 7);
    return model ? *model : nullptr;
}

// Logits of every token, decoded one by one.
inline std::vector<float> decodeAll(Session& session, State& state, const std::vector<int>& tokens,
                                    GateSink* sink = nullptr) {
    const auto vocabulary = static_cast<std::size_t>(session.model().config().vocabulary);
    std::vector<float> logits(tokens.size() * vocabulary);
    for (std::size_t t = 0; t < tokens.size(); ++t)
        if (!session.decode(state, tokens[t], std::span(logits).subspan(t * vocabulary, vocabulary), sink))
            return {};
    return logits;
}

class CollectGates final : public GateSink {
public:
    void gates(int layer, std::span<const float> values) override {
        layers.push_back(layer);
        all.insert(all.end(), values.begin(), values.end());
    }
    std::vector<int> layers;
    std::vector<float> all;
};

// Asks for a stop when it has seen a number of layers.
class StoppingSink final : public GateSink {
public:
    StoppingSink(std::stop_source stop, int after)
        : m_stop(std::move(stop))
        , m_left(after) {}
    void gates(int, std::span<const float>) override {
        if (--m_left == 0)
            m_stop.request_stop();
    }

private:
    std::stop_source m_stop;
    int m_left;
};

// Rows of a test: every architecture with every enhancement.
inline void everyKindOfModel() {
    QTest::addColumn<int>("architecture");
    QTest::addColumn<int>("enhancement");
    const auto enhancements = support::allEnhancements();
    for (const Architecture architecture : {Architecture::Rwkv5, Architecture::Rwkv6, Architecture::Rwkv7})
        for (std::size_t i = 0; i < enhancements.size(); ++i)
            QTest::addRow("%s %s", std::string(name(architecture)).c_str(), describe(enhancements[i]).c_str())
                << static_cast<int>(architecture) << static_cast<int>(i);
}

// The model of the row.
inline std::shared_ptr<const Model> fetchedModel(WeightType type = WeightType::Float32) {
    QFETCH(int, architecture);
    QFETCH(int, enhancement);
    return randomModel(
        support::smallConfig(static_cast<Architecture>(architecture),
                             support::allEnhancements()[static_cast<std::size_t>(enhancement)]),
        type);
}

} // namespace support
