// Suggestions behind the cursor, with a scripted model: what is taken, typed and let go, and what is
// recorded.
#include "app/writing/ghost_writer.h"

#include "tests/app/support/story_test.h"

#include <QSignalSpy>
#include <QTest>

using namespace app;

namespace {

const QString kStart = QStringLiteral("Once upon a time");
const QString kGhost = QStringLiteral(" ferry came over the river and"); // what seed 1 says in six tokens

} // namespace

class GhostWriterTest : public StoryTest {
    Q_OBJECT

private slots:
    void words_data() {
        QTest::addColumn<QString>("suggestion");
        QTest::addColumn<QString>("word");
        const auto row = [](const char* name, const char16_t* text, const char16_t* word) {
            QTest::newRow(name) << QString::fromUtf16(text) << QString::fromUtf16(word);
        };
        row("with the blank before it", u" the ferry", u" the");
        row("inside a word", u"rry came", u"rry");
        row("with the signs behind it", u" came, and", u" came,");
        row("with what stands before it", u", “Hello,” she", u", “Hello,”");
        row("with an apostrophe", u" don’t go", u" don’t");
        row("with a hyphen", u" well-known man", u" well-known");
        row("up to a dash", u" word—and more", u" word—");
        row("over lines", u"\n\nThe next", u"\n\nThe");
        row("without spaces between words", u"一朵花。", u"一");
        row("only signs", u"…!", u"…!");
        row("an emoji", u" 🦀 ran", u" 🦀");
    }
    void words() {
        QFETCH(QString, suggestion);
        QTEST(suggestion.first(firstWordOf(suggestion)), "word");
    }

    void nothingOfItIsInTheStoryUntilItIsTaken() {
        start({});
        suggest();
        QCOMPARE(ghost().text(), kGhost);
        QCOMPARE(ghost().position(), kStart.size());
        QCOMPARE(document().text(), kStart);
        QVERIFY(m_parts->runs.runs().isEmpty());
        QVERIFY(ghost().dismiss());
        QVERIFY(!ghost().isActive() && ghost().text().isEmpty());
        QCOMPARE(document().text(), kStart);
        QVERIFY(m_parts->runs.runs().isEmpty());
        QVERIFY(!ghost().dismiss());
    }

    void takingAllOfItIsARunAndOneUndoStep() {
        start({});
        suggest();
        QVERIFY(ghost().takeAll());
        QVERIFY(!ghost().isActive());
        QCOMPARE(document().text(), kStart + kGhost);
        const RunRecord& run = *m_parts->runs.run(1);
        QCOMPARE(run.text, kGhost);
        QCOMPARE(run.tokens.size(), 6);
        QCOMPARE(run.prompt.text(), kStart);
        QCOMPARE(run.model.name, QStringLiteral("tales"));
        QCOMPARE(run.options.sampler.seed, 1U);
        QCOMPARE(run.options.maxTokens, 6);
        QCOMPARE(run.options.stopAt, StopAt::Sentence);
        QVERIFY(run.isFinished);
        QCOMPARE(run.endReason, EndReason::MaxTokens);
        QCOMPARE(m_parts->runs.gates(1)->tokenCount(), 5);
        QCOMPARE(m_parts->runs.currentRun(), 1);
        QVERIFY(m_parts->runs.rangeOf(1, 5)); // its tokens are found in the text
        const auto standing = m_parts->writer.attemptAt(document().size());
        QVERIFY(standing && !standing->isChanged());
        document().undo();
        QCOMPARE(document().text(), kStart);
        document().redo();
        QCOMPARE(document().text(), kStart + kGhost);
    }

    void wordsAreTakenOneByOneEachAnUndoStep() {
        start({});
        suggest();
        QVERIFY(ghost().takeWord());
        QVERIFY(ghost().takeWord());
        QCOMPARE(document().text(), kStart + QStringLiteral(" ferry came"));
        QCOMPARE(ghost().text(), QStringLiteral(" over the river and"));
        QCOMPARE(ghost().position(), document().size());
        QCOMPARE(m_parts->runs.runs().size(), 1); // one run for all of it
        const Span whole{11, Origin::Generated, 1, 0};
        QCOMPARE(document().content().spans().last(), whole);
        QVERIFY(ghost().takeAll());
        QVERIFY(!m_parts->writer.attemptAt(document().size())->isChanged());
        document().undo();
        QCOMPARE(document().text(), kStart + QStringLiteral(" ferry came"));
        document().undo();
        QCOMPARE(document().text(), kStart + QStringLiteral(" ferry"));
        document().undo();
        QCOMPARE(document().text(), kStart);
        QVERIFY(m_parts->waitUntilSaved());
    }

    void itsOwnLettersAreTheWriters() {
        start({});
        suggest();
        type(QStringLiteral(" fer"));
        QCOMPARE(ghost().text(), kGhost.sliced(4));
        QCOMPARE(ghost().position(), kStart.size() + 4);
        QVERIFY(m_parts->runs.runs().isEmpty());
        QVERIFY(ghost().takeWord());
        QCOMPARE(document().text(), kStart + QStringLiteral(" ferry"));
        const QList<Span> spans{{kStart.size() + 4, Origin::Typed, 0, 0}, {2, Origin::Generated, 1, 4}};
        QCOMPARE(document().content().spans(), spans);
        QCOMPARE(m_parts->runs.run(1)->text, kGhost); // what the model wrote
        type(QStringLiteral(" came over the river and"));
        QVERIFY(!ghost().isActive()); // nothing is left of it
    }

    void anythingElseLetsItGo_data() {
        QTest::addColumn<int>("deed");
        QTest::newRow("another letter") << 0;
        QTest::newRow("more than its letters") << 1;
        QTest::newRow("its letter in another place") << 2;
        QTest::newRow("removing") << 3;
        QTest::newRow("undoing") << 4;
        QTest::newRow("replacing") << 5;
        QTest::newRow("another model") << 6;
        QTest::newRow("another project") << 7;
        QTest::newRow("continuing") << 8;
        QTest::newRow("leaving") << 9;
    }
    void anythingElseLetsItGo() {
        QFETCH(int, deed);
        start({});
        suggest();
        const QString behind = kGhost + u'!';
        switch (deed) {
        case 0: type(QStringLiteral("x")); break;
        case 1: type(behind); break;
        case 2: QVERIFY(document().applyUserEdit(0, 0, QStringLiteral(" "))); break;
        case 3: QVERIFY(document().applyUserEdit(kStart.size() - 1, 1, QString())); break;
        case 4: document().undo(); break;
        case 5: document().applyReplacements({{{0, 4}, QStringLiteral("Twice")}}); break;
        case 6: m_parts->writer.setModelChoice({QStringLiteral("tales"), QStringLiteral("none")}); break;
        case 7: m_parts->project.newProject(); break;
        case 8: m_parts->writer.continueAt(0); break;
        default: m_parts->writer.release();
        }
        QTRY_VERIFY(!ghost().isActive());
        QVERIFY(ghost().text().isEmpty());
    }

    void typingStopsTheModelWithinAToken() {
        start({.delayMs = 2});
        QVERIFY(ghostAt(document().size(), 1'000'000));
        QTRY_VERIFY(ghost().text().size() > 10);
        type(QStringLiteral("x"));
        const int written = m_parts->generator->tokensWritten();
        QTRY_VERIFY(!m_parts->assistant.isBusy());
        QVERIFY(m_parts->generator->tokensWritten() <= written + 1);
    }

    void typingStopsReading() {
        start({.promptMs = 60'000});
        QVERIFY(ghostAt(document().size(), 6));
        type(QStringLiteral("x"));
        QVERIFY(!ghost().isActive());
        QTRY_VERIFY(!m_parts->assistant.isBusy());
    }

    void aContinuationComesFirst() {
        start({.promptMs = 60'000});
        QVERIFY(ghostAt(document().size(), 6));
        m_parts->writer.continueAt(document().size());
        QVERIFY(!ghost().isActive());
        QCOMPARE(m_parts->writer.activity(), StoryWriter::Activity::Continuing);
        QVERIFY(!ghostAt(document().size(), 6)); // not while the model writes
        QVERIFY(!ghost().isActive());
        QCOMPARE(m_parts->writer.activity(), StoryWriter::Activity::Continuing);
        m_parts->writer.stop();
    }

    void whatIsTakenWhileItStreamsBelongsToTheRun() {
        start({.delayMs = 2});
        QVERIFY(ghostAt(document().size(), 40));
        QTRY_VERIFY(ghost().text().size() > 10);
        QVERIFY(ghost().takeWord());
        QVERIFY(!m_parts->runs.run(1)->isFinished);
        QTRY_VERIFY(m_parts->runs.run(1)->isFinished);
        QCOMPARE(m_parts->runs.run(1)->tokens.size(), 40);
        QCOMPARE(m_parts->runs.gates(1)->tokenCount(), 39);
        QCOMPARE(m_parts->runs.run(1)->outcome, OutcomeKind::Completed);
        QCOMPARE(document().text() + ghost().text(), kStart + m_parts->runs.run(1)->text);
    }

    void aRunThatIsLetGoWhileItStreamsIsCancelled() {
        start({.delayMs = 2});
        QVERIFY(ghostAt(document().size(), 1'000'000));
        QTRY_VERIFY(ghost().text().size() > 10);
        QVERIFY(ghost().takeWord());
        QVERIFY(ghost().dismiss());
        QVERIFY(m_parts->runs.run(1)->isFinished);
        QCOMPARE(m_parts->runs.run(1)->outcome, OutcomeKind::Cancelled);
        QVERIFY(m_parts->waitUntilSaved());
    }

    void askingAgainIsAnotherSuggestion() {
        start({});
        GenerationOptions options;
        options.randomSeed = false;
        options.sampler.seed = 5;
        m_parts->writer.setOptions(options);
        suggest();
        const QString first = ghost().text();
        suggest();
        QVERIFY(ghost().text() != first);
        QCOMPARE(document().text(), kStart);
    }

    void whereItStandsIsInTheTree() {
        start({});
        QVERIFY(m_parts->write(0, 4)); // run 1
        QVERIFY(ghostAt(document().size(), 6));
        QTRY_VERIFY(!m_parts->assistant.isBusy());
        QVERIFY(ghost().takeAll());
        QCOMPARE(m_parts->runs.run(2)->parent, m_parts->runs.run(1)->id);
        QCOMPARE(m_parts->runs.run(2)->parentEnd, m_parts->runs.run(1)->text.size());
    }

    void aFailureIsToldAndLeavesNothing() {
        start({.generateProblem = QStringLiteral("The model stopped.")});
        QSignalSpy finished(&ghost(), &GhostWriter::finished);
        QVERIFY(ghostAt(document().size(), 2)); // fails only behind three tokens
        QVERIFY(finished.wait());
        QCOMPARE(finished.takeFirst()[0].value<Outcome>().kind, OutcomeKind::Completed);
        QVERIFY(ghost().dismiss());
        QVERIFY(ghostAt(document().size(), 6));
        QVERIFY(finished.wait());
        QCOMPARE(finished.takeFirst()[0].value<Outcome>().message, QStringLiteral("The model stopped."));
    }

private:
    GhostWriter& ghost() { return m_parts->writer.ghost(); }
    Document& document() { return m_parts->document; }
    void type(const QString& text) {
        for (const QChar letter : text)
            QVERIFY(document().applyUserEdit(document().size(), 0, letter));
    }
    bool ghostAt(qsizetype cursor, int tokens) {
        if (document().size() == 0)
            document().applyUserEdit(0, 0, kStart);
        return QTest::qWaitFor([this] { return !m_parts->assistant.isLoadingModel(); }) &&
               ghost().ask(cursor == 0 ? document().size() : cursor, tokens);
    }
    void suggest() {
        QVERIFY(ghostAt(document().size(), 6));
        QTRY_VERIFY(!m_parts->assistant.isBusy());
    }
};

QTEST_GUILESS_MAIN(GhostWriterTest)
#include "ghost_writer_test.moc"
