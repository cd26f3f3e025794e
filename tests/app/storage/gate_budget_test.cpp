// A project keeps as many gates as the writer wants; its file gets smaller, and no words are lost.
#include "app/storage/tables/runs/gate_budget_table.h"

#include "app/storage/project_file.h"
#include "engine/trace/single_file.h"
#include "tests/app/storage/project_samples.h"
#include "tests/app/support/scripted_generator.h"

#include <QFileInfo>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

using namespace app;
using namespace test;

namespace {

constexpr int kRuns = 6;
constexpr int kTokens = 500;
constexpr int kLayers = 50;
constexpr int kWidth = 64;

// Gates of a model with many layers, which no compression makes small.
GateFrames largeGates(QRandomGenerator& random) {
    GateFrames gates;
    for (int token = 0; token < kTokens; ++token) {
        ScriptedGenerator::Script script;
        script.layers = kLayers;
        script.width = kWidth;
        GateFrames frames = ScriptedGenerator::gatesOf(script, token);
        QByteArray codes(qsizetype{kLayers} * kWidth, Qt::Uninitialized);
        for (char& code : codes)
            code = static_cast<char>(random.bounded(256));
        frames.channelCodes = codes;
        gates.append(frames);
    }
    return gates;
}

// A project with runs whose gates take some megabytes.
StorageResult<std::unique_ptr<ProjectFile>> filled(const QString& path) {
    auto file = ProjectFile::create(path, sampleText());
    QRandomGenerator random(3);
    for (RunId run = 1; file && run <= kRuns; ++run) {
        (void)(*file)->append({RunChanged{runRecord(run)}});
        RunGrown grown = growth(run, 0, kTokens);
        grown.gates = largeGates(random);
        (void)(*file)->append({grown});
        RunRecord record = finished(runRecord(run), {grown});
        record.tokens.clear();
        (void)(*file)->append({RunChanged{record}});
    }
    return file;
}

void trim(ProjectFile& file) {
    for (;;) {
        const auto more = file.trimGates();
        QVERIFY(more);
        if (!*more)
            return;
    }
}

} // namespace

class GateBudgetTest : public QObject {
    Q_OBJECT

private slots:
    void theOldestGoFirstAndTheFileShrinks() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("story.inkgate"));
        auto file = filled(path);
        QVERIFY(file);
        const auto read = (*file)->read();
        QVERIFY(read);
        const ProjectContent& before = *read;
        const auto all = (*file)->readSizes();
        QVERIFY(all);
        QCOMPARE(all->runs, kRuns);
        QCOMPARE(all->budget, 0);
        QCOMPARE(all->file, QFileInfo(path).size());
        QVERIFY(all->channels > 1'000'000 && all->summaries > 1'000'000);
        trim(**file); // all is kept: nothing goes
        QCOMPARE((*file)->readSizes()->gates(), all->gates());

        // Room for the summaries and for the channels of some runs.
        const int megabytes = static_cast<int>((all->summaries + all->channels / 2) / 1'000'000);
        QVERIFY((*file)->append({GateBudgetChanged{megabytes}}));
        trim(**file);
        const auto some = (*file)->readSizes();
        QVERIFY(some->gates() <= megabytes * 1'000'000LL);
        QCOMPARE(some->summaries, all->summaries);
        QVERIFY(some->channels > 0);
        QCOMPARE((*file)->readChannels(1, 0)->tokens, 0); // the oldest
        QVERIFY((*file)->readChannels(kRuns, 0)->tokens > 0);
        QCOMPARE(QFileInfo(path).size(), some->file);
        QVERIFY(all->file - some->file > (all->channels - some->channels) / 2);

        // Hardly any: then the sums of the oldest, but never the newest run's.
        QVERIFY((*file)->append({GateBudgetChanged{1}}));
        trim(**file);
        const auto few = (*file)->readSizes();
        QVERIFY(few->summaries < some->summaries);
        QVERIFY((*file)->readGates(kRuns)->tokenCount() > 0);
        QVERIFY((*file)->readChannels(kRuns, 0)->tokens > 0);
        QCOMPARE((*file)->readGates(1)->tokenCount(), 0);

        const ProjectContent after = *(*file)->read();
        QCOMPARE(after.text, before.text);
        QCOMPARE(after.runs, before.runs); // words and tokens
        file->reset();
        auto again = ProjectFile::open(path);
        QVERIFY(again);
        QCOMPARE((*again)->read()->runs, before.runs);
        QCOMPARE((*again)->readSizes()->budget, 1);
    }

    void aRunThatIsBeingWrittenIsLeftAlone() {
        QTemporaryDir folder;
        auto file = filled(folder.filePath(QStringLiteral("story.inkgate")));
        QVERIFY(file && (*file)->append({GateBudgetChanged{1}, RunChanged{runRecord(kRuns + 1)}}));
        QVERIFY((*file)->append({growth(kRuns + 1, 0, 500)}));
        trim(**file);
        QVERIFY((*file)->append({growth(kRuns + 1, 500, 500)}));
        QCOMPARE((*file)->readGates(kRuns + 1)->tokenCount(), 1000);
        QCOMPARE((*file)->readChannels(kRuns + 1, 0)->tokens, 1000);
    }

    // A file of an earlier Inkgate gives room back when it is closed.
    void anEarlierFileIsMadeSmallWhenItIsClosed() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("story.inkgate"));
        QVERIFY(filled(path));
        {
            const auto single = engine::SingleFile::open(path.toStdString());
            QVERIFY(single);
            auto database = engine::Database::open((*single)->path(), engine::Database::Mode::ReadWrite,
                                                   {.file = single->get()});
            QVERIFY(database && database->execute("PRAGMA auto_vacuum=0; VACUUM"));
            QCOMPARE(*database->queryInteger("PRAGMA auto_vacuum"), 0);
        }
        auto file = ProjectFile::open(path);
        QVERIFY(file);
        const ProjectContent before = *(*file)->read();
        const qint64 large = QFileInfo(path).size();
        QVERIFY((*file)->append({GateBudgetChanged{1}}));
        trim(**file);
        QVERIFY(QFileInfo(path).size() >= large); // the room is used again
        (*file)->compact();
        QVERIFY(QFileInfo(path).size() < large / 2);
        QCOMPARE((*file)->place().kind, FilePlace::Kind::AsOpened);
        QVERIFY((*file)->append({typedEdit(0, QStringLiteral("More "))}));
        file->reset();
        auto again = ProjectFile::open(path);
        QVERIFY(again);
        QCOMPARE((*again)->read()->runs, before.runs);
        QVERIFY((*again)->text().text().startsWith(QStringLiteral("More ")));
    }
};

QTEST_GUILESS_MAIN(GateBudgetTest)
#include "gate_budget_test.moc"
