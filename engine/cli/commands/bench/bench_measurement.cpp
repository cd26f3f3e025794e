#include "engine/cli/commands/bench/bench_measurement.h"

#include "engine/cli/commands/bench/bench_contexts.h"
#include "engine/cli/commands/bench/bench_limits.h"
#include "engine/cli/commands/bench/matrix_work.h"
#include "engine/cli/commands/bench/random_model_spec.h"
#include "engine/cli/options/session_option.h"
#include "engine/cli/output/progress_line.h"
#include "engine/core/random.h"
#include "engine/core/stopwatch.h"
#include "engine/model/weights.h"
#include "engine/trace/gate_recorder.h"
#include "engine/trace/gate_trace_writer.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace engine {

namespace {

// Short measurements are repeated until they have taken this long.
constexpr double kLeastSeconds = 1.0;

Expected<LoadedModel> loadForBench(const BenchOptions& options) {
    if (options.random.empty())
        return loadModel(options.model, !options.readsZeros);
    const Stopwatch watch;
    const auto config = parseRandomModel(options.random, options.model.gate);
    if (!config)
        return failure(config.error());
    auto model = Model::random(*config, loadingOptions(options.model, !options.readsZeros), 1);
    if (!model)
        return failure(std::move(model.error()));
    LoadedModel loaded;
    loaded.files.name = options.random;
    loaded.model = std::move(*model);
    loaded.loadSeconds = watch.seconds();
    return loaded;
}

class Bench {
public:
    Bench(const BenchOptions& options, const LoadedModel& loaded, const CommandContext& context,
          const std::shared_ptr<ThreadPool>& pool, const OpenedSession& opened)
        : m_options(options)
        , m_loaded(loaded)
        , m_context(context)
        , m_pool(pool)
        , m_opened(opened)
        , m_session(*opened.session)
        , m_state(loaded.model->config())
        , m_logits(static_cast<std::size_t>(loaded.model->config().vocabulary)) {
        Random random(1);
        m_tokens.resize(static_cast<std::size_t>(std::max(options.prefill, options.decode)));
        for (int& token : m_tokens)
            token = static_cast<int>(random.below(m_logits.size()));
    }

    Expected<Json> run();

private:
    Expected<double> prefillRate();
    Expected<void> decode(int token, GateSink* sink);
    Expected<void> drawOne();
    // Tokens per second; every token's gates go to `sink` if there is one.
    Expected<double> decodeRate(GateSink* sink, double leastSeconds);
    Expected<void> measureBatch(Json& result);
    Expected<void> measureTrace(Json& result);

    const BenchOptions& m_options;
    const LoadedModel& m_loaded;
    const CommandContext& m_context;
    std::shared_ptr<ThreadPool> m_pool;
    const OpenedSession& m_opened;
    Session& m_session;
    State m_state;
    std::vector<float> m_logits;
    std::vector<int> m_tokens;
    ProgressLine m_progress;
};

Expected<double> Bench::prefillRate() {
    const auto prompt = std::span<const int>(m_tokens).first(static_cast<std::size_t>(m_options.prefill));
    const auto read = [&](std::span<const int> tokens) {
        m_state = State(m_loaded.model->config());
        return m_session.prefill(m_state, tokens, m_logits, nullptr, m_context.stop);
    };
    // The first run makes oneDNN prepare its kernels and the system its pages; of a large model a part is
    // enough for that.
    if (auto done = read(prompt.first(std::min<std::size_t>(prompt.size(), 256))); !done)
        return failure(std::move(done.error()));
    const Stopwatch watch;
    double tokens = 0;
    do {
        if (auto done = read(prompt); !done)
            return failure(std::move(done.error()));
        tokens += static_cast<double>(prompt.size());
    } while (watch.seconds() < kLeastSeconds);
    return tokens / watch.seconds();
}

// The logits come to the host, or, on a device, the most likely token does, as when text is generated.
Expected<void> Bench::decode(int token, GateSink* sink) {
    if (!m_session.drawsTokens())
        return m_session.decode(m_state, token, m_logits, sink);
    const DecodeStep step{&m_state, token, {}, sink, true, true};
    if (auto done = m_session.decodeTogether({&step, 1}); !done)
        return done;
    return drawOne();
}

// Waits for the device.
Expected<void> Bench::drawOne() {
    TokenDraw greedy;
    greedy.vocabulary = static_cast<int>(m_logits.size());
    greedy.temperature = 0;
    const auto drawn = m_session.drawToken(0, greedy);
    return drawn ? Expected<void>() : failure(drawn.error());
}

Expected<double> Bench::decodeRate(GateSink* sink, double leastSeconds) {
    const auto tokens = std::span<const int>(m_tokens).first(static_cast<std::size_t>(m_options.decode));
    for (const int token : tokens.first(std::min<std::size_t>(tokens.size(), 4)))
        if (auto done = decode(token, sink); !done)
            return failure(std::move(done.error()));
    const Stopwatch watch;
    double count = 0;
    do {
        for (const int token : tokens) {
            if (m_context.stop.stop_requested())
                return failure(ErrorCode::Cancelled, "interrupted before the measurement was complete");
            if (auto done = decode(token, sink); !done)
                return failure(std::move(done.error()));
        }
        count += static_cast<double>(tokens.size());
    } while (watch.seconds() < leastSeconds);
    return count / watch.seconds();
}

// Several sequences at once.
Expected<void> Bench::measureBatch(Json& result) {
    const auto count = static_cast<std::size_t>(m_options.batch);
    std::vector<State> states(count, m_state);
    const bool leavesLogits = m_session.drawsTokens();
    std::vector<float> logits(leavesLogits ? 0 : count * m_logits.size());
    std::vector<DecodeStep> steps(count);
    double tokens = 0;
    std::size_t next = 0;
    std::optional<Stopwatch> watch;
    while (!watch || watch->seconds() < kLeastSeconds) {
        if (m_context.stop.stop_requested())
            return failure(ErrorCode::Cancelled, "interrupted before the measurement was complete");
        for (std::size_t i = 0; i < count; ++i)
            steps[i] = {&states[i],
                        m_tokens[next++ % m_tokens.size()],
                        leavesLogits ? std::span<float>()
                                     : std::span(logits).subspan(i * m_logits.size(), m_logits.size()),
                        nullptr,
                        true,
                        leavesLogits};
        if (auto done = m_session.decodeTogether(steps); !done)
            return done;
        if (auto done = leavesLogits ? drawOne() : Expected<void>(); !done)
            return done;
        if (watch)
            tokens += static_cast<double>(count);
        else
            watch.emplace(); // the first step prepares
    }
    result["batch"] = m_options.batch;
    result["batch_tokens_per_second"] = tokens / watch->seconds();
    return {};
}

// Alternates short rounds with and without recording, so that a machine that speeds up or slows down does so
// for both.
Expected<void> Bench::measureTrace(Json& result) {
    const ModelConfig& config = m_loaded.model->config();
    if (config.enhancement.variant == EnhancementConfig::Variant::None)
        return failure(ErrorCode::InvalidArgument,
                       m_loaded.files.name +
                           ": this model has no gates to record; choose an enhancement with --gate");
    const auto path =
        std::filesystem::temp_directory_path() / ("inkgate-bench-" + std::to_string(getpid()) + ".sqlite");
    GateRun run;
    run.model = m_loaded.files.name;
    const GateLayout gates = gateLayout(config);
    run.layers = gates.rows();
    run.width = gates.rowWidth;
    auto writer = GateTraceWriter::start(path, run);
    if (!writer)
        return failure(std::move(writer.error()));
    GateRecorder recorder(gates, true, [&](GateFrames&& frames) { (*writer)->addFrames(std::move(frames)); });
    // Whatever else the machine does only ever adds time, so the best round of each kind counts.
    constexpr int kRounds = 20;
    double plainRate = 0, tracedRate = 0;
    for (int round = 0; round < kRounds; ++round) {
        m_progress.show("decoding with and without recording, " + std::to_string(round + 1) + "/" +
                        std::to_string(kRounds));
        for (GateSink* sink : {static_cast<GateSink*>(nullptr), static_cast<GateSink*>(&recorder)}) {
            const auto rate = decodeRate(sink, kLeastSeconds / 4);
            if (!rate)
                return failure(rate.error());
            double& best = sink ? tracedRate : plainRate;
            best = std::max(best, *rate);
        }
    }
    auto finished = (*writer)->finish();
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm"})
        std::filesystem::remove(path.string() + suffix, ignored);
    result["decode_untraced_tokens_per_second"] = plainRate;
    result["decode_traced_tokens_per_second"] = tracedRate;
    result["trace_cost_share"] = 1 - tracedRate / plainRate;
    return finished;
}

double peakMegabytes() {
    struct rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

Expected<Json> Bench::run() {
    const Model& model = *m_loaded.model;
    const DataType type = model.weights().layers.front().channelMixing.key.type();
    m_progress.show("reading " + std::to_string(m_options.prefill) + " tokens");
    const auto prefill = prefillRate();
    if (!prefill)
        return failure(prefill.error());
    m_progress.show("generating " + std::to_string(m_options.decode) + " tokens");
    // A short prefill leaves out zeros as well, of several tokens at once; only decoding counts here.
    const SkippedWork before = m_session.skipped();
    const auto decode = decodeRate(nullptr, kLeastSeconds);
    const SkippedWork after = m_session.skipped();
    if (!decode)
        return failure(decode.error());
    // Before the limits are measured, whose buffers are not the model's.
    const double peak = peakMegabytes();

    const auto limits = measureLimits(m_opened, type, *m_pool);
    if (!limits)
        return failure(limits.error());

    // Channel mixing does not read the weights of zeros; what must be read is what is left.
    const SkippedWork skipped{after.inputs - before.inputs, after.zeros - before.zeros,
                              after.bytes - before.bytes};
    const double inputsPerToken =
        static_cast<double>(model.config().layers) * static_cast<double>(model.config().feedForward);
    const double skippedTokens = static_cast<double>(skipped.inputs) / inputsPerToken;
    const double denseBytes = static_cast<double>(model.bytesPerToken());
    // Not counted on a device, whose zeros stay there.
    const bool isCounted = skipped.inputs > 0;
    const double bytesPerToken =
        isCounted ? denseBytes - static_cast<double>(skipped.bytes) / skippedTokens : denseBytes;
    const double decodeGigabytes = bytesPerToken * *decode / 1e9;
    const double prefillGflops = 2.0 * static_cast<double>(prefillMatrixElements(model)) * *prefill / 1e9;
    Json result{{"model", m_loaded.files.name},
                {"device", m_opened.device},
                {"enhancement", describe(model.config().enhancement)},
                {"type", name(type)},
                {"parameters", model.parameters()},
                {"threads", m_pool->size()},
                {"prefill_tokens", m_options.prefill},
                {"decode_tokens", m_options.decode},
                {"prefill_tokens_per_second", *prefill},
                {"decode_tokens_per_second", *decode},
                {"bytes_per_token", bytesPerToken},
                {"dense_bytes_per_token", model.bytesPerToken()},
                {"zero_share",
                 isCounted ? Json(static_cast<double>(skipped.zeros) / static_cast<double>(skipped.inputs))
                           : Json(nullptr)},
                {"bandwidth_gb_per_second", limits->gigabytesPerSecond},
                {"decode_gb_per_second", decodeGigabytes},
                {"bandwidth_share", decodeGigabytes / limits->gigabytesPerSecond},
                {"dense_bandwidth_share", denseBytes * *decode / 1e9 / limits->gigabytesPerSecond},
                {"matrix_type", name(limits->matrixType)},
                {"matrix_gflops", limits->matrixGflops},
                {"prefill_gflops", prefillGflops},
                {"matrix_share",
                 limits->matrixGflops > 0 ? Json(prefillGflops / limits->matrixGflops) : Json(nullptr)},
                {"load_seconds", m_loaded.loadSeconds},
                {"peak_rss_mb", peak}};
    if (!m_options.contexts.empty()) {
        auto rows = measureContexts(m_session, model.config(), m_options.contexts, m_options.decode,
                                    m_context, m_progress);
        if (!rows)
            return failure(std::move(rows.error()));
        result["contexts"] = std::move(*rows);
    }
    if (m_options.batch > 1) {
        if (auto done = measureBatch(result); !done)
            return failure(std::move(done.error()));
    }
    if (m_options.withTrace) {
        if (auto done = measureTrace(result); !done)
            return failure(std::move(done.error()));
    }
    return result;
}

} // namespace

Expected<Json> measureBench(const BenchOptions& options, const CommandContext& context) {
    const auto loaded = loadForBench(options);
    if (!loaded)
        return failure(loaded.error());
    const auto pool = context.makePool();
    const auto opened = openSession(context, loaded->model, pool);
    if (!opened)
        return failure(opened.error());
    return Bench(options, *loaded, context, pool, *opened).run();
}

} // namespace engine
