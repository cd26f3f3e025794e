#include "engine/runtime/model_runner.h"

#include "engine/model/weights.h"

#include <algorithm>
#include <functional>

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

// A device reads far more tokens at once before its matrix units are busy; at 2048 they are, and the working
// memory still is a small part of the weights.
constexpr int kDeviceChunk = 2048;
// Rows of logits that are kept on a device while all are wanted.
constexpr int kLogitRows = 64;

} // namespace

ModelRunner::ModelRunner(std::shared_ptr<const Model> model, std::unique_ptr<Backend> backend)
    : m_model(std::move(model))
    , m_processor(dynamic_cast<CpuBackend*>(backend.get()))
    , m_chunk(static_cast<std::size_t>(m_processor != nullptr ? chunkLength(*m_model) : kDeviceChunk)) {
    m_stages.push_back({std::move(backend), 0, m_model->config().layers, std::nullopt});
}

ModelRunner::ModelRunner(std::shared_ptr<const Model> model, std::unique_ptr<Backend> device,
                         int deviceLayers, std::shared_ptr<ThreadPool> pool)
    : m_model(std::move(model))
    , m_chunk(static_cast<std::size_t>(chunkLength(*m_model))) {
    auto processor = std::make_unique<CpuBackend>(std::move(pool));
    m_processor = processor.get();
    m_stages.push_back({std::move(device), 0, deviceLayers, std::nullopt});
    m_stages.push_back({std::move(processor), deviceLayers, m_model->config().layers, std::nullopt});
}

// Sparse attention takes what lies in one of its chunks; the package also counts chunks from the beginning of
// what it was given.
std::size_t ModelRunner::readable(std::int64_t position, const ReadCall& call) const {
    const SparseAttentionConfig& sparse = m_model->config().sparse;
    if (sparse.blocks == 0)
        return m_chunk;
    std::int64_t most = std::min(static_cast<std::int64_t>(m_chunk), sparse.chunk - position % sparse.chunk);
    if (sparse.mode == SparseAttentionMode::Package)
        most = std::min(most, sparse.chunk - (position - call.begin) % sparse.chunk);
    return static_cast<std::size_t>(most);
}

SkippedWork ModelRunner::skipped() const {
    return m_processor != nullptr ? m_processor->skipped() : SkippedWork{};
}

void ModelRunner::prepareFor(std::size_t tokens, std::size_t sequences) {
    for (Stage& stage : m_stages) {
        auto& forward = stage.forward;
        const auto wantedTokens = static_cast<int>(std::max(tokens, sequences));
        const auto wantedSequences = static_cast<int>(sequences);
        if (forward.has_value() && forward->capacity() >= wantedTokens &&
            forward->sequences() >= wantedSequences)
            continue;
        const int capacity = std::max(wantedTokens, forward ? forward->capacity() : 0);
        const int room = std::max(wantedSequences, forward ? forward->sequences() : 0);
        forward.reset();
        forward.emplace(*m_model, *stage.backend, capacity, room);
        ++m_version;
    }
}

void ModelRunner::begin(std::span<const RunnerInput> inputs) {
    for (Stage& stage : m_stages) {
        m_inputs.clear();
        for (const RunnerInput& input : inputs) {
            const bool hasRest = isLast(stage) && !isFirst(stage);
            float* const state =
                hasRest ? input.state->hostValues() : input.state->placeOn(*stage.backend, stage.endLayer);
            const auto pages = input.state->attention().prepare(
                *stage.backend, stage.firstLayer, stage.endLayer, input.state->position(),
                static_cast<int>(input.tokens.size()), input.call, state);
            m_inputs.push_back(
                {input.tokens, input.state->position(), state, input.usesEnhancement, input.sink, pages});
        }
        stage.forward->begin(m_inputs);
    }
}

// The stream, as the stage's first layer reads it.
void ModelRunner::enter(Stage& stage) {
    if (isFirst(stage)) {
        stage.forward->embed();
        return;
    }
    Stage& before = *(&stage - 1);
    before.backend->deliverGates(); // layers arrive in order
    stage.forward->receive(*before.forward, before.endLayer);
}

bool ModelRunner::read(const RunnerInput& input, const std::stop_token& stop) {
    if (m_processor != nullptr)
        m_processor->useOneThread(false);
    prepareFor(input.tokens.size(), 1);
    m_before = *input.state;
    bool isRead = false;
    try {
        begin({&input, 1});
        isRead = readLayers(stop);
    } catch (...) {
        *input.state = std::move(m_before);
        throw;
    }
    if (isRead)
        input.state->advance(static_cast<std::int64_t>(input.tokens.size()));
    else
        *input.state = std::move(m_before);
    return isRead;
}

bool ModelRunner::readLayers(const std::stop_token& stop) {
    for (Stage& stage : m_stages) {
        enter(stage);
        for (int layer = stage.firstLayer; layer < stage.endLayer; ++layer) {
            if (stop.stop_requested())
                return false;
            stage.forward->layer(layer);
        }
    }
    return true;
}

// Where logits are made that are wanted at `out` in the end.
float* ModelRunner::logitMemory(int rows, std::span<float> out) {
    Backend& backend = *m_stages.back().backend;
    if (backend.isHost())
        return out.data();
    if (m_deviceLogitRows < rows) {
        m_deviceLogits = backend.allocate(static_cast<std::size_t>(rows) *
                                          static_cast<std::size_t>(m_model->config().vocabulary));
        m_deviceLogitRows = rows;
        ++m_version;
    }
    return m_deviceLogits.get();
}

void ModelRunner::logits(int first, std::span<float> out) {
    Stage& stage = m_stages.back();
    const auto vocabulary = static_cast<std::size_t>(m_model->config().vocabulary);
    while (!out.empty()) {
        const auto left = static_cast<int>(out.size() / vocabulary);
        const int count = stage.backend->isHost() ? left : std::min(left, kLogitRows);
        const auto rows = out.first(static_cast<std::size_t>(count) * vocabulary);
        stage.forward->logits(first, count, logitMemory(count, rows));
        if (!stage.backend->isHost())
            stage.backend->toHost(m_deviceLogits.get(), rows);
        first += count;
        out = out.subspan(rows.size());
    }
}

DrawnToken ModelRunner::drawToken(int sequence, TokenDraw op) {
    op.logits = m_deviceLogits.get() +
                static_cast<std::size_t>(sequence) * static_cast<std::size_t>(m_model->config().vocabulary);
    return m_stages.back().backend->drawToken(op);
}

void ModelRunner::fetchLogits(int sequence, std::span<float> out) {
    m_stages.back().backend->toHost(m_deviceLogits.get() + static_cast<std::size_t>(sequence) * out.size(),
                                    out);
}

void ModelRunner::step(std::span<const RunnerInput> inputs, std::span<float> logits, bool leavesLogits) {
    if (m_processor != nullptr)
        m_processor->useOneThread(m_stages.size() == 1 && m_model->bytesPerToken() <= kOneThreadBytes);
    prepareFor(1, inputs.size());
    const auto rows = static_cast<int>(inputs.size());
    float* const made = logits.empty() && !leavesLogits ? nullptr : logitMemory(rows, logits);
    StepKind kind{.forward = m_version, .sequences = rows};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        kind.enabled |= static_cast<std::uint64_t>(inputs[i].usesEnhancement) << i;
        kind.reportsGates |=
            inputs[i].sink != nullptr && (inputs[i].usesEnhancement || m_model->config().sparse.blocks > 0);
    }
    begin(inputs);
    for (Stage& stage : m_stages) {
        kind.hasLogits = isLast(stage) && made != nullptr;
        const auto layers = [&] {
            enter(stage);
            for (int layer = stage.firstLayer; layer < stage.endLayer; ++layer)
                stage.forward->layer(layer);
            if (kind.hasLogits)
                stage.forward->logits(0, rows, made);
        };
        stage.backend->repeat(kind, std::ref(layers)); // the function itself would be copied to new memory
    }
    if (!logits.empty() && canLeaveLogits())
        m_stages.back().backend->toHost(made, logits);
    for (const RunnerInput& input : inputs)
        input.state->advance(1);
}

void ModelRunner::deliverGates() {
    for (Stage& stage : m_stages)
        stage.backend->deliverGates();
}

} // namespace engine
