// What the model reads: what is shown before is what the model gets and what the run keeps, and attempts stay
// in their places whatever is read besides the story.
#include "app/writing/reading_preview.h"
#include "tests/app/support/story_test.h"

#include <QSignalSpy>

using namespace app;

class ReadingPreviewTest : public StoryTest {
    Q_OBJECT

private slots:
    void cleanup() { m_preview.reset(); }

    void theModelGetsWhatWasShownAndTheRunKeepsIt_data() {
        QTest::addColumn<QString>("way");
        for (const char* way : {"continue", "retry", "alternatives", "compare", "branch"})
            QTest::newRow(way) << QString::fromLatin1(way);
    }
    void theModelGetsWhatWasShownAndTheRunKeepsIt() {
        QFETCH(QString, way);
        start({});
        m_parts->document.applyUserEdit(0, 0, story());
        change(everything());
        if (way == QLatin1String("branch")) {
            QVERIFY(m_parts->write(story().size(), 6));
        }
        qsizetype cursor = story().size();
        if (way == QLatin1String("branch"))
            cursor += m_parts->runs.run(1)->tokens[2].end;
        const Prompt shown = preview(cursor);
        QVERIFY(shown.parts.size() >= 5 && shown.storyStart > 0);
        QSignalSpy finished(&m_parts->writer, &StoryWriter::finished);
        const RunId first = m_parts->runs.nextId();
        if (way == QLatin1String("continue"))
            m_parts->writer.continueAt(cursor);
        else if (way == QLatin1String("retry"))
            m_parts->writer.retry(cursor);
        else if (way == QLatin1String("alternatives"))
            m_parts->writer.writeAlternatives(cursor, 3);
        else if (way == QLatin1String("compare"))
            m_parts->writer.compareAt(cursor, QStringLiteral("gated"));
        else
            QVERIFY(m_parts->writer.branchBehind(1, 2));
        QVERIFY(finished.wait());
        QCOMPARE(m_parts->generator->lastPrompt(), shown.text);
        QVERIFY(m_parts->runs.nextId() > first);
        for (RunId run = first; run < m_parts->runs.nextId(); ++run) {
            const RunRecord& record = *m_parts->runs.run(run);
            QCOMPARE(record.prompt.text(), shown.text);
            QCOMPARE(record.promptParts, shown.parts);
            QCOMPARE(record.place, cursor);
        }
    }

    void theKeptPromptComesBackWithTheProject() {
        start({});
        m_parts->document.applyUserEdit(0, 0, story());
        change(everything());
        QVERIFY(m_parts->write(story().size(), 4));
        const RunRecord written = *m_parts->runs.run(1);
        QVERIFY(m_parts->waitUntilSaved());
        const QString folder = m_folder->path();
        m_parts.reset();
        m_parts = std::make_unique<AppParts>(folder);
        QVERIFY(m_parts->start());
        QCOMPARE(m_parts->reading.settings(), everything());
        QCOMPARE(m_parts->runs.run(1)->prompt, written.prompt);
        QCOMPARE(m_parts->runs.run(1)->promptParts, written.promptParts);
        QCOMPARE(m_parts->runs.run(1)->place, written.place);
    }

    // Where an attempt was written is a place in the story, not in what the model read.
    void attemptsKeepTheirPlacesWhateverIsReadBesides() {
        start({});
        m_parts->document.applyUserEdit(0, 0, story());
        QVERIFY(m_parts->write(story().size(), 4)); // with the story alone
        m_parts->document.undo();
        change(everything());
        QVERIFY(m_parts->write(story().size(), 4)); // with all
        QCOMPARE(m_parts->runs.attempts(1), QList<RunId>({1, 2}));
        m_parts->document.undo();
        QCOMPARE(m_parts->document.text(), story());
        ReadingSettings other;
        other.memory = QStringLiteral("Quite another memory, and a longer one at that.");
        change(other);
        // Each comes back to its place, also when the story has become longer before it.
        QCOMPARE(m_parts->writer.showAttempt(2)->position, story().size());
        QCOMPARE(m_parts->document.text(), story() + m_parts->runs.run(2)->text);
        QCOMPARE(m_parts->writer.showAttempt(1)->position, story().size());
        QCOMPARE(m_parts->document.text(), story() + m_parts->runs.run(1)->text);
        m_parts->document.undo();
        m_parts->document.undo();
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("Before. "));
        QCOMPARE(m_parts->writer.showAttempt(2)->position, story().size() + 8);
    }

    void itSaysWhatIsNewAndHowLongItTakes() {
        start({});
        m_parts->document.applyUserEdit(0, 0, story());
        preview(0);
        QVERIFY(m_parts->write(story().size(), 2)); // 0.25 s for as many tokens as units
        const qsizetype end = m_parts->document.size();
        preview(end);
        QCOMPARE(m_preview->newTokens(), end - story().size());
        const double expected = 0.25 / static_cast<double>(story().size()) * m_preview->newTokens();
        QVERIFY(qAbs(m_preview->secondsToRead().value_or(-1) - expected) < 1e-9);
        // A memory comes first, so the model's own memory begins anew.
        ReadingSettings memory;
        memory.memory = QStringLiteral("Memory.");
        change(memory);
        const Prompt shown = preview(end);
        QCOMPARE(m_preview->newTokens(), shown.text.size());
    }

    void waitsWhileTheModelWritesAndCostsNothingWhenNobodyLooks() {
        start({.delayMs = 5});
        m_parts->document.applyUserEdit(0, 0, story());
        ReadingPreview preview(m_parts->writer, m_parts->assistant, m_parts->document, m_parts->reading);
        QSignalSpy changed(&preview, &ReadingPreview::changed);
        preview.setCursor(5);
        m_parts->document.applyUserEdit(0, 0, QStringLiteral("a"));
        QVERIFY(!changed.wait(400));
        preview.setLive(true);
        QVERIFY(changed.wait());
        QCOMPARE(preview.inspection()->prompt.storyEnd, 5);
        m_parts->writer.continueAt(0);
        preview.setCursor(9);
        QVERIFY(m_parts->assistant.isBusy());
        m_parts->writer.stop();
        QTRY_COMPARE(preview.inspection()->prompt.storyEnd, 9);
        QVERIFY(!preview.isOld());
    }

    void aLimitIsWatchedAlsoWhenNobodyLooks() {
        start({});
        m_parts->document.applyUserEdit(0, 0, story());
        ReadingPreview preview(m_parts->writer, m_parts->assistant, m_parts->document, m_parts->reading);
        preview.setCursor(story().size());
        change(everything());
        QTRY_VERIFY(preview.inspection() && preview.inspection()->prompt.storyStart > 0);
    }

    void withoutAModelItSaysSo() {
        start({.loadProblem = QStringLiteral("broken")});
        m_parts->document.applyUserEdit(0, 0, story());
        const Prompt shown = preview(story().size());
        QCOMPARE(shown.text, story());
        QVERIFY(!m_preview->inspection()->hasModel && !shown.isCounted);
        QVERIFY(!m_preview->secondsToRead());
    }

private:
    static QString story() {
        QString text;
        for (int number = 0; number < 12; ++number)
            text += QStringLiteral("Paragraph %1 of the story, in which the ferry comes over the river.\n")
                        .arg(number);
        return text + QStringLiteral("The last of them");
    }

    static ReadingSettings everything() {
        ReadingSettings settings;
        settings.memory = QStringLiteral("Nora rows the ferry.");
        settings.note = QStringLiteral("It grows dark.");
        settings.limit = 400; // of units
        for (const auto place : {LorePlace::Top, LorePlace::Note}) {
            LoreEntry entry;
            entry.name = QStringLiteral("Ferry");
            entry.text = QStringLiteral("The ferry is an old scow.");
            entry.keys = {QStringLiteral("ferry")};
            entry.place = place;
            settings.lorebook.entries.append(entry);
        }
        return settings;
    }

    void change(const ReadingSettings& settings) { m_parts->reading.change(settings); }

    Prompt preview(qsizetype cursor) {
        if (!m_preview)
            m_preview = std::make_unique<ReadingPreview>(m_parts->writer, m_parts->assistant,
                                                         m_parts->document, m_parts->reading);
        m_preview->setCursor(cursor);
        m_preview->setLive(true);
        (void)QTest::qWaitFor([this] { return m_preview->inspection() && !m_preview->isOld(); }, 20'000);
        return m_preview->inspection() ? m_preview->inspection()->prompt : Prompt();
    }

    std::unique_ptr<ReadingPreview> m_preview;
};

QTEST_GUILESS_MAIN(ReadingPreviewTest)
#include "reading_preview_test.moc"
