// The service and a generator in a thread of its own: every request ends exactly once, in whatever order
// things happen.
#include "app/assistant/assistant_service.h"
#include "tests/app/support/scripted_generator.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <memory>

using namespace app;

class AssistantServiceTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() {
        m_service.reset();
        m_thread.quit();
        m_thread.wait();
    }

    void aRequestEndsOnceWithAllItsText() {
        start({});
        const GenerationHandle handle = m_service->generate(request(20));
        QVERIFY(m_service->isBusy());
        QTRY_COMPARE(m_ends.size(), 1);
        QCOMPARE(m_ends[handle.id()], OutcomeKind::Completed);
        QCOMPARE(m_tokens[handle.id()], 20);
        QVERIFY(!m_service->isBusy());
    }

    void cancellingStopsWithinATokenAndKeepsTheText() {
        start({.delayMs = 5});
        const GenerationHandle handle = m_service->generate(request(100'000));
        QTRY_VERIFY(m_tokens[handle.id()] >= 3);
        m_service->cancel(handle.id());
        const int atCancel = m_generator->tokensWritten();
        QElapsedTimer timer;
        timer.start();
        QTRY_COMPARE(m_ends.size(), 1);
        QCOMPARE(m_ends[handle.id()], OutcomeKind::Cancelled);
        QVERIFY(m_generator->tokensWritten() <= atCancel + 1);
        QCOMPARE(m_tokens[handle.id()], m_generator->tokensWritten()); // nothing written is lost
        m_service->cancel(handle.id());                                // harmless
        handleOutlives(handle);
    }

    void cancellingWhileThePromptIsReadEndsTheRequest() {
        start({.promptMs = 60'000});
        const GenerationHandle handle = m_service->generate(request(5));
        QTest::qWait(20);
        m_service->cancel(handle.id());
        QTRY_COMPARE(m_ends.size(), 1);
        QCOMPARE(m_ends[handle.id()], OutcomeKind::Cancelled);
        QCOMPARE(m_tokens[handle.id()], 0);
    }

    void requestsCancelledBeforeTheyBeginEndToo() {
        start({.delayMs = 1});
        QList<GenerationHandle> handles;
        for (int i = 0; i < 20; ++i)
            handles.append(m_service->generate(request(1000)));
        m_service->cancelAll();
        QTRY_COMPARE(m_ends.size(), 20);
        for (const GenerationHandle& handle : handles)
            QCOMPARE(m_ends[handle.id()], OutcomeKind::Cancelled);
        const GenerationHandle next = m_service->generate(request(4)); // ready for more
        QTRY_COMPARE(m_ends.size(), 21);
        QCOMPARE(m_ends[next.id()], OutcomeKind::Completed);
    }

    void abandonedRequestsSendNothingButTheirEnd() {
        start({.delayMs = 1});
        const GenerationHandle handle = m_service->generate(request(100'000));
        QTRY_VERIFY(m_tokens[handle.id()] >= 2);
        const int seen = m_tokens[handle.id()];
        QThread::msleep(20); // batches pile up in the queue
        m_service->abandon(handle.id());
        QTRY_COMPARE(m_ends.size(), 1);
        QCOMPARE(m_tokens[handle.id()], seen);
    }

    // A stopped request's, too; but not those of the project that was open before.
    void whatIsKnownOfTheTextIsPassedOn() {
        start({.promptMs = 60'000});
        QSignalSpy kept(m_service.get(), &AssistantService::statesKept);
        const QList<KeptState> states{{QStringLiteral("m"), QByteArray("p"), QByteArray("s")}};
        const GenerationHandle first = m_service->generate(request(5));
        m_service->abandon(first.id());
        QTRY_COMPARE(m_ends.size(), 1);
        emit m_generator->statesKept(first.id(), states);
        QCOMPARE(kept.count(), 1);
        const GenerationHandle second = m_service->generate(request(5));
        m_service->cancelAll(); // another project opens
        QTRY_COMPARE(m_ends.size(), 2);
        emit m_generator->statesKept(second.id(), states);
        QCOMPARE(kept.count(), 1);
    }

    void readingTellsHowFarItIs() {
        start({.promptMs = 200});
        QSignalSpy progress(m_service.get(), &AssistantService::promptProgress);
        m_service->generate(request(1));
        QTRY_COMPARE(m_ends.size(), 1);
        QCOMPARE(progress.count(), 20);
        QCOMPARE(progress[4][0].value<PromptProgress>().tokensKnown, 50);
        QCOMPARE(progress[4][0].value<PromptProgress>().promptTokens, 200);
    }

    void timeLeftFollowsFromTheSpeedSoFar() {
        PromptProgress progress;
        progress.promptTokens = 1000;
        progress.tokensKnown = 400;
        QVERIFY(!progress.secondsLeft()); // nothing read yet
        progress.tokensRead = 200;        // the other half was remembered
        progress.seconds = 0.3;
        QVERIFY(!progress.secondsLeft()); // too early to tell
        progress.seconds = 20;
        QCOMPARE(progress.secondsLeft(), std::optional(60.0));
    }

    void answersNobodyAskedForAreDropped() {
        start({});
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        QSignalSpy tokens(m_service.get(), &AssistantService::tokensGenerated);
        emit m_generator->finished(4711, Outcome());
        emit m_generator->tokensGenerated(TokenBatch{4711, Side::First, QStringLiteral("x"), {}, {}, {}});
        const GenerationHandle handle = m_service->generate(request(1));
        QTRY_COMPARE(m_ends.size(), 1);
        emit m_generator->finished(handle.id(), Outcome()); // a second end of the same request
        QTest::qWait(10);
        QCOMPARE(finished.count(), 1);
        QCOMPARE(tokens.count(), 1);
    }

    void randomStartsAndCancelsEndExactlyOnce() {
        start({});
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        QList<GenerationHandle> handles;
        for (int i = 0; i < 200; ++i) {
            handles.append(i % 3 == 0 ? m_service->writeTogether(comparison(i % 7))
                                      : m_service->generate(request(i % 11)));
            if (i % 2 == 0)
                handles[i / 2].cancel(); // from any thread, at any time
            if (i % 5 == 0)
                m_service->abandon(handles[i / 3].id());
            if (i % 13 == 0)
                QCoreApplication::processEvents();
        }
        QTRY_COMPARE(finished.count(), 200);
        QCOMPARE(m_ends.size(), 200);
        QVERIFY(!m_service->isBusy());
    }

    void aFailedRequestSaysWhy() {
        start({.generateProblem = QStringLiteral("The model stopped.")});
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        m_service->generate(request(50));
        QVERIFY(finished.wait());
        QCOMPARE(finished[0][1].value<Outcome>().message, QStringLiteral("The model stopped."));
    }

    void onlyTheLastModelChoiceIsAnswered() {
        start({});
        QSignalSpy loaded(m_service.get(), &AssistantService::modelLoaded);
        m_service->loadModel({QStringLiteral("first"), QStringLiteral("none")});
        m_service->loadModel({QStringLiteral("second"), QStringLiteral("none")});
        QTRY_COMPARE(loaded.count(), 1);
        QTest::qWait(10);
        QCOMPARE(loaded.count(), 1);
        QCOMPARE(m_service->model()->name, QStringLiteral("second"));
        QVERIFY(!m_service->isLoadingModel());
    }

    void aModelThatFailsToLoadLeavesTheServiceUsable() {
        start({.loadProblem = QStringLiteral("It is damaged.")});
        QSignalSpy failed(m_service.get(), &AssistantService::modelFailed);
        m_service->loadModel({QStringLiteral("broken"), QStringLiteral("none")});
        QVERIFY(failed.wait());
        QCOMPARE(failed[0][1].toString(), QStringLiteral("It is damaged."));
        QVERIFY(!m_service->isLoadingModel());
        m_service->generate(request(2));
        QTRY_COMPARE(m_ends.size(), 1);
    }

private:
    void start(const ScriptedGenerator::Script& script) {
        m_ends.clear();
        m_tokens.clear();
        m_generator = new ScriptedGenerator(script);
        m_generator->moveToThread(&m_thread);
        connect(&m_thread, &QThread::finished, m_generator, &QObject::deleteLater);
        m_thread.start();
        m_service = std::make_unique<AssistantService>(*m_generator);
        connect(m_service.get(), &AssistantService::tokensGenerated, this, [this](const TokenBatch& batch) {
            QVERIFY(!m_ends.contains(batch.id));
            m_tokens[batch.id] += static_cast<int>(batch.tokens.size());
        });
        connect(m_service.get(), &AssistantService::finished, this,
                [this](RequestId id, const Outcome& outcome) {
                    QVERIFY2(!m_ends.contains(id), "a request ended twice");
                    m_ends.insert(id, outcome.kind);
                });
    }

    static GenerationRequest request(int tokens) {
        GenerationRequest request;
        request.model = {QStringLiteral("tales"), QStringLiteral("gated")};
        request.options.maxTokens = tokens;
        request.source.story = QStringLiteral("Once");
        return request;
    }

    static TogetherRequest comparison(int tokens) {
        TogetherRequest request;
        request.parts = {{}, {}};
        request.options.maxTokens = tokens;
        return request;
    }

    // A copy of a handle may be cancelled long after.
    static void handleOutlives(GenerationHandle handle) { handle.cancel(); }

    QThread m_thread;
    ScriptedGenerator* m_generator = nullptr; // lives and dies with the thread
    std::unique_ptr<AssistantService> m_service;
    QHash<RequestId, OutcomeKind> m_ends;
    QHash<RequestId, int> m_tokens;
};

QTEST_GUILESS_MAIN(AssistantServiceTest)
#include "assistant_service_test.moc"
