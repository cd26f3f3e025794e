// The worker with the real engine and a small byte-level model, in its own thread as in the program: models,
// one continuation at a time, and its end.
#include "app/engine_thread/engine_worker.h"

#include "app/assistant/assistant_service.h"
#include "tests/app/assistant/worker_in_thread.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

using namespace app;

class EngineWorkerTest : public WorkerInThread {
    Q_OBJECT

private slots:
    void initTestCase() { start(); }
    void cleanupTestCase() { stop(); }

    void modelsAreLoadedAndDescribed() {
        QSignalSpy loaded(m_service.get(), &AssistantService::modelLoaded);
        m_service->loadModel(smallGated(m_folder.path()));
        QVERIFY(loaded.wait(kPatienceMs));
        const auto info = loaded[0][0].value<ModelInfo>();
        QVERIFY(!info.name.isEmpty());
        QCOMPARE(info.gate, QStringLiteral("gated"));
        QCOMPARE(info.enhancement, QStringLiteral("adaptive"));
        QCOMPARE(info.architecture, QStringLiteral("rwkv6"));
        QCOMPARE(info.vocabulary, 256);
        QVERIFY(info.hasGates);
        QVERIFY(!info.fingerprint.isEmpty());
    }

    void aModelThatCannotBeLoadedSaysWhyAndTheNextOneWorks() {
        QSignalSpy failed(m_service.get(), &AssistantService::modelFailed);
        m_service->loadModel(
            {m_folder.filePath(QStringLiteral("missing.safetensors")), QStringLiteral("none")});
        QVERIFY(failed.wait(kPatienceMs));
        QVERIFY(failed[0][1].toString().contains(QStringLiteral("not found")));
        QVERIFY(!failed[0][2].toString().isEmpty());
        const auto [id, outcome] = run(request(smallBase(m_folder.path()), 3));
        QCOMPARE(outcome.kind, OutcomeKind::Completed);
    }

    void aGenerationIsCompleteAndConsistent() {
        constexpr int kTokens = 40;
        const auto [id, outcome] = run(request(smallGated(m_folder.path()), kTokens));
        QCOMPARE(outcome.kind, OutcomeKind::Completed);
        QCOMPARE(outcome.reasons[0], EndReason::MaxTokens);
        QCOMPARE(outcome.timings[0].tokens, kTokens);
        QVERIFY(outcome.timings[0].tokensPerSecond() > 0);
        const Received& side = received(id, Side::First);
        QCOMPARE(side.tokens.size(), kTokens);
        qsizetype reached = 0;
        for (const RunToken& token : side.tokens) {
            QCOMPARE(token.start, reached);
            QVERIFY(token.probability > 0 && token.probability <= 1);
            reached = token.end;
        }
        QCOMPARE(reached, side.text.size());
        QCOMPARE(side.gates.firstToken, 0);
        QCOMPARE(side.gates.tokenCount(), kTokens - 1);
        QVERIFY(side.gates.hasChannels());
        for (int token = 0; token < side.gates.tokenCount(); ++token) {
            for (int layer = 0; layer < side.gates.layers; ++layer) {
                const GateSummary summary = side.gates.at(token, layer);
                QVERIFY(summary.mean > 0 && summary.mean < 1);
                QVERIFY(summary.percentile10 <= summary.median && summary.median <= summary.percentile90);
            }
        }
    }

    // With a character whose bytes lie in two chunks, and a run that begins a chunk of its own.
    void anRwkvXModelTellsWhereItLookedBack() {
        constexpr int kTokens = 40;
        QVERIFY(writeSmallHybrid(m_folder.path()));
        GenerationRequest asking = request(smallHybrid(m_folder.path()), kTokens);
        asking.source.settings.memory = QStringLiteral("He never sleeps.");
        asking.source.story = QStringLiteral("Once upon a t\U0001F600me there was a ferry, and a bell rang. ")
                                  .repeated(3)
                                  .trimmed();
        const auto [id, outcome] = run(asking);
        QCOMPARE(outcome.kind, OutcomeKind::Completed);
        const Received& side = received(id, Side::First);
        QCOMPARE(side.prompt.model.architecture, QStringLiteral("rwkv-x"));
        QVERIFY(side.prompt.model.hasSparseBlocks());
        const ReadChunks& read = side.prompt.chunks;
        QCOMPARE(read.chunk, 16);
        QCOMPARE(read.blocks, 2);
        QCOMPARE(read.heads, 2);
        const QString& text = side.prompt.prompt.text;
        QCOMPARE(read.length, text.size());
        // A byte is a token; the first one begins the text and is none of it. The last was taken back, as
        // the first of the run may repeat it.
        const QByteArray bytes = text.toUtf8();
        QVERIFY(read.firstToken == bytes.size() || read.firstToken == bytes.size() + 1);
        QCOMPARE(read.starts.size(), (read.firstToken + 15) / 16);
        for (qsizetype i = 0; i < read.starts.size(); ++i) {
            // As many units as there are characters that begin before it.
            qsizetype units = 0;
            for (const char byte : bytes.first(std::max<qsizetype>(i * 16 - 1, 0)))
                units += (byte & 0xC0) == 0x80 ? 0 : (static_cast<unsigned char>(byte) >= 0xF0 ? 2 : 1);
            QCOMPARE(read.starts[i], units);
        }
        // The memory is no story.
        QCOMPARE(read.stories.size(), 1);
        QVERIFY(read.stories[0].start > 0);
        QCOMPARE(text.sliced(read.stories[0].start, read.stories[0].length), asking.source.story);

        QCOMPARE(side.looks.size(), kTokens - 1); // the last one was not read
        for (qsizetype token = 0; token < side.looks.size(); ++token) {
            const auto looks = unpackLooks(side.looks[token]);
            QVERIFY(looks);
            QCOMPARE(looks->size(), 2);
            const qsizetype own = (read.firstToken + token) / 16;
            for (const QList<LookedAt>& block : *looks) {
                int heads = 0;
                for (const LookedAt& one : block) {
                    QVERIFY(one.chunk < own);
                    heads += one.heads;
                }
                QCOMPARE(heads, 2 * 2); // k - 1 of each head
            }
        }
        // Not wanted, it is not told, and the text is the same.
        GenerationRequest quiet = asking;
        quiet.options.recordGates = false;
        const auto [other, end] = run(quiet);
        QVERIFY(received(other, Side::First).prompt.chunks.isEmpty());
        QVERIFY(received(other, Side::First).looks.isEmpty());
        QCOMPARE(received(other, Side::First).text, side.text);
        // Nor by other models.
        const auto [plain, ended] = run(request(smallBase(m_folder.path()), 5));
        QVERIFY(received(plain, Side::First).prompt.chunks.isEmpty());
    }

    // Tokens that were taken back leave no trace: the text is that of the tokens, and so are the gates.
    void bannedPhrasesLeaveNoTraceInTheRun() {
        constexpr int kTokens = 40;
        GenerationRequest banning = request(smallGated(m_folder.path()), kTokens);
        const auto [free, first] = run(banning);
        for (const QChar letter : QStringLiteral("abcdefghijklm"))
            banning.options.bannedPhrases.append(letter);
        banning.options.bannedPhrases.append(received(free, Side::First).text.mid(5, 4));
        const auto [id, outcome] = run(banning);
        QCOMPARE(outcome.kind, OutcomeKind::Completed);
        const Received& side = received(id, Side::First);
        QVERIFY(side.text != received(free, Side::First).text);
        QCOMPARE(side.tokens.size(), kTokens);
        QCOMPARE(outcome.timings[0].tokens, kTokens);
        QCOMPARE(side.tokens.last().end, side.text.size());
        QCOMPARE(side.gates.tokenCount(), kTokens - 1);
    }

    void escEndsThePacesWaitAndKeepsWhatWasShown() {
        GenerationRequest slow = request(smallGated(m_folder.path()), 500);
        slow.options.wordsPerMinute = 0.01; // hours for a letter
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        const GenerationHandle handle = m_service->generate(slow);
        const RequestId id = handle.id();
        QTRY_VERIFY_WITH_TIMEOUT(!received(id, Side::First).tokens.isEmpty(), kPatienceMs);
        m_service->cancel(id);
        QVERIFY(finished.wait(kPatienceMs));
        const auto outcome = finished[0][1].value<Outcome>();
        QCOMPARE(outcome.kind, OutcomeKind::Cancelled);
        const Received& side = received(id, Side::First);
        QVERIFY(side.tokens.size() < 5); // that complete no letter, or the first
        QCOMPARE(outcome.timings[0].tokens, int(side.tokens.size()));
        QVERIFY(side.gates.tokenCount() <= side.tokens.size());
    }

    void theSameSeedWritesTheSameText() {
        GenerationRequest first = request(smallGated(m_folder.path()), 30);
        const auto [a, outcomeA] = run(first);
        const auto [b, outcomeB] = run(first);
        QCOMPARE(received(a, Side::First).text, received(b, Side::First).text);
        QCOMPARE(received(a, Side::First).gates, received(b, Side::First).gates);
        first.options.sampler.seed = 8;
        const auto [c, outcomeC] = run(first);
        QVERIFY(received(a, Side::First).text != received(c, Side::First).text);
    }

    void gatesOnOrOffDoesNotChangeTheText() {
        GenerationRequest quiet = request(smallGated(m_folder.path()), 30);
        quiet.options.recordGates = false;
        const auto [a, outcomeA] = run(quiet);
        quiet.options.recordGates = true;
        quiet.options.recordChannels = false;
        const auto [b, outcomeB] = run(quiet);
        QCOMPARE(received(a, Side::First).text, received(b, Side::First).text);
        QCOMPARE(received(a, Side::First).gates.tokenCount(), 0);
        QCOMPARE(received(b, Side::First).gates.tokenCount(), 29);
        QVERIFY(!received(b, Side::First).gates.hasChannels());
    }

    void cancellingWhileWritingStopsWithinAToken() {
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        const GenerationHandle handle = m_service->generate(request(smallBase(m_folder.path()), 10'000'000));
        QTRY_VERIFY_WITH_TIMEOUT(!received(handle.id(), Side::First).tokens.isEmpty(), kPatienceMs);
        m_service->cancel(handle.id());
        QElapsedTimer timer;
        timer.start();
        QVERIFY(finished.wait(kPatienceMs));
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
        const auto outcome = finished[0][1].value<Outcome>();
        QCOMPARE(outcome.kind, OutcomeKind::Cancelled);
        QCOMPARE(received(handle.id(), Side::First).tokens.size(), outcome.timings[0].tokens);
    }

    void cancellingWhileThePromptIsReadDoesNotReadItToTheEnd() {
        GenerationRequest novel = request(smallBase(m_folder.path()), 5);
        novel.source.story = QStringLiteral("The ferry came over the river. ").repeated(20'000);
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        const GenerationHandle handle = m_service->generate(novel);
        QTest::qWait(200);
        m_service->cancel(handle.id());
        QVERIFY(finished.wait(kPatienceMs));
        QCOMPARE(finished[0][1].value<Outcome>().kind, OutcomeKind::Cancelled);
        const auto [id, outcome] = run(request(smallBase(m_folder.path()), 3)); // ready for more
        QCOMPARE(outcome.kind, OutcomeKind::Completed);
    }

    void settingsOutOfRangeFailWithASentence() {
        GenerationRequest odd = request(smallBase(m_folder.path()), 5);
        odd.options.sampler.temperature = -3;
        const auto [id, outcome] = run(odd);
        QCOMPARE(outcome.kind, OutcomeKind::Failed);
        QVERIFY(!outcome.message.isEmpty() && !outcome.details.isEmpty());
    }

    void anEmptyTextCanBeContinued() {
        GenerationRequest empty = request(smallBase(m_folder.path()), 5);
        empty.source.story.clear();
        const auto [id, outcome] = run(empty);
        QCOMPARE(outcome.kind, OutcomeKind::Completed);
    }
};

QTEST_GUILESS_MAIN(EngineWorkerTest)
#include "engine_worker_test.moc"
