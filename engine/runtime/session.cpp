#include "engine/runtime/session.h"

#include "engine/kernels/cpu_backend.h"
#include "engine/model/forward.h"
#include "engine/model/weights.h"

#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace engine {

namespace {

// Decoding a model that fits the last cache takes about a millisecond and some hundred meetings of the team,
// each of which waits for a thread that something else has displaced. One thread reads such a model fast
// enough and leaves the others to the windows. Measured with 36 MB on 2 cores of a Zen 5 EPYC that other
// programs kept busy: about 1000 tokens per second alone, 70 to 200 as a team.
constexpr std::int64_t kOneThreadBytes = 48'000'000;

// Long chunks read the weights less often; beyond 256 tokens nothing is gained and working memory grows. A
// chunk's layer must take about 50 ms at most, as that is how often a stop is looked at: two operations per
// weight and token at some 500 GFLOP/s.
// The length depends on the model only, never on measured time, so that the same text gives the same state
// every time.
constexpr int kLongestChunk = 256;
constexpr int kShortestChunk = 32;
constexpr double kFlopPerLayer = 0.05 * 500e9;

int chunkLength(const Model& model) {
    const ModelConfig& config = model.config();
    const double tables = 2.0 * config.vocabulary * config.width;
    const double perLayer = (static_cast<double>(model.parameters()) - tables) / config.layers;
    const double tokens =
        std::clamp(kFlopPerLayer / (2.0 * perLayer), double{kShortestChunk}, double{kLongestChunk});
    return static_cast<int>(tokens) / 16 * 16;
}

// A device reads far more tokens at once before its matrix units are busy; at 2048 they are, and the working memory
// still is a small part of the weights.
constexpr int kDeviceChunk = 2048;
// Rows of logits that are kept on a device while all are wanted.
constexpr int kLogitRows = 64;

} // namespace

struct Session::Data {
    Data(std::shared_ptr<const Model> wantedModel, std::unique_ptr<Backend> wantedBackend)
        : model(std::move(wantedModel))
        , backend(std::move(wantedBackend))
        , processor(dynamic_cast<CpuBackend*>(backend.get()))
        , chunk(processor != nullptr ? chunkLength(*model) : kDeviceChunk)
        , vocabulary(static_cast<std::size_t>(model->config().vocabulary)) {}

    std::shared_ptr<const Model> model;
    std::unique_ptr<Backend> backend;
    CpuBackend* processor; // the backend, if it is that; otherwise null
    int chunk;
    std::size_t vocabulary;
    std::optional<Forward> forward; // made for as many tokens and sequences as were needed so far
    int forwards = 0;               // made so far
    std::shared_ptr<float[]> deviceLogits;
    int deviceLogitRows = 0;
    State beforeChunk; // to return to if a chunk is not finished
    std::vector<SequenceInput> inputs;
    std::vector<float> batchLogits; // of all sequences that are decoded together

    void prepareFor(std::size_t tokens, std::size_t sequences = 1) {
        const int wantedTokens = static_cast<int>(std::min(tokens, static_cast<std::size_t>(chunk)));
        const auto wantedSequences = static_cast<int>(sequences);
        if (forward.has_value() && forward->capacity() >= wantedTokens &&
            forward->sequences() >= wantedSequences)
            return;
        const int capacity = std::max({wantedTokens, wantedSequences, forward ? forward->capacity() : 0});
        const int room = std::max(wantedSequences, forward ? forward->sequences() : 0);
        forward.reset();
        forward.emplace(*model, *backend, capacity, room);
        ++forwards;
    }

    // False if a stop was requested before the last layer; the state is then the one before the chunk.
    [[nodiscard]] bool runChunk(State& state, const SequenceInput& input, const std::stop_token& stop) {
        beforeChunk = state;
        try {
            forward->begin({&input, 1});
            forward->embed();
            for (int layer = 0; layer < model->config().layers; ++layer) {
                if (stop.stop_requested()) {
                    state = beforeChunk;
                    return false;
                }
                forward->layer(layer);
            }
        } catch (...) {
            state = std::move(beforeChunk);
            throw;
        }
        state.advance(static_cast<std::int64_t>(input.tokens.size()));
        return true;
    }

    // Where the forward pass puts logits of up to `rows` rows that are wanted at `out` in the end.
    [[nodiscard]] float* logitMemory(int rows, float* out) {
        if (backend->isHost())
            return out;
        if (deviceLogitRows < rows) {
            deviceLogits = backend->allocate(static_cast<std::size_t>(rows) * vocabulary);
            deviceLogitRows = rows;
            ++forwards; // steps that were recorded write elsewhere
        }
        return deviceLogits.get();
    }
    void fetchLogits(std::span<float> out) {
        if (!backend->isHost())
            backend->toHost(deviceLogits.get(), out);
    }
    // Of rows [first, first + out.size() / vocabulary) of the last chunk.
    void logits(int first, std::span<float> out) {
        while (!out.empty()) {
            const auto left = static_cast<int>(out.size() / vocabulary);
            const int count = backend->isHost() ? left : std::min(left, kLogitRows);
            const auto rows = out.first(static_cast<std::size_t>(count) * vocabulary);
            forward->logits(first, count, logitMemory(count, rows.data()));
            fetchLogits(rows);
            first += count;
            out = out.subspan(rows.size());
        }
    }

    [[nodiscard]] Expected<void> check(const State& state, std::span<const int> tokens) const {
        const ModelConfig& config = model->config();
        if (!state.fits(config))
            return failure(ErrorCode::InvalidArgument, "the state belongs to a model of other sizes");
        for (const int token : tokens)
            if (token < 0 || token >= config.vocabulary)
                return failure(ErrorCode::InvalidArgument, "token " + std::to_string(token) +
                                                               " is outside the model's vocabulary of " +
                                                               std::to_string(config.vocabulary));
        return {};
    }
};

Session::Session(std::shared_ptr<const Model> model, std::shared_ptr<ThreadPool> pool)
    : Session(std::move(model), std::make_unique<CpuBackend>(std::move(pool))) {}

Session::Session(std::shared_ptr<const Model> model, std::unique_ptr<Backend> device)
    : m_data(std::make_unique<Data>(std::move(model), std::move(device))) {}

Session::~Session() = default;

const Model& Session::model() const { return *m_data->model; }

SkippedWork Session::skipped() const {
    return m_data->processor != nullptr ? m_data->processor->skipped() : SkippedWork{};
}

Expected<void> Session::prefill(State& state, std::span<const int> tokens, std::span<float> logits,
                                GateSink* sink, std::stop_token stop, bool wearsEnhancement) try {
    if (const auto checked = m_data->check(state, tokens); !checked)
        return checked;
    const std::size_t vocabulary = m_data->vocabulary;
    const bool wantsAll = !logits.empty() && logits.size() == tokens.size() * vocabulary;
    const bool wantsLast = !wantsAll && logits.size() == vocabulary && !tokens.empty();
    if (!logits.empty() && !wantsAll && !wantsLast)
        return failure(ErrorCode::InvalidArgument,
                       "room for " + std::to_string(logits.size()) + " logits; expected none, or " +
                           std::to_string(vocabulary) + " for the last or for each of " +
                           std::to_string(tokens.size()) + " tokens");
    if (tokens.empty())
        return {};
    m_data->prepareFor(tokens.size());
    if (m_data->processor != nullptr)
        m_data->processor->useOneThread(false);
    while (!tokens.empty()) {
        const auto chunk = tokens.first(std::min(tokens.size(), static_cast<std::size_t>(m_data->chunk)));
        const SequenceInput input{chunk, state.position(), state.valuesIn(*m_data->backend), wearsEnhancement,
                                  sink};
        if (!m_data->runChunk(state, input, stop))
            return failure(ErrorCode::Cancelled, "reading the text was cancelled");
        tokens = tokens.subspan(chunk.size());
        const int count = static_cast<int>(chunk.size());
        if (wantsAll) {
            m_data->logits(0, logits.first(chunk.size() * vocabulary));
            logits = logits.subspan(chunk.size() * vocabulary);
        } else if (wantsLast && tokens.empty()) {
            m_data->logits(count - 1, logits);
        }
    }
    return {};
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory to read the text");
} catch (const BackendFailure& refused) {
    return tl::unexpected<Error>(refused.error());
}

Expected<void> Session::decode(State& state, int token, std::span<float> logits, GateSink* sink) {
    const DecodeStep step{&state, token, logits, sink};
    return decodeTogether({&step, 1});
}

Expected<void> Session::decodeTogether(std::span<const DecodeStep> steps) try {
    const std::size_t vocabulary = m_data->vocabulary;
    StepKind kind{.sequences = static_cast<int>(steps.size()), .hasLogits = false};
    if (steps.size() > kMostSequences)
        return failure(ErrorCode::InvalidArgument,
                       "at most " + std::to_string(kMostSequences) + " sequences can be decoded together");
    for (const DecodeStep& step : steps) {
        if (const auto checked = m_data->check(*step.state, {&step.token, 1}); !checked)
            return checked;
        if (!step.logits.empty() && step.logits.size() != vocabulary)
            return failure(ErrorCode::InvalidArgument, "room for " + std::to_string(step.logits.size()) +
                                                           " logits; expected " + std::to_string(vocabulary));
        kind.hasLogits |= !step.logits.empty();
        kind.reportsGates |= step.sink != nullptr && step.wearsEnhancement;
    }
    if (steps.empty())
        return {};
    m_data->prepareFor(1, steps.size());
    if (m_data->processor != nullptr)
        m_data->processor->useOneThread(m_data->model->bytesPerToken() <= kOneThreadBytes);
    m_data->inputs.clear();
    for (const DecodeStep& step : steps) {
        kind.worn |= static_cast<std::uint64_t>(step.wearsEnhancement) << m_data->inputs.size();
        m_data->inputs.push_back({{&step.token, 1},
                                  step.state->position(),
                                  step.state->valuesIn(*m_data->backend),
                                  step.wearsEnhancement,
                                  step.sink});
    }
    const bool isOne = steps.size() == 1;
    if (kind.hasLogits && !isOne)
        m_data->batchLogits.resize(steps.size() * vocabulary);
    const std::span<float> logits = isOne ? steps.front().logits : std::span(m_data->batchLogits);
    float* const made = kind.hasLogits ? m_data->logitMemory(kind.sequences, logits.data()) : nullptr;
    kind.forward = m_data->forwards;

    Forward& forward = *m_data->forward;
    forward.begin(m_data->inputs);
    m_data->backend->repeat(kind, [&] {
        forward.embed();
        for (int layer = 0; layer < m_data->model->config().layers; ++layer)
            forward.layer(layer);
        if (kind.hasLogits)
            forward.logits(0, kind.sequences, made);
    });
    if (kind.hasLogits)
        m_data->fetchLogits(logits);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i].state->advance(1);
        if (!isOne && kind.hasLogits)
            std::copy_n(logits.begin() + static_cast<std::ptrdiff_t>(i * vocabulary), steps[i].logits.size(),
                        steps[i].logits.begin());
    }
    return {};
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory for a token");
} catch (const BackendFailure& refused) {
    return tl::unexpected<Error>(refused.error());
}

Expected<void> Session::deliverGates() try {
    m_data->backend->deliverGates();
    return {};
} catch (const BackendFailure& refused) {
    return tl::unexpected<Error>(refused.error());
}

} // namespace engine
