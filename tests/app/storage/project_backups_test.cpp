#include "app/storage/backups/project_backups.h"

#include "tests/app/storage/project_samples.h"
#include "tests/app/support/app_parts.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace app;

class ProjectBackupsTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("tale.inkgate"));
    }

    void aBackupIsAWholeProject() {
        auto file = ProjectFile::create(m_path, test::sampleText());
        QVERIFY(file && (*file)->append({test::typedEdit(0, QStringLiteral("Words ")),
                                         VersionKept{VersionCause::Named, QStringLiteral("x"),
                                                     QDateTime::currentDateTimeUtc()}}));
        ProjectBackups backups(m_folder->filePath(QStringLiteral("data")));
        QVERIFY(backups.make(**file, false, QDateTime::currentDateTimeUtc()));
        QCOMPARE(beside().size(), 1);
        auto copy = ProjectFile::open(beside().first());
        QVERIFY(copy);
        QCOMPARE((*copy)->text(), (*file)->text());
        QCOMPARE((*copy)->readVersions()->versions.size(), 1);
        QVERIFY(ProjectBackups::isBackup(beside().first()));
        QVERIFY(!ProjectBackups::isBackup(m_path));
    }

    void onePerHourStaysAndWhatIsNotOursIsLeftAlone() {
        auto file = ProjectFile::create(m_path, test::sampleText());
        QVERIFY(file);
        ProjectBackups backups(m_folder->filePath(QStringLiteral("data")));
        const QDateTime now = QDateTime::currentDateTimeUtc();
        const QDateTime day(now.date().addDays(-2), QTime(0, 0), Qt::UTC);
        QVERIFY(backups.make(**file, false, day.addSecs(3600)));
        const QString ours = beside().first();
        QFile other(QFileInfo(ours).absolutePath() + QStringLiteral("/my own.inkgate"));
        QVERIFY(other.open(QIODevice::WriteOnly));
        // Copying a folder makes its files young; their names still say when they were made.
        QFile copied(ours);
        QVERIFY(copied.open(QIODevice::ReadWrite) &&
                copied.setFileTime(now, QFileDevice::FileModificationTime));
        QVERIFY(backups.make(**file, false, day.addSecs(3 * 3600)));
        QCOMPARE(beside().size(), 2);
        QVERIFY(backups.make(**file, false, now));
        QCOMPARE(beside().size(), 2); // of the two of that day the newer one, and the new one
        QVERIFY(!QFile::exists(ours));
        QVERIFY(other.exists());
    }

    void oneIsDueInEachSessionAndEveryHour() {
        auto file = ProjectFile::create(m_path, test::sampleText());
        ProjectBackups backups(m_folder->filePath(QStringLiteral("data")));
        const QDateTime now = QDateTime::currentDateTimeUtc();
        QVERIFY(backups.isDue(now));
        QVERIFY(backups.make(**file, false, now));
        QVERIFY(!backups.isDue(now.addSecs(3599)));
        QVERIFY(backups.isDue(now.addSecs(3600)));
        backups.beginSession();
        QVERIFY(backups.isDue(now));
    }

    void whereNothingCanBeMadeItIsSaidAndSavingGoesOn() {
        for (const char* const name : {"tale backups", "data/backups"}) { // files where the folders should be
            QDir(m_folder->path()).mkpath(QStringLiteral("data"));
            QFile inTheWay(m_folder->filePath(QLatin1String(name)));
            QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        }
        AppParts parts(m_folder->path());
        parts.preferences.markStarted();
        QVERIFY(parts.start());
        QSignalSpy saved(&parts.project, &ProjectController::savedAs);
        parts.project.saveAs(m_path);
        QVERIFY(saved.wait());
        QSignalSpy failed(&parts.project, &ProjectController::backupFailed);
        parts.document.applyUserEdit(0, 0, QStringLiteral("Words"));
        QTRY_COMPARE(failed.size(), 1);
        parts.document.applyUserEdit(0, 0, QStringLiteral("More "));
        QVERIFY(parts.waitUntilSaved());
        QCOMPARE(parts.project.saveState(), ProjectController::SaveState::Saved);
    }

    // With nothing to write beside it, the data folder takes the backup.
    void aFolderThatCannotBeWrittenIsNotInTheWay() {
        QFile inTheWay(m_folder->filePath(QStringLiteral("tale backups")));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        auto file = ProjectFile::create(m_path, test::sampleText());
        ProjectBackups backups(m_folder->filePath(QStringLiteral("data")));
        QVERIFY(backups.make(**file, false, QDateTime::currentDateTimeUtc()));
        QCOMPARE(QDir(m_folder->filePath(QStringLiteral("data/backups"))).entryList(QDir::Files).size(), 1);
    }

    void theWritersFolderTakesTheCopies() {
        const QString chosen = m_folder->filePath(QStringLiteral("my backups"));
        auto file = ProjectFile::create(m_path, test::sampleText());
        QVERIFY(QDir(m_folder->path()).mkpath(QStringLiteral("other")));
        auto namesake =
            ProjectFile::create(m_folder->filePath(QStringLiteral("other/tale.inkgate")), test::sampleText());
        QVERIFY(file && namesake && QDir().mkpath(chosen));
        ProjectBackups backups(m_folder->filePath(QStringLiteral("data")));
        backups.setOptions({chosen, 2, 0});
        const QDateTime now(QDate(2026, 5, 20), QTime(12, 0), Qt::UTC);
        for (int hour = 0; hour < 4; ++hour) {
            QVERIFY(backups.make(**file, false, now.addSecs(hour * 3600)));
            QVERIFY(backups.make(**namesake, false, now.addSecs(hour * 3600)));
        }
        QVERIFY(beside().isEmpty());
        // Two of each: projects of one name do not thin each other's.
        const QString folder = ProjectBackups::folderIn(chosen, m_path);
        QVERIFY(folder != ProjectBackups::folderIn(chosen, (*namesake)->path()));
        for (const QString& path : {m_path, (*namesake)->path()})
            QCOMPARE(QDir(ProjectBackups::folderIn(chosen, path)).entryList(QDir::Files).size(), 2);
        QVERIFY(ProjectBackups::isBackup(folder + u'/' + QDir(folder).entryList(QDir::Files).first()));
    }

    // As of a disk that is not plugged in.
    void aFolderThatIsGoneIsNotMadeAndTheCopyIsBesideTheStory() {
        auto file = ProjectFile::create(m_path, test::sampleText());
        ProjectBackups backups(m_folder->filePath(QStringLiteral("data")));
        const QString gone = m_folder->filePath(QStringLiteral("usb/stick"));
        backups.setOptions({gone, 0, 0});
        const auto made = backups.make(**file, false, QDateTime::currentDateTimeUtc());
        QVERIFY(!made);
        QVERIFY2(made.error().message.contains(gone), qPrintable(made.error().message));
        QCOMPARE(beside().size(), 1);
        QVERIFY(!QFile::exists(gone));
    }

    void aWritersFirstChangeMakesOneAndItOpensAsACopy() {
        AppParts parts(m_folder->path());
        parts.preferences.markStarted();
        QVERIFY(parts.start());
        QSignalSpy saved(&parts.project, &ProjectController::savedAs);
        parts.project.saveAs(m_path);
        QVERIFY(saved.wait());
        parts.document.applyUserEdit(0, 0, QStringLiteral("Words"));
        QTRY_COMPARE(beside().size(), 1);
        const QString backup = beside().first();
        const auto bytesOf = [](const QString& path) {
            QFile file(path);
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        const QByteArray before = bytesOf(backup);
        QSignalSpy opened(&parts.project, &ProjectController::opened);
        parts.project.open(backup);
        QVERIFY(opened.wait());
        QVERIFY(!before.isEmpty() && bytesOf(backup) == before);
        QVERIFY(parts.project.isUntitled());
        QCOMPARE(parts.document.text(), QStringLiteral("Words"));
        parts.document.applyUserEdit(0, 0, QStringLiteral("Other "));
        QVERIFY(parts.waitUntilSaved());
        QCOMPARE((*ProjectFile::open(backup))->text().text(), QStringLiteral("Words"));
    }

private:
    [[nodiscard]] QStringList beside() const {
        QStringList paths;
        const QDir folder(m_folder->filePath(QStringLiteral("tale backups")));
        for (const QString& name : folder.entryList({QStringLiteral("tale *.inkgate")}, QDir::Files))
            paths.append(folder.filePath(name));
        return paths;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(ProjectBackupsTest)
#include "project_backups_test.moc"
