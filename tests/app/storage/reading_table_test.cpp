// Memory, note, lorebook and limit in a project, and of what the runs' prompts were made.
#include "app/storage/project_file.h"
#include "engine/trace/migrations.h"
#include "tests/app/storage/project_samples.h"
#include "tests/app/support/counted_units.h"

#include <QTemporaryDir>
#include <QTest>

using namespace app;

namespace {

ReadingSettings sample() {
    ReadingSettings settings;
    settings.memory = QString::fromUtf8("Nora rows.\nÜ \U0001F6A3");
    settings.note = QStringLiteral("Darker.");
    settings.noteDepth = 5;
    settings.limit = 4096;
    for (int number = 0; number < 4; ++number) {
        LoreEntry entry;
        entry.name = QStringLiteral("Entry %1").arg(number);
        entry.text = QStringLiteral("Text %1").arg(number);
        entry.keys = {QStringLiteral("key %1").arg(number), QStringLiteral("/a,\"b\"/i")};
        entry.group = QStringLiteral("places");
        entry.isOn = number != 1;
        entry.isAlways = number == 2;
        entry.matchesCase = number == 3;
        entry.matchesWords = number == 0;
        entry.rangeWords = 100 + number;
        entry.place = number % 2 == 0 ? LorePlace::Top : LorePlace::Note;
        settings.lorebook.entries.append(entry);
    }
    settings.lorebook.setMost(QStringLiteral("places"), 2);
    return settings;
}

} // namespace

class ReadingTableTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("story.inkgate"));
    }

    void isThereAgainAfterEveryChange() {
        { QVERIFY(ProjectFile::create(m_path, test::sampleText())); }
        QCOMPARE(reopened().reading, ReadingSettings());
        QList<ReadingSettings> states{sample(), sample(), sample(), sample(), {}, sample()};
        states[1].lorebook.entries.removeAt(1);
        states[2].lorebook.entries.swapItemsAt(0, 3);
        states[2].lorebook.setMost(QStringLiteral("places"), 0);
        states[3].memory.clear();
        for (const ReadingSettings& state : states) {
            {
                auto file = ProjectFile::open(m_path);
                QVERIFY(file && (*file)->append({ReadingChanged{state}}));
            }
            QCOMPARE(reopened().reading, state);
        }
        QCOMPARE(reopened().text, test::sampleText());
    }

    void whatFailsIsNotHalfThere() {
        auto file = ProjectFile::create(m_path, test::sampleText());
        QVERIFY((*file)->append({ReadingChanged{sample()}}));
        ReadingSettings other = sample();
        other.memory = QStringLiteral("other");
        const TextEdit wrong{10'000, 5, QString(), {}};
        QVERIFY(!(*file)->append({ReadingChanged{other}, wrong}));
        QCOMPARE((*file)->read()->reading, sample());
        other.lorebook.entries.removeLast();
        QVERIFY((*file)->append({ReadingChanged{other}}));
        QCOMPARE((*file)->read()->reading, other);
    }

    void aStoryWithoutWordsButWithAMemoryIsNotEmpty() {
        auto file = ProjectFile::create(m_path, SpannedText());
        QVERIFY((*file)->isEmpty());
        QVERIFY((*file)->append({ReadingChanged{sample()}}));
        QVERIFY(!(*file)->isEmpty());
    }

    void goesIntoCopies() {
        auto file = ProjectFile::create(m_path, test::sampleText());
        QVERIFY((*file)->append({ReadingChanged{sample()}}));
        const QString copy = m_folder->filePath(QStringLiteral("copy.inkgate"));
        QVERIFY((*file)->copyTo(copy));
        QCOMPARE((*ProjectFile::open(copy))->read()->reading, sample());
    }

    void ofANewerFileItIsReadAndTheFileLeftAlone() {
        {
            auto file = ProjectFile::create(m_path, test::sampleText());
            QVERIFY((*file)->append({ReadingChanged{sample()}}));
        }
        auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
        QVERIFY(database->execute("UPDATE schema_version SET version = 2 WHERE component = 'reading'"));
        database = engine::failure(engine::ErrorCode::Internal, "closed");
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        QVERIFY((*file)->problem().contains(QStringLiteral("newer Inkgate")));
        QCOMPARE((*file)->read()->reading, sample());
    }

    void numbersOutOfBoundsAreBroughtInside() {
        {
            auto file = ProjectFile::create(m_path, test::sampleText());
            QVERIFY((*file)->append({ReadingChanged{sample()}}));
        }
        auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
        QVERIFY(database->execute("UPDATE reading_setting SET note_depth = -4, token_limit = 1"));
        QVERIFY(
            database->execute("UPDATE lore_entry SET range_words = 99999999, place = 7, keys = 'nonsense'"));
        database = engine::failure(engine::ErrorCode::Internal, "closed");
        const ReadingSettings read = reopened().reading;
        QCOMPARE(read.noteDepth, 1);
        QCOMPARE(read.limit, ReadingSettings::kLeastLimit);
        QCOMPARE(read.lorebook.entries[0].rangeWords, LoreEntry::kMostRangeWords);
        QCOMPARE(read.lorebook.entries[0].place, LorePlace::Top);
        QVERIFY(read.lorebook.entries[0].keys.isEmpty());
    }

    void aRunsPromptIsKeptWithItsParts() {
        PromptSource source{QStringLiteral("The ferry came.\nKey 2.\nEnd"), sample()};
        const CountedUnits units;
        const Prompt prompt = assemblePrompt(source, &units);
        QVERIFY(prompt.parts.size() >= 4);
        RunRecord run = test::runRecord(1);
        run.setPrompt(prompt);
        {
            auto file = ProjectFile::create(m_path, test::sampleText());
            QVERIFY((*file)->append({RunChanged{run}}));
        }
        const RunRecord read = reopened().runs.value(0);
        QCOMPARE(read.prompt.text(), prompt.text);
        QCOMPARE(read.promptParts, prompt.parts);
        QCOMPARE(read.place, source.story.size());
        QCOMPARE(read.storyBefore(), source.story);
    }

    // Of the whole story a run keeps the end; what is not the story it keeps to the letter.
    void ofALongStoryTheBeginningAloneIsLeftOut() {
        PromptSource source{QStringLiteral("Somebody \U0001F600 rowed.\n").repeated(5000), {}};
        source.settings.memory = QStringLiteral("Memory.");
        source.settings.note = QStringLiteral("Note.");
        const CountedUnits units;
        const Prompt prompt = assemblePrompt(source, &units);
        RunRecord run;
        run.setPrompt(prompt);
        const QString kept = run.prompt.text();
        QVERIFY(kept.size() < RunPrompt::kKeptUnits + 100);
        QVERIFY(kept.startsWith(QStringLiteral("Memory.\n")));
        QVERIFY(!kept[8].isLowSurrogate());
        QVERIFY(prompt.text.endsWith(kept.sliced(8)));
        QVERIFY(source.story.endsWith(run.storyBefore()));
        QCOMPARE(run.promptLength, prompt.text.size());
        QCOMPARE(run.place, source.story.size());
        for (const PromptPart& part : run.promptParts)
            if (part.kind == PromptPart::Kind::Story)
                QCOMPARE(kept.sliced(part.start, part.length),
                         source.story.sliced(part.inStory, part.length));
        QCOMPARE(run.promptParts.last().end(), kept.size());
    }

private:
    ProjectContent reopened() { return *(*ProjectFile::open(m_path))->read(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(ReadingTableTest)
#include "reading_table_test.moc"
