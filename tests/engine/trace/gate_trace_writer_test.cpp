// gate_trace_writer_test.cpp: the background writer loses nothing, reports its errors, and survives being
// killed.
#include "engine/trace/gate_trace_writer.h"

#include "engine/core/random.h"
#include "engine/trace/gate_recorder.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace engine;

namespace {

constexpr int kLayers = 2, kWidth = 64;

// Every value follows from the position, so that a reader knows what must be there.
GateFrames framesAt(std::int64_t position) {
    GateFrames result;
    GateRecorder recorder(
        {kLayers, 1, kWidth}, true, [&](GateFrames&& frames) { result = std::move(frames); }, position);
    Random random(static_cast<std::uint64_t>(position));
    for (int layer = 0; layer < kLayers; ++layer) {
        std::vector<float> gates(kWidth);
        for (float& gate : gates)
            gate = static_cast<float>(random.uniform());
        recorder.gates(layer, gates);
    }
    return result;
}

GateRun someRun() {
    return {.created = "2025-11-20T23:15:00Z",
            .model = "m",
            .fingerprint = "f",
            .enhancement = "{}",
            .layers = kLayers,
            .width = kWidth};
}

TraceToken tokenAt(std::int64_t position) {
    return {
        .position = position, .token = static_cast<int>(position % 1000), .bytes = "ab", .probability = 0.5f};
}

} // namespace

class GateTraceWriterTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::filesystem::path path(const QString& name) const { return m_folder.filePath(name).toStdString(); }

    // All rows up to the last are there and are what was handed in.
    static void checkContent(Database& database, std::int64_t run, std::int64_t tokens) {
        GateStoreReader reader(database);
        const auto rows = reader.tokens(run, 0, tokens + 1);
        const auto summaries = reader.summaries(run, 0, tokens + 1);
        QVERIFY(rows && summaries);
        QCOMPARE(rows->size(), static_cast<std::size_t>(tokens));
        QCOMPARE(summaries->positions.size(), static_cast<std::size_t>(tokens));
        for (int layer = 0; layer < kLayers; ++layer) {
            const auto channels = reader.channels(run, layer, 0, tokens + 1);
            QVERIFY(channels);
            QCOMPARE(channels->positions.size(), static_cast<std::size_t>(tokens));
            for (std::int64_t position = 0; position < tokens; ++position) {
                const auto i = static_cast<std::size_t>(position);
                QVERIFY((*rows)[i] == tokenAt(position));
                QVERIFY(std::ranges::equal(std::span(channels->codes).subspan(i * kWidth, kWidth),
                                           framesAt(position).rows().codesOf(0, layer)));
            }
        }
    }

private slots:
    void allOfARunIsInTheFile() {
        auto writer = GateTraceWriter::start(path("run.db"), someRun());
        QVERIFY(writer);
        for (std::int64_t position = 0; position < 500; ++position) {
            (*writer)->addToken(tokenAt(position));
            (*writer)->addFrames(framesAt(position));
        }
        QVERIFY((*writer)->finish());
        auto database = openGateTrace(path("run.db"), Database::Mode::ReadOnly);
        QVERIFY(database);
        checkContent(*database, (*writer)->run(), 500);
    }

    void aSecondRunStandsBesideTheFirst() {
        for (int i = 0; i < 2; ++i) {
            auto writer = GateTraceWriter::start(path("two.db"), someRun());
            QVERIFY(writer);
            (*writer)->addFrames(framesAt(0));
        } // the destructor finishes
        auto database = openGateTrace(path("two.db"), Database::Mode::ReadOnly);
        QVERIFY(database);
        QCOMPARE(GateStoreReader(*database).runs()->size(), std::size_t{2});
        QCOMPARE(GateStoreReader(*database).summaries(2, 0, 9)->positions.size(), std::size_t{1});
    }

    void anErrorIsToldAtTheEnd() {
        auto writer = GateTraceWriter::start(path("error.db"), someRun());
        QVERIFY(writer);
        {
            auto other = Database::open(path("error.db"), Database::Mode::ReadWrite);
            QVERIFY(other && other->execute("DROP TABLE gate_tokens"));
        }
        (*writer)->addToken(tokenAt(0));
        const auto finished = (*writer)->finish();
        QVERIFY(!finished);
        QVERIFY(finished.error().message.find("error.db") != std::string::npos);
        QVERIFY(!(*writer)->finish());
    }

    void aKilledWriterLeavesAConsistentFile() {
        Random random(3);
        std::int64_t most = 0;
        for (int round = 0; round < 12; ++round) {
            const auto file = path(QString("killed%1.db").arg(round));
            const pid_t child = fork();
            QVERIFY(child >= 0);
            if (child == 0) {
                auto writer = GateTraceWriter::start(file, someRun());
                for (std::int64_t position = 0; writer; ++position) {
                    (*writer)->addToken(tokenAt(position));
                    (*writer)->addFrames(framesAt(position));
                    std::this_thread::sleep_for(std::chrono::microseconds(200));
                }
                _exit(1);
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(random.below(900)));
            QCOMPARE(kill(child, SIGKILL), 0);
            int status = 0;
            QCOMPARE(waitpid(child, &status, 0), child);
            QVERIFY(WIFSIGNALED(status));
            if (!std::filesystem::exists(file))
                continue;
            auto database = openGateTrace(file, Database::Mode::Create);
            QVERIFY2(database, database ? "" : database.error().message.c_str());
            QVERIFY(database->checkIntegrity());
            GateStoreReader reader(*database);
            const auto runs = reader.runs();
            QVERIFY(runs);
            if (runs->empty())
                continue;
            const auto tokens =
                database->queryInteger("SELECT coalesce(max(position) + 1, 0) FROM gate_tokens");
            QVERIFY(tokens);
            const auto summaries = database->queryInteger("SELECT count(*) FROM gate_summaries");
            // The last token of a commit may be there without its gates, which came after it.
            QVERIFY(*summaries == *tokens || *summaries + 1 == *tokens);
            if (*summaries < *tokens)
                QVERIFY(database->execute("DELETE FROM gate_tokens WHERE position >= " +
                                          std::to_string(*summaries)));
            checkContent(*database, runs->front().id, *summaries);
            most = std::max(most, *summaries);
        }
        QVERIFY(most > 100); // at least one round got somewhere
    }
};

QTEST_GUILESS_MAIN(GateTraceWriterTest)
#include "gate_trace_writer_test.moc"
