// What the CUDA backend takes of a device, here the emulated one, and gives back: states and their copies,
// layers as memory allows, nothing that is left behind, whichever call fails; and what a card says of itself.
#include "engine/runtime/devices.h"
#include "engine/runtime/session.h"
#include "tests/engine/cuda/emulated_sessions.h"
#include "tests/support/cuda_emulation/cuda_emulation.h"
#include "tests/support/model_writer.h"

#include <QTest>

using namespace engine;
using namespace support;

class DeviceMemoryTest : public QObject {
    Q_OBJECT

private slots:
    void init() { cuda_emulation::reset(); }

    void aCopiedStateGoesOnAsTheFirst() {
        const auto model = randomModel(Architecture::Rwkv7, {});
        Session session(model, openDevice());
        State state(model->config());
        QVERIFY(session.prefill(state, someTokens(20), {}));
        State snapshot = state;
        QVERIFY(snapshot.isOnDevice());
        const auto first = run(session, state, 4);
        QVERIFY(run(session, snapshot, 4) == first);
        QVERIFY(snapshot == state);
    }

    void copiesOverflowToTheHost() {
        const auto model = randomModel(Architecture::Rwkv6, {});
        const std::size_t bytes = State(model->config()).byteSize();
        cuda_emulation::setMemoryLimit(std::size_t{64} << 20); // an eighth for states
        Session session(model, openDevice());
        State state(model->config());
        QVERIFY(session.prefill(state, someTokens(20), {}));
        std::vector<State> copies;
        while (copies.empty() || copies.back().isOnDevice()) {
            copies.push_back(state);
            QVERIFY(copies.size() * bytes < std::size_t{16} << 20);
        }
        QVERIFY(copies.size() > 2);
        const auto expected = run(session, state, 3);
        QVERIFY(run(session, copies.front(), 3) == expected);
        QVERIFY(run(session, copies.back(), 3) == expected);
    }

    void theDevicesMemoryDecidesHowManyLayersRunThere() {
        const auto model = randomModel(Architecture::Rwkv6, {});
        const int layers = model->config().layers;
        const std::size_t all = deviceBytes(*model);
        QCOMPARE(layersThatFit(*model, all), layers);
        QCOMPARE(layersThatFit(*model, all - 1), layers - 1);
        QCOMPARE(layersThatFit(*model, 1000), 0);
    }

    void nothingIsLeftBehind() {
        const auto bytes = cuda_emulation::bytesAllocated();
        const auto hostBytes = cuda_emulation::hostBytesAllocated();
        const auto objects = cuda_emulation::objectsAlive();
        {
            const auto model = randomModel(Architecture::Rwkv6, support::allEnhancements()[1]);
            Session session(model, openDevice());
            State state(model->config());
            CollectGates gates;
            QVERIFY(!run(session, state, 4, &gates).empty());
            QVERIFY(cuda_emulation::bytesAllocated() > bytes);
        }
        QCOMPARE(cuda_emulation::bytesAllocated(), bytes);
        QCOMPARE(cuda_emulation::hostBytesAllocated(), hostBytes);
        QCOMPARE(cuda_emulation::objectsAlive(), objects);
    }

    // Whichever call fails, and whatever with, it is an error with a sentence, and nothing is left behind.
    void anyCallMayFail_data() {
        QTest::addColumn<int>("error");
        QTest::addColumn<int>("code");
        QTest::newRow("memory") << static_cast<int>(cudaErrorMemoryAllocation)
                                << static_cast<int>(ErrorCode::OutOfMemory);
        QTest::newRow("lost") << static_cast<int>(cudaErrorIllegalAddress)
                              << static_cast<int>(ErrorCode::DeviceLost);
    }
    void anyCallMayFail() {
        QFETCH(int, error);
        QFETCH(int, code);
        const auto model = randomModel(Architecture::Rwkv6, support::allEnhancements()[1]);
        const auto bytes = cuda_emulation::bytesAllocated();
        const auto objects = cuda_emulation::objectsAlive();
        int failures = 0;
        bool ends = false;
        // Denser in the beginning, where everything is made.
        for (int call = 1; !ends; call += 1 + call / 24) {
            cuda_emulation::reset();
            cuda_emulation::failAfter(static_cast<cudaError_t>(error), call);
            Expected<void> done = [&]() -> Expected<void> {
                auto backend = inkgate_cuda_plugin()->open(0);
                if (!backend)
                    return failure(backend.error());
                Session session(model, std::move(*backend));
                State state(model->config());
                CollectGates gates;
                std::vector<float> logits(kVocabulary);
                if (auto read = session.prefill(state, someTokens(9), logits); !read)
                    return read;
                for (int token = 0; token < 4; ++token)
                    if (auto read = session.decode(state, token, logits, &gates); !read)
                        return read;
                return session.deliverGates();
            }();
            ends = done.has_value();
            if (!ends) {
                ++failures;
                QCOMPARE(static_cast<int>(done.error().code), code);
                QVERIFY(done.error().message.find("GPU") != std::string::npos);
            }
            cuda_emulation::reset();
            QCOMPARE(cuda_emulation::bytesAllocated(), bytes);
            QCOMPARE(cuda_emulation::objectsAlive(), objects);
        }
        QVERIFY2(failures > 60, qPrintable(QString::number(failures)));
    }

    void cardsAreDescribed() {
        const auto devices = inkgate_cuda_plugin()->devices();
        QVERIFY(devices);
        QCOMPARE(devices->size(), std::size_t{1});
        QVERIFY(devices->front().unusable.empty());
        QVERIFY(devices->front().freeBytes > 0);
        cuda_emulation::setDevices(0);
        const auto none = inkgate_cuda_plugin()->devices();
        QVERIFY(!none);
        QCOMPARE(none.error().code, ErrorCode::DeviceUnavailable);
    }
};

QTEST_GUILESS_MAIN(DeviceMemoryTest)
#include "device_memory_test.moc"
