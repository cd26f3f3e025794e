// The CUDA backend on the emulated device: sessions on it against sessions in double precision, steps that
// are recorded, gates that arrive late, and models in two parts. Single operations: cuda_operations_test.
#include "engine/runtime/session.h"
#include "engine/trace/chunk_recorder.h"
#include "tests/engine/cuda/emulated_sessions.h"
#include "tests/support/cuda_emulation/cuda_emulation.h"
#include "tests/support/model_writer.h"
#include "tests/support/reference/reference_backend.h"
#include "tests/support/tensor_comparison.h"

#include <QTest>

#include <algorithm>

using namespace engine;
using namespace support;

class BackendTest : public QObject {
    Q_OBJECT

private:
    static void compare(const std::vector<float>& device, const std::vector<float>& processor, double share) {
        const auto result = support::compare(device, std::span<const float>(processor));
        QVERIFY2(result.isWithinShare(share), result.describe().c_str());
    }

private slots:
    void init() { cuda_emulation::reset(); }

    void equalsTheProcessor_data() {
        QTest::addColumn<int>("architecture");
        QTest::addColumn<int>("enhancement");
        QTest::addColumn<int>("type");
        const auto enhancements = support::allEnhancements();
        const auto hasRow = [](Architecture architecture, std::size_t enhancement, WeightType type) {
            // An enhancement is the same around every architecture, and its operations have tests of their
            // own: all of them once, two of them everywhere.
            return enhancement < 2 || (architecture == Architecture::Rwkv7 && type == WeightType::Float32);
        };
        for (const Architecture architecture :
             {Architecture::Rwkv5, Architecture::Rwkv6, Architecture::Rwkv7})
            for (std::size_t i = 0; i < enhancements.size(); ++i)
                for (const WeightType type : {WeightType::Float32, WeightType::Q8})
                    if (hasRow(architecture, i, type))
                        QTest::addRow("%s, %s, %s", name(architecture).data(),
                                      describe(enhancements[i]).c_str(),
                                      type == WeightType::Q8 ? "q8" : "f32")
                            << static_cast<int>(architecture) << static_cast<int>(i)
                            << static_cast<int>(type);
    }
    void equalsTheProcessor() {
        QFETCH(int, architecture);
        QFETCH(int, enhancement);
        QFETCH(int, type);
        const auto model = randomModel(static_cast<Architecture>(architecture),
                                       support::allEnhancements()[static_cast<std::size_t>(enhancement)],
                                       static_cast<WeightType>(type));
        QVERIFY(model);
        const auto prompt = someTokens(70);
        Session device(model, openDevice());
        Session processor(model, std::make_unique<reference::ReferenceBackend>());
        State onDevice(model->config()), onProcessor(model->config());
        CollectGates deviceGates, processorGates;
        std::vector<float> deviceLogits(prompt.size() * kVocabulary), processorLogits(deviceLogits.size());
        QVERIFY(device.prefill(onDevice, prompt, deviceLogits, &deviceGates));
        QVERIFY(processor.prefill(onProcessor, prompt, processorLogits, &processorGates));
        const double share = shareOf(static_cast<WeightType>(type));
        compare(deviceLogits, processorLogits, share);
        // Call by call, recorded, and repeated, twice each for the two turns of gates.
        compare(run(device, onDevice, 8, &deviceGates), run(processor, onProcessor, 8, &processorGates),
                share);
        QVERIFY(device.deliverGates());
        QVERIFY(deviceGates.layers == processorGates.layers);
        if (!processorGates.all.empty())
            compare(deviceGates.all, processorGates.all, share);
        const State brought = onDevice; // a copy, on the device as well
        QVERIFY(brought.isOnDevice());
        const auto values = std::vector<float>(brought.values().begin(), brought.values().end());
        const auto expected = std::vector<float>(std::as_const(onProcessor).values().begin(),
                                                 std::as_const(onProcessor).values().end());
        compare(values, expected, share);
    }

    // Where sparse blocks looked back: call by call, recorded, and handed over when the pages are others.
    void choicesAreThoseOfTheProcessor_data() {
        QTest::addColumn<bool>("hasGates");
        QTest::newRow("plain") << false;
        QTest::newRow("with gates") << true;
    }
    void choicesAreThoseOfTheProcessor() {
        QFETCH(bool, hasGates);
        ModelConfig config =
            smallConfig(Architecture::Rwkv7, hasGates ? support::allEnhancements()[1] : EnhancementConfig());
        config.vocabulary = kVocabulary;
        config.layers = 4;
        config.sparse = {.blocks = 2, .chunk = 8, .chunks = 3, .cacheLimit = 32, .isHalf = false};
        const auto model = support::randomModel(config, WeightType::Float32);
        QVERIFY(model);
        const auto told = [&](std::unique_ptr<Backend> backend) {
            std::vector<std::vector<std::byte>> tokens;
            ChunkRecorder recorder(2, [&](ChunkFrames&& frames) {
                tokens.insert(tokens.end(), frames.tokens.begin(), frames.tokens.end());
            });
            Session session(model, std::move(backend));
            State state(model->config());
            std::vector<float> logits(kVocabulary);
            if (session.prefill(state, someTokens(45), logits, &recorder)) {
                (void)run(session, state, 30, &recorder);
                State other = state; // the pages that the last token's choices name go with the state
                state = State(model->config());
                (void)session.deliverGates();
            }
            return tokens;
        };
        const auto expected = told(std::make_unique<reference::ReferenceBackend>());
        QCOMPARE(expected.size(), std::size_t{75});
        QVERIFY(expected.back() != expected.front());
        QVERIFY(told(openDevice()) == expected);
    }

    void aRecordedTokenIsOneLaunch() {
        const auto model = randomModel(Architecture::Rwkv6, {});
        Session session(model, openDevice());
        State state(model->config());
        QCOMPARE(run(session, state, 3).size(), std::size_t{3 * kVocabulary});
        const auto calls = cuda_emulation::runtimeCalls();
        const auto launches = cuda_emulation::launches();
        QCOMPARE(run(session, state, 1).size(), std::size_t{kVocabulary});
        // Whatever the number of layers: choose the device, copy the inputs, one launch, fetch the logits.
        QVERIFY2(cuda_emulation::runtimeCalls() - calls < 12,
                 qPrintable(QString::number(cuda_emulation::runtimeCalls() - calls)));
        QVERIFY(cuda_emulation::launches() - launches > 10);
    }

    void anotherSequenceTakesTheSameRecording() {
        const auto model = randomModel(Architecture::Rwkv6, {});
        Session session(model, openDevice());
        State first(model->config());
        const auto expected = run(session, first, 5);
        State second(model->config());
        QVERIFY(run(session, second, 5) == expected); // the first two of `expected` were not recorded
    }

    void theOrderOfThreadsDoesNotMatter() {
        const auto model = randomModel(Architecture::Rwkv7, support::allEnhancements()[1]);
        std::vector<std::vector<float>> results;
        for (const char* order : {"forward", "reverse", "random:3"}) {
            cuda_emulation::setOrder(order);
            Session session(model, openDevice());
            State state(model->config());
            std::vector<float> logits(kVocabulary);
            QVERIFY(session.prefill(state, someTokens(150), logits));
            // Long enough to be recorded, whose branches for the gates may run late.
            CollectGates gates;
            auto all = run(session, state, 6, &gates);
            QVERIFY(session.deliverGates());
            all.insert(all.end(), logits.begin(), logits.end());
            all.insert(all.end(), gates.all.begin(), gates.all.end());
            results.push_back(std::move(all));
        }
        QVERIFY(results[0] == results[1]);
        QVERIFY(results[0] == results[2]);
    }

    void severalSequencesEqualEachAlone() {
        const auto model = randomModel(Architecture::Rwkv6, support::allEnhancements()[1]);
        Session session(model, openDevice());
        constexpr std::size_t kSequences = 5;
        std::vector<State> together(kSequences, State(model->config())), alone(together);
        for (int token = 0; token < 4; ++token) {
            std::vector<float> logits(kSequences * kVocabulary), expected(kVocabulary);
            std::vector<DecodeStep> steps;
            for (std::size_t i = 0; i < kSequences; ++i)
                steps.push_back({&together[i], static_cast<int>(7 * i) + token,
                                 std::span(logits).subspan(i * kVocabulary, kVocabulary), nullptr,
                                 i % 2 == 0});
            QVERIFY(session.decodeTogether(steps));
            for (std::size_t i = 0; i < kSequences; ++i) {
                const DecodeStep step{&alone[i], static_cast<int>(7 * i) + token, expected, nullptr,
                                      i % 2 == 0};
                QVERIFY(session.decodeTogether({&step, 1}));
                QVERIFY(std::equal(expected.begin(), expected.end(), steps[i].logits.begin()));
            }
        }
    }

    void aModelInTwoPartsEqualsTheProcessor_data() {
        QTest::addColumn<int>("architecture");
        QTest::newRow("rwkv6") << static_cast<int>(Architecture::Rwkv6);
        QTest::newRow("rwkv7") << static_cast<int>(
            Architecture::Rwkv7); // hands over the first layer's value as well
    }
    void aModelInTwoPartsEqualsTheProcessor() {
        QFETCH(int, architecture);
        const auto model =
            randomModel(static_cast<Architecture>(architecture), support::allEnhancements()[1]);
        const auto pool = std::make_shared<ThreadPool>(1);
        Session split(model, openDevice(), 1, pool);
        Session processor(model, pool);
        State inParts(model->config()), whole(model->config());
        CollectGates splitGates, wholeGates;
        std::vector<float> logits(kVocabulary), expected(kVocabulary);
        QVERIFY(split.prefill(inParts, someTokens(40), logits, &splitGates));
        QVERIFY(processor.prefill(whole, someTokens(40), expected, &wholeGates));
        compare(logits, expected, 1e-4);
        State copy = inParts;
        const auto decoded = run(split, inParts, 5, &splitGates);
        compare(decoded, run(processor, whole, 5, &wholeGates), 1e-4);
        QVERIFY(split.deliverGates());
        QVERIFY(splitGates.layers == wholeGates.layers);
        compare(splitGates.all, wholeGates.all, 1e-4);
        QVERIFY(run(split, copy, 5) == decoded);
    }

    // What was recorded with and without gates takes turns, on a device alone and with the processor.
    void stepsOfAllKindsTakeTurns_data() {
        QTest::addColumn<int>("deviceLayers");
        QTest::newRow("all layers") << 0;
        QTest::newRow("one layer") << 1;
        QTest::newRow("two layers") << 2;
    }
    void stepsOfAllKindsTakeTurns() {
        QFETCH(int, deviceLayers);
        const auto model = randomModel(Architecture::Rwkv6, support::allEnhancements()[1]);
        const auto pool = std::make_shared<ThreadPool>(1);
        Session device = deviceLayers == 0 ? Session(model, openDevice())
                                           : Session(model, openDevice(), deviceLayers, pool);
        Session processor(model, pool);
        std::array<State, 2> onDevice{State(model->config()), State(model->config())}, onProcessor = onDevice;
        CollectGates deviceGates, processorGates;
        const auto step = [](Session& session, std::array<State, 2>& states, int turn, GateSink* sink) {
            std::vector<float> logits(2 * kVocabulary);
            const auto of = [&](std::size_t i) {
                return std::span(logits).subspan(i * kVocabulary, kVocabulary);
            };
            std::vector<DecodeStep> steps{{&states[0], 5 + turn, of(0), turn % 3 == 0 ? sink : nullptr, true},
                                          {&states[1], 9 + turn, of(1), nullptr, false}};
            if (turn % 3 == 1)
                steps.erase(steps.begin());
            if (turn % 3 == 2)
                steps.pop_back();
            return session.decodeTogether(steps) ? logits : std::vector<float>();
        };
        for (int turn = 0; turn < 15; ++turn)
            compare(step(device, onDevice, turn, &deviceGates),
                    step(processor, onProcessor, turn, &processorGates), 1e-4);
        QVERIFY(device.deliverGates());
        QVERIFY(deviceGates.layers == processorGates.layers);
        compare(deviceGates.all, processorGates.all, 1e-4);
    }
};

QTEST_GUILESS_MAIN(BackendTest)
#include "backend_test.moc"
