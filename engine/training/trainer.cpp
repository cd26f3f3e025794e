#include "engine/training/trainer.h"

#include "engine/core/stopwatch.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "engine/training/batch_order.h"
#include "engine/training/run/batch_gradient.h"
#include "engine/training/run/progress_meter.h"
#include "engine/training/run/training_log.h"
#include "engine/training/run/training_point.h"
#include "engine/training/run/training_texts.h"
#include "engine/training/run/validation.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
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
        , m_batches(settings.batches())
        , m_layout(settings.shape, settings.trainedPart)
        , m_gradient(m_layout, settings)
        , m_point(m_layout, settings, m_gradient.freshStates(settings.sequences)) {
        m_starts.resize(static_cast<std::size_t>(settings.sequences));
        m_inputs.resize(m_starts.size() * static_cast<std::size_t>(settings.window));
        m_targets.resize(m_inputs.size());
        if (settings.unmarkedWeight < 1) {
            m_marked.resize(m_inputs.size());
            m_weights.resize(m_inputs.size());
        }
    }

    // To the end of the run or until `stop`.
    Expected<TrainingResult> run(bool resume, const std::stop_token& stop) {
        auto note = m_point.begin(m_layout, m_settings, resume);
        if (!note)
            return failure(note.error());
        if (!note->empty())
            say(*note);
        auto log = TrainingLog::open(m_settings.logPath(), m_point.step);
        if (!log)
            return failure(log.error());
        ProgressMeter meter(m_settings, m_layout, m_point.step);
        m_sinceSaved.restart();
        while (!isComplete() && !stop.stop_requested())
            if (auto stepped = step(meter, *log); !stepped)
                return failure(stepped.error());
        if (isComplete() && m_point.average && !m_point.weights)
            chooseWeights();
        if (auto saved = m_point.save(m_layout, m_settings); !saved)
            return failure(saved.error());
        return TrainingResult{.step = m_point.step,
                              .tokens = m_batches.tokensBefore(m_point.step),
                              .parameters = m_layout.parameterCount(),
                              .seconds = meter.secondsSinceStart(),
                              .isComplete = isComplete(),
                              .weights = m_point.weights,
                              .historyJson = m_point.history.toJson()};
    }

private:
    [[nodiscard]] bool isComplete() const { return m_point.step >= m_batches.steps(); }

    void say(const std::string& note) {
        TrainingReport r;
        r.steps = m_batches.steps();
        r.note = note;
        m_report(r);
    }

    // One step, and what is due after it: validation, a checkpoint, a report.
    Expected<void> step(ProgressMeter& meter, TrainingLog& log) {
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
            return write(r, log);
        }
        return {};
    }

    // A log that cannot be written ends the training as a checkpoint would, but loses nothing of it: the log
    // may be on another disk.
    Expected<void> write(const TrainingReport& r, TrainingLog& log) {
        auto written = log.add(r);
        if (!written && !m_point.save(m_layout, m_settings))
            written.error().message += "; the checkpoint could not be written either";
        return written;
    }

    // The gradient of a batch, and the optimisers' step.
    Expected<void> learn(ProgressMeter& meter, TrainingReport& r) {
        const auto sequences = static_cast<std::size_t>(m_batches.sequencesAt(m_point.step));
        const std::size_t tokens = sequences * static_cast<std::size_t>(m_settings.window);
        const auto inputs = std::span(m_inputs).first(tokens), targets = std::span(m_targets).first(tokens);
        const auto states = std::span(m_point.states).first(sequences);
        const auto weights = std::span(m_weights).first(m_weights.empty() ? 0 : tokens);
        m_order.batch(m_point.step, inputs, targets, m_starts, std::span(m_marked).first(weights.size()));
        for (std::size_t i = 0; i < weights.size(); ++i)
            weights[i] = m_marked[i] ? 1.0f : m_settings.unmarkedWeight;
        for (std::size_t slot = 0; slot < sequences; ++slot)
            if (m_starts[slot])
                states[slot].reset();
        m_gradient.setParameters(m_point.parameters.span(), m_pool);
        const double sum = m_gradient.run(inputs, targets, states, true, m_pool, weights),
                     loss = sum / std::max(m_gradient.weight(), 1e-9);
        const AdamW::Step rates = m_settings.adamwStep(m_point.step);
        r.learningRate = rates.learningRate;
        r.gradientNorm =
            m_point.optimiser.step(m_point.parameters.span(), m_gradient.gradients(), rates, m_pool);
        if (!std::isfinite(r.gradientNorm))
            r.note = "the gradient is not finite; the step was left out";
        else if (m_point.muon)
            if (auto moved = moveMatrices(); !moved)
                return moved;
        ++m_point.step;
        if (m_settings.isAveraged(m_point.step))
            m_point.average->add(m_point.parameters.span(), m_pool);
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
        r.validationBitsPerByte = bitsPerByte(m_point.parameters.span());
        m_point.history.addValidation(m_point.step, *r.validationBitsPerByte);
    }

    double bitsPerByte(std::span<const float> parameters) {
        m_gradient.setParameters(parameters, m_pool);
        return validationBitsPerByte(m_gradient, *m_texts.validation, m_tokenizer, m_settings, m_pool);
    }

    // Whether the model gets the last weights or their mean.
    void chooseWeights() {
        if (m_point.average->count() == 0)
            return say("the share to average is less than a step; the last weights are kept");
        const WeightChoice choice{m_point.average->count(), bitsPerByte(m_point.parameters.span()),
                                  bitsPerByte(m_point.average->mean())};
        if (std::isnan(choice.lastBitsPerByte))
            return say(
                "the validation text is too short to compare averaged weights; the last ones are kept");
        m_point.weights = choice;
        char text[160];
        std::snprintf(text, sizeof text,
                      "validation %.4f bits per byte with the last weights, %.4f with the mean of the last "
                      "%lld steps; the %s kept",
                      choice.lastBitsPerByte, choice.meanBitsPerByte,
                      static_cast<long long>(choice.averagedSteps),
                      choice.isMeanBetter() ? "mean is" : "last ones are");
        say(text);
    }

    const TrainingSettings& m_settings;
    const Tokenizer& m_tokenizer;
    const TrainingTexts& m_texts;
    BatchOrder& m_order;
    ThreadPool& m_pool;
    const Report& m_report;

    const BatchSchedule m_batches;
    const ParameterLayout m_layout;
    BatchGradient<Operand> m_gradient;
    TrainingPoint m_point;
    Stopwatch m_sinceSaved;
    std::vector<int> m_inputs, m_targets; // [sequences, window] of a step of full size
    std::vector<char> m_starts;           // [sequences]
    std::vector<char> m_marked;           // [sequences, window], if marks count
    std::vector<float> m_weights;         // the same
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
    BatchOrder order(texts->learned, settings.batches(), settings.window, settings.segment, settings.order,
                     settings.seed);
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

Expected<void> completeSettings(TrainingSettings& settings, int poolSize) {
    auto tokenizer = tokenizerFor(settings);
    if (!tokenizer)
        return failure(tokenizer.error());
    return settings.complete(**tokenizer, poolSize);
}

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
