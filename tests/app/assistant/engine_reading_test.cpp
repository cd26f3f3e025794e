// What the worker reads of a prompt, and what is kept of it, so that nothing is read twice: with the real
// engine and a small byte-level model, in its own thread as in the program.
#include "app/engine_thread/engine_worker.h"

#include "app/assistant/assistant_service.h"
#include "tests/app/assistant/worker_in_thread.h"

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

class EngineReadingTest : public WorkerInThread {
    Q_OBJECT

private slots:
    void initTestCase() { start(); }
    void cleanupTestCase() { stop(); }

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
};

QTEST_GUILESS_MAIN(EngineReadingTest)
#include "engine_reading_test.moc"
