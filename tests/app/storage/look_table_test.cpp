// Where models looked back, in the project file: what is written comes back, and damage costs neither the
// story nor what stands beside it.
#include "app/storage/tables/runs/look_table.h"

#include "app/storage/project_file.h"
#include "engine/trace/sqlite.h"
#include "tests/app/storage/project_samples.h"
#include "tests/app/support/scripted_generator.h"

#include <QTemporaryDir>
#include <QTest>

using namespace app;
using namespace test;

namespace {

QList<QByteArray> looks(int first, int tokens) {
    QList<QByteArray> packed;
    for (int token = first; token < first + tokens; ++token)
        packed.append(ScriptedGenerator::looksOf(token, 7));
    return packed;
}

ReadChunks someChunks() {
    ReadChunks read{16, 2, 4, 40, {0, 15, 31}, 0, {}, {}};
    Prompt prompt;
    prompt.text = QStringLiteral("He never sleeps.\n\n") + QStringLiteral("A ferry came. ").repeated(40);
    prompt.parts = {{.kind = PromptPart::Kind::Memory, .start = 0, .length = 18},
                    {.kind = PromptPart::Kind::Story, .start = 18, .length = 560, .inStory = 3}};
    describeStory(read, prompt);
    return read;
}

} // namespace

class LookTableTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("story.inkgate"));
    }

    void chunksComeBack() {
        const ReadChunks read = someChunks();
        QCOMPARE(read.stories.size(), 1);
        QCOMPARE(read.pieces.size(), 3); // of 256, 256 and 48 units
        QCOMPARE(unpackReadChunks(packReadChunks(read)), read);
        // Cut short or contradicting itself it is refused.
        const QByteArray packed = packReadChunks(read);
        for (qsizetype size = 0; size < packed.size(); ++size)
            QVERIFY(!unpackReadChunks(packed.first(size)));
        ReadChunks wrong = read;
        wrong.pieces.removeLast();
        QVERIFY(!unpackReadChunks(packReadChunks(wrong)));
        wrong = read;
        wrong.starts.append(7); // behind 31
        QVERIFY(!unpackReadChunks(packReadChunks(wrong)));
        wrong = read;
        wrong.chunk = 0;
        QVERIFY(!unpackReadChunks(packReadChunks(wrong)));
    }

    void comeBackByToken() {
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY(file);
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, RunChanged{runRecord(2)}}));
            QVERIFY((*file)->append({RunLooked{1, someChunks(), 0, {}}, RunLooked{1, {}, 0, looks(0, 7)}}));
            QVERIFY((*file)->append({RunLooked{1, {}, 9, looks(9, 20)}, RunLooked{2, {}, 0, looks(0, 1)},
                                     RunLooked{77, someChunks(), 0, looks(0, 1)}})); // of no run
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        const auto found = (*file)->readLooks(1);
        QVERIFY(found);
        QCOMPARE(found->read, someChunks());
        QCOMPARE(found->tokens, looks(0, 7) + QList<QByteArray>(2) + looks(9, 20));
        QVERIFY((*file)->readLooks(2)->read.isEmpty());
        QCOMPARE((*file)->readLooks(2)->tokens, looks(0, 1));
        QCOMPARE(*(*file)->readLooks(77), RunLooks());
    }

    void aFileOfBeforeGetsItsTables() {
        QVERIFY(ProjectFile::create(m_path, sampleText()));
        QVERIFY(change("DROP TABLE run_looks; DROP TABLE run_chunks; "
                       "DELETE FROM schema_version WHERE component = 'looks'"));
        {
            auto file = ProjectFile::open(m_path);
            QVERIFY(file);
            QVERIFY((*file)->problem().isEmpty());
            QCOMPARE((*file)->text(), sampleText());
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, RunLooked{1, someChunks(), 0, looks(0, 3)}}));
        }
        QCOMPARE((*ProjectFile::open(m_path))->readLooks(1)->tokens, looks(0, 3));
    }

    void damageKeepsNothingClosed_data() {
        QTest::addColumn<QString>("damage");
        QTest::addColumn<int>("tokens"); // that are left
        QTest::addColumn<bool>("hasChunks");
        const auto row = [](const char* name, const char* sql, int tokens, bool hasChunks) {
            QTest::newRow(name) << QString::fromLatin1(sql) << tokens << hasChunks;
        };
        row("cut", "UPDATE run_looks SET packed = substr(packed, 1, 9) WHERE first = 4", 8, true);
        row("length", "UPDATE run_looks SET packed = x'FFFFFFFF' || substr(packed, 5) WHERE first = 4", 8,
            true);
        row("gone", "DELETE FROM run_looks WHERE first = 4", 8, true);
        row("chunks cut", "UPDATE run_chunks SET packed = substr(packed, 1, 12)", 12, false);
        row("chunks of no sense", "UPDATE run_chunks SET packed = x'00000000'", 12, false);
        row("no table of looks", "DROP TABLE run_looks", 0, false);
        row("no table of chunks", "DROP TABLE run_chunks", 0, false);
        row("other columns", "DROP TABLE run_looks; CREATE TABLE run_looks(something)", 0, false);
    }
    void damageKeepsNothingClosed() {
        QFETCH(QString, damage);
        QFETCH(int, tokens);
        QFETCH(bool, hasChunks);
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY(file);
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, RunLooked{1, someChunks(), 0, looks(0, 4)}}));
            QVERIFY((*file)->append({RunLooked{1, {}, 4, looks(4, 4)}}));
            QVERIFY((*file)->append({RunLooked{1, {}, 8, looks(8, 4)}}));
        }
        QVERIFY(change(damage.toStdString()));
        {
            auto file = ProjectFile::open(m_path);
            QVERIFY(file);
            QVERIFY((*file)->problem().isEmpty());
            QCOMPARE((*file)->text(), sampleText());
            QCOMPARE((*file)->read()->runs.size(), 1);
            const RunLooks found = (*file)->readLooks(1).value_or(RunLooks());
            qsizetype left = 0;
            for (const QByteArray& token : found.tokens)
                left += token.isEmpty() ? 0 : 1;
            QCOMPARE(left, tokens);
            QCOMPARE(!found.read.isEmpty(), hasChunks);
            // And it goes on being saved, what looks back or not.
            QVERIFY((*file)->append({typedEdit(0, QStringLiteral("So ")), RunChanged{runRecord(2)},
                                     RunLooked{2, someChunks(), 0, looks(0, 2)}}));
        }
        auto again = ProjectFile::open(m_path);
        QVERIFY(again);
        QVERIFY((*again)->text().text().startsWith(QStringLiteral("So ")));
        QCOMPARE((*again)->read()->runs.size(), 2);
    }

    void aDeletedRunTakesThemAlong() {
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY(file);
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, RunLooked{1, someChunks(), 0, looks(0, 4)}}));
        }
        QVERIFY(change("DELETE FROM story_run"));
        auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadOnly);
        QVERIFY(database);
        QCOMPARE(*database->queryInteger("SELECT count(*) FROM run_looks"), 0);
        QCOMPARE(*database->queryInteger("SELECT count(*) FROM run_chunks"), 0);
    }

private:
    [[nodiscard]] bool change(const std::string& sql) const {
        auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
        return database && database->execute(sql);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(LookTableTest)
#include "look_table_test.moc"
