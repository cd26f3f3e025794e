#include "engine/fitting/gate_fit.h"

#include "engine/core/atomic_file.h"
#include "engine/core/stopwatch.h"
#include "engine/fitting/fit_batches.h"
#include "engine/fitting/fit_checkpoint.h"
#include "engine/fitting/fit_sizes.h"
#include "engine/fitting/fit_source.h"
#include "engine/fitting/voice_file.h"
#include "engine/formats/sha256.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "engine/training/frozen_base.h"
#include "engine/training/parameters/start_values.h"
#include "engine/training/run/batch_gradient.h"
#include "engine/training/training_file.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>

namespace engine {

namespace {

constexpr int kEvaluationsPerPass = 4;
constexpr int kPatience = 3; // evaluations without a better loss before the fit stops
constexpr int kWarmUpSteps = 20;
constexpr double kReportSeconds = 2;

using Report = std::function<void(const FitReport&)>;

// What a fit asks of the trainer.
TrainingSettings passSettings(const FitSizes& sizes, int threads) {
    TrainingSettings settings;
    settings.threads = threads;
    settings.sequences = sizes.sequences;
    settings.microBatch = sizes.sequences / threads;
    settings.window = sizes.window;
    settings.logitPull = 0; // the head stays as it is
    return settings;
}

// Operand is BFloat16 or float.
template <class Operand> class FitRun {
public:
    FitRun(const FitSettings& settings, const FitSource& source, const ParameterLayout& layout,
           const FitSizes& sizes, const FrozenBase<Operand>& base, ThreadPool& pool, const Report& report)
        : m_settings(settings)
        , m_source(source)
        , m_layout(layout)
        , m_base(base)
        , m_pool(pool)
        , m_report(report)
        , m_passSettings(passSettings(sizes, pool.size()))
        , m_learned(source.text.tokens, 1, source.text.heldOutFrom, sizes.sequences, sizes.window, 0)
        , m_heldOut(source.text.tokens, source.text.heldOutFrom, source.text.tokens.size(), sizes.sequences,
                    sizes.window, sizes.window)
        , m_tokensPerStep(std::int64_t{sizes.sequences} * sizes.window)
        , m_optimiser(layout, AdamWSettings{})
        , m_inputs(static_cast<std::size_t>(m_tokensPerStep))
        , m_targets(m_inputs.size()) {
        m_point.parameters.resize(layout.size());
        m_point.best.resize(layout.trainedSize());
        m_point.identity = identity();
    }

    Expected<FitResult> run(bool resume, const std::stop_token& stop) {
        if (auto begun = begin(resume, stop); !begun)
            return failure(begun.error());
        while (!isComplete() && !stop.stop_requested()) {
            if (isEvaluationDue()) {
                if (auto evaluated = evaluate(stop); !evaluated)
                    return failure(evaluated.error());
            } else {
                learn();
            }
            if (m_sinceReport.seconds() > kReportSeconds)
                say({});
        }
        if (auto ended = end(); !ended)
            return failure(ended.error());
        return result();
    }

private:
    [[nodiscard]] std::int64_t steps() const { return std::int64_t{m_settings.passes} * m_learned.count(); }
    [[nodiscard]] int stepsPerEvaluation() const {
        return std::max(1, m_learned.count() / kEvaluationsPerPass);
    }
    [[nodiscard]] bool isEvaluationDue() const {
        return m_point.step > m_point.evaluatedStep &&
               (m_point.step % stepsPerEvaluation() == 0 || m_point.step == steps());
    }
    [[nodiscard]] bool isComplete() const {
        return m_point.evaluatedStep >= steps() || m_point.evaluationsSinceBest >= kPatience;
    }
    [[nodiscard]] std::filesystem::path checkpoint() const { return checkpointPath(m_settings.output); }
    [[nodiscard]] std::int64_t heldOutTokens() const {
        return static_cast<std::int64_t>(m_source.text.tokens.size() - m_source.text.heldOutFrom);
    }

    // What must be the same for a fit to go on.
    std::string identity() const {
        Sha256 tokens;
        tokens.update(std::as_bytes(std::span(m_source.text.tokens)));
        std::string text =
            m_source.fingerprint + " " + tokens.finish() + " " + toJson(m_layout.shape().model.enhancement);
        for (const double number :
             {double(m_settings.passes), double{m_settings.learningRate},
              double{m_settings.finalLearningRate}, double(m_settings.seed), double(m_passSettings.sequences),
              double(m_passSettings.window), double(m_layout.shape().adapterRank)})
            text += " " + std::to_string(number);
        return text;
    }

    Expected<void> begin(bool resume, const std::stop_token& stop) {
        if (auto fixed = loadFixedParameters(*m_source.base, m_layout, m_point.parameters.span()); !fixed)
            return fixed;
        m_gradient = std::make_unique<BatchGradient<Operand>>(m_layout, m_passSettings, &m_base);
        m_point.states = m_gradient->freshStates(m_passSettings.sequences);
        if (resume)
            if (auto loaded = loadFit(checkpoint(), m_point, m_optimiser); !loaded)
                return loaded;
        m_firstStep = m_point.step;
        if (m_point.step > 0) {
            say("going on at step " + std::to_string(m_point.step));
            return {};
        }
        const auto trained = m_point.parameters.span().first(m_layout.trainedSize());
        setStartValues(m_layout, m_settings.seed, trained);
        startGatesWithoutEffect(m_layout, trained);
        std::ranges::copy(trained, m_point.best.data());
        say("measuring the base");
        return measureBase(stop);
    }

    // The base alone on the held-out text: a pass of its own, as a gate may not be without effect at first.
    Expected<void> measureBase(const std::stop_token& stop) {
        TrainingShape shape = m_layout.shape();
        shape.model.enhancement = {};
        shape.adapterRank = 0;
        const ParameterLayout plain(shape, TrainedPart::Enhancement);
        const auto frozen = FrozenBase<Operand>::open(m_source.base, plain, 0, m_pool);
        if (!frozen)
            return failure(frozen.error());
        AlignedBuffer<float> parameters(plain.size());
        if (auto fixed = loadFixedParameters(*m_source.base, plain, parameters.span()); !fixed)
            return fixed;
        BatchGradient<Operand> gradient(plain, m_passSettings, &*frozen);
        m_point.lossBefore = m_point.bestLoss = heldOutLoss(gradient, parameters.span(), stop).value_or(0);
        return {};
    }

    // Nats per token; nothing if it was stopped.
    std::optional<double> heldOutLoss(BatchGradient<Operand>& gradient, std::span<const float> parameters,
                                      const std::stop_token& stop) {
        auto states = gradient.freshStates(m_passSettings.sequences);
        gradient.setParameters(parameters, m_pool);
        double nats = 0;
        for (int i = 0; i < m_heldOut.count(); ++i) {
            if (stop.stop_requested())
                return {};
            m_heldOut.batch(i, m_inputs, m_targets);
            nats += gradient.run(m_inputs, m_targets, states, false, m_pool);
        }
        return nats / static_cast<double>(heldOutTokens());
    }

    void learn() {
        const int window = static_cast<int>(m_point.step % m_learned.count());
        if (window == 0) // a pass begins
            for (auto& state : m_point.states)
                state.reset();
        m_learned.batch(window, m_inputs, m_targets);
        m_gradient->setParameters(m_point.parameters.span(), m_pool);
        const double nats = m_gradient->run(m_inputs, m_targets, m_point.states, true, m_pool);
        const LearningRateSchedule schedule{m_settings.learningRate, m_settings.finalLearningRate,
                                            kWarmUpSteps, static_cast<double>(steps())};
        m_optimiser.step(m_point.parameters.span(), m_gradient->gradients(),
                         {.learningRate = schedule.at(static_cast<double>(m_point.step))}, m_pool);
        ++m_point.step;
        m_nats += nats;
        m_scored += std::ranges::count_if(m_targets, [](int target) { return target >= 0; });
    }

    // Measures, keeps what is best, and leaves a checkpoint.
    Expected<void> evaluate(const std::stop_token& stop) {
        const auto loss = heldOutLoss(*m_gradient, m_point.parameters.span(), stop);
        if (!loss)
            return {}; // it is measured when the fit goes on
        m_point.evaluatedStep = m_point.step;
        ++m_point.evaluationsSinceBest;
        if (*loss < m_point.bestLoss) {
            m_point.bestLoss = *loss;
            m_point.bestStep = m_point.step;
            m_point.evaluationsSinceBest = 0;
            std::ranges::copy(m_point.parameters.span().first(m_layout.trainedSize()), m_point.best.data());
            if (auto saved = saveGate(); !saved)
                return saved;
        }
        if (auto saved = saveFit(checkpoint(), m_point, m_optimiser); !saved)
            return saved;
        say({}, loss);
        return {};
    }

    Expected<void> saveGate() const {
        if (m_settings.fitsAdapters)
            return {};
        return saveVoice(m_settings.output, m_layout, m_point.best.span(),
                         {.baseFingerprint = m_source.fingerprint,
                          .tokens = m_point.bestStep * m_tokensPerStep,
                          .lossBefore = m_point.lossBefore,
                          .lossAfter = m_point.bestLoss,
                          .heldOutTokens = heldOutTokens(),
                          .heldOutBytes = static_cast<std::int64_t>(m_source.text.heldOutBytes),
                          .seed = m_settings.seed});
    }

    Expected<void> end() {
        if (!isComplete())
            return saveFit(checkpoint(), m_point, m_optimiser);
        std::error_code ignored; // nobody needs it any more
        std::filesystem::remove(checkpoint(), ignored);
        return {};
    }

    void say(const std::string& note, std::optional<double> heldOut = {}) {
        FitReport r;
        r.step = m_point.step;
        r.steps = steps();
        r.tokens = m_point.step * m_tokensPerStep;
        r.loss = m_scored > 0 ? m_nats / static_cast<double>(m_scored) : 0;
        r.lossBefore = m_point.lossBefore;
        r.heldOutLoss = heldOut;
        r.bestLoss = m_point.bestLoss;
        const double seconds = m_watch.seconds();
        const auto done = static_cast<double>(m_point.step - m_firstStep);
        if (done > 0) {
            r.tokensPerSecond = done * static_cast<double>(m_tokensPerStep) / seconds;
            r.secondsLeft = static_cast<double>(steps() - m_point.step) * seconds / done;
        }
        r.note = note;
        m_report(r);
        m_sinceReport.restart();
        m_nats = 0;
        m_scored = 0;
    }

    FitResult result() const {
        return {.lossBefore = m_point.lossBefore,
                .lossAfter = m_point.bestLoss,
                .heldOutBytesPerToken =
                    static_cast<double>(m_source.text.heldOutBytes) / static_cast<double>(heldOutTokens()),
                .steps = m_point.step,
                .tokens = m_point.step * m_tokensPerStep,
                .parameters = m_layout.parameterCount(),
                .seconds = m_watch.seconds(),
                .isComplete = isComplete()};
    }

    const FitSettings& m_settings;
    const FitSource& m_source;
    const ParameterLayout& m_layout;
    const FrozenBase<Operand>& m_base;
    ThreadPool& m_pool;
    const Report& m_report;

    const TrainingSettings m_passSettings;
    const FitBatches m_learned, m_heldOut;
    const std::int64_t m_tokensPerStep;
    std::unique_ptr<BatchGradient<Operand>> m_gradient;
    AdamW m_optimiser;
    FitPoint m_point;
    std::int64_t m_firstStep = 0;         // of this call
    std::vector<int> m_inputs, m_targets; // [sequences, window]
    Stopwatch m_watch, m_sinceReport;
    double m_nats = 0;         // since the last report
    std::int64_t m_scored = 0; // tokens
};

template <class Operand>
Expected<FitResult> fitOn(const FitSettings& settings, const FitSource& source, bool resume, ThreadPool& pool,
                          const Report& report, const std::stop_token& stop) {
    const ParameterLayout layout(source.shape, TrainedPart::Enhancement);
    const FitSizes sizes = fitSizes(layout, pool.size());
    const auto base = FrozenBase<Operand>::open(source.base, layout, sizes.decodedBytes, pool);
    if (!base)
        return failure(base.error());
    return FitRun<Operand>(settings, source, layout, sizes, *base, pool, report).run(resume, stop);
}

} // namespace

EnhancementConfig voiceGate() {
    EnhancementConfig gate;
    gate.variant = EnhancementConfig::Variant::ConvRouting;
    gate.layerNorm = false;
    useScales(gate);
    gate.routesEmbedding = true;
    return gate;
}

bool isFitBegun(const std::filesystem::path& output) {
    std::error_code ignored;
    return std::filesystem::exists(checkpointPath(output), ignored);
}

double FitResult::betterByPercent() const { return 100 * std::expm1(lossBefore - lossAfter); }

Expected<FitResult> fitGate(const FitSettings& settings, std::span<const std::string> texts, bool resume,
                            ThreadPool& pool, const std::function<void(const FitReport&)>& report,
                            std::stop_token stop) {
    try {
        // A place that takes no file is told before the work is done, not after.
        if (auto trial = AtomicFile::create(settings.output); !trial)
            return failure(trial.error());
        const auto source = readFitSource(settings, texts);
        if (!source)
            return failure(source.error());
        if (hasBfloat16Products())
            return fitOn<BFloat16>(settings, *source, resume, pool, report, stop);
        return fitOn<float>(settings, *source, resume, pool, report, stop);
    } catch (const std::bad_alloc&) {
        return failure(ErrorCode::OutOfMemory,
                       settings.model.base.string() + ": not enough memory to fit a gate on this model");
    }
}

} // namespace engine
