// Several texts written at once by the worker, comparisons and alternatives: with the real engine and small
// byte-level models, in its own thread as in the program.
#include "app/engine_thread/engine_worker.h"

#include "app/assistant/assistant_service.h"
#include "tests/app/assistant/worker_in_thread.h"

#include <QSignalSpy>
#include <QTest>

using namespace app;

class EngineTogetherTest : public WorkerInThread {
    Q_OBJECT

private slots:
    void initTestCase() { start(); }
    void cleanupTestCase() { stop(); }

    void comparingIsBothRunsAtOnce_data() {
        QTest::addColumn<bool>("isGateAlone");
        QTest::newRow("a complete model") << false;
        QTest::newRow("a gate on the base") << true;
    }
    void comparingIsBothRunsAtOnce() {
        QFETCH(bool, isGateAlone);
        TogetherRequest both;
        const quint64 seed = request({}, 30).options.sampler.seed;
        both.parts = {{smallBase(m_folder.path()), seed},
                      {isGateAlone ? smallBaseWithGate(m_folder.path()) : smallGated(m_folder.path()), seed}};
        both.options = request({}, 30).options;
        both.source.story = request({}, 30).source.story;
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        QList<Side> order;
        connect(m_service.get(), &AssistantService::tokensGenerated, &finished,
                [&order](const TokenBatch& batch) { order.append(batch.side); });
        const RequestId id = m_service->writeTogether(both).id();
        QVERIFY(finished.wait(kPatienceMs));
        const auto outcome = finished[0][1].value<Outcome>();
        QCOMPARE(outcome.kind, OutcomeKind::Completed);
        QCOMPARE(outcome.timings[1].tokens, 30);
        QVERIFY(order.contains(Side::First) && order.contains(Side::Second));

        const auto [base, outcomeBase] = run(request(both.parts[0].model, 30));
        const auto [gated, outcomeGated] = run(request(both.parts[1].model, 30));
        QCOMPARE(received(id, Side::First).text, received(base, Side::First).text);
        QCOMPARE(received(id, Side::Second).text, received(gated, Side::First).text);
        QCOMPARE(received(id, Side::Second).gates, received(gated, Side::First).gates);
        QCOMPARE(received(id, Side::First).gates.tokenCount(), 0);
    }

    void aModelComparedWithItselfWritesTheSameTwice() {
        TogetherRequest both;
        both.parts = {{smallBase(m_folder.path()), 7}, {smallBase(m_folder.path()), 7}};
        both.options = request({}, 20).options;
        both.source.story = QStringLiteral("Once upon a time");
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        const RequestId id = m_service->writeTogether(both).id();
        QVERIFY(finished.wait(kPatienceMs));
        QCOMPARE(received(id, Side::First).text, received(id, Side::Second).text);
    }

    // One model, three seeds: each as if it were alone, and the prompt is read once for all.
    void alternativesAreRunsOfTheirOwn() {
        TogetherRequest three;
        for (const quint64 seed : {11, 12, 13})
            three.parts.append({smallGated(m_folder.path()), seed});
        three.options = request({}, 25).options;
        three.source.story = QStringLiteral("The ferry came over the river. ").repeated(30);
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        const RequestId id = m_service->writeTogether(three).id();
        QVERIFY(finished.wait(kPatienceMs));
        QVERIFY(received(id, Side::First).prompt.tokensRead > 100);
        for (std::size_t side = 1; side < 3; ++side)
            QCOMPARE(received(id, sideOf(side)).prompt.tokensRead, 0);
        for (std::size_t side = 0; side < 3; ++side) {
            GenerationRequest alone = request(smallGated(m_folder.path()), 25);
            alone.source.story = three.source.story;
            alone.options.sampler.seed = three.parts[static_cast<qsizetype>(side)].seed;
            const auto [one, outcome] = run(alone);
            QCOMPARE(received(id, sideOf(side)).text, received(one, Side::First).text);
            QCOMPARE(received(id, sideOf(side)).gates, received(one, Side::First).gates);
        }
    }
};

QTEST_GUILESS_MAIN(EngineTogetherTest)
#include "engine_together_test.moc"
