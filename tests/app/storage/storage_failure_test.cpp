// Disks that fail. A full disk is made by a limit on file sizes in this process: writes beyond it fail as on
// a full disk.
#include "app/exchange/story_format.h"
#include "tests/app/support/app_parts.h"
#include "tests/app/support/file_size_limit.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace app;

namespace {

using SaveState = ProjectController::SaveState;

} // namespace

class StorageFailureTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { test::limitFileSize(RLIM_INFINITY); }

    void anExportThatDoesNotFitLeavesTheOldFile_data() {
        QTest::addColumn<StoryFormat>("format");
        for (const StoryFormat format : allStoryFormats())
            if (format != StoryFormat::Pdf) // whose bytes ui/exchange makes; the last row writes them
                QTest::newRow(qPrintable(endingsOf(format).first())) << format;
        QTest::newRow("bytes") << StoryFormat::Pdf;
    }

    void anExportThatDoesNotFitLeavesTheOldFile() {
        QFETCH(StoryFormat, format);
        const QTemporaryDir folder;
        const QTemporaryDir exports;
        AppParts parts(folder.path());
        QVERIFY(parts.start());
        parts.document.applyUserEdit(0, 0, QStringLiteral("The ferry came over the river. "));
        QTRY_COMPARE(parts.project.saveState(), SaveState::Saved);
        const QString path = exports.filePath(QStringLiteral("tale"));
        QFile old(path);
        QVERIFY(old.open(QIODevice::WriteOnly) && old.write("the old one") > 0);
        old.close();
        QSignalSpy failed(&parts.project, &ProjectController::exportFailed);
        test::limitFileSize(20);
        if (format == StoryFormat::Pdf)
            parts.project.exportBytes(path, QByteArray(100, 'x'));
        else
            parts.project.exportStory(path, format, {});
        QVERIFY(failed.wait());
        test::limitFileSize(RLIM_INFINITY);
        QVERIFY(!failed.first().at(1).toString().isEmpty());
        QVERIFY(old.open(QIODevice::ReadOnly));
        QCOMPARE(old.readAll(), QByteArray("the old one"));
        QCOMPARE(
            QDir(exports.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(), 1);
    }

    void aFullDiskIsReportedAndSavingGoesOnLater() {
        const QTemporaryDir folder;
        const QString novel = QStringLiteral("The ferry came over the river. ").repeated(5000);
        {
            AppParts parts(folder.path());
            QVERIFY(parts.start());
            test::limitFileSize(100 * 1024);
            parts.document.applyUserEdit(0, 0, novel);
            QTRY_COMPARE(parts.project.saveState(), SaveState::Failing);
            QVERIFY(!parts.project.saveProblem().isEmpty());
            QVERIFY(parts.document.text().startsWith(novel)); // nothing is lost meanwhile
            parts.document.applyUserEdit(0, 0, QStringLiteral("Still here. "));
            // Another project in its place would throw away what is only in memory.
            QVERIFY(parts.project.hasUnsavedChanges());
            QSignalSpy refused(&parts.project, &ProjectController::openFailed);
            parts.project.newProject();
            QCOMPARE(refused.count(), 1);

            test::limitFileSize(RLIM_INFINITY);
            // By itself, without another edit.
            QTRY_COMPARE_WITH_TIMEOUT(parts.project.saveState(), SaveState::Saved, 10'000);
        }
        AppParts again(folder.path());
        QVERIFY(again.start());
        QVERIFY(again.document.text().startsWith(QStringLiteral("Still here. The ferry")));
    }

    // What the model remembers may be large; it never stands in the way of a word.
    void theTextIsSavedWhereItsStatesFindNoRoom() {
        const QTemporaryDir folder;
        {
            AppParts parts(folder.path());
            QVERIFY(parts.start());
            test::limitFileSize(200 * 1024);
            parts.project.keepStates({{QStringLiteral("m"), QByteArray("p"), QByteArray(1'000'000, 'x')}});
            parts.document.applyUserEdit(0, 0, QStringLiteral("Saved. "));
            QTRY_COMPARE(parts.project.saveState(), SaveState::Saved);
            test::limitFileSize(RLIM_INFINITY);
        }
        AppParts again(folder.path());
        QSignalSpy states(&again.project, &ProjectController::statesRead);
        QVERIFY(again.start());
        QVERIFY(again.document.text().startsWith(QStringLiteral("Saved. ")));
        QVERIFY(states[0][0].value<QList<KeptState>>().isEmpty());
    }

    void savingUnderAnotherNameOnAFullDiskLeavesTheOldFile() {
        const QTemporaryDir folder;
        AppParts parts(folder.path());
        QVERIFY(parts.start());
        const QString target = folder.filePath(QStringLiteral("target.inkgate"));
        parts.project.saveAs(target);
        QTRY_COMPARE(parts.project.path(), target);
        parts.document.applyUserEdit(0, 0, QStringLiteral("The ferry came over the river. ").repeated(5000));
        QVERIFY(parts.waitUntilSaved());

        QSignalSpy failed(&parts.project, &ProjectController::saveAsFailed);
        test::limitFileSize(100 * 1024);
        const QString other = folder.filePath(QStringLiteral("other.inkgate"));
        parts.project.saveAs(other);
        QVERIFY(failed.wait());
        test::limitFileSize(RLIM_INFINITY);
        QVERIFY(!failed[0][1].toString().isEmpty());
        QCOMPARE(parts.project.path(), target);
        QVERIFY(!QFile::exists(other));
        QVERIFY(!parts.project.isBusy());
        QVERIFY(parts.waitUntilSaved());
    }

    void withoutADataFolderTheStoryIsInMemoryAndCanBeSaved() {
        const QTemporaryDir folder;
        QFile inTheWay(folder.filePath(QStringLiteral("data")));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly)); // a file where the folder should be
        const QString target = folder.filePath(QStringLiteral("rescued.inkgate"));
        {
            AppParts parts(folder.path());
            QSignalSpy opened(&parts.project, &ProjectController::opened);
            QVERIFY(parts.start());
            QVERIFY(parts.project.isReadOnly());
            QVERIFY(parts.project.saveProblem().contains(QStringLiteral("data folder")));
            QCOMPARE(opened[0][0].toString(), parts.project.saveProblem());
            parts.document.applyUserEdit(0, 0, QStringLiteral("Written anyway. "));
            parts.project.saveAs(target);
            QTRY_COMPARE(parts.project.saveState(), SaveState::Saved);
        }
        AppParts again(folder.path());
        QVERIFY(again.start(target));
        QVERIFY(again.document.text().startsWith(QStringLiteral("Written anyway. ")));
    }
};

QTEST_GUILESS_MAIN(StorageFailureTest)
#include "storage_failure_test.moc"
