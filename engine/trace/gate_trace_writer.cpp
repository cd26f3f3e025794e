#include "engine/trace/gate_trace_writer.h"

#include <chrono>
#include <exception>
#include <new>
#include <utility>

namespace engine {

namespace {

constexpr std::size_t kQueueLimitBytes = std::size_t{256} << 20;
// Long enough that a commit is shared by hundreds of tokens, short enough to lose little when the process is
// killed.
constexpr std::chrono::milliseconds kCommitInterval{200};

} // namespace

Expected<std::unique_ptr<GateTraceWriter>> GateTraceWriter::start(const std::filesystem::path& path,
                                                                  const GateRun& run,
                                                                  const std::optional<ChunkRun>& chunks) {
    auto database = openGateTrace(path, Database::Mode::Create);
    if (!database)
        return failure(std::move(database.error()));
    std::unique_ptr<GateTraceWriter> writer(new GateTraceWriter(std::move(*database)));
    auto store = GateStoreWriter::prepare(writer->m_database);
    if (!store)
        return failure(std::move(store.error()));
    writer->m_store = std::move(*store);
    const auto id = writer->m_store->addRun(run);
    if (!id)
        return failure(id.error());
    writer->m_run = *id;
    if (chunks) {
        if (auto made = createChunkTables(writer->m_database); !made)
            return failure(std::move(made.error()));
        auto choices = ChunkStoreWriter::prepare(writer->m_database);
        if (!choices)
            return failure(std::move(choices.error()));
        if (auto added = choices->addRun(*id, *chunks); !added)
            return failure(std::move(added.error()));
        writer->m_choices = std::move(*choices);
    }
    writer->m_thread = std::thread([raw = writer.get()] { raw->work(); });
    return writer;
}

GateTraceWriter::~GateTraceWriter() { (void)finish(); }

void GateTraceWriter::addToken(TraceToken token) {
    const std::size_t bytes = sizeof(Entry) + token.bytes.size();
    push(std::move(token), bytes);
}

void GateTraceWriter::addFrames(GateFrames&& frames) {
    const std::size_t bytes = sizeof(Entry) + frames.byteSize();
    push(std::move(frames), bytes);
}

void GateTraceWriter::addChoices(ChunkFrames&& frames) {
    const std::size_t bytes = sizeof(Entry) + frames.byteSize();
    push(std::move(frames), bytes);
}

void GateTraceWriter::push(Entry entry, std::size_t bytes) {
    const std::scoped_lock lock(m_mutex);
    if (m_error || m_isFinishing)
        return;
    if (m_queuedBytes + bytes > kQueueLimitBytes) {
        ++m_dropped;
        return;
    }
    try {
        m_queue.push_back(std::move(entry));
        m_queuedBytes += bytes;
    } catch (const std::bad_alloc&) {
        ++m_dropped;
    }
}

Expected<void> GateTraceWriter::finish() {
    {
        const std::scoped_lock lock(m_mutex);
        m_isFinishing = true;
    }
    m_changed.notify_one();
    if (m_thread.joinable())
        m_thread.join();
    const std::scoped_lock lock(m_mutex);
    if (m_error)
        return failure(*m_error);
    if (m_dropped > 0)
        return failure(ErrorCode::WriteFailed,
                       m_database.path().string() + ": the disk was too slow for the trace; " +
                           std::to_string(m_dropped) + " records are missing from it");
    return {};
}

// Wakes at the commit interval and at finish() only: a notification per token would cost the decoding thread
// a system call.
void GateTraceWriter::work() {
    bool isLast = false;
    while (!isLast) {
        std::vector<Entry> entries;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait_for(lock, kCommitInterval, [this] { return m_isFinishing; });
            isLast = m_isFinishing;
            entries.swap(m_queue);
            m_queuedBytes = 0;
        }
        if (entries.empty())
            continue;
        std::optional<Error> error;
        try {
            if (auto written = writeAll(std::move(entries)); !written)
                error = std::move(written.error());
        } catch (const std::bad_alloc&) {
            error = Error{ErrorCode::OutOfMemory, "not enough memory to write the gate trace"};
        } catch (const std::exception& unexpected) {
            error = Error{ErrorCode::Internal, std::string("writing the gate trace: ") + unexpected.what()};
        }
        if (error) {
            const std::scoped_lock lock(m_mutex);
            m_error = std::move(error);
            m_queue.clear();
            return;
        }
    }
}

Expected<void> GateTraceWriter::writeAll(std::vector<Entry> entries) {
    auto transaction = Transaction::begin(m_database);
    if (!transaction)
        return failure(std::move(transaction.error()));
    for (const Entry& entry : entries) {
        Expected<void> written;
        if (const auto* const token = std::get_if<TraceToken>(&entry))
            written = m_store->addToken(m_run, *token);
        else if (const auto* const gates = std::get_if<GateFrames>(&entry))
            written = m_store->addRows(m_run, gates->rows());
        else
            written = m_choices->addFrames(m_run, std::get<ChunkFrames>(entry));
        if (!written)
            return written;
    }
    if (auto flushed = m_store->flush(); !flushed)
        return flushed;
    return transaction->commit();
}

} // namespace engine
