// The worker with a GPU that stops working, or turns out to be full, in the middle: the writer is
// told once, keeps what was written, and the processor goes on. The device is the emulation in
// tests/support/cuda_emulation, loaded as the real plug-in is.
#include "app/engine_thread/engine_worker.h"

#include "tests/app/support/small_models.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <dlfcn.h>

using namespace app;

namespace {

// What the runtime calls return.
constexpr int kSuccess = 0;
constexpr int kMemoryAllocation = 2;
constexpr int kIllegalAddress = 700; // after which a device is gone

} // namespace

class DeviceLossTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        qputenv("INKGATE_CUDA_PLUGIN", EMULATED_PLUGIN);
        QVERIFY(writeSmallModels(m_folder.path()));
        void* const library = dlopen(EMULATED_PLUGIN, RTLD_NOW);
        QVERIFY2(library != nullptr, dlerror());
        m_fail = reinterpret_cast<Fail>(dlsym(library, "inkgate_emulated_device_fails"));
        QVERIFY(m_fail != nullptr);
    }

    void cleanup() { m_fail(kSuccess, 0); }

    void aDeviceThatFailsCostsNoTextAndTheProcessorGoesOn_data() {
        QTest::addColumn<int>("error");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("lost") << kIllegalAddress << QStringLiteral("GPU stopped working");
        QTest::newRow("full") << kMemoryAllocation << QStringLiteral("GPU does not have enough free memory");
    }

    void aDeviceThatFailsCostsNoTextAndTheProcessorGoesOn() {
        QFETCH(const int, error);
        QFETCH(const QString, sentence);
        EngineWorker worker; // in this thread: signals arrive at once
        QString text;
        QList<Outcome> outcomes;
        QString device;
        int tokens = 0;
        connect(&worker, &EngineWorker::promptRead, this,
                [&](const PromptRead& prompt) { device = prompt.model.device; });
        connect(&worker, &EngineWorker::tokensGenerated, this, [&](const TokenBatch& batch) {
            text += batch.text;
            tokens += static_cast<int>(batch.tokens.size());
            if (tokens > 4)
                m_fail(error, 1);
        });
        connect(&worker, &EngineWorker::finished, this,
                [&](RequestId, const Outcome& outcome) { outcomes.append(outcome); });

        worker.generate(request(1), {});
        QCOMPARE(outcomes.size(), 1);
        QVERIFY(device != QStringLiteral("cpu"));
        QCOMPARE(outcomes[0].kind, OutcomeKind::Failed);
        QVERIFY2(outcomes[0].message.contains(sentence), qPrintable(outcomes[0].message));
        QVERIFY(tokens > 4); // what was written until then has arrived
        QVERIFY(!text.isEmpty());

        tokens = -1000;
        worker.generate(request(2), {});
        QCOMPARE(outcomes.size(), 2);
        QCOMPARE(device, QStringLiteral("cpu"));
        QCOMPARE(outcomes[1].kind, OutcomeKind::Completed);
        QCOMPARE(tokens, -1000 + kTokens);
    }

private:
    static constexpr int kTokens = 300;
    using Fail = void (*)(int error, int calls);

    [[nodiscard]] GenerationRequest request(RequestId id) const {
        GenerationRequest request;
        request.id = id;
        request.model = smallGated(m_folder.path());
        request.options.maxTokens = kTokens;
        request.options.endsWithSentence = false;
        request.options.stopAtDocumentEnd = false;
        request.source.story = QStringLiteral("The door was open.");
        return request;
    }

    QTemporaryDir m_folder;
    Fail m_fail = nullptr;
};

QTEST_GUILESS_MAIN(DeviceLossTest)
#include "device_loss_test.moc"
