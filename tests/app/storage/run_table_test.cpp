#include "app/storage/tables/runs/run_table.h"

#include "app/storage/project_file.h"
#include "engine/trace/sqlite.h"
#include "tests/app/storage/project_samples.h"

#include <QTemporaryDir>
#include <QTest>

using namespace app;
using namespace test;

namespace {

constexpr int kRunTokens = 150; // more than two blocks of gate values

} // namespace

class RunTableTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("story.inkgate"));
    }

    void runsAndGatesComeBackExactly() {
        const RunRecord run = runRecord(1);
        const QList<RunGrown> grown{growth(1, 0, 40), growth(1, 40, 30), growth(1, 70, kRunTokens - 70)};
        const RunRecord complete = finished(run, grown);
        GateFrames gates;
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY(file);
            QVERIFY((*file)->append({RunChanged{run}}));
            for (const RunGrown& piece : grown) {
                QVERIFY((*file)->append({piece}));
                QVERIFY(gates.append(piece.gates));
            }
            RunRecord withoutTokens = complete;
            withoutTokens.tokens.clear();
            QVERIFY((*file)->append({RunChanged{withoutTokens}}));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        const auto content = (*file)->read();
        QVERIFY(content);
        QCOMPARE(content->runs.size(), 1);
        QCOMPARE(content->runs[0], complete);
        QCOMPARE(content->runs[0].prompt.text(), QStringLiteral("Once \U0001F600"));
        QCOMPARE(content->runsWithGates, QList<RunId>{1});

        GateFrames summaries = gates;
        summaries.channelCodes.clear();
        const auto read = (*file)->readGates(1);
        QVERIFY(read);
        QCOMPARE(*read, summaries);
        for (int layer = 0; layer < gates.layers; ++layer) {
            const auto channels = (*file)->readChannels(1, layer);
            QVERIFY(channels);
            QCOMPARE(*channels, channelsOfLayer(gates, layer));
        }
        QCOMPARE((*file)->readGates(99)->tokenCount(), 0);
        QCOMPARE((*file)->readChannels(99, 0)->tokens, 0);
        QCOMPARE((*file)->readChannels(1, 77)->tokens, 0);
    }

    // Attempts at one place and both sides of a comparison read the same.
    void runsThatReadTheSameShareItsStorage() {
        RunRecord other = runRecord(3);
        other.setPrompt(QStringLiteral("Another place."));
        RunRecord nothing = runRecord(4);
        nothing.prompt = {};
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY(file);
            RunRecord unread = runRecord(1); // as it stands until the model has read
            unread.prompt = {};
            QVERIFY((*file)->append({RunChanged{unread}}));
            QCOMPARE(prompts(), 0);
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, RunChanged{runRecord(2)}}));
            QCOMPARE(prompts(), 1);
            QVERIFY((*file)->append({RunChanged{other}, RunChanged{nothing}, RunChanged{runRecord(1)}}));
            QCOMPARE(prompts(), 2);
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        const auto content = (*file)->read();
        QVERIFY(content);
        QCOMPARE(content->runs.size(), 4);
        QCOMPARE(content->runs[0].prompt, runRecord(1).prompt);
        QCOMPARE(content->runs[1].prompt, runRecord(1).prompt);
        QCOMPARE(content->runs[2].prompt.text(), QStringLiteral("Another place."));
        QVERIFY(content->runs[3].prompt.isEmpty());
        // As it came from the file, in a later session.
        QVERIFY((*file)->append({RunRestored{content->runs[0], {}}}));
        RunRecord later = runRecord(5);
        QVERIFY((*file)->append({RunChanged{later}}));
        QCOMPARE(prompts(), 2);
    }

    void aPromptGoesWithTheLastRunThatReadIt() {
        RunRecord other = runRecord(2);
        other.setPrompt(QStringLiteral("Another place."));
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, RunChanged{runRecord(2)}}));
            QCOMPARE(prompts(), 1);
            QVERIFY((*file)->append({RunChanged{other}}));
            QCOMPARE(prompts(), 2); // the first run still needs it
            RunRecord changed = other;
            changed.id = 1;
            QVERIFY((*file)->append({RunChanged{changed}}));
            QCOMPARE(prompts(), 1); // nobody does
        }
        auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
        QVERIFY(database.has_value());
        QVERIFY(database->execute("DELETE FROM story_run WHERE id = 1").has_value());
        QCOMPARE(prompts(), 1);
        QVERIFY(database->execute("DELETE FROM story_run WHERE id = 2").has_value());
        QCOMPARE(prompts(), 0);
    }

    // The table remembers what it wrote last; what was undone must be written again.
    void aPromptOfAnUndoneTransactionIsWrittenAgain() {
        auto file = ProjectFile::create(m_path, sampleText());
        const TextEdit impossible{1000, 5, QString(), {}};
        QVERIFY(!(*file)->append({RunChanged{runRecord(1)}, impossible}));
        QCOMPARE(prompts(), 0);
        QVERIFY((*file)->append({RunChanged{runRecord(1)}}));
        QCOMPARE(prompts(), 1);
        QCOMPARE((*file)->read()->runs[0].prompt, runRecord(1).prompt);
    }

    void bothSidesOfAComparisonKeepTheirGates() {
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, RunChanged{runRecord(2)}}));
            for (int token = 0; token < 100; token += 5)
                QVERIFY((*file)->append({growth(1, token, 5), growth(2, token, 5)}));
        }
        auto file = ProjectFile::open(m_path);
        for (const RunId run : {1, 2}) {
            QCOMPARE((*file)->readGates(run)->tokenCount(), 100);
            QCOMPARE(*(*file)->readChannels(run, 1), channelsOfLayer(growth(run, 0, 100).gates, 1));
        }
    }

    void aRunCutOffByTheEndOfTheProgramReadsAsCancelled() {
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, growth(1, 0, 7)}));
        }
        auto file = ProjectFile::open(m_path);
        const auto content = (*file)->read();
        QCOMPARE(content->runs[0].tokens.size(), 7);
        QCOMPARE(content->runs[0].text, growth(1, 0, 7).text);
        QVERIFY(content->runs[0].isFinished);
        QCOMPARE(content->runs[0].outcome, OutcomeKind::Cancelled);
    }

private:
    // Stored now; -1 if that cannot be read.
    [[nodiscard]] int prompts() const {
        auto reader = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadOnly);
        const auto count = reader ? reader->queryInteger("SELECT count(*) FROM run_prompt") : -1;
        return static_cast<int>(count.value_or(-1));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(RunTableTest)
#include "run_table_test.moc"
