// The worker with the real engine and a small byte-level model, in its own thread as in the program.
#include "app/engine_thread/engine_worker.h"

#include "app/assistant/assistant_service.h"
#include "tests/app/assistant/worker_in_thread.h"

#include <QElapsedTimer>
#include <QSet>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cstdint>
#include <cstring>

using namespace app;

namespace {

// That a state has behind it: the last of its prefix's three numbers (kept_state.h).
std::uint64_t tokensOf(const KeptState& state) {
    std::uint64_t tokens = 0;
    std::memcpy(&tokens, state.prefix.constData() + 2 * sizeof tokens, sizeof tokens);
    return tokens;
}

} // namespace

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

    // Going on reads nothing, neither at once nor in another session that got what was kept.
    void whatWasWrittenIsReadAheadAndKept() {
        QSignalSpy kept(m_service.get(), &AssistantService::statesKept);
        GenerationRequest first = request(smallGated(m_folder.path()), 30);
        first.source.story = QStringLiteral("A house by the river ").repeated(40);
        const auto [a, outcome] = run(first);
        QCOMPARE(outcome.kind, OutcomeKind::Completed);
        QVERIFY(received(a, Side::First).prompt.tokensRead > 700);
        QTRY_VERIFY_WITH_TIMEOUT(areOf(kept, a), kPatienceMs);
        const auto states = kept.last()[0].value<QList<KeptState>>();

        GenerationRequest next = first;
        next.source.story += received(a, Side::First).text;
        const auto [b, outcomeB] = run(next);
        QCOMPARE(received(b, Side::First).prompt.tokensRead, 0);
        QVERIFY(received(b, Side::First).prompt.promptTokens > 800);

        EngineWorker fresh;
        PromptRead prompt;
        QString text;
        connect(&fresh, &EngineWorker::promptRead, this, [&](const PromptRead& read) { prompt = read; });
        connect(&fresh, &EngineWorker::tokensGenerated, this,
                [&](const TokenBatch& batch) { text += batch.text; });
        fresh.offerStates(states);
        fresh.generate(next, std::stop_token());
        QCOMPARE(prompt.tokensRead, 0);
        QCOMPARE(text, received(b, Side::First).text);

        // Of another model they are not; damaged, they are left out.
        EngineWorker other;
        connect(&other, &EngineWorker::promptRead, this, [&](const PromptRead& read) { prompt = read; });
        other.offerStates(states);
        GenerationRequest base = next;
        base.model = smallBase(m_folder.path());
        other.generate(base, std::stop_token());
        QCOMPARE(prompt.tokensRead, prompt.promptTokens - 1); // the last token is generated again
        QList<KeptState> damaged = states;
        for (KeptState& state : damaged)
            state.state.chop(state.state.size() / 2);
        other.offerStates(damaged);
        other.generate(next, std::stop_token());
        QCOMPARE(prompt.tokensRead, prompt.promptTokens - 1);
    }

    // The prompt, its tokens and what of it is new are told before by the same that reads it then.
    void whatIsShownBeforeIsWhatIsRead() {
        GenerationRequest next = request(smallGated(m_folder.path()), 20);
        next.source.story = QStringLiteral("The ferry came \U0001F600 over the river.\n").repeated(60);
        next.source.settings.memory = QString::fromUtf8("Nora, größer.");
        next.source.settings.note = QStringLiteral("It grows dark.");
        next.source.settings.limit = 1500;
        LoreEntry lore;
        lore.text = QStringLiteral("The ferry is an old scow.");
        lore.keys = {QStringLiteral("/ferr(y|ies)/")};
        next.source.settings.lorebook.entries = {lore};
        m_service->loadModel(next.model);
        for (int round = 0; round < 3; ++round) {
            QSignalSpy inspected(m_service.get(), &AssistantService::promptInspected);
            m_service->inspectPrompt(next.source);
            QVERIFY(inspected.wait(kPatienceMs));
            const auto shown = inspected.last()[0].value<PromptInspection>();
            QVERIFY(shown.hasModel && shown.prompt.isCounted && shown.prompt.storyStart > 0);
            QCOMPARE(shown.prompt.tokens() + 1, shown.promptTokens); // the separator
            QVERIFY(shown.prompt.parts.size() == 5);
            const auto [id, outcome] = run(next);
            const PromptRead& read = received(id, Side::First).prompt;
            QCOMPARE(read.prompt, shown.prompt);
            QCOMPARE(read.promptTokens, shown.promptTokens);
            QCOMPARE(read.tokensRead, shown.promptTokens - shown.tokensKnown);
            // What was written was read ahead, with the note where it stands then.
            if (round > 0)
                QCOMPARE(read.tokensRead, 0);
            next.source.story += received(id, Side::First).text;
        }
        // Of a model that is not there it says so, and shows what it can.
        m_service->loadModel({QStringLiteral("/no/such/model"), QStringLiteral("none")});
        QSignalSpy inspected(m_service.get(), &AssistantService::promptInspected);
        m_service->inspectPrompt(next.source);
        QVERIFY(inspected.wait(kPatienceMs));
        const auto shown = inspected.last()[0].value<PromptInspection>();
        QVERIFY(!shown.hasModel && !shown.prompt.isCounted);
        QVERIFY(shown.prompt.text.endsWith(next.source.story.last(20)));
    }

    // Everything is read, once. After a change in the middle: what stands behind it, and at most an interval
    // before.
    void aLongTextEditedInItsMiddleIsReadFromThere() {
        GenerationRequest novel = request(smallGated(m_folder.path()), 5);
        novel.source.story = QStringLiteral("The ferry came over the river.\n").repeated(200).first(6'000);
        const auto [a, outcome] = run(novel);
        QCOMPARE(outcome.kind, OutcomeKind::Completed);
        QCOMPARE(received(a, Side::First).prompt.promptTokens, 6'001); // and the document separator
        novel.source.story.insert(3'000, QStringLiteral("Nobody was on it. "));
        const auto [b, outcomeB] = run(novel);
        const PromptRead& prompt = received(b, Side::First).prompt;
        QCOMPARE(prompt.promptTokens, 6'019);
        QVERIFY2(prompt.tokensRead <= 3'018 + 256, qPrintable(QString::number(prompt.tokensRead)));
        novel.source.story.truncate(1'500); // the cursor is moved back
        const auto [c, outcomeC] = run(novel);
        QVERIFY(received(c, Side::First).prompt.tokensRead <= 256);
    }

    // Of half a million tokens, some; then another session goes on from there.
    void whatWasReadBeforeAStopIsNotReadAgain() {
        QSignalSpy kept(m_service.get(), &AssistantService::statesKept);
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        QSignalSpy progress(m_service.get(), &AssistantService::promptProgress);
        GenerationRequest novel = request(smallBase(m_folder.path()), 5);
        novel.source.story = QStringLiteral("The bell rang over the river. ").repeated(20'000);
        const GenerationHandle handle = m_service->generate(novel);
        const auto known = [&progress] {
            return progress.isEmpty() ? 0 : progress.last()[0].value<PromptProgress>().tokensKnown;
        };
        QTRY_VERIFY_WITH_TIMEOUT(known() > 3000, kPatienceMs);
        m_service->abandon(handle.id()); // as Esc does
        QVERIFY(finished.wait(kPatienceMs));
        int last = -1;
        for (const auto& told : progress) {
            const auto at = told[0].value<PromptProgress>();
            QCOMPARE(at.id, handle.id());
            QCOMPARE(at.promptTokens, 600'000); // the last one is generated again, the separator read
            QVERIFY(at.tokensKnown > last);
            QCOMPARE(at.tokensRead, at.tokensKnown);
            last = at.tokensKnown;
        }
        // Not the states that the test before was still keeping when this one began.
        const auto states = [&kept] {
            return kept.isEmpty() ? QList<KeptState>() : kept.last()[0].value<QList<KeptState>>();
        };
        const auto keptTokens = [&states] {
            std::uint64_t most = 0;
            for (const KeptState& state : states())
                most = std::max(most, tokensOf(state));
            return most;
        };
        QTRY_VERIFY_WITH_TIMEOUT(keptTokens() >= static_cast<std::uint64_t>(last), kPatienceMs);

        // Up to a little further than was known.
        novel.source.story.truncate(last + 2000);
        const auto [again, outcome] = run(novel);
        QCOMPARE(outcome.kind, OutcomeKind::Completed);
        QVERIFY(received(again, Side::First).prompt.tokensRead <= 2000);

        EngineWorker fresh;
        PromptRead prompt;
        QString text;
        connect(&fresh, &EngineWorker::promptRead, this, [&](const PromptRead& read) { prompt = read; });
        connect(&fresh, &EngineWorker::tokensGenerated, this,
                [&](const TokenBatch& batch) { text += batch.text; });
        fresh.offerStates(states());
        fresh.generate(novel, std::stop_token());
        QVERIFY2(prompt.tokensRead <= 2000, qPrintable(QString::number(prompt.tokensRead)));
        QCOMPARE(text, received(again, Side::First).text);
    }

    // Another attempt in the next session reads nothing, however long the first one was.
    void whereTheLastAttemptBeganIsKeptWithItsLogits() {
        QSignalSpy kept(m_service.get(), &AssistantService::statesKept);
        GenerationRequest first = request(smallGated(m_folder.path()), 700);
        first.source.story = QStringLiteral("A mill by the river ").repeated(60);
        const auto [id, outcome] = run(first);
        QTRY_VERIFY_WITH_TIMEOUT(areOf(kept, id), kPatienceMs);
        EngineWorker fresh;
        PromptRead prompt;
        connect(&fresh, &EngineWorker::promptRead, this, [&](const PromptRead& read) { prompt = read; });
        fresh.offerStates(kept.last()[0].value<QList<KeptState>>());
        first.options.sampler.seed = 9;
        first.options.maxTokens = 3;
        fresh.generate(first, std::stop_token());
        QCOMPARE(prompt.tokensRead, 0);
    }

    // Two models read in turn; the project keeps what both know.
    void statesOfTheOtherModelStay() {
        QSignalSpy kept(m_service.get(), &AssistantService::statesKept);
        for (const ModelChoice& model : {smallBase(m_folder.path()), smallGated(m_folder.path())}) {
            const auto [id, outcome] = run(request(model, 3));
            QTRY_VERIFY_WITH_TIMEOUT(areOf(kept, id), kPatienceMs);
        }
        QSet<QString> models;
        for (const KeptState& state : kept.last()[0].value<QList<KeptState>>())
            models.insert(state.model);
        QCOMPARE(models.size(), 2);
    }

    void aCancelledRunIsNotReadAhead() {
        QSignalSpy kept(m_service.get(), &AssistantService::statesKept);
        QSignalSpy finished(m_service.get(), &AssistantService::finished);
        GenerationHandle handle = m_service->generate(request(smallGated(m_folder.path()), 100'000));
        QTRY_VERIFY(!received(handle.id(), Side::First).text.isEmpty());
        handle.cancel();
        QVERIFY(finished.wait(kPatienceMs));
        run(request(smallGated(m_folder.path()), 3)); // whatever the first one had left to do is done by now
        QTRY_COMPARE(kept.count(), 1);
    }

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
