// sqlite_test.cpp: values come back as they went in, and every failure has its code and a sentence with the
// file's name.
#include "engine/trace/sqlite.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <limits>
#include <vector>

using namespace engine;

class SqliteTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }

private slots:
    void valuesComeBackAsTheyWentIn() {
        auto database = Database::open(path("values.db"), Database::Mode::Create);
        QVERIFY(database);
        QVERIFY(database->execute("CREATE TABLE t(i INTEGER, r REAL, s TEXT, b BLOB, n)"));
        auto insert = database->prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5)");
        QVERIFY(insert);
        const std::vector<std::byte> blob{std::byte{0}, std::byte{255}, std::byte{7}};
        insert->bind(1, std::numeric_limits<std::int64_t>::min())
            .bind(2, 0.1)
            .bind(3, std::string("\xC3\xA9\0x", 4));
        insert->bind(4, std::span<const std::byte>(blob)).bindNull(5);
        QVERIFY(insert->run());
        QVERIFY(insert->bind(1, 7).bind(2, -0.0).bind(3, "").bind(4, std::span<const std::byte>()).run());

        auto query = database->prepare("SELECT i, r, s, b, n FROM t ORDER BY rowid");
        QVERIFY(query);
        QVERIFY(query->step() == true);
        QCOMPARE(query->integer(0), std::numeric_limits<std::int64_t>::min());
        QCOMPARE(query->real(1), 0.1);
        QVERIFY(query->text(2) == std::string_view("\xC3\xA9\0x", 4));
        QVERIFY(std::ranges::equal(query->blob(3), blob));
        QVERIFY(query->isNull(4));
        QVERIFY(query->step() == true);
        QVERIFY(!query->isNull(2)); // an empty text is a text
        QVERIFY(!query->isNull(3));
        QVERIFY(query->blob(3).empty());
        QVERIFY(query->isNull(4)); // run() forgot the bindings
        QVERIFY(query->step() == false);
        QVERIFY(query->step() == true); // from the start again
    }

    void aTransactionWithoutCommitIsUndone() {
        auto database = Database::open(path("transaction.db"), Database::Mode::Create);
        QVERIFY(database && database->execute("CREATE TABLE t(i)"));
        {
            auto transaction = Transaction::begin(*database);
            QVERIFY(transaction && database->execute("INSERT INTO t VALUES (1)"));
        }
        QVERIFY(database->queryInteger("SELECT count(*) FROM t") == 0);
        {
            auto transaction = Transaction::begin(*database);
            QVERIFY(transaction && database->execute("INSERT INTO t VALUES (1)"));
            QVERIFY(transaction->commit());
        }
        QVERIFY(database->queryInteger("SELECT count(*) FROM t") == 1);
    }

    void foreignKeysAreChecked() {
        auto database = Database::open(path("keys.db"), Database::Mode::Create);
        QVERIFY(database && database->execute("CREATE TABLE a(id INTEGER PRIMARY KEY);"
                                              "CREATE TABLE b(a INTEGER NOT NULL REFERENCES a(id))"));
        const auto refused = database->execute("INSERT INTO b VALUES (3)");
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::InvalidArgument);
    }

    void failuresHaveACodeAndNameTheFile_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("code");
        QTest::newRow("text") << QByteArray(5000, 'x') << static_cast<int>(ErrorCode::UnsupportedFormat);
        QTest::newRow("shorter than a header")
            << QByteArray("SQLite") << static_cast<int>(ErrorCode::UnsupportedFormat);
        QTest::newRow("only the magic") << QByteArray("SQLite format 3\0", 16).append(QByteArray(84, '\0'))
                                        << static_cast<int>(ErrorCode::UnsupportedFormat);
    }
    void failuresHaveACodeAndNameTheFile() {
        QFETCH(QByteArray, content);
        QFETCH(int, code);
        QFile file(m_folder.filePath("strange.db"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
        file.close();
        for (const auto mode : {Database::Mode::ReadOnly, Database::Mode::Create}) {
            const auto database = Database::open(path("strange.db"), mode);
            QVERIFY(!database);
            QCOMPARE(static_cast<int>(database.error().code), code);
            QVERIFY(database.error().message.find("strange.db") != std::string::npos);
        }
    }

    void anAbsentFileIsSaidToBeAbsent() {
        const auto database = Database::open(path("nowhere.db"), Database::Mode::ReadWrite);
        QVERIFY(!database);
        QCOMPARE(database.error().code, ErrorCode::FileNotFound);
        QVERIFY(!std::filesystem::exists(path("nowhere.db")));
    }

    void aFolderCannotBeOpened() {
        const auto database = Database::open(m_folder.path().toStdString(), Database::Mode::ReadWrite);
        QVERIFY(!database);
        QCOMPARE(database.error().code, ErrorCode::FileUnreadable);
    }

    void aFullDiskUndoesTheTransaction() {
        auto database = Database::open(path("full.db"), Database::Mode::Create);
        QVERIFY(database && database->execute("CREATE TABLE t(b); INSERT INTO t VALUES (zeroblob(100))"));
        QVERIFY(database->execute("PRAGMA max_page_count=4")); // SQLite's own way to play a disk without room
        {
            auto transaction = Transaction::begin(*database);
            QVERIFY(transaction);
            const auto written = database->execute("INSERT INTO t VALUES (zeroblob(100000))");
            QVERIFY(!written);
            QCOMPARE(written.error().code, ErrorCode::WriteFailed);
            QVERIFY(written.error().message.find("disk is full") != std::string::npos);
        }
        QVERIFY(database->execute("PRAGMA max_page_count=1000"));
        QVERIFY(database->queryInteger("SELECT count(*) FROM t") == 1);
        QVERIFY(database->checkIntegrity());
    }

    void aLockedFileIsSaidToBeLocked() {
        auto first = Database::open(path("locked.db"), Database::Mode::Create);
        QVERIFY(first && first->execute("CREATE TABLE t(i)"));
        auto held = Transaction::begin(*first);
        QVERIFY(held);
        auto second = Database::open(path("locked.db"), Database::Mode::ReadWrite, {.busyTimeoutMs = 20});
        QVERIFY(second);
        const auto refused = Transaction::begin(*second);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::WriteFailed);
        QVERIFY(refused.error().message.find("locked") != std::string::npos);
        QVERIFY(second->queryInteger("SELECT count(*) FROM t")); // readers are not held up
    }

    void damagedPagesAreFound() {
        {
            auto database = Database::open(path("damaged.db"), Database::Mode::Create);
            QVERIFY(database && database->execute(
                                    "CREATE TABLE t(i INTEGER PRIMARY KEY, s TEXT); CREATE INDEX x ON t(s)"));
            auto transaction = Transaction::begin(*database);
            for (int i = 0; i < 2000; ++i)
                QVERIFY(database->execute("INSERT INTO t(s) VALUES (hex(randomblob(30)))"));
            QVERIFY(transaction->commit());
            QVERIFY(database->checkIntegrity());
        }
        QFile file(m_folder.filePath("damaged.db"));
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(5 * 4096));
        QVERIFY(file.write(QByteArray(4096, '\x5A')) == 4096);
        file.close();
        auto database = Database::open(path("damaged.db"), Database::Mode::ReadOnly);
        QVERIFY(database);
        const auto checked = database->checkIntegrity();
        QVERIFY(!checked);
        QCOMPARE(checked.error().code, ErrorCode::FileDamaged);
    }

    void aBackupHoldsWhatWasCommitted() {
        auto database = Database::open(path("source.db"), Database::Mode::Create);
        QVERIFY(database && database->execute("CREATE TABLE t(i); INSERT INTO t VALUES (41)"));
        QVERIFY(database->setApplicationId(1234));
        auto other = Database::open(path("source.db"), Database::Mode::ReadWrite);
        QVERIFY(other && other->execute("UPDATE t SET i = 42"));
        QVERIFY(database->backupTo(path("copy.db")));
        auto copy = Database::open(path("copy.db"), Database::Mode::ReadOnly);
        QVERIFY(copy);
        QVERIFY(copy->queryInteger("SELECT i FROM t") == 42);
        QVERIFY(copy->applicationId() == 1234);
        QVERIFY(!database->backupTo(path("no/such/folder.db")));
    }

    void aReadOnlyConnectionRefusesToWrite() {
        {
            QVERIFY(
                Database::open(path("readonly.db"), Database::Mode::Create)->execute("CREATE TABLE t(i)"));
        }
        auto database = Database::open(path("readonly.db"), Database::Mode::ReadOnly);
        QVERIFY(database && database->isReadOnly());
        const auto refused = database->execute("INSERT INTO t VALUES (1)");
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::WriteFailed);
    }
};

QTEST_GUILESS_MAIN(SqliteTest)
#include "sqlite_test.moc"
