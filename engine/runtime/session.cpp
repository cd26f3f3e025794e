#include "engine/runtime/session.h"

#include "engine/backend/cpu_backend.h"
#include "engine/runtime/model_runner.h"

#include <algorithm>
#include <new>
#include <string>
#include <vector>

namespace engine {

struct Session::Data {
    ModelRunner runner;
    std::size_t vocabulary;
    std::uint64_t calls = 0;
    std::vector<RunnerInput> inputs;
    std::vector<float> batchLogits; // of all sequences that are decoded together

    explicit Data(ModelRunner wanted)
        : runner(std::move(wanted))
        , vocabulary(static_cast<std::size_t>(runner.model().config().vocabulary)) {}

    [[nodiscard]] Expected<void> check(const State& state, std::span<const int> tokens) const {
        const ModelConfig& config = runner.model().config();
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
    : m_data(std::make_unique<Data>(ModelRunner(std::move(model), std::move(device)))) {}

Session::Session(std::shared_ptr<const Model> model, std::unique_ptr<Backend> device, int deviceLayers,
                 std::shared_ptr<ThreadPool> pool)
    : m_data(std::make_unique<Data>(
          ModelRunner(std::move(model), std::move(device), deviceLayers, std::move(pool)))) {}

Session::~Session() = default;

const Model& Session::model() const { return m_data->runner.model(); }

std::size_t Session::chunk() const { return m_data->runner.chunk(); }

SkippedWork Session::skipped() const { return m_data->runner.skipped(); }

Expected<void> Session::prefill(State& state, std::span<const int> tokens, std::span<float> logits,
                                GateSink* sink, std::stop_token stop, bool usesEnhancement) try {
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
    ModelRunner& runner = m_data->runner;
    ++m_data->calls;
    const ReadCall call{state.position(), static_cast<std::int64_t>(tokens.size())};
    while (!tokens.empty()) {
        const auto chunk = tokens.first(std::min(tokens.size(), runner.readable(state.position(), call)));
        if (!runner.read({&state, chunk, usesEnhancement, sink, call}, stop))
            return failure(ErrorCode::Cancelled, "reading the text was cancelled");
        tokens = tokens.subspan(chunk.size());
        if (wantsAll) {
            runner.logits(0, logits.first(chunk.size() * vocabulary));
            logits = logits.subspan(chunk.size() * vocabulary);
        } else if (wantsLast && tokens.empty()) {
            runner.logits(static_cast<int>(chunk.size()) - 1, logits);
        }
    }
    return {};
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory to read the text");
} catch (const BackendFailure& refused) {
    return failure(refused.error());
}

Expected<void> Session::decode(State& state, int token, std::span<float> logits, GateSink* sink) {
    const DecodeStep step{&state, token, logits, sink};
    return decodeTogether({&step, 1});
}

Expected<void> Session::decodeTogether(std::span<const DecodeStep> steps) try {
    const std::size_t vocabulary = m_data->vocabulary;
    bool wantsLogits = false, leavesLogits = false;
    if (steps.size() > kMostSequences)
        return failure(ErrorCode::InvalidArgument,
                       "at most " + std::to_string(kMostSequences) + " sequences can be decoded together");
    for (const DecodeStep& step : steps) {
        if (const auto checked = m_data->check(*step.state, {&step.token, 1}); !checked)
            return checked;
        if (!step.logits.empty() && step.logits.size() != vocabulary)
            return failure(ErrorCode::InvalidArgument, "room for " + std::to_string(step.logits.size()) +
                                                           " logits; expected " + std::to_string(vocabulary));
        wantsLogits |= !step.logits.empty();
        leavesLogits |= step.leavesLogits;
    }
    if (steps.empty())
        return {};
    ++m_data->calls;
    m_data->inputs.clear();
    for (const DecodeStep& step : steps)
        m_data->inputs.push_back({step.state, {&step.token, 1}, step.usesEnhancement, step.sink});
    if (steps.size() == 1 || !wantsLogits) {
        m_data->runner.step(m_data->inputs, wantsLogits ? steps.front().logits : std::span<float>(),
                            leavesLogits);
        return {};
    }
    std::vector<float>& logits = m_data->batchLogits;
    logits.resize(steps.size() * vocabulary);
    m_data->runner.step(m_data->inputs, logits);
    for (std::size_t i = 0; i < steps.size(); ++i)
        std::copy_n(logits.begin() + static_cast<std::ptrdiff_t>(i * vocabulary), steps[i].logits.size(),
                    steps[i].logits.begin());
    return {};
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory for a token");
} catch (const BackendFailure& refused) {
    return failure(refused.error());
}

std::uint64_t Session::calls() const { return m_data->calls; }

bool Session::drawsTokens() const { return m_data->runner.canLeaveLogits(); }

Expected<DrawnToken> Session::drawToken(std::size_t step, const TokenDraw& op) try {
    return m_data->runner.drawToken(static_cast<int>(step), op);
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory for a token");
} catch (const BackendFailure& refused) {
    return failure(refused.error());
}

Expected<void> Session::fetchLogits(std::size_t step, std::span<float> out) try {
    m_data->runner.fetchLogits(static_cast<int>(step), out);
    return {};
} catch (const BackendFailure& refused) {
    return failure(refused.error());
}

Expected<void> Session::deliverGates() try {
    m_data->runner.deliverGates();
    return {};
} catch (const BackendFailure& refused) {
    return failure(refused.error());
}

} // namespace engine
