// single_file_test.cpp: a database in one file: readers from outside, names that change, processes that are
// killed.
#include "engine/trace/single_file.h"

#include "engine/trace/sqlite.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace engine;

namespace {

Expected<Database> openOn(SingleFile& file, Database::Mode mode = Database::Mode::ReadWrite) {
    return Database::open(file.path(), mode, {.busyTimeoutMs = 50, .file = &file});
}

// Rows of two tables that always hold the same numbers.
Expected<void> addPair(Database& database, int number) {
    auto transaction = Transaction::begin(database);
    if (!transaction)
        return failure(transaction.error());
    const std::string text = std::to_string(number);
    if (auto done = database.execute("INSERT INTO a VALUES (" + text +
                                     ", zeroblob(3000));"
                                     "UPDATE b SET n = " +
                                     text);
        !done)
        return done;
    return transaction->commit();
}

} // namespace

class SingleFileTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::filesystem::path path(const char* name = "story.db") const {
        return m_folder->filePath(name).toStdString();
    }

    void make() {
        auto file = SingleFile::create(path());
        QVERIFY(file.has_value());
        auto database = openOn(**file, Database::Mode::Create);
        QVERIFY(database.has_value());
        QVERIFY(database->execute("CREATE TABLE a(n, filling); CREATE TABLE b(n); INSERT INTO b VALUES (0)"));
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void nothingStandsBesideIt() {
        make();
        auto file = SingleFile::open(path());
        auto database = openOn(**file);
        QVERIFY(addPair(*database, 1));
        auto transaction = Transaction::begin(*database);
        QVERIFY(database->execute("UPDATE b SET n = 2"));
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden), QStringList{"story.db"});
        QVERIFY(transaction->commit());
        QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden), QStringList{"story.db"});
    }

    void othersReadItAndDoNotWriteIt() {
        make();
        auto file = SingleFile::open(path());
        auto database = openOn(**file);
        QVERIFY(addPair(*database, 7));
        {
            auto reader = Database::open(path(), Database::Mode::ReadOnly, {.busyTimeoutMs = 50});
            QVERIFY(reader.has_value());
            QVERIFY(reader->queryInteger("SELECT n FROM b") == 7);
        }
        QVERIFY(addPair(*database, 8)); // the reader is gone
        auto second = SingleFile::open(path());
        QVERIFY(!second);
        QCOMPARE(second.error().code, ErrorCode::WriteFailed);
        const auto writer =
            Database::open(path(), Database::Mode::ReadWrite, {.busyTimeoutMs = 50}); // asks for a log
        QVERIFY(!writer);
        QCOMPARE(writer.error().code, ErrorCode::WriteFailed);
        QVERIFY(database->queryInteger("SELECT n FROM b") == 8);
    }

    void aReaderThatStaysMakesTheWriterWait() {
        make();
        auto file = SingleFile::open(path());
        auto database = openOn(**file);
        auto reader = Database::open(path(), Database::Mode::ReadOnly);
        QVERIFY(reader->execute("BEGIN"));
        QVERIFY(reader->queryInteger("SELECT n FROM b") == 0);
        const auto added = addPair(*database, 1);
        QVERIFY(!added);
        QCOMPARE(added.error().code, ErrorCode::WriteFailed);
        QVERIFY(reader->queryInteger("SELECT n FROM b") == 0);
        QVERIFY(reader->execute("COMMIT"));
        QVERIFY(addPair(*database, 2));
        QVERIFY(reader->queryInteger("SELECT n FROM b") == 2);
        QVERIFY(database->queryInteger("SELECT count(*) FROM a") == 1);
    }

    void itGoesOnWhenItIsRenamedOrDeleted() {
        make();
        auto file = SingleFile::open(path());
        auto database = openOn(**file);
        std::filesystem::rename(path(), path("other.db"));
        QVERIFY(addPair(*database, 1));
        std::filesystem::rename(path("other.db"), path("third.db"));
        QVERIFY(addPair(*database, 2));
        QVERIFY(Database::open(path("third.db"), Database::Mode::ReadOnly)->queryInteger("SELECT n FROM b") ==
                2);
        std::filesystem::remove(path("third.db"));
        QVERIFY(addPair(*database, 3));
        auto copy = SingleFile::create(path("copy.db"));
        {
            auto target = openOn(**copy, Database::Mode::Create);
            QVERIFY(database->copyTo(*target));
        }
        copy->reset();
        QVERIFY(Database::open(path("copy.db"), Database::Mode::ReadOnly)
                    ->queryInteger("SELECT count(*) FROM a") == 3);
    }

    // Journals of the right name are not ours, whatever they hold.
    void logsBesideItAreNotApplied() {
        make();
        for (const char* suffix : {"-journal", "-wal"})
            QVERIFY(QFile::copy(QString::fromStdString(path().string()),
                                QString::fromStdString(path().string() + suffix)));
        auto file = SingleFile::open(path());
        auto database = openOn(**file);
        QVERIFY(addPair(*database, 4));
        QVERIFY(database->queryInteger("SELECT n FROM b") == 4);
        QVERIFY(database->checkIntegrity());
    }

    void namesOfAnyBytesAndLengthWork() {
        std::filesystem::path folder = m_folder->path().toStdString();
        while (folder.string().size() < 900)
            folder /= std::string(100, 'd');
        std::filesystem::create_directories(folder);
        const std::filesystem::path strange = folder / "gr\xFC\xDF"
                                                       "e.db";
        {
            auto file = SingleFile::create(strange);
            QVERIFY(file.has_value());
            auto database = openOn(**file, Database::Mode::Create);
            QVERIFY(database->execute("CREATE TABLE t(i); INSERT INTO t VALUES (5)"));
        }
        {
            auto file = SingleFile::open(strange);
            QVERIFY(openOn(**file)->queryInteger("SELECT i FROM t") == 5);
        }
        std::filesystem::remove_all(m_folder->path().toStdString()); // Qt cannot name them
    }

    void aWriteAheadFileIsToldAndRefused() {
        { QVERIFY(Database::open(path(), Database::Mode::Create)->execute("CREATE TABLE t(i)")); }
        auto file = SingleFile::open(path());
        QVERIFY((*file)->isInLogMode());
        QVERIFY(!openOn(**file));
        (*file)->ignoreLogMode();
        QVERIFY(openOn(**file)->queryInteger("SELECT count(*) FROM t") == 0);
        QVERIFY((*file)->isInLogMode()); // reading leaves it as it is
        QVERIFY(openOn(**file)->execute("INSERT INTO t VALUES (1)"));
        QVERIFY(!(*file)->isInLogMode());
    }

    void killedAtAnyMomentItIsWhole() {
        make();
        int last = 0;
        for (int round = 0; round < 30; ++round) {
            int pipe[2];
            QVERIFY(::pipe(pipe) == 0);
            const pid_t child = ::fork();
            if (child == 0) {
                auto file = SingleFile::open(path());
                auto database = openOn(**file);
                for (int number = last + 1; database; ++number) {
                    if (!addPair(*database, number) || ::write(pipe[1], &number, sizeof number) < 0)
                        ::_exit(1);
                }
                ::_exit(2);
            }
            ::close(pipe[1]);
            QTest::qSleep(2 + round);
            ::kill(child, SIGKILL);
            int status = 0;
            ::waitpid(child, &status, 0);
            QVERIFY(WIFSIGNALED(status));
            for (int number = 0; ::read(pipe[0], &number, sizeof number) == sizeof number;)
                last = number;
            ::close(pipe[0]);
            auto file = SingleFile::open(path());
            auto database = openOn(**file);
            QVERIFY(database->checkIntegrity());
            const auto reached = database->queryInteger("SELECT n FROM b");
            QVERIFY(*reached >= last);
            QVERIFY(database->queryInteger("SELECT coalesce(max(n), 0) FROM a") == *reached);
            last = static_cast<int>(*reached);
        }
        QVERIFY(last > 0);
    }
};

QTEST_GUILESS_MAIN(SingleFileTest)
#include "single_file_test.moc"
