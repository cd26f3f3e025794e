#include "engine/training/trainer.h"

#include "engine/core/stopwatch.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "engine/training/run/batch_gradient.h"
#include "engine/training/run/progress_meter.h"
#include "engine/training/run/training_point.h"
#include "engine/training/run/training_texts.h"
#include "engine/training/run/validation.h"

#include <cmath>
#include <memory>
#include <new>

namespace engine {

namespace {

using Report = std::function<void(const TrainingReport&)>;

// The step loop. Operand is BFloat16 or float.
template <class Operand> class TrainingRun {
public:
    // `order` is that of texts.learned.
    TrainingRun(const TrainingSettings& settings, const Tokenizer& tokenizer, const TrainingTexts& texts,
                BatchOrder& order, ThreadPool& pool, const Report& report)
        : m_settings(settings)
        , m_tokenizer(tokenizer)
        , m_texts(texts)
        , m_order(order)
        , m_pool(pool)
        , m_report(report)
        , m_layout(settings.shape)
        , m_gradient(m_layout, settings)
        , m_point(m_layout, settings, m_gradient.freshStates(settings.sequences)) {
        m_inputs.resize(static_cast<std::size_t>(settings.tokensPerStep()));
        m_targets.resize(m_inputs.size());
        m_starts.resize(static_cast<std::size_t>(settings.sequences));
    }

    // To the end of the run or until `stop`.
    Expected<TrainingResult> run(bool resume, const std::stop_token& stop) {
        auto note = m_point.begin(m_layout, m_settings, resume);
        if (!note)
            return failure(note.error());
        if (!note->empty())
            say(*note);
        ProgressMeter meter(m_settings, m_layout, m_point.step);
        m_sinceSaved.restart();
        while (!isComplete() && !stop.stop_requested())
            if (auto stepped = step(meter); !stepped)
                return failure(stepped.error());
        if (auto saved = m_point.save(m_layout, m_settings); !saved)
            return failure(saved.error());
        return TrainingResult{.step = m_point.step,
                              .tokens = m_point.step * m_settings.tokensPerStep(),
                              .parameters = m_layout.parameterCount(),
                              .seconds = meter.secondsSinceStart(),
                              .isComplete = isComplete(),
                              .historyJson = m_point.history.toJson()};
    }

private:
    [[nodiscard]] bool isComplete() const { return m_point.step >= m_settings.steps(); }

    void say(const std::string& note) {
        TrainingReport r;
        r.steps = m_settings.steps();
        r.note = note;
        m_report(r);
    }

    // One step, and what is due after it: validation, a checkpoint, a report.
    Expected<void> step(ProgressMeter& meter) {
        TrainingReport r;
        if (auto learned = learn(meter, r); !learned)
            return learned;
        if (m_texts.validation && (m_point.step % m_settings.validateEvery == 0 || isComplete()))
            validate(r);
        if (m_sinceSaved.seconds() > m_settings.checkpointSeconds) {
            if (auto saved = m_point.save(m_layout, m_settings); !saved)
                return saved;
            m_sinceSaved.restart();
            r.note = "checkpoint saved";
        }
        if (meter.isReportDue() || r.validationBitsPerByte || !r.note.empty() || isComplete()) {
            meter.report(m_point.step, r);
            m_report(r);
        }
        return {};
    }

    // The gradient of a batch, and the optimisers' step.
    Expected<void> learn(ProgressMeter& meter, TrainingReport& r) {
        m_order.batch(m_point.step, m_inputs, m_targets, m_starts);
        for (std::size_t slot = 0; slot < m_starts.size(); ++slot)
            if (m_starts[slot])
                m_point.states[slot].reset();
        m_gradient.setParameters(m_point.parameters.span(), m_pool);
        const double loss = m_gradient.run(m_inputs, m_targets, m_point.states, true, m_pool) /
                            static_cast<double>(m_inputs.size());
        const float rate = m_settings.schedule().at(static_cast<int>(m_point.step));
        r.learningRate = rate;
        r.gradientNorm =
            m_point.optimiser.step(m_point.parameters.span(), m_gradient.gradients(), {.learningRate = rate}, m_pool);
        if (!std::isfinite(r.gradientNorm))
            r.note = "the gradient is not finite; the step was left out";
        else if (m_point.muon)
            if (auto moved = moveMatrices(); !moved)
                return moved;
        ++m_point.step;
        meter.addStep(loss, m_gradient.skippedMultiplyAdds());
        if (m_point.step % 10 == 0)
            m_point.history.addLoss(m_point.step, loss);
        return {};
    }

    Expected<void> moveMatrices() {
        Muon::Step step = m_settings.muonStep(m_point.step);
        step.clip = m_point.optimiser.clip();
        return m_point.muon->step(m_point.parameters.span(), m_gradient.gradients().front(),
                                  m_point.optimiser.firstMoments(), step, m_pool);
    }

    void validate(TrainingReport& r) {
        m_gradient.setParameters(m_point.parameters.span(), m_pool);
        r.validationBitsPerByte =
            validationBitsPerByte(m_gradient, *m_texts.validation, m_tokenizer, m_settings, m_pool);
        m_point.history.addValidation(m_point.step, *r.validationBitsPerByte);
    }

    const TrainingSettings& m_settings;
    const Tokenizer& m_tokenizer;
    const TrainingTexts& m_texts;
    BatchOrder& m_order;
    ThreadPool& m_pool;
    const Report& m_report;

    const ParameterLayout m_layout;
    BatchGradient<Operand> m_gradient;
    TrainingPoint m_point;
    Stopwatch m_sinceSaved;
    std::vector<int> m_inputs, m_targets; // [sequences, window] of a step
    std::vector<char> m_starts;           // [sequences]
};

Expected<std::unique_ptr<const Tokenizer>> tokenizerFor(const TrainingSettings& settings) {
    if (settings.vocabulary.empty())
        return makeByteTokenizer();
    return loadTokenizer(settings.vocabulary);
}

Expected<TrainingResult> trainOn(const TrainingSettings& settings, const Tokenizer& tokenizer, bool resume,
                                 ThreadPool& pool, const Report& report, const std::stop_token& stop) {
    TrainingReport reading;
    reading.steps = settings.steps();
    reading.note = "reading " + settings.text.string();
    report(reading);
    const auto texts = readTrainingTexts(settings, tokenizer, pool);
    if (!texts)
        return failure(texts.error());
    BatchOrder order(texts->learned, settings.sequences, settings.window, settings.segment, settings.seed);
    if (!order.fits())
        return failure(ErrorCode::InvalidArgument,
                       settings.text.string() + ": too short; " + std::to_string(settings.sequences) +
                           " sequences of " + std::to_string(settings.segment) +
                           " tokens are needed, it has " + std::to_string(texts->learned.tokens().size()));
    if (hasBfloat16Products())
        return TrainingRun<BFloat16>(settings, tokenizer, *texts, order, pool, report).run(resume, stop);
    return TrainingRun<float>(settings, tokenizer, *texts, order, pool, report).run(resume, stop);
}

} // namespace

Expected<TrainingResult> train(TrainingSettings settings, bool resume, ThreadPool& pool,
                               const std::function<void(const TrainingReport&)>& report,
                               std::stop_token stop) {
    try {
        auto tokenizer = tokenizerFor(settings);
        if (!tokenizer)
            return failure(tokenizer.error());
        if (auto complete = settings.complete(**tokenizer, pool.size()); !complete)
            return failure(complete.error());
        return trainOn(settings, **tokenizer, resume, pool, report, stop);
    } catch (const std::bad_alloc&) {
        return failure(
            ErrorCode::OutOfMemory,
            "not enough memory to train this model; use fewer sequences per micro-batch or a smaller model");
    }
}

} // namespace engine
