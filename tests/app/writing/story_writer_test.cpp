// What the writer's keys do, with a scripted model in its own thread and a project on disk.
#include "tests/app/support/story_test.h"

#include <QSignalSpy>
#include <QTest>

using namespace app;

class StoryWriterTest : public StoryTest {
    Q_OBJECT

private slots:
    void continuingWritesAtTheCursorAndRecordsTheRun() {
        start({});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Once. The end."));
        QVERIFY(m_parts->write(5, 4));
        const RunId id = m_parts->runs.currentRun();
        const RunRecord& run = *m_parts->runs.run(id);
        QVERIFY(m_parts->document.text().startsWith(QStringLiteral("Once.") + run.text));
        QVERIFY(m_parts->document.text().endsWith(QStringLiteral(" The end.")));
        QCOMPARE(run.prompt.text(), QStringLiteral("Once."));
        QCOMPARE(run.tokens.size(), 4);
        QCOMPARE(run.outcome, OutcomeKind::Completed);
        QCOMPARE(run.endReason, EndReason::MaxTokens);
        QCOMPARE(run.model.gate, QStringLiteral("gated"));
        QCOMPARE(m_parts->runs.gates(id)->tokenCount(), 3); // nobody read the last token
        for (int token = 0; token < 4; ++token) {
            const auto range = m_parts->runs.rangeOf(id, token);
            QVERIFY(range);
            QCOMPARE(
                m_parts->document.text().sliced(range->position, range->length),
                run.text.sliced(run.tokens[token].start, run.tokens[token].end - run.tokens[token].start));
        }
        m_parts->document.undo();
        QCOMPARE(m_parts->document.text(), QStringLiteral("Once. The end."));
    }

    void stoppingKeepsTheText() {
        start({.delayMs = 2});
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        m_parts->writer.continueAt(0);
        QCOMPARE(m_parts->writer.activity(), StoryWriter::Activity::Continuing);
        QTRY_VERIFY(m_parts->document.size() > 20);
        m_parts->writer.stop();
        QVERIFY(finished.wait());
        QCOMPARE(finished[0][1].value<Outcome>().kind, OutcomeKind::Cancelled);
        QCOMPARE(m_parts->writer.activity(), StoryWriter::Activity::Idle);
        QCOMPARE(m_parts->runs.run(1)->text, m_parts->document.text());
        QCOMPARE(m_parts->runs.run(1)->outcome, OutcomeKind::Cancelled);
        m_parts->writer.stop(); // harmless
        QCOMPARE(finished.count(), 1);
    }

    void stoppingBeforeTheFirstTokenIsImmediate() {
        start({.promptMs = 60'000});
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        m_parts->writer.continueAt(0);
        m_parts->writer.stop();
        QCOMPARE(finished.count(), 1);
        QVERIFY(!m_parts->document.canUndo());
        QTRY_VERIFY(!m_parts->assistant.isBusy()); // the prompt is not read to its end either
    }

    void undoWhileWritingStopsTheModel() {
        start({.delayMs = 2});
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        m_parts->writer.continueAt(0);
        QTRY_VERIFY(m_parts->document.size() > 0);
        m_parts->document.undo();
        QCOMPARE(finished.count(), 1);
        QTRY_VERIFY(!m_parts->assistant.isBusy());
        QCOMPARE(m_parts->document.text(), QString());
    }

    void typingElsewhereWhileTextStreams() {
        start({.delayMs = 1});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Start. End."));
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        GenerationOptions options;
        options.maxTokens = 60;
        m_parts->writer.setOptions(options);
        m_parts->writer.continueAt(6);
        int typed = 0;
        while (finished.isEmpty()) {
            QTest::qWait(3);
            m_parts->document.applyUserEdit(0, 0, QStringLiteral("x"));
            ++typed;
        }
        QCOMPARE(m_parts->document.text(), QString(typed, u'x') + QStringLiteral("Start.") +
                                               m_parts->runs.run(1)->text + QStringLiteral(" End."));
    }

    void aFailureIsReportedAndTheNextOneWorks() {
        start({.generateProblem = QStringLiteral("The model stopped.")});
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        for (int attempt = 0; attempt < 2; ++attempt) {
            m_parts->writer.continueAt(0);
            QVERIFY(finished.wait());
            QCOMPARE(finished.takeFirst()[1].value<Outcome>().message, QStringLiteral("The model stopped."));
        }
        QCOMPARE(m_parts->runs.run(2)->failure, QStringLiteral("The model stopped."));
        QCOMPARE(m_parts->runs.run(2)->tokens.size(), 3); // what was written stays
    }

    void comparingWritesBothSidesAndUsesOne() {
        start({});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Once. End."));
        GenerationOptions options;
        options.maxTokens = 6;
        m_parts->writer.setOptions(options);
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        m_parts->writer.compareAt(5, QStringLiteral("gated"));
        QCOMPARE(m_parts->writer.activity(), StoryWriter::Activity::Comparing);
        QVERIFY(finished.wait());
        const CompareSession& comparison = m_parts->writer.comparison();
        const QString base = comparison.side(Side::First).text;
        const QString gated = comparison.side(Side::Second).text;
        QVERIFY(!base.isEmpty() && !gated.isEmpty() && base != gated);
        QVERIFY(comparison.firstDifference() > 0);
        QCOMPARE(comparison.side(Side::First).model.gate, QStringLiteral("none"));
        QCOMPARE(comparison.side(Side::Second).model.gate, QStringLiteral("gated"));
        QCOMPARE(m_parts->document.text(),
                 QStringLiteral("Once. End.")); // nothing written into the story yet
        QCOMPARE(m_parts->runs.run(1)->comparedWith, 2);
        QVERIFY(!m_parts->runs.hasGates(1) && m_parts->runs.hasGates(2));
        QCOMPARE(m_parts->runs.run(1)->options.sampler.seed, m_parts->runs.run(2)->options.sampler.seed);

        m_parts->document.applyUserEdit(0, 0, QStringLiteral("> ")); // the place moves along
        QVERIFY(m_parts->writer.useSide(Side::Second));
        QCOMPARE(m_parts->document.text(), QStringLiteral("> Once.") + gated + QStringLiteral(" End."));
        QVERIFY(m_parts->writer.useSide(Side::First)); // another mind
        QCOMPARE(m_parts->document.text(), QStringLiteral("> Once.") + base + QStringLiteral(" End."));
        m_parts->document.undo();
        m_parts->document.undo();
        QCOMPARE(m_parts->document.text(), QStringLiteral("> Once. End."));
    }

    void usingTheOtherSideKeepsWhatTheWriterChanged() {
        start({});
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        m_parts->writer.compareAt(0, QStringLiteral("gated"));
        QVERIFY(finished.wait());
        QVERIFY(m_parts->writer.useSide(Side::Second));
        m_parts->document.applyUserEdit(3, 1, QStringLiteral("#"));
        const SpannedText changed = m_parts->document.content();
        QVERIFY(m_parts->writer.useSide(Side::First));
        QCOMPARE(m_parts->document.text(), m_parts->runs.run(1)->text);
        QCOMPARE(m_parts->writer.attemptAt(3)->attempts, (QList<RunId>{1, 2, 3}));
        QVERIFY(m_parts->writer.useAttempt(3, 3));
        QCOMPARE(m_parts->document.content(), changed);
    }

    void usingASideWhileBothStreamStopsThem() {
        start({.delayMs = 1});
        m_parts->writer.compareAt(0, QStringLiteral("gated"));
        QTRY_VERIFY(m_parts->writer.comparison().side(Side::First).text.size() > 10);
        QVERIFY(m_parts->writer.useSide(Side::First));
        QCOMPARE(m_parts->writer.activity(), StoryWriter::Activity::Idle);
        QCOMPARE(m_parts->document.text(), m_parts->runs.run(1)->text);
        QTRY_VERIFY(!m_parts->assistant.isBusy());
    }

    void unwantedLikelyWordsAreNotCollected() {
        start({});
        GenerationOptions options;
        options.recordChoices = false;
        m_parts->writer.setOptions(options);
        QVERIFY(m_parts->write(0, 3));
        QVERIFY(!m_parts->runs.choices(1, 0));
        options.recordChoices = true;
        m_parts->writer.setOptions(options);
        QVERIFY(m_parts->write(0, 3));
        for (int token = 0; token < 3; ++token)
            QCOMPARE(m_parts->runs.choices(2, token)->rank, 2);
    }

    void unwantedGatesAreNotCollected() {
        start({});
        GenerationOptions options;
        options.recordGates = false;
        m_parts->writer.setOptions(options);
        QVERIFY(m_parts->write(0, 5));
        QVERIFY(!m_parts->runs.hasGates(1));
    }
};

QTEST_GUILESS_MAIN(StoryWriterTest)
#include "story_writer_test.moc"
