// The likely words in the project file: what is written comes back, damage costs only what it damaged.
#include "app/storage/tables/runs/choice_table.h"

#include "app/generation/token_choices.h"
#include "app/storage/project_file.h"
#include "engine/trace/sqlite.h"
#include "tests/app/storage/project_samples.h"

#include <QTemporaryDir>
#include <QTest>

using namespace app;
using namespace test;

namespace {

// Ten words a token, as a run of the engine has them.
QList<QByteArray> packed(int first, int tokens) {
    QList<QByteArray> choices;
    for (int token = first; token < first + tokens; ++token) {
        TokenChoices one{1 + token % 12, -0.125F * static_cast<float>(token % 40), 0, {}};
        for (int i = 0; i < kTokenChoices; ++i)
            one.best.append({token * 10 + i, -0.5F * static_cast<float>(i),
                             QStringLiteral(" w%1").arg((token * 7 + i) % 300).toUtf8()});
        choices.append(packChoices(one));
    }
    return choices;
}

RunGrown grown(RunId run, int first, int tokens) {
    RunGrown piece = growth(run, first, tokens);
    piece.choices = packed(first, tokens);
    return piece;
}

} // namespace

class ChoiceTableTest : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("story.inkgate"));
    }

    void comeBackByToken() {
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY(file);
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, RunChanged{runRecord(2)}}));
            QVERIFY((*file)->append({grown(1, 0, 7)}));
            QVERIFY((*file)->append({growth(1, 7, 3)})); // while they were not wanted
            QVERIFY((*file)->append({grown(1, 10, 30), grown(2, 0, 1)}));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        const auto choices = (*file)->readChoices(1);
        QVERIFY(choices);
        QCOMPARE(*choices, packed(0, 7) + QList<QByteArray>(3) + packed(10, 30));
        QCOMPARE(*(*file)->readChoices(2), packed(0, 1));
        QVERIFY((*file)->readChoices(3)->isEmpty());
    }

    void aDamagedRowCostsOnlyItsOwn_data() {
        QTest::addColumn<QString>("damage");
        QTest::newRow("cut") << QStringLiteral(
            "UPDATE token_choices SET packed = substr(packed, 1, 20) WHERE first = 4");
        QTest::newRow("empty") << QStringLiteral("UPDATE token_choices SET packed = x'' WHERE first = 4");
        // A length that nobody could have the memory for.
        QTest::newRow("length") << QStringLiteral(
            "UPDATE token_choices SET packed = x'FFFFFFFF' || substr(packed, 5) WHERE first = 4");
        QTest::newRow("gone") << QStringLiteral("DELETE FROM token_choices WHERE first = 4");
    }
    void aDamagedRowCostsOnlyItsOwn() {
        QFETCH(QString, damage);
        {
            auto file = ProjectFile::create(m_path, sampleText());
            QVERIFY(file);
            QVERIFY((*file)->append({RunChanged{runRecord(1)}, grown(1, 0, 4)}));
            QVERIFY((*file)->append({grown(1, 4, 4)}));
            QVERIFY((*file)->append({grown(1, 8, 4)}));
        }
        {
            auto database = engine::Database::open(m_path.toStdString(), engine::Database::Mode::ReadWrite);
            QVERIFY(database);
            QVERIFY(database->execute(damage.toStdString().c_str()));
        }
        auto file = ProjectFile::open(m_path);
        QVERIFY(file);
        const auto choices = (*file)->readChoices(1);
        QVERIFY(choices);
        QCOMPARE(*choices, packed(0, 4) + QList<QByteArray>(4) + packed(8, 4));
    }

    // A run that was in memory while its file was written over.
    void aRestoredRunBringsThemAlong() {
        RunGrown whole = growth(1, 0, 150);
        const RunRecord run = finished(runRecord(1), {whole});
        auto file = ProjectFile::create(m_path, sampleText());
        QVERIFY(file);
        QVERIFY((*file)->append({RunRestored{run, packed(0, 150)}}));
        QCOMPARE(*(*file)->readChoices(1), packed(0, 150));
        // In place of what there was, however its rows began; what is written later comes behind.
        QVERIFY((*file)->append({RunRestored{run, packed(200, 150)}, grown(1, 150, 5)}));
        QCOMPARE(*(*file)->readChoices(1), packed(200, 150) + packed(150, 5));
        // In memory are none: those of the file stay.
        QVERIFY((*file)->append({RunRestored{run, {}}}));
        QCOMPARE((*file)->readChoices(1)->first(150), packed(200, 150));
        QCOMPARE((*file)->read()->runs[0].tokens, run.tokens);
    }

    void aRunTakesLittleRoom() {
        auto file = ProjectFile::create(m_path, sampleText());
        QVERIFY(file);
        const qint64 before = QFile(m_path).size();
        RunGrown piece = growth(1, 0, 200);
        piece.gates = {};
        piece.choices = packed(0, 200);
        QVERIFY((*file)->append({RunChanged{runRecord(1)}, piece}));
        QVERIFY2(QFile(m_path).size() - before < 40'000,
                 qPrintable(QString::number(QFile(m_path).size() - before)));
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

QTEST_GUILESS_MAIN(ChoiceTableTest)
#include "choice_table_test.moc"
