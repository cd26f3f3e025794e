// migrations_test.cpp: tables arrive at the present version from any earlier one, or stay as they were.
#include "engine/trace/migrations.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>

using namespace engine;

class MigrationsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    Database create(const char* name) {
        return std::move(*Database::open(m_folder.filePath(name).toStdString(), Database::Mode::Create));
    }
    static constexpr std::array kTwo{Migration{"CREATE TABLE t(i); INSERT INTO t VALUES (1)"},
                                     Migration{"ALTER TABLE t ADD COLUMN j; UPDATE t SET j = i + 1"}};

private slots:
    void aNewFileGetsThemAll() {
        auto database = create("new.db");
        QVERIFY(migrate(database, "thing", kTwo));
        QVERIFY(schemaVersion(database, "thing") == 2);
        QVERIFY(schemaVersion(database, "other") == 0);
        QVERIFY(database.queryInteger("SELECT j FROM t") == 2);
        QVERIFY(migrate(database, "thing", kTwo)); // nothing to do
        QVERIFY(database.queryInteger("SELECT count(*) FROM t") == 1);
    }

    void anOlderFileIsCopiedFirst() {
        auto database = create("old.db");
        QVERIFY(migrate(database, "thing", std::span(kTwo).first(1)));
        QVERIFY(database.execute("INSERT INTO t VALUES (10)"));
        QVERIFY(migrate(database, "thing", kTwo));
        QVERIFY(database.queryInteger("SELECT sum(j) FROM t") == 13);
        auto copy =
            Database::open(m_folder.filePath("old.db.v1.backup").toStdString(), Database::Mode::ReadOnly);
        QVERIFY(copy);
        QVERIFY(schemaVersion(*copy, "thing") == 1);
        QVERIFY(copy->queryInteger("SELECT sum(i) FROM t") == 11);
    }

    void aNewerFileIsLeftAlone() {
        auto database = create("newer.db");
        QVERIFY(migrate(database, "thing", kTwo));
        const auto refused = migrate(database, "thing", std::span(kTwo).first(1));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::UnsupportedFormat);
        QVERIFY(refused.error().message.find("update Inkgate") != std::string::npos);
        QVERIFY(schemaVersion(database, "thing") == 2);
    }

    void aFailingMigrationChangesNothing() {
        auto database = create("failing.db");
        QVERIFY(migrate(database, "thing", std::span(kTwo).first(1)));
        const std::array broken{kTwo[0], Migration{"ALTER TABLE t ADD COLUMN k"},
                                Migration{"UPDATE absent SET i = 1"}};
        QVERIFY(!migrate(database, "thing", broken));
        QVERIFY(schemaVersion(database, "thing") == 1);
        QVERIFY(!database.queryInteger("SELECT k FROM t"));
    }

    void componentsHaveVersionsOfTheirOwn() {
        auto database = create("two.db");
        QVERIFY(migrate(database, "thing", kTwo));
        const std::array other{Migration{"CREATE TABLE o(i)"}};
        QVERIFY(migrate(database, "other", other));
        QVERIFY(schemaVersion(database, "thing") == 2);
        QVERIFY(schemaVersion(database, "other") == 1);
    }
};

QTEST_GUILESS_MAIN(MigrationsTest)
#include "migrations_test.moc"
