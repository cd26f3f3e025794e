// gate_store_test.cpp: what goes into the gate tables comes out again, and damaged tables give errors.
#include "engine/trace/gate_store.h"

#include "engine/core/random.h"
#include "engine/trace/gate_recorder.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace engine;

namespace {

constexpr int kLayers = 3, kWidth = 20;

GateFrames someFrames(std::int64_t first, int tokens, std::uint64_t seed = 1) {
    Random random(seed);
    GateFrames result;
    GateRecorder recorder(
        {kLayers, 1, kWidth}, true, [&](GateFrames&& frames) { result = std::move(frames); }, first);
    for (int layer = 0; layer < kLayers; ++layer) {
        std::vector<float> gates(static_cast<std::size_t>(tokens * kWidth));
        for (float& gate : gates)
            gate = static_cast<float>(random.uniform());
        recorder.gates(layer, gates);
    }
    return result;
}

GateRun someRun() {
    return {.created = "2025-11-20T23:15:00Z",
            .model = "tales",
            .fingerprint = "abc",
            .enhancement = R"({"variant":"adaptive"})",
            .layers = kLayers,
            .width = kWidth,
            .settings = R"({"seed":7})"};
}

} // namespace

class GateStoreTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }
    Database fresh(const char* name) { return std::move(*openGateTrace(path(name), Database::Mode::Create)); }

    static void compareStored(GateStoreReader& reader, std::int64_t run, const GateFrames& frames) {
        const auto summaries = reader.summaries(run, frames.first, frames.tokens);
        QVERIFY(summaries);
        QCOMPARE(summaries->positions.size(), static_cast<std::size_t>(frames.tokens));
        QVERIFY(summaries->summaries == frames.summaries);
        for (int layer = 0; layer < kLayers; ++layer) {
            const auto channels = reader.channels(run, layer, frames.first, frames.tokens);
            QVERIFY(channels);
            QCOMPARE(channels->width, kWidth);
            QCOMPARE(channels->positions, summaries->positions);
            for (int token = 0; token < frames.tokens; ++token) {
                const auto i = static_cast<std::size_t>(token);
                QCOMPARE(channels->positions[i], frames.first + token);
                QVERIFY(std::ranges::equal(std::span(channels->codes).subspan(i * kWidth, kWidth),
                                           frames.rows().codesOf(token, layer)));
            }
        }
    }

private slots:
    void runsAndTokensComeBack() {
        auto database = fresh("runs.db");
        auto writer = GateStoreWriter::prepare(database);
        QVERIFY(writer);
        GateRun run = someRun();
        const auto id = writer->addRun(run);
        QVERIFY(id);
        run.id = *id;
        const TraceToken separator{.position = 0, .token = 0, .bytes = "", .probability = std::nullopt};
        const TraceToken half{.position = 1,
                              .token = 300,
                              .bytes = std::string("\xE2\0", 2),
                              .origin = TraceToken::Origin::Generated,
                              .probability = 0.25f};
        QVERIFY(writer->addToken(*id, half) && writer->addToken(*id, separator));
        GateStoreReader reader(database);
        QVERIFY(reader.runs() == std::vector{run});
        QVERIFY(reader.tokens(*id, 0, 10) == (std::vector{separator, half}));
        QCOMPARE(reader.tokens(*id, 1, 1)->size(), std::size_t{1});
        QVERIFY(!reader.run(99));
        run.id = 41; // the caller's own id
        QVERIFY(writer->addRun(run) == 41);
        QVERIFY(!writer->addRun(run));
    }

    void gatesComeBack_data() {
        QTest::addColumn<int>("first");
        QTest::addColumn<std::vector<int>>("batches");
        QTest::newRow("one token") << 0 << std::vector<int>{1};
        QTest::newRow("a full block") << 0 << std::vector<int>{64};
        QTest::newRow("one by one over a boundary") << 0 << std::vector<int>(70, 1);
        QTest::newRow("starts inside a block") << 50 << std::vector<int>{100, 1, 1};
        QTest::newRow("long") << 7 << std::vector<int>{300, 41};
    }
    void gatesComeBack() {
        QFETCH(int, first);
        QFETCH(std::vector<int>, batches);
        auto database = fresh(QTest::currentDataTag());
        auto writer = GateStoreWriter::prepare(database);
        const auto run = writer->addRun(someRun());
        std::vector<GateFrames> written;
        std::int64_t position = first;
        for (const int tokens : batches) {
            written.push_back(someFrames(position, tokens, static_cast<std::uint64_t>(position)));
            QVERIFY(writer->addRows(*run, written.back().rows()));
            position += tokens;
            if (written.size() % 3 == 0)
                QVERIFY(writer->flush()); // a block that grows after it was written
        }
        QVERIFY(writer->flush());
        GateStoreReader reader(database);
        for (const GateFrames& frames : written)
            compareStored(reader, *run, frames);
        QVERIFY(reader.channels(*run, 0, position, 1'000)->positions.empty());
        QCOMPARE(reader.channels(*run, 0, 0, 1'000'000)->positions.size(),
                 static_cast<std::size_t>(position - first));
        QVERIFY(database.queryInteger(
                    "SELECT max(first / 64 <> (first + tokens - 1) / 64) FROM gate_values") == 0);
    }

    void tablesLiveBesideOthers() {
        auto database = Database::open(path("project.db"), Database::Mode::Create);
        QVERIFY(database && database->execute("CREATE TABLE story(text)") && database->setApplicationId(77));
        QVERIFY(createGateTables(*database));
        QVERIFY(createGateTables(*database));
        QVERIFY(GateStoreWriter::prepare(*database)->addRun(someRun()));
        const auto asTrace = openGateTrace(path("project.db"), Database::Mode::Create);
        QVERIFY(!asTrace); // somebody else's file is not written into
        QCOMPARE(asTrace.error().code, ErrorCode::UnsupportedFormat);
    }

    void aNewerFileIsRefused() {
        {
            QVERIFY(
                fresh("newer.db").execute("UPDATE schema_version SET version = 9 WHERE component = 'gates'"));
        }
        for (const auto mode : {Database::Mode::ReadOnly, Database::Mode::Create}) {
            const auto database = openGateTrace(path("newer.db"), mode);
            QVERIFY(!database);
            QCOMPARE(database.error().code, ErrorCode::UnsupportedFormat);
            QVERIFY(database.error().message.find("update Inkgate") != std::string::npos);
        }
    }

    void hostileRowsGiveErrors_data() {
        QTest::addColumn<QString>("sql");
        QTest::newRow("summary too short") << "UPDATE gate_summaries SET layers = x'00'";
        QTest::newRow("summary a text") << "UPDATE gate_summaries SET layers = 'text'";
        QTest::newRow("summary missing") << "UPDATE gate_summaries SET layers = zeroblob(0)";
        QTest::newRow("values not zstd") << "UPDATE gate_values SET codes = zeroblob(100)";
        QTest::newRow("values cut") << "UPDATE gate_values SET codes = substr(codes, 1, length(codes) / 2)";
        QTest::newRow("values empty") << "UPDATE gate_values SET codes = x''";
        QTest::newRow("more tokens than values") << "UPDATE gate_values SET tokens = 64";
        QTest::newRow("too many tokens")
            << "PRAGMA ignore_check_constraints=ON; UPDATE gate_values SET tokens = 1000000000";
        QTest::newRow("a block at the end of numbers")
            << "UPDATE gate_values SET first = 9223372036854775800 + layer";
        QTest::newRow("a huge width")
            << "PRAGMA ignore_check_constraints=ON; UPDATE gate_runs SET width = 4611686018427387904";
        QTest::newRow("no layers") << "PRAGMA ignore_check_constraints=ON; UPDATE gate_runs SET layers = 0";
        QTest::newRow("another width") << "UPDATE gate_runs SET width = 21, layers = 4";
    }
    void hostileRowsGiveErrors() {
        QFETCH(QString, sql);
        auto database = fresh(QTest::currentDataTag());
        auto writer = GateStoreWriter::prepare(database);
        const auto run = writer->addRun(someRun());
        QVERIFY(writer->addRows(*run, someFrames(0, 30).rows()) && writer->flush());
        QVERIFY(database.execute(sql.toStdString()));
        GateStoreReader reader(database);
        const auto summaries = reader.summaries(*run, 0, std::numeric_limits<std::int64_t>::max());
        const auto channels = reader.channels(*run, 0, 0, std::numeric_limits<std::int64_t>::max());
        QVERIFY(!summaries || !channels);
        QCOMPARE((summaries ? channels.error() : summaries.error()).code, ErrorCode::FileDamaged);
    }

    // A file cut anywhere gives an error or fewer rows, never a crash.
    void aCutFileNeverCrashes() {
        {
            auto database = fresh("whole.db");
            auto writer = GateStoreWriter::prepare(database);
            auto transaction = Transaction::begin(database);
            const auto run = writer->addRun(someRun());
            QVERIFY(writer->addRows(*run, someFrames(0, 200).rows()) && writer->flush() &&
                    transaction->commit());
            QVERIFY(database.checkpoint());
        }
        QFile whole(m_folder.filePath("whole.db"));
        QVERIFY(whole.open(QIODevice::ReadOnly));
        const QByteArray bytes = whole.readAll();
        int failures = 0;
        for (qsizetype size = 0; size < bytes.size(); size += 509) {
            QFile cut(m_folder.filePath("cut.db"));
            QVERIFY(cut.open(QIODevice::WriteOnly | QIODevice::Truncate) &&
                    cut.write(bytes.first(size)) == size);
            cut.close();
            auto database = openGateTrace(path("cut.db"), Database::Mode::ReadOnly);
            if (!database) {
                ++failures;
                continue;
            }
            GateStoreReader reader(*database);
            const bool isWhole = reader.runs() && reader.summaries(1, 0, 1000) &&
                                 reader.channels(1, 0, 0, 1000) && reader.channels(1, 2, 0, 1000);
            failures += isWhole ? 0 : 1;
        }
        QVERIFY(failures > 0);
    }
};

QTEST_GUILESS_MAIN(GateStoreTest)
#include "gate_store_test.moc"
