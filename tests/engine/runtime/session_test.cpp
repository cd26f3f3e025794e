// The laws of running a sequence: prefill equals decode, a restored state equals never having stopped, a
// closed gate changes nothing, a cancelled prefill leaves a usable state.
#include "engine/runtime/session.h"

#include "engine/model/gate_layout.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "tests/support/decoded_tokens.h"
#include "tests/support/model_writer.h"
#include "tests/support/tensor_comparison.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cstring>

using namespace engine;
using namespace support;

class SessionTest : public QObject {
    Q_OBJECT

private slots:
    void chunkedPrefillEqualsDecode_data() { everyKindOfModel(); }

    void chunkedPrefillEqualsDecode() {
        const auto model = fetchedModel();
        QVERIFY(model != nullptr);
        const auto tokens = someTokens(61, model->config().vocabulary);
        const auto vocabulary = static_cast<std::size_t>(model->config().vocabulary);
        Session session(model, std::make_shared<ThreadPool>(2));
        State decoded(model->config());
        CollectGates decodedGates;
        const auto expected = decodeAll(session, decoded, tokens, &decodedGates);
        QVERIFY(std::ranges::all_of(expected, [](float x) { return std::isfinite(x); }));
        QCOMPARE(decoded.position(), std::int64_t{61});

        for (const std::size_t chunk :
             {std::size_t{61}, std::size_t{1}, std::size_t{7}, std::size_t{16}, std::size_t{33}}) {
            State state(model->config());
            std::vector<float> logits;
            for (std::size_t t = 0; t < tokens.size(); t += chunk) {
                const auto part = std::span(tokens).subspan(t, std::min(chunk, tokens.size() - t));
                std::vector<float> some(part.size() * vocabulary);
                QVERIFY(session.prefill(state, part, some).has_value());
                logits.insert(logits.end(), some.begin(), some.end());
            }
            const auto result = support::compare(logits, std::span<const float>(expected));
            QVERIFY2(result.isWithin(1e-4),
                     qPrintable(QString("chunk %1: %2").arg(chunk).arg(result.describe().c_str())));
            const auto states = support::compare(state.values(), decoded.values());
            QVERIFY2(states.isWithinShare(1e-5),
                     qPrintable(QString("chunk %1: %2").arg(chunk).arg(states.describe().c_str())));
            QCOMPARE(state.position(), decoded.position());
        }
    }

    // Different texts at different places, in one step after another, bit for bit what each gets alone.
    void sequencesDecodedTogetherAreThoseDecodedAlone_data() { everyKindOfModel(); }
    void sequencesDecodedTogetherAreThoseDecodedAlone() {
        for (const WeightType type : {WeightType::Float32, WeightType::BFloat16, WeightType::Q4}) {
            const auto model = fetchedModel(type);
            QVERIFY(model != nullptr);
            const auto vocabulary = static_cast<std::size_t>(model->config().vocabulary);
            const bool hasGates = model->config().enhancement.variant != EnhancementConfig::Variant::None;
            Session session(model, std::make_shared<ThreadPool>(2));
            for (const std::size_t count : {std::size_t{2}, std::size_t{3}, std::size_t{8}}) {
                std::vector<State> together(count, State(model->config()));
                for (std::size_t i = 0; i < count; ++i) // a different past each
                    QVERIFY(session.prefill(together[i], someTokens(3 * i + 1, 50), {}).has_value());
                std::vector<State> alone = together;
                std::vector<CollectGates> gatesTogether(count), gatesAlone(count);
                std::vector<std::vector<float>> logits(count, std::vector<float>(vocabulary));
                for (int step = 0; step < 5; ++step) {
                    std::vector<DecodeStep> steps;
                    for (std::size_t i = 0; i < count; ++i)
                        steps.push_back({&together[i], static_cast<int>(i) * 7 + step, logits[i],
                                         &gatesTogether[i], true});
                    QVERIFY(session.decodeTogether(steps).has_value());
                    for (std::size_t i = 0; i < count; ++i) {
                        std::vector<float> expected(vocabulary);
                        QVERIFY(
                            session.decode(alone[i], static_cast<int>(i) * 7 + step, expected, &gatesAlone[i])
                                .has_value());
                        QVERIFY(logits[i] == expected);
                        QVERIFY(together[i] == alone[i]);
                    }
                }
                for (std::size_t i = 0; i < count; ++i) {
                    QVERIFY(gatesTogether[i].all == gatesAlone[i].all);
                    QCOMPARE(gatesTogether[i].all.empty(), !hasGates);
                }
            }
        }
    }

    // With its enhancement left out a model is the one it was fitted on, also beside a sequence that uses
    // it.
    void withoutItsEnhancementAModelIsTheBase_data() { everyKindOfModel(); }
    void withoutItsEnhancementAModelIsTheBase() {
        const auto enhanced = fetchedModel();
        QVERIFY(enhanced != nullptr);
        ModelConfig config = enhanced->config();
        config.enhancement = {};
        const auto base = randomModel(config); // tensors of one name are the same
        Session session(enhanced, std::make_shared<ThreadPool>(2));
        Session baseSession(base, std::make_shared<ThreadPool>(2));
        const auto vocabulary = static_cast<std::size_t>(config.vocabulary);
        const auto tokens = someTokens(20, config.vocabulary);
        State bare(enhanced->config()), enabled(enhanced->config()), wornAlone(enhanced->config()),
            plain(config);
        std::vector<float> logits(vocabulary), expected(vocabulary), wornLogits(vocabulary);
        CollectGates gates, noGates;
        QVERIFY(session.prefill(bare, tokens, logits, &noGates, {}, false).has_value());
        QVERIFY(baseSession.prefill(plain, tokens, expected).has_value());
        QVERIFY(logits == expected);
        QVERIFY(session.prefill(enabled, tokens, wornLogits).has_value());
        wornAlone = enabled;
        for (int token = 1; token < 6; ++token) {
            const DecodeStep steps[] = {{&bare, token, logits, &noGates, false},
                                        {&enabled, token, wornLogits, &gates, true}};
            QVERIFY(session.decodeTogether(steps).has_value());
            QVERIFY(baseSession.decode(plain, token, expected).has_value());
            QVERIFY(logits == expected);
            QVERIFY(session.decode(wornAlone, token, expected).has_value());
            QVERIFY(wornLogits == expected);
        }
        QVERIFY(noGates.all.empty());
    }

    void lastLogitsAreThoseOfTheLastToken() {
        const auto model = randomModel(support::smallConfig(Architecture::Rwkv6));
        Session session(model, std::make_shared<ThreadPool>(2));
        const auto tokens = someTokens(300, 96); // more than one chunk
        State all(model->config()), last(model->config()), none(model->config());
        std::vector<float> allLogits(300 * 96), lastLogits(96);
        QVERIFY(session.prefill(all, tokens, allLogits).has_value());
        QVERIFY(session.prefill(last, tokens, lastLogits).has_value());
        QVERIFY(session.prefill(none, tokens, {}).has_value());
        const auto result = support::compare(lastLogits, std::span<const float>(allLogits).last(96));
        QVERIFY2(result.isWithin(1e-5), result.describe().c_str());
        QVERIFY(all == last && last == none);
    }

    void aRestoredStateEqualsNeverHavingStopped_data() { everyKindOfModel(); }

    void aRestoredStateEqualsNeverHavingStopped() {
        const auto model = fetchedModel();
        QVERIFY(model != nullptr);
        Session session(model, std::make_shared<ThreadPool>(2));
        const auto tokens = someTokens(30, model->config().vocabulary);
        const std::vector<int> before(tokens.begin(), tokens.begin() + 13),
            after(tokens.begin() + 13, tokens.end());
        State state(model->config());
        decodeAll(session, state, before);
        const State snapshot = state;
        const auto first = decodeAll(session, state, after);
        const State end = state;
        QVERIFY(!(snapshot == end));
        state = snapshot;
        const auto second = decodeAll(session, state, after);
        QVERIFY(first == second); // bit for bit
        QVERIFY(state == end);
    }

    void gatesArriveInOrderAndOnlyWithAnEnhancement_data() { everyKindOfModel(); }

    void gatesArriveInOrderAndOnlyWithAnEnhancement() {
        const auto model = fetchedModel();
        QVERIFY(model != nullptr);
        const ModelConfig& config = model->config();
        Session session(model, std::make_shared<ThreadPool>(2));
        const auto tokens = someTokens(9, config.vocabulary);
        CollectGates sink;
        State state(config);
        QVERIFY(session.prefill(state, tokens, {}, &sink).has_value());
        if (config.enhancement.variant == EnhancementConfig::Variant::None) {
            QVERIFY(sink.layers.empty());
            return;
        }
        QCOMPARE(sink.layers, (std::vector<int>{0, 1, 2}));
        QCOMPARE(sink.all.size(), static_cast<std::size_t>(3 * 9 * gateLayout(config).layerWidth()));
        if (config.enhancement.gate == EnhancementConfig::Gate::Fixed)
            QVERIFY(std::ranges::all_of(sink.all, [](float g) { return g == 1; }));
        else
            QVERIFY(std::ranges::all_of(sink.all, [](float g) { return g > 0 && g < 1; }));
    }

    void aClosedGateWithoutNormChangesNothing_data() {
        QTest::addColumn<int>("architecture");
        QTest::addColumn<int>("enhancement");
        const auto enhancements = support::allEnhancements();
        for (const Architecture architecture :
             {Architecture::Rwkv5, Architecture::Rwkv6, Architecture::Rwkv7})
            for (std::size_t i = 1; i < enhancements.size(); ++i)
                if (enhancements[i].gate == EnhancementConfig::Gate::Learned && enhancements[i].layerNorm)
                    QTest::addRow("%s %s", std::string(name(architecture)).c_str(),
                                  describe(enhancements[i]).c_str())
                        << static_cast<int>(architecture) << static_cast<int>(i);
    }

    void aClosedGateWithoutNormChangesNothing() {
        QFETCH(int, architecture);
        QFETCH(int, enhancement);
        EnhancementConfig kind = support::allEnhancements()[static_cast<std::size_t>(enhancement)];
        kind.layerNorm = false;
        auto tensors =
            support::randomTensors(support::smallConfig(static_cast<Architecture>(architecture), kind), 3);
        support::FileTensors base, gate;
        for (auto& [name, tensor] : tensors) {
            if (!name.starts_with("enhance.")) {
                base[name] = tensor;
                continue;
            }
            if (name.ends_with("gate.weight") || name.ends_with("route.w"))
                std::ranges::fill(tensor.values, 0.0f);
            if (name.ends_with("gate.bias") || name.ends_with("route.bias"))
                std::ranges::fill(tensor.values, -1000.0f);
            gate[name] = tensor;
        }
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        QVERIFY(support::writeTensors(base, {}, path / "base.safetensors"));
        QVERIFY(support::writeTensors(gate, support::enhancementMetadata(kind), path / "gate.safetensors"));
        const auto plain = Model::load(path / "base.safetensors", {});
        const auto gated = Model::load(path / "base.safetensors", path / "gate.safetensors", {});
        QVERIFY2(plain.has_value() && gated.has_value(), gated ? "" : gated.error().message.c_str());
        const auto tokens = someTokens(40, 96);
        const auto run = [&](const std::shared_ptr<const Model>& model) {
            Session session(model, std::make_shared<ThreadPool>(2));
            State state(model->config());
            std::vector<float> logits(tokens.size() * 96);
            if (!session.prefill(state, tokens, logits))
                logits.clear();
            const auto decoded = decodeAll(session, state, tokens);
            logits.insert(logits.end(), decoded.begin(), decoded.end());
            return logits;
        };
        const auto expected = run(*plain);
        const auto actual = run(*gated);
        QCOMPARE(actual.size(), 2 * tokens.size() * 96);
        QCOMPARE(std::memcmp(actual.data(), expected.data(), expected.size() * sizeof(float)), 0);
    }

    void shorterTypesStayNearFloat32_data() {
        QTest::addColumn<int>("architecture");
        QTest::addColumn<int>("type");
        QTest::addColumn<double>("share");
        // About the rounding of one weight (2^-12, 2^-9, half a step of 8 and 4 bits) times what the layers
        // add up to; processors with bfloat16 products multiply float16 in them as well.
        const double halfShare = hasBfloat16Products() ? 5e-2 : 5e-3;
        for (const Architecture architecture :
             {Architecture::Rwkv5, Architecture::Rwkv6, Architecture::Rwkv7}) {
            const std::string text(name(architecture));
            QTest::addRow("%s float16", text.c_str())
                << static_cast<int>(architecture) << static_cast<int>(WeightType::Float16) << halfShare;
            QTest::addRow("%s bfloat16", text.c_str())
                << static_cast<int>(architecture) << static_cast<int>(WeightType::BFloat16) << 5e-2;
            QTest::addRow("%s q8", text.c_str())
                << static_cast<int>(architecture) << static_cast<int>(WeightType::Q8) << 5e-2;
            QTest::addRow("%s q4", text.c_str())
                << static_cast<int>(architecture) << static_cast<int>(WeightType::Q4) << 0.6;
        }
    }

    void shorterTypesStayNearFloat32() {
        QFETCH(int, architecture);
        QFETCH(int, type);
        QFETCH(double, share);
        const ModelConfig config =
            support::smallConfig(static_cast<Architecture>(architecture), support::allEnhancements()[1]);
        const auto exact = randomModel(config);
        const auto shorter = randomModel(config, static_cast<WeightType>(type));
        QVERIFY(shorter->bytesPerToken() < exact->bytesPerToken());
        const auto tokens = someTokens(40, 96);
        std::vector<float> logits[2];
        for (int i = 0; i < 2; ++i) {
            Session session(i == 0 ? exact : shorter, std::make_shared<ThreadPool>(2));
            State state(config);
            logits[i].resize(tokens.size() * 96);
            QVERIFY(session.prefill(state, tokens, logits[i]).has_value());
        }
        const auto result = support::compare(logits[1], std::span<const float>(logits[0]));
        QVERIFY2(result.isWithinShare(share), result.describe().c_str());
        QVERIFY(result.largestError > 0);
    }

    void theNumberOfThreadsDoesNotMatterForDecoding() {
        const auto model =
            randomModel(support::smallConfig(Architecture::Rwkv7, support::allEnhancements()[2]));
        const auto tokens = someTokens(20, 96);
        Session one(model, std::make_shared<ThreadPool>(1)), three(model, std::make_shared<ThreadPool>(3));
        State first(model->config()), second(model->config());
        QVERIFY(decodeAll(one, first, tokens) == decodeAll(three, second, tokens));
        QVERIFY(first == second);
    }

    void cancellingLeavesTheStateOfTheLastWholeChunk() {
        const auto model =
            randomModel(support::smallConfig(Architecture::Rwkv6, support::allEnhancements()[1]));
        Session session(model, std::make_shared<ThreadPool>(2));
        const auto tokens = someTokens(600, 96);
        std::stop_source stop;
        StoppingSink sink(stop, 4); // in the first layer of the second chunk of 256
        State state(model->config());
        const auto read = session.prefill(state, tokens, {}, &sink, stop.get_token());
        QVERIFY(!read.has_value());
        QCOMPARE(read.error().code, ErrorCode::Cancelled);
        QVERIFY(state.position() > 0 && state.position() < 600);
        State expected(model->config());
        QVERIFY(
            session.prefill(expected, std::span(tokens).first(static_cast<std::size_t>(state.position())), {})
                .has_value());
        QVERIFY(state == expected);
    }

    void wrongArgumentsAreRefused() {
        const auto model = randomModel(support::smallConfig(Architecture::Rwkv6));
        Session session(model, std::make_shared<ThreadPool>(1));
        State state(model->config());
        std::vector<float> logits(96), tooFew(95);
        const State before = state;
        for (const int token : {-1, 96}) {
            QCOMPARE(session.decode(state, token, logits).error().code, ErrorCode::InvalidArgument);
            QCOMPARE(session.prefill(state, std::vector<int>{1, token}, logits).error().code,
                     ErrorCode::InvalidArgument);
        }
        QCOMPARE(session.decode(state, 1, tooFew).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(session.prefill(state, std::vector<int>{1, 2}, tooFew).error().code,
                 ErrorCode::InvalidArgument);
        State empty, other(support::smallConfig(Architecture::Rwkv6, support::allEnhancements()[1]));
        QCOMPARE(session.decode(empty, 1, logits).error().code, ErrorCode::InvalidArgument);
        QCOMPARE(session.decode(other, 1, logits).error().code, ErrorCode::InvalidArgument);
        QVERIFY(state == before);
        QVERIFY(session.prefill(state, {}, {}).has_value());
    }
};

QTEST_GUILESS_MAIN(SessionTest)
#include "session_test.moc"
