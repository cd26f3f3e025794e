#include "app/runs/run_history.h"

#include "app/document/document.h"
#include "tests/app/support/scripted_generator.h"

#include <QSignalSpy>
#include <QTest>

using namespace app;

namespace {

RunRecord record(RunId id, RunId attemptOf = 0) {
    RunRecord run;
    run.id = id;
    run.attemptOf = attemptOf != 0 ? attemptOf : id;
    return run;
}

const QList<RunToken> kTokens{
    {7, 0, 3, 0.5F}, {8, 3, 3, 0.5F}, {9, 3, 8, 0.5F}}; // the second has no text of its own
const QString kText = QStringLiteral(" a ferry");

GateFrames frames(int first, int tokens) {
    GateFrames result;
    for (int token = first; token < first + tokens; ++token)
        result.append(ScriptedGenerator::gatesOf({}, token));
    return result;
}

} // namespace

class RunHistoryTest : public QObject {
    Q_OBJECT

private slots:
    void likelyWordsAreKeptAndFetched() {
        Document document;
        RunHistory runs(document);
        runs.add(record(1));
        const TokenChoices choices{2, -1.5F, 0, {{9, -0.5F, " bell"}, {7, -1.5F, " a"}}};
        runs.append(1, kText, kTokens, {}, {packChoices(choices), QByteArray(), packChoices(choices)});
        QCOMPARE(runs.choices(1, 0), choices);
        QVERIFY(!runs.choices(1, 1)); // none were collected there
        QCOMPARE(runs.choices(1, 2), choices);
        for (const int token : {-1, 3})
            QVERIFY(!runs.choices(1, token));
        QSignalSpy ready(&runs, &RunHistory::choicesReady);
        QSignalSpy wanted(&runs, &RunHistory::storedChoicesWanted);
        runs.loadChoices(1);
        QCOMPARE(ready.size(), 1);

        // Of an earlier day they come from the file, once.
        runs.reset({record(1), record(2)}, {});
        QVERIFY(!runs.choices(1, 0));
        runs.loadChoices(1);
        QCOMPARE(wanted.size(), 1);
        runs.storedChoicesLoaded(1, {packChoices(choices)});
        QCOMPARE(ready.size(), 2);
        QCOMPARE(runs.choices(1, 0), choices);
        // Of a run that kept none nothing is asked.
        RunRecord without = record(3);
        without.options.recordChoices = false;
        runs.add(without);
        runs.loadChoices(3);
        QCOMPARE(wanted.size(), 1);
        QCOMPARE(ready.size(), 3);
    }

    void tokensAndTextFindEachOther() {
        Document document;
        document.reset(SpannedText(QStringLiteral("Once"), Origin::Typed));
        RunHistory runs(document);
        runs.add(record(1));
        document.insertGenerated(1, 4, kText);
        runs.append(1, kText, kTokens, {});
        QCOMPARE(runs.tokenAt(4), (RunHistory::TokenPlace{1, 0}));
        QCOMPARE(runs.tokenAt(7), (RunHistory::TokenPlace{1, 2}));
        QCOMPARE(runs.tokenAt(11), (RunHistory::TokenPlace{1, 2}));
        QVERIFY(!runs.tokenAt(3));
        QVERIFY(!runs.tokenAt(12));
        QCOMPARE(runs.rangeOf(1, 2), (TextRange{7, 5}));
        QVERIFY(!runs.rangeOf(1, 1)); // no text, no place
        QVERIFY(!runs.rangeOf(1, 3));
        QVERIFY(!runs.rangeOf(2, 0));

        document.applyUserEdit(0, 0, QStringLiteral("> "));
        QCOMPARE(runs.rangeOf(1, 2), (TextRange{9, 5}));
        document.applyUserEdit(10, 1, QString()); // edited over
        QVERIFY(!runs.rangeOf(1, 2));
        QVERIFY(!runs.tokenAt(9));
        QCOMPARE(runs.tokenAt(6), (RunHistory::TokenPlace{1, 0}));
        document.undo();
        QCOMPARE(runs.tokenAt(9), (RunHistory::TokenPlace{1, 2}));
    }

    void attemptsAtOnePlaceBelongTogether() {
        const Document document;
        RunHistory runs(document);
        runs.add(record(1));
        runs.add(record(2));
        runs.add(record(3, 1));
        QCOMPARE(runs.attempts(3), (QList<RunId>{1, 3}));
        QCOMPARE(runs.attempts(1), (QList<RunId>{1, 3}));
        QCOMPARE(runs.attempts(9), QList<RunId>());
        QCOMPARE(runs.currentRun(), 3);
        runs.setCurrentRun(9);
        QCOMPARE(runs.currentRun(), 3);
        QCOMPARE(runs.nextId(), 4);
    }

    void aChangedVersionIsNoRunToLookAt() {
        const Document document;
        RunHistory runs(document);
        runs.add(record(1));
        RunRecord changed = record(2, 1);
        changed.passage = {Span{3, Origin::Generated, 1, 0}, Span{2, Origin::Edited, 1, 0}};
        runs.addChangedVersion(changed);
        QCOMPARE(runs.currentRun(), 1);
        QCOMPARE(runs.attempts(1), (QList<RunId>{1, 2}));
        runs.reset({record(1), changed}, {1});
        QCOMPARE(runs.currentRun(), 1);
        QCOMPARE(runs.nextId(), 3);
    }

    // A novel with every run would make the project grow by a novel each time.
    void theEndOfALongPromptIsKept() {
        RunRecord run;
        const QString novel = QStringLiteral("The ferry \U0001F600").repeated(50'000);
        run.setPrompt(novel);
        QCOMPARE(run.promptLength, novel.size());
        QVERIFY(novel.endsWith(run.prompt.text()));
        QVERIFY(run.prompt.text().size() >= RunPrompt::kKeptUnits - 1);
        QVERIFY(!run.prompt.text().front().isLowSurrogate());
        run.setPrompt(QStringLiteral("short"));
        QCOMPARE(run.prompt.text(), QStringLiteral("short"));
    }

    void gatesGrowWithTheRun() {
        const Document document;
        RunHistory runs(document);
        QSignalSpy ready(&runs, &RunHistory::gatesReady);
        QSignalSpy channels(&runs, &RunHistory::channelsReady);
        runs.add(record(1));
        QVERIFY(!runs.hasGates(1));
        runs.append(1, kText, kTokens, frames(0, 2));
        runs.append(1, QString(), {}, frames(2, 1));
        QCOMPARE(*runs.gates(1), frames(0, 3));
        runs.loadGates(1);
        QCOMPARE(ready.count(), 1);
        runs.requestChannels(1, 1);
        QCOMPARE(channels.takeFirst()[1].value<ChannelMap>(), channelsOfLayer(frames(0, 3), 1));
    }

    void channelsOfEarlierRunsComeFromTheFile() {
        const Document document;
        RunHistory runs(document);
        QSignalSpy wanted(&runs, &RunHistory::storedChannelsWanted);
        QSignalSpy channels(&runs, &RunHistory::channelsReady);
        runs.add(record(1));
        runs.append(1, kText, kTokens, frames(0, 3));
        runs.finish(1, OutcomeKind::Completed, EndReason::MaxTokens, {}, {});
        runs.add(record(2));
        QVERIFY(runs.gates(1) && !runs.gates(1)->hasChannels()); // summaries stay
        runs.requestChannels(1, 0);
        QCOMPARE(wanted.takeFirst(), (QList<QVariant>{QVariant::fromValue(RunId{1}), 0}));
        runs.storedChannelsLoaded(1, channelsOfLayer(frames(0, 3), 0));
        QCOMPARE(channels.count(), 1);
    }

    void gatesOfAReopenedProjectAreLoadedOnceAndAFewAreKept() {
        const Document document;
        RunHistory runs(document);
        QList<RunRecord> records;
        QList<RunId> stored;
        for (RunId id = 1; id <= 20; ++id) {
            records.append(record(id));
            stored.append(id);
        }
        runs.reset(records, stored);
        QCOMPARE(runs.currentRun(), 20);
        QSignalSpy wanted(&runs, &RunHistory::storedGatesWanted);
        for (RunId id = 1; id <= 20; ++id) {
            QVERIFY(runs.hasGates(id) && !runs.gates(id));
            runs.loadGates(id);
            runs.storedGatesLoaded(id, frames(0, 2));
        }
        QCOMPARE(wanted.count(), 20);
        QVERIFY(runs.gates(20));
        runs.loadGates(20);
        QCOMPARE(wanted.count(), 20);
        QVERIFY(!runs.gates(1) && runs.hasGates(1)); // gone from memory, not from the file
        runs.loadGates(1);
        QCOMPARE(wanted.count(), 21);
        runs.storedGatesLoaded(1, {}); // could not be read
        QVERIFY(!runs.hasGates(1));
    }
};

QTEST_GUILESS_MAIN(RunHistoryTest)
#include "run_history_test.moc"
