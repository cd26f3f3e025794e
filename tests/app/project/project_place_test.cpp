// The open project's file is renamed, moved and copied, and may be called anything: the text is always in a
// file that is known.
#include "app/files/file_path.h"
#include "tests/app/project/project_folder.h"

#include <QFile>

#include <filesystem>

using namespace app;
using Kind = FilePlace::Kind;

class ProjectPlaceTest : public QObject, private test::ProjectFolder {
    Q_OBJECT

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void aRenamedFileGoesOnBeingWrittenAndCanBeFollowed() {
        {
            AppParts parts(m_folder->path());
            begin(parts);
            QVERIFY(QFile::rename(path("a.inkgate"), path("b.inkgate")));
            type(parts, "Two. ");
            QTRY_COMPARE(parts.project.place().kind, Kind::Moved);
            QCOMPARE(parts.project.place().path, path("b.inkgate"));
            QVERIFY(parts.waitUntilSaved());
            QCOMPARE(parts.project.title(), QStringLiteral("a"));
            parts.project.followFile();
            QCOMPARE(parts.project.title(), QStringLiteral("b"));
            QCOMPARE(parts.project.place(), FilePlace());
            type(parts, "Three. ");
            QVERIFY(parts.waitUntilSaved());
            QCOMPARE(parts.project.place(), FilePlace());
        }
        QVERIFY(textIn(path("b.inkgate")).startsWith(QStringLiteral("Three. Two. One. ")));
        QVERIFY(!QFile::exists(path("a.inkgate")));
        AppParts again(m_folder->path());
        QVERIFY(again.start());
        QCOMPARE(again.project.path(), path("b.inkgate"));
    }

    // Even without an answer, and if nothing was written since.
    void theNextStartOpensTheRenamedFile() {
        {
            AppParts parts(m_folder->path());
            begin(parts);
            QDir().mkpath(path("elsewhere"));
            QVERIFY(QFile::rename(path("a.inkgate"), path("elsewhere/c.inkgate")));
        }
        AppParts again(m_folder->path());
        QVERIFY(again.start());
        QCOMPARE(again.project.path(), path("elsewhere/c.inkgate"));
        QVERIFY(again.document.text().startsWith(QStringLiteral("One. ")));
    }

    void itIsNoticedWithoutAWord() {
        AppParts parts(m_folder->path());
        begin(parts);
        QVERIFY(QFile::rename(path("a.inkgate"), path("b.inkgate")));
        QTRY_COMPARE(parts.project.place().path, path("b.inkgate"));
        QVERIFY(QFile::rename(path("b.inkgate"), path("a.inkgate")));
        type(parts, "Two. ");
        QTRY_COMPARE(parts.project.place(), FilePlace());
    }

    void savingUnderTheNewNameIsFollowing() {
        AppParts parts(m_folder->path());
        begin(parts);
        QVERIFY(QFile::rename(path("a.inkgate"), path("b.inkgate")));
        type(parts, "Two. ");
        QTRY_COMPARE(parts.project.place().kind, Kind::Moved);
        saveAs(parts, path("b.inkgate"));
        QCOMPARE(parts.project.path(), path("b.inkgate"));
        QCOMPARE(parts.project.place(), FilePlace());
    }

    void aCopyMadeWhileItIsOpenHoldsAll() {
        AppParts parts(m_folder->path());
        begin(parts);
        type(parts, "Two. ");
        QVERIFY(parts.waitUntilSaved());
        QVERIFY(QFile::copy(path("a.inkgate"), path("copy.inkgate")));
        QVERIFY(textIn(path("copy.inkgate")).startsWith(QStringLiteral("Two. One. ")));
    }

    void contentAndNotTheNameTellsAProject() {
        {
            AppParts parts(m_folder->path());
            begin(parts);
        }
        QVERIFY(QFile::rename(path("a.inkgate"), path("a.inkgate.v1.backup")));
        AppParts parts(m_folder->path());
        QVERIFY(parts.start(path("a.inkgate.v1.backup")));
        QVERIFY(parts.document.text().startsWith(QStringLiteral("One. ")));
        QVERIFY(!parts.project.isUntitled());
    }

    void aNameThatIsNoTextOpens() {
        {
            AppParts parts(m_folder->path());
            begin(parts);
        }
        const QString strange =
            m_folder->path() + QStringLiteral("/gr") + QChar(0xDCFC) + QStringLiteral(".inkgate");
        std::filesystem::rename(toSystemPath(path("a.inkgate")), toSystemPath(strange));
        {
            AppParts parts(m_folder->path());
            QVERIFY(parts.start(strange));
            QVERIFY(parts.document.text().startsWith(QStringLiteral("One. ")));
            type(parts, "Two. ");
            QVERIFY(parts.waitUntilSaved());
        }
        AppParts again(m_folder->path());
        QVERIFY(again.start()); // found again through the settings
        QCOMPARE(again.project.path(), strange);
        QVERIFY(again.document.text().startsWith(QStringLiteral("Two. One. ")));
        std::filesystem::remove(toSystemPath(strange));
    }
};

QTEST_GUILESS_MAIN(ProjectPlaceTest)
#include "project_place_test.moc"
