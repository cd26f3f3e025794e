// Projects of earlier versions, which had a write-ahead log: everything is there, and no log meets another
// file.
#include "app/storage/project_file.h"
#include "engine/trace/sqlite.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace app;
using engine::Database;

namespace {

const QString kStory = QStringLiteral("Once upon a time. ").repeated(3000);

TextEdit typed(const QString& text) { return {0, 0, text, {Span{text.size(), Origin::Typed, 0, 0}}}; }

// A project as an earlier version left it when it was killed: the last edit only in the log.
void makeOld(const QString& path, const QString& text, const QString& lastWords) {
    {
        auto file = ProjectFile::create(path, SpannedText(text, Origin::Imported));
        QVERIFY(file.has_value());
    }
    auto database = Database::open(path.toStdString(), Database::Mode::ReadWrite);
    QVERIFY(database.has_value());
    if (lastWords.isEmpty())
        return;
    auto insert = database->prepare("INSERT INTO edit_journal VALUES (1, 0, 0, ?1, x'0500')");
    QVERIFY(insert->bind(1, lastWords.toStdString()).run());
    const QString killed = path + QStringLiteral(".killed");
    QVERIFY(QFile::copy(path, killed) &&
            QFile::copy(path + QStringLiteral("-wal"), killed + QStringLiteral("-wal")));
}

} // namespace

class OldLogTest : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString path(const char* name) const { return m_folder->filePath(QLatin1String(name)); }
    QStringList files() const {
        return QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden, QDir::Name);
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aFileInLogModeWithoutALogOpens() {
        makeOld(path("a.inkgate"), kStory, {});
        QCOMPARE(files(), QStringList{"a.inkgate"});
        auto file = ProjectFile::open(path("a.inkgate"));
        QVERIFY(file);
        QVERIFY((*file)->problem().isEmpty() && (*file)->notice().isEmpty());
        QCOMPARE((*file)->text().text(), kStory);
        QVERIFY((*file)->append({typed(QStringLiteral("New. "))}));
        QCOMPARE(files(), QStringList{"a.inkgate"});
    }

    void whatIsOnlyInTheLogIsKept() {
        makeOld(path("a.inkgate"), kStory, QStringLiteral("Last "));
        {
            auto file = ProjectFile::open(path("a.inkgate.killed"));
            QVERIFY(file);
            QVERIFY((*file)->notice().isEmpty());
            QCOMPARE((*file)->text().text(), QStringLiteral("Last ") + kStory);
        }
        QVERIFY(!QFile::exists(path("a.inkgate.killed-wal")));
        QCOMPARE((*ProjectFile::open(path("a.inkgate.killed")))->text().text(),
                 QStringLiteral("Last ") + kStory);
    }

    // A sync client or a restored backup put another version under the name; the log of the first is still
    // there.
    void aLogOfAnotherFileIsPutAside() {
        makeOld(path("a.inkgate"), QStringLiteral("A short beginning. "), QStringLiteral("Last "));
        makeOld(path("b.inkgate"), kStory, {});
        QVERIFY(QFile::remove(path("a.inkgate.killed")));
        QVERIFY(QFile::rename(path("b.inkgate"), path("a.inkgate.killed")));
        QFile log(path("a.inkgate.killed-wal"));
        QVERIFY(log.open(QIODevice::ReadOnly));
        const QByteArray bytes = log.readAll();
        {
            auto file = ProjectFile::open(path("a.inkgate.killed"));
            QVERIFY(file);
            QCOMPARE((*file)->text().text(), kStory);
            QVERIFY2((*file)->notice().contains(QStringLiteral("a.inkgate.killed-wal")),
                     qPrintable((*file)->notice()));
        }
        QVERIFY(!log.exists());
        const QStringList aside = files().filter(QStringLiteral("of-another-file"));
        QCOMPARE(aside.size(), 1);
        QFile kept(m_folder->filePath(aside[0]));
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), bytes);
        auto again = ProjectFile::open(path("a.inkgate.killed"));
        QCOMPARE((*again)->text().text(), kStory);
        QVERIFY((*again)->notice().isEmpty());
    }

    // Of our own files no log is ever applied, whatever stands beside them.
    void logsBesideANewFileAreNotApplied() {
        makeOld(path("old.inkgate"), QStringLiteral("Old. "), QStringLiteral("Last "));
        { QVERIFY(ProjectFile::create(path("new.inkgate"), SpannedText(kStory, Origin::Typed))); }
        QVERIFY(QFile::copy(path("old.inkgate.killed-wal"), path("new.inkgate-wal")));
        QVERIFY(QFile::copy(path("old.inkgate.killed"), path("new.inkgate-journal")));
        {
            auto file = ProjectFile::open(path("new.inkgate"));
            QVERIFY(file);
            QCOMPARE((*file)->text().text(), kStory);
            QVERIFY((*file)->append({typed(QStringLiteral("More. "))}));
        }
        QCOMPARE((*ProjectFile::open(path("new.inkgate")))->text().text(), QStringLiteral("More. ") + kStory);
    }
};

QTEST_GUILESS_MAIN(OldLogTest)
#include "old_log_test.moc"
