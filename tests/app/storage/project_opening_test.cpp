// What opens as a project, of which version, and what is refused.
#include "app/storage/project_file.h"

#include "app/storage/tables/project_schema.h"
#include "engine/trace/single_file.h"
#include "engine/trace/sqlite.h"
#include "tests/app/storage/project_samples.h"

#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace app;
using namespace test;

namespace {

// What version 1 of the program made, and wrote for a text with four runs.
constexpr auto kFirstVersion = R"sql(
    CREATE TABLE schema_version(component TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO schema_version VALUES ('project', 1);
    CREATE TABLE text_snapshot(
        id INTEGER PRIMARY KEY CHECK(id = 1),
        edits INTEGER NOT NULL,
        text TEXT NOT NULL,
        spans BLOB NOT NULL);
    INSERT INTO text_snapshot VALUES (1, 1, 'old text', x'0800');
    CREATE TABLE edit_journal(
        sequence INTEGER PRIMARY KEY,
        position INTEGER NOT NULL CHECK(position >= 0),
        removed INTEGER NOT NULL CHECK(removed >= 0),
        inserted TEXT NOT NULL,
        spans BLOB NOT NULL);
    CREATE TABLE story_run(
        id INTEGER PRIMARY KEY,
        kind INTEGER NOT NULL,
        side INTEGER NOT NULL,
        compared_with INTEGER NOT NULL,
        attempt_of INTEGER NOT NULL,
        started_at TEXT NOT NULL,
        model TEXT NOT NULL,
        options TEXT NOT NULL,
        prompt BLOB NOT NULL,
        prompt_length INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        text TEXT NOT NULL,
        is_finished INTEGER NOT NULL,
        outcome INTEGER NOT NULL,
        end_reason INTEGER NOT NULL,
        prompt_seconds REAL NOT NULL,
        writing_seconds REAL NOT NULL,
        failure TEXT NOT NULL);
    CREATE TABLE story_run_token(
        run INTEGER NOT NULL REFERENCES story_run(id) ON DELETE CASCADE,
        number INTEGER NOT NULL CHECK(number >= 0),
        token INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        probability REAL NOT NULL,
        PRIMARY KEY(run, number)) WITHOUT ROWID;
)sql";

constexpr auto kSecondVersion = R"sql(
    UPDATE schema_version SET version = 2;
    CREATE TABLE kept_state(
        rank INTEGER PRIMARY KEY,
        model TEXT NOT NULL,
        prefix BLOB NOT NULL,
        state BLOB NOT NULL);
    INSERT INTO kept_state VALUES (0, 'm', CAST('prefix' AS BLOB), CAST('state' AS BLOB));
)sql";

std::string runRow(int id, const QByteArray& prompt) {
    const std::string number = std::to_string(id);
    return "INSERT INTO story_run VALUES (" + number +
           ", 0, 0, 0, 1, '2026-01-02T03:04:05.678Z', '{}', '{}', x'" + prompt.toHex().toStdString() +
           "', 8, 2, 'new', 1, 0, 2, 0.25, 1.5, '');"
           "INSERT INTO story_run_token VALUES (" +
           number + ", 0, 7, 0, 3, 0.5);";
}

} // namespace

class ProjectOpeningTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("story.inkgate"));
    }

    void anyEndingWillDo() {
        ProjectFile::create(m_path, sampleText())->reset();
        const QString backup = m_path + QStringLiteral(".v1.backup");
        QVERIFY(QFile::rename(m_path, backup));
        auto file = ProjectFile::open(backup);
        QVERIFY(file);
        QCOMPARE((*file)->text(), sampleText());
    }

    void anOpenProjectIsLocked() {
        auto file = ProjectFile::create(m_path, sampleText());
        QVERIFY(file);
        const auto second = ProjectFile::open(m_path);
        QVERIFY(!second);
        QVERIFY2(second.error().message.contains(QStringLiteral("another Inkgate")),
                 qPrintable(second.error().message));
        file->reset();
        QVERIFY(ProjectFile::open(m_path));
    }

    void otherFilesAreRefusedAndLeftAlone_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << QByteArray("Once upon a time there was a ferry house.\n").repeated(10);
        QTest::newRow("only the magic") << QByteArray("SQLite format 3\0", 16);
        QByteArray foreign("SQLite format 3\0", 16);
        foreign.append(QByteArray(4096 - 16, '\0'));
        QTest::newRow("another program's") << foreign;
    }

    void otherFilesAreRefusedAndLeftAlone() {
        QFETCH(QByteArray, bytes);
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
        file.close();
        const auto opened = ProjectFile::open(m_path);
        QVERIFY(!opened);
        QVERIFY2(opened.error().message.contains(QStringLiteral("not an Inkgate project")),
                 qPrintable(opened.error().message));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), bytes);
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files).size(), 1); // no logs beside it
    }

    void aMissingFileIsSaidToBeMissing() {
        const auto opened = ProjectFile::open(m_path);
        QVERIFY(!opened);
        QVERIFY(opened.error().message.contains(QStringLiteral("not found")));
    }

    // A project cut at any page boundary, and in many places between, opens or says what is wrong; it never
    // crashes.
    void damagedProjectsNeverCrash() {
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY((*file)->append(
                {RunChanged{runRecord(1)}, growth(1, 0, 80), typedEdit(0, QStringLiteral("A "))}));
        }
        QFile original(m_path);
        QVERIFY(original.open(QIODevice::ReadOnly));
        const QByteArray bytes = original.readAll();
        QRandomGenerator random(17);
        const QString damaged = m_folder->filePath(QStringLiteral("damaged.inkgate"));
        int refused = 0;
        for (int i = 0; i < 150; ++i) {
            QByteArray broken = bytes;
            if (i % 3 == 0)
                broken.truncate(random.bounded(static_cast<int>(bytes.size())));
            else
                for (int flips = 1 + random.bounded(20); flips > 0; --flips)
                    broken[100 + random.bounded(static_cast<int>(bytes.size()) - 100)] =
                        static_cast<char>(random.bounded(256));
            QFile file(damaged);
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(broken) == broken.size());
            file.close();
            QFile::remove(damaged + QStringLiteral("-wal"));
            auto opened = ProjectFile::open(damaged);
            if (!opened) {
                QVERIFY(!opened.error().message.isEmpty());
                ++refused;
                continue;
            }
            if (!(*opened)->read())
                ++refused;
            (void)(*opened)->readGates(1);
            (void)(*opened)->readChannels(1, 1);
            (void)(*opened)->append({typedEdit(0, QStringLiteral("x"))});
        }
        QVERIFY(refused > 0);
    }

    // Before kept_state and run_prompt.
    void aProjectOfTheFirstVersionReadsTheSame() {
        makeOld(1);
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        QVERIFY((*file)->problem().isEmpty());
        QVERIFY(QFile::exists(m_path + QStringLiteral(".v1.backup")));
        QCOMPARE((*file)->text().text(), QStringLiteral("old text"));
        QCOMPARE((*file)->read()->runs.size(), 4);
        QVERIFY((*file)->append({StatesChanged{{{QStringLiteral("m"), QByteArray("p"), QByteArray("s")}}}}));
        QCOMPARE((*file)->read()->states.size(), 1);
    }

    // Before run_prompt, when every run had its prompt to itself.
    void aProjectOfTheSecondVersionReadsTheSame() {
        makeOld(2);
        {
            auto file = ProjectFile::open(m_path);
            QVERIFY(file);
            QVERIFY((*file)->problem().isEmpty());
            QVERIFY(QFile::exists(m_path + QStringLiteral(".v2.backup")));
            const auto content = (*file)->read();
            QVERIFY(content);
            QCOMPARE(content->text.text(), QStringLiteral("old text"));
            QCOMPARE(content->states, (QList<KeptState>{{QStringLiteral("m"), "prefix", "state"}}));
            QCOMPARE(content->runs.size(), 4);
            const QStringList read{QStringLiteral("ol\u00E9"), QStringLiteral("other"),
                                   QStringLiteral("ol\u00E9"), QString()};
            for (qsizetype i = 0; i < 4; ++i) {
                const RunRecord& run = content->runs[i];
                QCOMPARE(run.id, i + 1);
                QCOMPARE(run.prompt.text(), read[i]);
                QCOMPARE(run.promptLength, 8);
                QCOMPARE(run.text, QStringLiteral("new"));
                QCOMPARE(run.tokens, (QList<RunToken>{{7, 0, 3, 0.5F}}));
                QCOMPARE(run.outcome, OutcomeKind::Completed);
                QCOMPARE(run.endReason, EndReason::StopString);
                QCOMPARE(run.timings.writingSeconds, 1.5);
            }
            // What is written now shares its storage; what a run stops using goes.
            RunRecord again = runRecord(5);
            again.setPrompt(QStringLiteral("other"));
            QVERIFY((*file)->append({RunChanged{again}, RunChanged{content->runs[1]}}));
        }
        auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadOnly);
        QVERIFY(database.has_value());
        QVERIFY(database->queryInteger("SELECT count(*) FROM run_prompt") == 2);
        QVERIFY(database->queryInteger("SELECT count(DISTINCT prompt_id) FROM story_run") == 2);
    }

    void aProjectWithNewerGateTablesOpensAsACopy() {
        ProjectFile::create(m_path, sampleText())->reset();
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database->execute("UPDATE schema_version SET version = 999 WHERE component = 'gates'"));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        QVERIFY((*file)->problem().contains(QStringLiteral("newer Inkgate")));
        QCOMPARE((*file)->text(), sampleText());
    }

    void aNewerProjectOpensAsACopy() {
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, growth(1, 0, 7)}));
        }
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database->execute("UPDATE schema_version SET version = 999 WHERE component = 'project'"));
        }
        const QByteArray before = bytesOf(m_path);
        {
            auto file = ProjectFile::open(m_path);
            QVERIFY(file);
            QVERIFY((*file)->problem().contains(QStringLiteral("newer Inkgate")));
            QCOMPARE((*file)->text(), sampleText());
            QVERIFY((*file)->append({typedEdit(0, QStringLiteral("A "))}));
            const QString copy = m_folder->filePath(QStringLiteral("copy.inkgate"));
            QVERIFY((*file)->copyTo(copy));
            auto reopened = ProjectFile::open(copy);
            QVERIFY(reopened);
            QVERIFY((*reopened)->problem().isEmpty());
            QVERIFY((*reopened)->text().text().startsWith(QStringLiteral("A Once")));
            QCOMPARE((*reopened)->read()->runs.size(), 1);
        }
        QCOMPARE(bytesOf(m_path), before);
    }

    void aWriteProtectedProjectOpensAsACopy() {
        if (geteuid() == 0)
            QSKIP("the administrator may write everywhere");
        ProjectFile::create(m_path, sampleText())->reset();
        QFile::setPermissions(m_path, QFile::ReadOwner);
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        QVERIFY((*file)->problem().contains(QStringLiteral("write-protected")));
        QCOMPARE((*file)->text(), sampleText());
    }

private:
    static QByteArray bytesOf(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    // A project as version 1 or 2 left it.
    void makeOld(int version) {
        const auto single = engine::SingleFile::create(m_path.toStdString());
        QVERIFY(single.has_value());
        auto database = engine::Database::open((*single)->path(), engine::Database::Mode::Create,
                                               {.file = single->get()});
        QVERIFY(database.has_value());
        QVERIFY(database->setApplicationId(kProjectApplicationId).has_value());
        QVERIFY(database->execute(kFirstVersion).has_value());
        if (version == 2)
            QVERIFY(database->execute(kSecondVersion).has_value());
        const QByteArray prompt = qCompress(QStringLiteral("ol\u00E9").toUtf8(), 1);
        const QByteArray another = qCompress(QByteArray("other"), 1);
        QVERIFY(database->execute(runRow(1, prompt) + runRow(2, another) + runRow(3, prompt) + runRow(4, {}))
                    .has_value());
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(ProjectOpeningTest)
#include "project_opening_test.moc"
