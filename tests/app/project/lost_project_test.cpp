// The open project's file is deleted, replaced, written over or cannot be written: it is left alone, and the
// text is in another one that is known.
#include "app/files/file_path.h"
#include "engine/trace/sqlite.h"
#include "tests/app/project/project_folder.h"

#include <QFile>

#include <unistd.h>

#include <algorithm>
#include <cstdio>

using namespace app;
using SaveState = ProjectController::SaveState;
using Kind = FilePlace::Kind;

class LostProjectTest : public QObject, private test::ProjectFolder {
    Q_OBJECT

private:
    // What the recovered file holds after each save.
    struct SavedRuns {
        QList<qint64> runs;
        qint64 withoutTokens = 0; // though they have a text
    };
    void watch(AppParts& parts, SavedRuns& saved) const {
        const auto look = [this, &saved] { // in the storage thread, so that nothing is written meanwhile
            const QString kept = path("data/recovered/") + recovered().value(0);
            auto database = engine::Database::open(toSystemPath(kept), engine::Database::Mode::ReadOnly);
            if (!database)
                return; // not there yet
            saved.runs.append(database->queryInteger("SELECT count(*) FROM story_run").value_or(-1));
            saved.withoutTokens +=
                database
                    ->queryInteger("SELECT count(*) FROM story_run WHERE length(text) > 0 AND id NOT IN "
                                   "(SELECT run FROM story_run_token)")
                    .value_or(1);
        };
        connect(parts.storage, &StorageWorker::saved, parts.storage, look, Qt::DirectConnection);
    }
    // As cp does.
    void writeOver(const QByteArray& bytes = {}) const {
        QFile over(path("a.inkgate"));
        QVERIFY(over.open(QIODevice::WriteOnly | QIODevice::Truncate) && over.write(bytes) == bytes.size());
    }
    // Of the story, in other.inkgate; its bytes.
    QByteArray anotherVersion() const {
        {
            AppParts other(path("other"));
            if (!other.start())
                return {};
            type(other, "Quite another story. ");
            saveAs(other, path("other.inkgate"));
        }
        QFile file(path("other.inkgate"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aDeletedFileBecomesARecoveredOne() {
        QString kept;
        {
            AppParts parts(m_folder->path());
            begin(parts);
            QVERIFY(parts.write(5, 20));
            QVERIFY(QFile::remove(path("a.inkgate")));
            parts.project.saveNow(); // Ctrl+S, with nothing to write
            QTRY_COMPARE(parts.project.place().kind, Kind::Gone);
            QVERIFY(!parts.project.place().isNameTaken);
            kept = parts.project.keptIn();
            type(parts, "Two. ");
            QVERIFY(parts.waitUntilSaved());
            QVERIFY(QFile::exists(kept));
        }
        QVERIFY(!QFile::exists(path("a.inkgate")));
        AppParts again(m_folder->path());
        QSignalSpy found(&again.project, &ProjectController::recoveredFound);
        QVERIFY(again.start());
        QVERIFY(again.document.text().startsWith(QStringLiteral("Two. One. ")));
        QCOMPARE(again.runs.runs().size(), 1);
        QVERIFY(again.project.title().startsWith(QStringLiteral("a (recovered")));
        QCOMPARE(found.count(), 0); // it is open already
        saveAs(again, path("back.inkgate"));
        QVERIFY(!QFile::exists(kept)); // it has a place of its own
    }

    void anotherFileInItsPlaceIsLeftAlone() {
        const QByteArray bytes = anotherVersion();
        {
            AppParts parts(m_folder->path());
            begin(parts);
            // As mv does: over the open file.
            QVERIFY(::rename(path("other.inkgate").toLocal8Bit().constData(),
                             path("a.inkgate").toLocal8Bit().constData()) == 0);
            type(parts, "Two. ");
            QTRY_COMPARE(parts.project.place().kind, Kind::Gone);
            QVERIFY(parts.project.place().isNameTaken);
            QVERIFY(parts.waitUntilSaved());
        }
        QFile now(path("a.inkgate"));
        QVERIFY(now.open(QIODevice::ReadOnly));
        QCOMPARE(now.readAll(), bytes);
        QCOMPARE(recovered().size(), 1);
        QVERIFY(
            textIn(path("data/recovered/") + recovered().first()).startsWith(QStringLiteral("Two. One. ")));
    }

    // As cp does: the same file to the system, with other bytes in it.
    void aFileThatIsWrittenOverIsLeftAlone_data() {
        QTest::addColumn<bool>("isProject");
        QTest::newRow("by another version") << true;
        QTest::newRow("by nothing") << false;
    }
    void aFileThatIsWrittenOverIsLeftAlone() {
        QFETCH(bool, isProject);
        const QByteArray bytes = isProject ? anotherVersion() : QByteArray();
        {
            ScriptedGenerator::Script script;
            script.chunk = 16; // it looks back
            AppParts parts(m_folder->path(), script);
            begin(parts);
            QVERIFY(parts.write(5, 20));
            QVERIFY(parts.waitUntilSaved()); // the run is in that file alone
            writeOver(bytes);
            type(parts, "Two. ");
            QTRY_COMPARE(parts.project.place().kind, Kind::Gone);
            QVERIFY(parts.write(parts.document.size(), 20));
            QVERIFY(parts.waitUntilSaved());
        }
        QFile now(path("a.inkgate"));
        QVERIFY(now.open(QIODevice::ReadOnly));
        QCOMPARE(now.readAll(), bytes);
        QCOMPARE(recovered().size(), 1);
        AppParts again(m_folder->path());
        QVERIFY(again.start());
        QVERIFY(again.document.text().startsWith(QStringLiteral("Two. One. ")));
        QVERIFY(again.document.text().size() > 100);
        // The file that was written over had the first run; the copy was made of the text alone.
        QCOMPARE(again.runs.runs().size(), 2);
        for (const RunId run : again.runs.runs()) {
            QCOMPARE(again.runs.run(run)->tokens.size(), 20);
            QVERIFY(!again.runs.run(run)->text.isEmpty());
            again.runs.loadChoices(run);
            for (int token = 0; token < 20; ++token)
                QTRY_VERIFY(again.runs.choices(run, token).has_value());
            again.runs.loadLooks(run);
            QTRY_VERIFY(again.runs.looks(run) != nullptr);
            QVERIFY(!again.runs.looks(run)->read.isEmpty());
            QCOMPARE(again.runs.looks(run)->tokens.size(), 19); // the last one was not read
        }
    }

    // What is typed meanwhile is saved before the last run is.
    void theRunsComeBackAFewAtATime() {
        constexpr int kRuns = 6, kTokens = 3000; // two of them go at a time
        SavedRuns saved;
        {
            AppParts parts(m_folder->path());
            begin(parts);
            for (int run = 0; run < kRuns; ++run)
                QVERIFY(parts.write(parts.document.size(), kTokens));
            QVERIFY(parts.waitUntilSaved());
            watch(parts, saved);
            writeOver();
            // Two that change before their turn: one before it is known that the file is gone.
            parts.runs.setName(parts.runs.runs()[kRuns - 2], QStringLiteral("The bell"));
            type(parts, "Two. ");
            QTRY_COMPARE(parts.project.place().kind, Kind::Gone);
            parts.runs.setName(parts.runs.runs()[kRuns - 1], QStringLiteral("The ferry"));
            QVERIFY(parts.waitUntilSaved());
        }
        QCOMPARE(saved.withoutTokens, 0);
        QVERIFY(std::ranges::is_sorted(saved.runs));
        QVERIFY(saved.runs.contains(2)); // neither none nor all
        QCOMPARE(saved.runs.last(), kRuns);
        AppParts again(m_folder->path());
        QVERIFY(again.start());
        QCOMPARE(again.runs.runs().size(), kRuns);
        for (const RunId run : again.runs.runs())
            QCOMPARE(again.runs.run(run)->tokens.size(), kTokens);
        QCOMPARE(again.runs.run(again.runs.runs()[kRuns - 2])->name, QStringLiteral("The bell"));
        QCOMPARE(again.runs.run(again.runs.runs()[kRuns - 1])->name, QStringLiteral("The ferry"));
    }

    // One that is still being written is behind the others, and grows and ends before its turn.
    void aRunThatIsBeingWrittenComesBackWhole() {
        constexpr int kRuns = 4, kTokens = 1500, kLast = 300;
        SavedRuns saved;
        {
            ScriptedGenerator::Script script;
            script.delayMs = 1;
            AppParts parts(m_folder->path(), script);
            begin(parts);
            for (int run = 0; run < kRuns; ++run)
                QVERIFY(parts.write(parts.document.size(), kTokens));
            QVERIFY(parts.waitUntilSaved());
            watch(parts, saved);
            GenerationOptions options = parts.writer.options();
            options.maxTokens = kLast;
            parts.writer.setOptions(options);
            parts.writer.continueAt(parts.document.size());
            QTRY_VERIFY(parts.runs.runs().size() > kRuns &&
                        parts.runs.run(parts.runs.runs().last())->tokens.size() > kLast / 4);
            writeOver();
            type(parts, "Two. ");
            QTRY_COMPARE(parts.project.place().kind, Kind::Gone);
            QTRY_COMPARE(parts.writer.activity(), StoryWriter::Activity::Idle);
            QVERIFY(parts.waitUntilSaved());
        }
        QCOMPARE(saved.withoutTokens, 0);
        AppParts again(m_folder->path());
        QVERIFY(again.start());
        QCOMPARE(again.runs.runs().size(), kRuns + 1);
        const RunRecord& last = *again.runs.run(again.runs.runs().last());
        QCOMPARE(last.tokens.size(), kLast);
        QCOMPARE(last.tokens.last().end, last.text.size());
        QVERIFY(last.isFinished);
    }

    void aProjectThatCannotBeWrittenIsKeptAndOffered() {
        {
            AppParts parts(m_folder->path());
            begin(parts);
        }
        if (::geteuid() == 0) { // rights do not stop the administrator; a newer version stops everybody
            auto database =
                engine::Database::open(path("a.inkgate").toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database->execute("UPDATE schema_version SET version = 999 WHERE component = 'project'"));
        } else {
            QVERIFY(QFile::setPermissions(path("a.inkgate"), QFile::ReadOwner));
        }
        {
            AppParts parts(m_folder->path());
            QVERIFY(parts.start());
            QVERIFY(parts.project.isReadOnly());
            QVERIFY(parts.project.keptIn().isEmpty());
            QCOMPARE(recovered().size(), 0); // nothing was changed yet
            type(parts, "New words. ");
            QSignalSpy secured(&parts.project, &ProjectController::secured);
            parts.project.secure();
            QVERIFY(secured.wait());
            QVERIFY(secured[0][0].toBool());
            QTRY_VERIFY(!parts.project.keptIn().isEmpty());
            type(parts, "And more. ");
        }
        QCOMPARE(recovered().size(), 1);
        AppParts again(m_folder->path());
        QSignalSpy found(&again.project, &ProjectController::recoveredFound);
        QVERIFY(again.start());
        QCOMPARE(again.project.path(), path("a.inkgate"));
        QTRY_COMPARE(found.count(), 1);
        const QString copy = found[0][0].toStringList().first();
        QSignalSpy opened(&again.project, &ProjectController::opened);
        again.project.open(copy);
        QVERIFY(opened.wait());
        QVERIFY(again.document.text().startsWith(QStringLiteral("And more. New words. One. ")));
        QVERIFY(!again.project.isReadOnly());
    }

    void whereNothingCanBeWrittenThatIsSaid() {
        {
            AppParts parts(m_folder->path());
            begin(parts);
        }
        AppParts parts(m_folder->path());
        QVERIFY(parts.start());
        QVERIFY(QFile::remove(path("a.inkgate")));
        QDir(path("data/recovered")).removeRecursively();
        QDir().mkpath(path("data"));
        QFile inTheWay(path("data/recovered"));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly)); // a file where the folder should be
        type(parts, "Two. ");
        QTRY_COMPARE(parts.project.saveState(), SaveState::Failing);
        QVERIFY(parts.project.saveProblem().contains(QStringLiteral("deleted")));
        QSignalSpy secured(&parts.project, &ProjectController::secured);
        parts.project.secure();
        QVERIFY(secured.wait());
        QVERIFY(!secured[0][0].toBool());
        QVERIFY(!secured[0][1].toString().isEmpty());
        saveAs(parts, path("saved.inkgate")); // the way out
        QCOMPARE(parts.project.saveState(), SaveState::Saved);
    }
};

QTEST_GUILESS_MAIN(LostProjectTest)
#include "lost_project_test.moc"
