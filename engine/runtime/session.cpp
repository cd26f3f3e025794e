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

} // namespace

struct Session::Data {
    Data(std::shared_ptr<const Model> wantedModel, std::shared_ptr<ThreadPool> pool)
        : model(std::move(wantedModel))
        , backend(std::move(pool))
        , chunk(chunkLength(*model)) {}

    std::shared_ptr<const Model> model;
    CpuBackend backend;
    int chunk;
    std::optional<Forward> forward; // made for as many tokens and sequences as were needed so far
    State beforeChunk;              // to return to if a chunk is not finished
    std::vector<SequenceInput> inputs;
    std::vector<LayerState> layerStates;
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
        forward.emplace(*model, backend, capacity, room);
    }

    [[nodiscard]] static LayerState layerState(State& state, int layer) {
        return {state.attentionShift(layer).data(), state.wkv(layer).data(),
                state.feedForwardShift(layer).data(), state.enhancement(layer).data()};
    }

    // False if a stop was requested before the last layer; the state is then the one before the chunk.
    [[nodiscard]] bool runChunk(State& state, const SequenceInput& input, const std::stop_token& stop) {
        beforeChunk = state;
        try {
            forward->begin({&input, 1});
            for (int layer = 0; layer < model->config().layers; ++layer) {
                if (stop.stop_requested()) {
                    state = beforeChunk;
                    return false;
                }
                const LayerState ofLayer = layerState(state, layer);
                forward->layer(layer, {&ofLayer, 1});
            }
        } catch (...) {
            state = beforeChunk;
            throw;
        }
        state.advance(static_cast<std::int64_t>(input.tokens.size()));
        return true;
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
    : m_data(std::make_unique<Data>(std::move(model), std::move(pool))) {}

Session::~Session() = default;

const Model& Session::model() const { return *m_data->model; }

SkippedWork Session::skipped() const { return m_data->backend.skipped(); }

Expected<void> Session::prefill(State& state, std::span<const int> tokens, std::span<float> logits,
                                GateSink* sink, std::stop_token stop, bool wearsEnhancement) try {
    if (const auto checked = m_data->check(state, tokens); !checked)
        return checked;
    const auto vocabulary = static_cast<std::size_t>(m_data->model->config().vocabulary);
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
    m_data->backend.useOneThread(false);
    Forward& forward = *m_data->forward;
    while (!tokens.empty()) {
        const auto chunk = tokens.first(std::min(tokens.size(), static_cast<std::size_t>(m_data->chunk)));
        if (!m_data->runChunk(state, {chunk, state.position(), wearsEnhancement, sink}, stop))
            return failure(ErrorCode::Cancelled, "reading the text was cancelled");
        tokens = tokens.subspan(chunk.size());
        const int count = static_cast<int>(chunk.size());
        if (wantsAll) {
            forward.logits(0, count, logits.data());
            logits = logits.subspan(chunk.size() * vocabulary);
        } else if (wantsLast && tokens.empty()) {
            forward.logits(count - 1, 1, logits.data());
        }
    }
    return {};
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory to read the text");
}

Expected<void> Session::decode(State& state, int token, std::span<float> logits, GateSink* sink) {
    const DecodeStep step{&state, token, logits, sink};
    return decodeTogether({&step, 1});
}

Expected<void> Session::decodeTogether(std::span<const DecodeStep> steps) try {
    const ModelConfig& config = m_data->model->config();
    const auto vocabulary = static_cast<std::size_t>(config.vocabulary);
    bool wantsLogits = false;
    for (const DecodeStep& step : steps) {
        if (const auto checked = m_data->check(*step.state, {&step.token, 1}); !checked)
            return checked;
        if (!step.logits.empty() && step.logits.size() != vocabulary)
            return failure(ErrorCode::InvalidArgument, "room for " + std::to_string(step.logits.size()) +
                                                           " logits; expected " +
                                                           std::to_string(config.vocabulary));
        wantsLogits |= !step.logits.empty();
    }
    if (steps.empty())
        return {};
    m_data->prepareFor(1, steps.size());
    m_data->backend.useOneThread(m_data->model->bytesPerToken() <= kOneThreadBytes);
    Forward& forward = *m_data->forward;
    m_data->inputs.clear();
    for (const DecodeStep& step : steps)
        m_data->inputs.push_back(
            {{&step.token, 1}, step.state->position(), step.wearsEnhancement, step.sink});
    forward.begin(m_data->inputs);
    m_data->layerStates.resize(steps.size());
    for (int layer = 0; layer < config.layers; ++layer) {
        for (std::size_t i = 0; i < steps.size(); ++i)
            m_data->layerStates[i] = Data::layerState(*steps[i].state, layer);
        forward.layer(layer, m_data->layerStates);
    }
    for (const DecodeStep& step : steps)
        step.state->advance(1);
    const int count = static_cast<int>(steps.size());
    if (count == 1 && wantsLogits) {
        forward.logits(0, 1, steps.front().logits.data());
    } else if (wantsLogits) {
        m_data->batchLogits.resize(steps.size() * vocabulary);
        forward.logits(0, count, m_data->batchLogits.data());
        for (std::size_t i = 0; i < steps.size(); ++i)
            std::copy_n(m_data->batchLogits.begin() + static_cast<std::ptrdiff_t>(i * vocabulary),
                        steps[i].logits.size(), steps[i].logits.begin());
    }
    return {};
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory for a token");
}

} // namespace engine
