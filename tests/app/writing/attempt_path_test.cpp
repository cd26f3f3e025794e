// The tree of attempts: where runs hang, branches, what is brought back, and what a project keeps of it.
#include "app/runs/run_parents.h"
#include "tests/app/support/story_test.h"

#include <QSignalSpy>
#include <QTest>

using namespace app;

class AttemptPathTest : public StoryTest {
    Q_OBJECT

private slots:
    void aRunHangsFromWhatStandsBeforeIt() {
        start({});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Once."));
        QVERIFY(m_parts->write(5, 6)); // 1
        QCOMPARE(run(1).parent, RunId{0});
        QVERIFY(m_parts->write(m_parts->document.size(), 4)); // 2
        QCOMPARE(run(2).parent, RunId{1});
        QCOMPARE(run(2).parentEnd, run(1).text.size());
        QVERIFY(m_parts->write(5 + run(1).tokens[2].end, 3)); // 3, inside of 1
        QCOMPARE(run(3).parent, RunId{1});
        QCOMPARE(run(3).parentEnd, run(1).tokens[2].end);
        m_parts->document.applyUserEdit(m_parts->document.size(), 0, QStringLiteral(" Mine."));
        QVERIFY(m_parts->write(m_parts->document.size(), 3)); // 4
        QCOMPARE(run(4).parent, RunId{0});
    }

    void whatIsWrittenAtOnePlaceAreSiblings() {
        start({});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Once."));
        QVERIFY(m_parts->write(5, 5));
        m_parts->document.undo();
        QVERIFY(m_parts->write(5, 5));
        QCOMPARE(m_parts->runs.attempts(2), (QList<RunId>{1, 2}));
        QVERIFY(m_parts->write(m_parts->document.size(), 3)); // behind 2
        m_parts->document.undo();
        QVERIFY(m_parts->write(m_parts->document.size(), 3));
        QCOMPARE(m_parts->runs.attempts(4), (QList<RunId>{3, 4}));
        QVERIFY(m_parts->write(2, 3)); // elsewhere
        QCOMPARE(m_parts->runs.attempts(5), QList<RunId>{5});
    }

    void aChangedParentIsKeptAsItWasRead() {
        start({});
        QVERIFY(m_parts->write(0, 6));
        m_parts->document.applyUserEdit(4, 1, QStringLiteral("#"));
        const QString changed = m_parts->document.text();
        QVERIFY(m_parts->write(changed.size(), 3));
        QCOMPARE(run(3).parent, RunId{2});
        QCOMPARE(run(2).text, changed);
        QVERIFY(run(2).isChangedVersion());
    }

    void aBranchLeavesTheWordsUpToItsToken() {
        start({});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Once. End."));
        QVERIFY(m_parts->write(5, 8));
        QVERIFY(m_parts->write(5 + run(1).text.size(), 4)); // goes along: it was written behind 1
        const SpannedText before = m_parts->document.content();
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        const qsizetype end = run(1).tokens[2].end;
        QVERIFY(m_parts->writer.branchBehind(1, 2));
        QVERIFY(finished.wait());
        QCOMPARE(m_parts->document.text(),
                 QStringLiteral("Once.") + run(1).text.first(end) + run(3).text + QStringLiteral(" End."));
        QCOMPARE(run(3).parent, RunId{1});
        QCOMPARE(run(3).parentEnd, end);
        QCOMPARE(run(1).tokens.size(), 8); // kept whole
        const QString branched = m_parts->document.text();
        m_parts->document.undo();
        QCOMPARE(m_parts->document.content(), before);
        m_parts->document.redo();
        QCOMPARE(m_parts->document.text(), branched);

        // What went comes back with its path, in one step.
        QVERIFY(m_parts->writer.showAttempt(2));
        QCOMPARE(m_parts->document.text(), before.text());
        m_parts->document.undo();
        QCOMPARE(m_parts->document.text(), branched);
    }

    void aLikelyTokenIsWrittenInsteadAndTheStoryGoesOnFromIt() {
        start({});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Once. End."));
        QVERIFY(m_parts->write(5, 8));
        const SpannedText before = m_parts->document.content();
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        const auto choices = m_parts->runs.choices(1, 3);
        QVERIFY(choices);
        QVERIFY(m_parts->writer.writeInstead(1, 3, 2));
        QVERIFY(finished.wait());
        QCOMPARE(run(2).tokens.first().token, choices->best[2].token);
        QCOMPARE(run(2).options.firstToken, choices->best[2].token);
        QVERIFY(run(2).text.startsWith(QString::fromUtf8(choices->best[2].bytes)));
        QCOMPARE(m_parts->document.text(), QStringLiteral("Once.") +
                                               run(1).text.first(run(1).tokens[3].start) + run(2).text +
                                               QStringLiteral(" End."));
        QCOMPARE(run(2).parent, RunId{1});
        QCOMPARE(run(2).parentEnd, run(1).tokens[2].end);
        m_parts->document.undo();
        QCOMPARE(m_parts->document.content(), before);

        // In the place of its first token it is another attempt.
        finished.clear();
        QVERIFY(m_parts->writer.writeInstead(1, 0, 3));
        QVERIFY(finished.wait());
        QCOMPARE(run(3).attemptOf, RunId{1});
        QCOMPARE(run(3).parent, RunId{0});
        QCOMPARE(m_parts->document.text(), QStringLiteral("Once.") + run(3).text + QStringLiteral(" End."));
        m_parts->document.undo();
        QCOMPARE(m_parts->document.content(), before);
        // What the next key asks for is as before.
        QCOMPARE(m_parts->writer.options().firstToken, -1);
    }

    void whatIsNoChoiceIsNotWritten() {
        start({});
        QVERIFY(m_parts->write(0, 4));
        const QString before = m_parts->document.text();
        QVERIFY(!m_parts->writer.writeInstead(1, 1, 4)); // four there are
        QVERIFY(!m_parts->writer.writeInstead(1, 1, -1));
        QVERIFY(!m_parts->writer.writeInstead(1, 4, 0));
        QVERIFY(!m_parts->writer.writeInstead(7, 0, 0));
        m_parts->document.applyUserEdit(run(1).tokens[2].start + 1, 1, QStringLiteral("x"));
        QVERIFY(!m_parts->writer.writeInstead(1, 2, 0)); // the writer's own word now
        QCOMPARE(m_parts->document.text().size(), before.size());
        QVERIFY(m_parts->runs.run(2) == nullptr);
    }

    void aBranchFromAnAttemptThatDoesNotStandBringsItsBeginning() {
        start({});
        QVERIFY(m_parts->write(0, 8));
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        m_parts->writer.retry(m_parts->document.size());
        QVERIFY(finished.wait());
        const SpannedText before = m_parts->document.content();
        finished.clear();
        QVERIFY(m_parts->writer.branchBehind(1, 3));
        QVERIFY(finished.wait());
        const QString head = run(1).text.first(run(1).tokens[3].end);
        QCOMPARE(m_parts->document.text(), head + run(3).text);
        QCOMPARE(run(3).prompt.text(), head);
        m_parts->document.undo();
        QCOMPARE(m_parts->document.content(), before);
    }

    void aPlaceThatIsGoneIsSaid() {
        start({});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("A long beginning of a story."));
        QVERIFY(m_parts->write(m_parts->document.size(), 5));
        m_parts->document.applyUserEdit(0, m_parts->document.size(), QStringLiteral("Nothing of it."));
        QVERIFY(!m_parts->writer.showAttempt(1));
        QVERIFY(!m_parts->writer.branchBehind(1, 1));
        QCOMPARE(m_parts->document.text(), QStringLiteral("Nothing of it."));
        QVERIFY(m_parts->writer.insertAttempt(1, 7));
        QCOMPARE(m_parts->document.text(),
                 QStringLiteral("Nothing") + run(1).text + QStringLiteral(" of it."));
    }

    void alternativesAreSiblingsOfWhichOneIsTaken() {
        start({});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Once. End."));
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        m_parts->writer.writeAlternatives(5, 4);
        QVERIFY(finished.wait());
        QCOMPARE(m_parts->writer.alternatives().cards().size(), 4);
        QCOMPARE(m_parts->document.text(), QStringLiteral("Once. End."));
        QCOMPARE(m_parts->runs.attempts(1), (QList<RunId>{1, 2, 3, 4}));
        for (RunId id = 1; id <= 4; ++id) {
            QVERIFY(run(id).isFinished && !run(id).tokens.isEmpty() && m_parts->runs.hasGates(id));
            QCOMPARE(run(id).text, m_parts->writer.alternatives().cards()[id - 1].text);
        }
        QVERIFY(run(1).options.sampler.seed != run(2).options.sampler.seed);
        QVERIFY(m_parts->writer.useAlternative(2));
        QCOMPARE(m_parts->document.text(), QStringLiteral("Once.") + run(3).text + QStringLiteral(" End."));
        QVERIFY(m_parts->writer.useAlternative(0)); // another mind
        QCOMPARE(m_parts->document.text(), QStringLiteral("Once.") + run(1).text + QStringLiteral(" End."));
        m_parts->document.undo();
        m_parts->document.undo();
        QCOMPARE(m_parts->document.text(), QStringLiteral("Once. End."));
        QVERIFY(!m_parts->writer.useAlternative(4));
    }

    void stoppingEndsAllAlternatives() {
        start({.delayMs = 1});
        m_parts->writer.writeAlternatives(0, 3);
        QTRY_VERIFY(m_parts->writer.alternatives().cards()[2].tokens > 2);
        m_parts->writer.stop();
        QTRY_COMPARE(m_parts->writer.activity(), StoryWriter::Activity::Idle);
        QVERIFY(!m_parts->writer.alternatives().isRunning());
        for (RunId id = 1; id <= 3; ++id)
            QVERIFY(run(id).isFinished && !run(id).text.isEmpty());
    }

    void theTreeIsThereAfterReopening() {
        start({});
        QVERIFY(m_parts->write(0, 6));
        QVERIFY(m_parts->write(m_parts->document.size(), 3));
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        QVERIFY(m_parts->writer.branchBehind(1, 2));
        QVERIFY(finished.wait());
        m_parts->runs.setName(2, QStringLiteral("the quiet end"));
        m_parts->runs.setDeleted(2, true);
        const RunRecord second = run(2), third = run(3);
        m_parts.reset();
        m_parts = std::make_unique<AppParts>(m_folder->path(), ScriptedGenerator::Script());
        QVERIFY(m_parts->start());
        QCOMPARE(run(2), second);
        QCOMPARE(run(3), third);
        QCOMPARE(m_parts->runs.currentRun(), RunId{3}); // what stands in the text
        m_parts->runs.setDeleted(2, false);
        QVERIFY(m_parts->writer.showAttempt(2));
        QCOMPARE(m_parts->document.text(), run(1).text + run(2).text);
    }

    void runsOfBeforeHangWhereTheirPromptsSay() {
        QList<RunRecord> runs(4);
        for (RunId id = 1; id <= 4; ++id)
            runs[id - 1].id = runs[id - 1].attemptOf = id;
        runs[0].setPrompt(QStringLiteral("Once."));
        runs[0].text = QStringLiteral(" the ferry came");
        runs[1].setPrompt(QStringLiteral("Once. the ferry came"));
        runs[1].text = QStringLiteral(" and went");
        runs[2].setPrompt(QStringLiteral("Once. the ferry")); // the writer had cut it
        runs[3].setPrompt(QStringLiteral("Elsewhere the ferry"));
        hangRunsOfBefore(runs);
        QCOMPARE(runs[0].parent, RunId{0});
        QCOMPARE(runs[1].parent, RunId{1});
        QCOMPARE(runs[1].parentEnd, runs[0].text.size());
        QCOMPARE(runs[2].parent, RunId{1});
        QCOMPARE(runs[2].parentEnd, qsizetype{10});
        QCOMPARE(runs[3].parent, RunId{0});
    }

    // From a damaged file: nothing hangs, nothing is lost.
    void circlesAndUnknownParentsAreRoots() {
        start({});
        RunRecord first, second, third;
        for (RunRecord* const record : {&first, &second, &third}) {
            record->id = record == &first ? 1 : record == &second ? 2 : 3;
            record->attemptOf = record->id;
            record->text = QStringLiteral("words %1").arg(record->id);
            record->isFinished = true;
        }
        first.parent = 2;
        second.parent = 1;
        second.parentEnd = 1'000'000;
        third.parent = 77;
        m_parts->runs.reset({first, second, third}, {});
        for (RunId id = 1; id <= 3; ++id)
            QVERIFY(m_parts->writer.showAttempt(id));
    }

private:
    [[nodiscard]] const RunRecord& run(RunId id) const { return *m_parts->runs.run(id); }
};

QTEST_GUILESS_MAIN(AttemptPathTest)
#include "attempt_path_test.moc"
