// gate_trace_writer.h: writes one run, its gates and what it looked back at, into a trace file from a thread
// of its own, so that decoding never waits for the disk. What is handed in is in the file within a quarter
// of a second; a killed process loses no more.
// Cost:    8 microseconds of that thread per token for 6 layers of 256 channels with all values.
// Threads: the add functions and finish() from one thread at a time; they only lock a queue. The database
//          lives on the writer's thread.
#pragma once

#include "engine/core/error.h"
#include "engine/trace/chunk_store.h"
#include "engine/trace/gate_frame.h"
#include "engine/trace/gate_store.h"

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

namespace engine {

class GateTraceWriter {
public:
    // Opens or creates the trace file and adds the run. Errors: those of openGateTrace() and GateStoreWriter.
    // `chunks`: of a model with sparse blocks.
    [[nodiscard]] static Expected<std::unique_ptr<GateTraceWriter>>
    start(const std::filesystem::path& path, const GateRun& run,
          const std::optional<ChunkRun>& chunks = std::nullopt);
    // Writes what is left, as finish(), and drops the error.
    ~GateTraceWriter();
    GateTraceWriter(const GateTraceWriter&) = delete;
    GateTraceWriter& operator=(const GateTraceWriter&) = delete;

    [[nodiscard]] std::int64_t run() const { return m_run; }

    void addToken(TraceToken token);
    // A GateRecorder's consumer. If the disk falls behind by more than 256 MB, frames are dropped and
    // finish() says so.
    void addFrames(GateFrames&& frames);
    // A ChunkRecorder's consumer, likewise. Only of a run that was started with `chunks`.
    void addChoices(ChunkFrames&& frames);

    // Waits until all is committed; the file is closed with the object. Errors: the first one of the whole
    // run, again at every further call.
    [[nodiscard]] Expected<void> finish();

private:
    using Entry = std::variant<TraceToken, GateFrames, ChunkFrames>;

    explicit GateTraceWriter(Database database)
        : m_database(std::move(database)) {}
    void push(Entry entry, std::size_t bytes);
    void work();
    [[nodiscard]] Expected<void> writeAll(std::vector<Entry> entries);

    // Writer's thread only, after start().
    Database m_database;
    std::optional<GateStoreWriter> m_store;
    std::optional<ChunkStoreWriter> m_choices;
    std::int64_t m_run = 0;

    std::mutex m_mutex; // guards all below
    std::condition_variable m_changed;
    std::vector<Entry> m_queue;
    std::size_t m_queuedBytes = 0;
    std::int64_t m_dropped = 0;
    bool m_isFinishing = false;
    std::optional<Error> m_error;

    std::thread m_thread;
};

} // namespace engine
