// What a story says about its spelling is kept in its project.
#include "app/storage/tables/spelling_table.h"

#include "app/storage/project_file.h"
#include "tests/app/storage/project_samples.h"

#include <QTemporaryDir>
#include <QTest>

using namespace app;
using namespace test;

class SpellingTableTest : public QObject {
    Q_OBJECT

private slots:
    void theChoiceIsKept() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("story.inkgate"));
        const SpellingChoice choice{
            QStringLiteral("de_AT"),
            {QStringLiteral("Gwen"), QStringLiteral("Ansélm"), QStringLiteral("don't")}};
        {
            auto file = ProjectFile::create(path, sampleText());
            QVERIFY(file);
            QCOMPARE((*file)->read()->spelling, SpellingChoice());
            QVERIFY((*file)->append({SpellingChanged{{QStringLiteral("sv_SE"), {QStringLiteral("x")}}}}));
            QVERIFY((*file)->append({SpellingChanged{choice}}));
            QCOMPARE((*file)->read()->spelling, choice);
        }
        auto again = ProjectFile::open(path);
        QVERIFY(again);
        QCOMPARE((*again)->read()->spelling, choice);
        QVERIFY((*again)->append({SpellingChanged{}}));
        QCOMPARE((*again)->read()->spelling, SpellingChoice());
        QCOMPARE((*again)->read()->text, sampleText());
    }

    // Words that are there twice, as another program may send them, are one.
    void aWordIsKeptOnce() {
        QTemporaryDir folder;
        auto file = ProjectFile::create(folder.filePath(QStringLiteral("story.inkgate")), sampleText());
        QVERIFY(file);
        QVERIFY((*file)->append({SpellingChanged{{{}, {QStringLiteral("a"), QStringLiteral("a")}}}}));
        QCOMPARE((*file)->read()->spelling.ignored, QStringList{QStringLiteral("a")});
    }
};

QTEST_GUILESS_MAIN(SpellingTableTest)
#include "spelling_table_test.moc"
