// What the writer does not wait for: a continuation that is stopped, at whatever pace it is shown, and
// suggestions (ghosts), most of which are for nothing. With the real engine and a small byte-level model.
#include "app/assistant/assistant_service.h"
#include "app/engine_thread/engine_worker.h"
#include "tests/app/assistant/worker_in_thread.h"

#include <QSignalSpy>
#include <QTest>

using namespace app;

class InterruptionTest : public WorkerInThread {
    Q_OBJECT

private slots:
    void initTestCase() { start(); }
    void cleanupTestCase() { stop(); }

    void escStopsWithinATokenAtEveryPace_data() {
        QTest::addColumn<double>("wordsPerMinute");
        QTest::newRow("as fast as it goes") << 0.0;
        QTest::newRow("fast") << 2000.0;
        QTest::newRow("reading speed") << 250.0;
        QTest::newRow("slow") << 20.0;
        QTest::newRow("hours for a letter") << 0.01;
    }
    void escStopsWithinATokenAtEveryPace() {
        QFETCH(double, wordsPerMinute);
        GenerationRequest endless = request(smallGated(m_folder.path()), 1'000'000'000);
        endless.options.wordsPerMinute = wordsPerMinute;
        endless.options.recordGates = false;
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        const RequestId id = m_service->generate(endless).id();
        QTRY_VERIFY_WITH_TIMEOUT(!received(id, Side::First).tokens.isEmpty(), kPatienceMs);
        QVERIFY(finished.isEmpty());
        const qsizetype shown = received(id, Side::First).tokens.size();
        m_service->cancel(id);
        QVERIFY(finished.wait(kPatienceMs));
        const auto outcome = finished[0][1].value<Outcome>();
        QCOMPARE(outcome.kind, OutcomeKind::Cancelled);
        const Received& side = received(id, Side::First);
        QCOMPARE(outcome.timings[0].tokens, int(side.tokens.size())); // what was shown is what is kept
        // A token of this model is a byte, a character of up to four. At a slow pace nothing more comes than
        // what was being put together; at a fast one, what was on its way to the screen.
        if (wordsPerMinute > 0 && wordsPerMinute <= 20)
            QVERIFY2(side.tokens.size() <= shown + 4,
                     qPrintable(QString::number(side.tokens.size() - shown)));
    }

    // What a suggestion has read, the next one and a continuation need not read again.
    void nothingIsReadTwiceForAGhost() {
        GenerationRequest ghost = request(smallGated(m_folder.path()), 16);
        ghost.isGhost = true;
        ghost.source.story = QStringLiteral("A house by the river. ").repeated(40);
        const auto [a, first] = run(ghost);
        QCOMPARE(first.kind, OutcomeKind::Completed);
        QVERIFY(received(a, Side::First).prompt.tokensRead > 800);
        ghost.source.story += QStringLiteral("The bell"); // the writer went on
        const auto [b, second] = run(ghost);
        QVERIFY2(received(b, Side::First).prompt.tokensRead <= 9,
                 qPrintable(QString::number(received(b, Side::First).prompt.tokensRead)));
        GenerationRequest continuation = ghost;
        continuation.isGhost = false;
        continuation.source.story += received(b, Side::First).text; // Tab, Ctrl+Enter
        const auto [c, third] = run(continuation);
        QCOMPARE(third.kind, OutcomeKind::Completed);
        // At most what was typed and suggested since the first snapshot, of a thousand tokens.
        QVERIFY2(received(c, Side::First).prompt.tokensRead <= 9 + 16,
                 qPrintable(QString::number(received(c, Side::First).prompt.tokensRead)));
    }

    // With one at every pause a project would be written all the time.
    void aGhostKeepsNothingInTheProject() {
        QSignalSpy kept(m_service.get(), &AssistantService::statesKept);
        GenerationRequest ghost = request(smallGated(m_folder.path()), 8);
        ghost.source.story = QStringLiteral("Another house by another river. ").repeated(20);
        const auto [before, outcome] = run(ghost); // as a continuation, which is kept
        QTRY_VERIFY_WITH_TIMEOUT(areOf(kept, before), kPatienceMs);
        kept.clear();
        ghost.isGhost = true;
        for (const QString& typed : {QStringLiteral("And"), QStringLiteral(" so"), QStringLiteral(" it")}) {
            ghost.source.story += typed;
            QCOMPARE(run(ghost).second.kind, OutcomeKind::Completed);
            // The worker is done with all that it does behind it.
            QMetaObject::invokeMethod(
                m_worker, [] {}, Qt::BlockingQueuedConnection);
            QCoreApplication::processEvents();
        }
        QVERIFY(kept.isEmpty());
        // But what took long to read is worth it, whoever read it.
        ghost.source.story = QStringLiteral("A long story by the sea. ").repeated(200);
        const auto [longId, third] = run(ghost);
        QCOMPARE(third.kind, OutcomeKind::Completed);
        QTRY_VERIFY_WITH_TIMEOUT(areOf(kept, longId), kPatienceMs);
    }
};

QTEST_GUILESS_MAIN(InterruptionTest)
#include "interruption_test.moc"
