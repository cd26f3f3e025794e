// Attempts at one place: which one stands in the text, and what becomes of the others. With a scripted model
// in its own thread and a project on disk.
#include "tests/app/support/story_test.h"

#include <QSignalSpy>
#include <QTest>

#include <memory>

using namespace app;

class StandingAttemptTest : public StoryTest {
    Q_OBJECT

private slots:
    void retryReplacesTheContinuationAtTheCursorAndKeepsItsText() {
        start({});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Once."));
        QVERIFY(m_parts->write(5, 5));
        const QString first = m_parts->document.text();
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        m_parts->writer.retry(first.size());
        QVERIFY(finished.wait());
        const QString second = m_parts->document.text();
        QVERIFY(second != first);
        QVERIFY(second.startsWith(QStringLiteral("Once.")));
        QCOMPARE(m_parts->runs.attempts(2), (QList<RunId>{1, 2}));
        QVERIFY(m_parts->runs.run(1)->options.sampler.seed != m_parts->runs.run(2)->options.sampler.seed);

        QVERIFY(m_parts->writer.useAttempt(second.size(), 1));
        QCOMPARE(m_parts->document.text(), first);
        QVERIFY(!m_parts->writer.useAttempt(first.size(), 1)); // is there already
        QVERIFY(!m_parts->writer.useAttempt(2, 2));            // not at the cursor
        m_parts->document.undo();
        QCOMPARE(m_parts->document.text(), second);
        m_parts->document.undo();
        QCOMPARE(m_parts->document.text(), first);
        m_parts->document.undo();
        QCOMPARE(m_parts->document.text(), QStringLiteral("Once."));

        m_parts->writer.retry(2); // nothing of it is left: goes on at the cursor
        QVERIFY(finished.wait());
        QVERIFY(m_parts->document.text().startsWith(QStringLiteral("On ")));
        QCOMPARE(m_parts->runs.attempts(3), QList<RunId>{3});
    }

    void retryingWhileWritingStartsAnew() {
        start({.delayMs = 1});
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        m_parts->writer.continueAt(0);
        QTRY_VERIFY(m_parts->document.size() > 10);
        m_parts->writer.retry(m_parts->document.size());
        QCOMPARE(finished.count(), 1);
        QTRY_VERIFY(m_parts->runs.run(2)->tokens.size() > 3);
        m_parts->writer.stop();
        QTRY_COMPARE(finished.count(), 2);
        QCOMPARE(m_parts->document.text(), m_parts->runs.run(2)->text);
        QCOMPARE(m_parts->runs.attempts(2), (QList<RunId>{1, 2}));
    }

    // Ctrl+R on page 1 must not rewrite page 9.
    void retryElsewhereContinuesThere() {
        start({});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Page one.\n\nPage nine."));
        QVERIFY(m_parts->write(m_parts->document.size(), 5));
        const QString before = m_parts->document.text();
        QVERIFY(!m_parts->writer.attemptAt(9));
        QVERIFY(!m_parts->writer.attemptAt(before.size() - m_parts->runs.run(1)->text.size())); // before it
        retry(9);
        const QString added = m_parts->runs.run(2)->text;
        QVERIFY(!added.isEmpty());
        QCOMPARE(m_parts->document.text(), before.first(9) + added + before.sliced(9));
        QCOMPARE(m_parts->runs.attempts(2), QList<RunId>{2});
    }

    void retryKeepsWhatTheWriterChanged() {
        start({});
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Once."));
        QVERIFY(m_parts->write(5, 8));
        const QString written = m_parts->document.text();
        m_parts->document.applyUserEdit(9, 3, QStringLiteral(" my own words "));
        m_parts->document.applyUserEdit(m_parts->document.size() - 4, 4, QString());
        const SpannedText changed = m_parts->document.content();
        QCOMPARE(m_parts->writer.attemptAt(changed.size())->attempts,
                 (QList<RunId>{1, StandingAttempt::kChanged}));
        retry(changed.size());
        const QString second = m_parts->document.text();
        QCOMPARE(second, QStringLiteral("Once.") + m_parts->runs.run(2)->text);
        const auto standing = m_parts->writer.attemptAt(second.size());
        QCOMPARE(standing->attempts, (QList<RunId>{1, 3, 2})); // as written, as changed, the new one
        QCOMPARE(standing->index, 2);

        QVERIFY(m_parts->writer.useAttempt(second.size(), 3));
        QCOMPARE(m_parts->document.content(), changed); // the origins as well
        QCOMPARE(m_parts->writer.attemptAt(changed.size())->index, 1);
        QVERIFY(m_parts->writer.useAttempt(changed.size(), 1));
        QCOMPARE(m_parts->document.text(), written);
        QVERIFY(m_parts->writer.useAttempt(written.size(), 2));
        QCOMPARE(m_parts->document.text(), second);
        QCOMPARE(m_parts->runs.runs().size(), 3); // what was kept is not kept twice
        for (int step = 0; step < 4; ++step)
            m_parts->document.undo();
        QCOMPARE(m_parts->document.content(), changed);
    }

    void turningThroughAttemptsKeepsWhatTheWriterChanged() {
        start({});
        QVERIFY(m_parts->write(0, 5));
        retry(m_parts->document.size());
        m_parts->document.applyUserEdit(3, 1, QStringLiteral("#"));
        const SpannedText changed = m_parts->document.content();
        QVERIFY(m_parts->writer.useAttempt(changed.size(), 1));
        QCOMPARE(m_parts->document.text(), m_parts->runs.run(1)->text);
        QCOMPARE(m_parts->writer.attemptAt(5)->attempts, (QList<RunId>{1, 2, 3}));
        QVERIFY(m_parts->writer.useAttempt(5, 3));
        QCOMPARE(m_parts->document.content(), changed);
    }

    // A minute may pass until a large model has read everything.
    void theOldAttemptStandsUntilTheNewOneBegins() {
        start({});
        QVERIFY(m_parts->write(0, 5));
        const QString first = m_parts->document.text();
        m_parts->writer.retry(first.size());
        QCOMPARE(m_parts->document.text(), first);
        m_parts->writer.stop(); // nothing has come
        QCOMPARE(m_parts->document.text(), first);
        QCOMPARE(m_parts->writer.attemptAt(first.size())->attempts, QList<RunId>{1}); // run 2 wrote nothing

        m_parts->writer.retry(first.size());
        m_parts->document.applyUserEdit(3, 0, QStringLiteral("#")); // meanwhile
        const SpannedText changed = m_parts->document.content();
        QTRY_VERIFY(m_parts->writer.activity() == StoryWriter::Activity::Idle);
        QCOMPARE(m_parts->document.text(), m_parts->runs.run(3)->text);
        QCOMPARE(m_parts->writer.attemptAt(5)->attempts, (QList<RunId>{1, 4, 3}));
        QVERIFY(m_parts->writer.useAttempt(5, 4));
        QCOMPARE(m_parts->document.content(), changed);
    }

    void anAttemptWithSomethingElseInsideIsNotReplaced() {
        start({});
        QVERIFY(m_parts->write(0, 6));
        const QString outer = m_parts->document.text();
        QVERIFY(m_parts->write(10, 3)); // within it
        const QString both = m_parts->document.text();
        QVERIFY(!m_parts->writer.attemptAt(both.size()));
        QVERIFY(m_parts->writer.attemptAt(10 + m_parts->runs.run(2)->text.size()));
        retry(both.size());
        QCOMPARE(m_parts->document.text(), both + m_parts->runs.run(3)->text);
    }

    void aPassageThatIsMostlyTheWritersIsNotReplaced() {
        start({});
        QVERIFY(m_parts->write(0, 3));
        const QString own = QStringLiteral("a whole chapter of the writer's own ").repeated(20);
        m_parts->document.applyUserEdit(4, 0, own);
        const QString text = m_parts->document.text();
        retry(text.size());
        QCOMPARE(m_parts->document.text(), text + m_parts->runs.run(2)->text);
    }

    void whatStandsInTheTextIsCurrentAfterReopening_data() {
        QTest::addColumn<int>("standing");
        QTest::newRow("the first") << 1;
        QTest::newRow("as the writer changed it") << 3;
        QTest::newRow("the last") << 2;
    }
    void whatStandsInTheTextIsCurrentAfterReopening() {
        QFETCH(int, standing);
        start({});
        QVERIFY(m_parts->write(0, 5));
        const QString first = m_parts->document.text();
        m_parts->document.applyUserEdit(3, 1, QStringLiteral("#"));
        const QString changed = m_parts->document.text();
        retry(changed.size());
        const QString last = m_parts->document.text();
        m_parts->writer.useAttempt(last.size(), standing); // the last one is there already
        reopen();
        const auto attempt = m_parts->writer.attemptAt(3);
        QVERIFY(attempt);
        QCOMPARE(attempt->attempts, (QList<RunId>{1, 3, 2}));
        QCOMPARE(attempt->attempts[attempt->index], standing);
        const std::pair<RunId, QString> others[] = {{1, first}, {2, last}, {3, changed}};
        for (const auto& [id, text] : others) {
            m_parts->writer.useAttempt(3, id);
            QCOMPARE(m_parts->document.text(), text);
        }
        QCOMPARE(m_parts->runs.runs().size(), 3);
    }

private:
    void retry(qsizetype cursor) {
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        m_parts->writer.retry(cursor);
        QVERIFY(finished.wait());
    }

    // Leaves the program and starts it again.
    void reopen() {
        m_parts.reset();
        m_parts = std::make_unique<AppParts>(m_folder->path(), ScriptedGenerator::Script());
        QVERIFY(m_parts->start());
    }
};

QTEST_GUILESS_MAIN(StandingAttemptTest)
#include "standing_attempt_test.moc"
