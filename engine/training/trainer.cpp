#include "engine/training/trainer.h"

#include "engine/operations/products/dense/matrix_product.h"
#include "engine/training/model_gradient.h"
#include "engine/training/parameters/start_values.h"
#include "engine/training/token_dataset.h"
#include "engine/training/training_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <numbers>
#include <numeric>

namespace engine {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

constexpr double kReportSeconds = 10;
// Validation reads this many stretches, evenly spread over the validation text, each from a fresh state.
constexpr int kValidationStretches = 48;
constexpr int kValidationWindows = 2;

// The gradient of one batch, by all threads of the pool. Operand is BFloat16 or float.
template <class Operand> class BatchGradient {
public:
    BatchGradient(const ParameterLayout& layout, const TrainingSettings& settings)
        : m_layout(layout)
        , m_settings(settings)
        , m_operands(layout.size()) {
        for (int i = 0; i < settings.threads; ++i) {
            m_passes.push_back(std::make_unique<ModelGradient<float, Operand>>(layout, settings.microBatch,
                                                                               settings.window));
            m_gradients.emplace_back(layout.size());
        }
        for (auto& gradient : m_gradients)
            m_views.push_back(gradient.span());
    }

    void setParameters(std::span<const float> parameters, ThreadPool& pool) {
        m_parameters = parameters;
        pool.parallelFor(m_layout.size(), 1 << 14, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i)
                assign(m_operands[i], parameters[i]);
        });
    }

    // Sum of -ln p over `sequences` windows; with `train`, gradients() holds the gradient of their mean.
    double run(std::span<const int> inputs, std::span<const int> targets,
               std::span<TrainingState<float>> states, bool train, ThreadPool& pool) {
        const int sequences = static_cast<int>(states.size());
        const int pieces = sequences / m_settings.microBatch;
        std::vector<double> losses(static_cast<std::size_t>(pieces)), skipped(losses.size());
        pool.run([&](int thread) {
            float* gradient = train ? m_gradients[static_cast<std::size_t>(thread)].data() : nullptr;
            if (train)
                std::fill_n(gradient, m_layout.size(), 0.0f);
            for (int piece = pieces * thread / pool.size(); piece < pieces * (thread + 1) / pool.size();
                 ++piece) {
                const auto size = static_cast<std::size_t>(m_settings.microBatch * m_settings.window);
                const std::size_t at = static_cast<std::size_t>(piece) * size;
                TrainingBatch<float> batch;
                batch.inputs = inputs.subspan(at, size);
                batch.targets = targets.subspan(at, size);
                batch.states = states.subspan(static_cast<std::size_t>(piece * m_settings.microBatch),
                                              static_cast<std::size_t>(m_settings.microBatch));
                batch.scale = 1.0f / static_cast<float>(sequences * m_settings.window);
                batch.logitPull = train ? m_settings.logitPull : 0;
                auto& pass = *m_passes[static_cast<std::size_t>(thread)];
                losses[static_cast<std::size_t>(piece)] =
                    pass.run(m_parameters.data(), m_operands.data(), batch, gradient);
                skipped[static_cast<std::size_t>(piece)] = pass.skippedMultiplyAdds();
            }
        });
        m_skippedMultiplyAdds = std::accumulate(skipped.begin(), skipped.end(), 0.0);
        return std::accumulate(losses.begin(), losses.end(), 0.0);
    }

    [[nodiscard]] std::span<const std::span<float>> gradients() const { return m_views; }
    [[nodiscard]] TrainingState<float> freshState() const { return m_passes.front()->freshState(); }
    // Multiply-adds with zeros that the last run left out.
    [[nodiscard]] double skippedMultiplyAdds() const { return m_skippedMultiplyAdds; }

private:
    const ParameterLayout& m_layout;
    const TrainingSettings& m_settings;
    std::span<const float> m_parameters;
    AlignedBuffer<Operand> m_operands;
    std::vector<std::unique_ptr<ModelGradient<float, Operand>>> m_passes;
    std::vector<AlignedBuffer<float>> m_gradients;
    std::vector<std::span<float>> m_views;
    double m_skippedMultiplyAdds = 0;
};

// Bits per byte on stretches of the validation text.
template <class Operand>
double validate(BatchGradient<Operand>& gradient, const TokenDataset& dataset, const Tokenizer& tokenizer,
                const TrainingSettings& settings, ThreadPool& pool) {
    const auto tokens = dataset.tokens();
    const int group = settings.threads * settings.microBatch;
    const int stretches = std::max(1, kValidationStretches / group) * group;
    const auto window = static_cast<std::size_t>(settings.window);
    const std::size_t length = kValidationWindows * window;
    if (tokens.size() < length)
        return std::nan("");
    std::vector<TrainingState<float>> states(static_cast<std::size_t>(stretches), gradient.freshState());
    std::vector<int> inputs(static_cast<std::size_t>(stretches) * window), targets(inputs.size());
    double nats = 0;
    std::size_t bytes = 0;
    for (std::size_t w = 0; w < kValidationWindows; ++w) {
        for (std::size_t s = 0; s < static_cast<std::size_t>(stretches); ++s) {
            const std::size_t start =
                (tokens.size() - length) * s / std::max<std::size_t>(1, stretches - 1) + w * window;
            for (std::size_t t = 0; t < window; ++t) {
                targets[s * window + t] = tokens[start + t];
                inputs[s * window + t] = w == 0 && t == 0 ? dataset.separator() : tokens[start + t - 1];
                bytes += tokenizer.bytes(tokens[start + t]).size();
            }
        }
        nats += gradient.run(inputs, targets, states, false, pool);
    }
    return nats / std::numbers::ln2 / static_cast<double>(std::max<std::size_t>(1, bytes));
}

// The losses so far: {"train": [[step, nats per token]...], "valid": [[step, bits per byte]...]}; empty where
// `text` is not that.
nlohmann::json parsedHistory(const std::string& text) {
    auto history = nlohmann::json::parse(text, nullptr, false);
    const auto isList = [&](const char* key) { return history.contains(key) && history[key].is_array(); };
    if (!history.is_object() || !isList("train") || !isList("valid"))
        history = {{"train", nlohmann::json::array()}, {"valid", nlohmann::json::array()}};
    return history;
}

Expected<std::unique_ptr<const Tokenizer>> tokenizerFor(const TrainingSettings& settings) {
    if (settings.vocabulary.empty())
        return makeByteTokenizer();
    return loadTokenizer(settings.vocabulary);
}

template <class Operand>
Expected<TrainingResult> trainWith(TrainingSettings& settings, const Tokenizer& tokenizer, bool resume,
                                   ThreadPool& pool, const std::function<void(const TrainingReport&)>& report,
                                   std::stop_token stop) {
    const auto tokenFile = [&](const char* suffix) {
        auto path = settings.output;
        path += suffix;
        return path;
    };
    const auto say = [&](const std::string& note) {
        TrainingReport r;
        r.steps = settings.steps();
        r.note = note;
        report(r);
    };
    say("reading " + settings.text.string());
    auto dataset = TokenDataset::open(settings.text, tokenizer, tokenFile(".tokens"), pool);
    if (!dataset)
        return tl::unexpected(dataset.error());
    std::optional<TokenDataset> validation;
    if (!settings.validation.empty()) {
        auto opened = TokenDataset::open(settings.validation, tokenizer, tokenFile(".valid-tokens"), pool);
        if (!opened)
            return tl::unexpected(opened.error());
        validation = std::move(*opened);
    }
    BatchOrder order(*dataset, settings.sequences, settings.window, settings.segment, settings.seed);
    if (!order.fits())
        return failure(ErrorCode::InvalidArgument,
                       settings.text.string() + ": too short; " + std::to_string(settings.sequences) +
                           " sequences of " + std::to_string(settings.segment) +
                           " tokens are needed, it has " + std::to_string(dataset->tokens().size()));

    const ParameterLayout layout(settings.shape);
    AlignedBuffer<float> parameters(layout.size());
    setStartValues(layout, settings.seed, parameters.span());
    AdamW optimiser(layout, settings.optimiser);
    BatchGradient<Operand> gradient(layout, settings);
    std::vector<TrainingState<float>> states(static_cast<std::size_t>(settings.sequences),
                                             gradient.freshState());
    std::int64_t step = 0;
    nlohmann::json history = parsedHistory("");
    const auto checkpoint = checkpointPath(settings.output);
    if (resume && std::filesystem::exists(checkpoint)) {
        auto progress = loadTraining(checkpoint, parameters.span(), optimiser, states);
        if (!progress)
            return tl::unexpected(progress.error());
        step = progress->step;
        history = parsedHistory(progress->history);
        say("resumed at step " + std::to_string(step));
    } else if (!settings.init.empty()) {
        auto start = Checkpoint::open(settings.init);
        if (!start)
            return tl::unexpected(start.error());
        if (auto loaded = loadModelParameters(*start, layout, parameters.span()); !loaded)
            return tl::unexpected(loaded.error());
        if (settings.firstStep > 0) {
            auto record = modelTrainingRecord(*start);
            if (!record)
                return tl::unexpected(record.error());
            step = settings.firstStep;
            history = parsedHistory(record->history);
            say("going on from step " + std::to_string(step));
        }
    }

    const LearningRateSchedule schedule{settings.learningRate, settings.finalLearningRate, settings.warmup,
                                        settings.steps(), settings.firstStep};
    const auto perStep =
        static_cast<std::size_t>(settings.sequences) * static_cast<std::size_t>(settings.window);
    std::vector<int> inputs(perStep), targets(perStep);
    std::vector<char> starts(static_cast<std::size_t>(settings.sequences));
    // The checkpoint first: it is what resuming needs. The model beside it can be tried while training goes
    // on.
    const auto save = [&]() -> Expected<void> {
        const TrainingProgress progress{step, toJson(settings), history.dump()};
        if (auto saved = saveTraining(checkpoint, progress, parameters.span(), optimiser, states); !saved)
            return saved;
        return saveModel(settings.output, layout, parameters.span(), progress);
    };

    const auto begun = Clock::now();
    auto lastReport = begun, lastCheckpoint = begun;
    std::int64_t reportedStep = step, firstStep = step;
    double lossSum = 0, skippedMultiplyAdds = 0;
    TrainingResult result;
    for (; step < settings.steps() && !stop.stop_requested();) {
        order.batch(step, inputs, targets, starts);
        for (std::size_t slot = 0; slot < starts.size(); ++slot)
            if (starts[slot])
                states[slot].reset();
        gradient.setParameters(parameters.span(), pool);
        const double loss = gradient.run(inputs, targets, states, true, pool) / static_cast<double>(perStep);
        skippedMultiplyAdds += gradient.skippedMultiplyAdds();
        const float rate = schedule.at(static_cast<int>(step));
        const double norm = optimiser.step(parameters.span(), gradient.gradients(), rate, pool);
        ++step;
        lossSum += loss;
        if (step % 10 == 0)
            history["train"].push_back({step, std::round(loss * 1e4) / 1e4});

        TrainingReport r;
        const bool isLast = step == settings.steps();
        if (validation && (step % settings.validateEvery == 0 || isLast)) {
            gradient.setParameters(parameters.span(), pool);
            r.validationBitsPerByte = validate(gradient, *validation, tokenizer, settings, pool);
            history["valid"].push_back({step, std::round(*r.validationBitsPerByte * 1e5) / 1e5});
        }
        if (!std::isfinite(norm))
            r.note = "the gradient is not finite; the step was left out";
        if (secondsSince(lastCheckpoint) > settings.checkpointSeconds) {
            if (auto saved = save(); !saved)
                return tl::unexpected(saved.error());
            lastCheckpoint = Clock::now();
            r.note = "checkpoint saved";
        }
        if (secondsSince(lastReport) > kReportSeconds || r.validationBitsPerByte || !r.note.empty() ||
            isLast) {
            const double elapsed = secondsSince(lastReport);
            const auto stepsDone = static_cast<double>(step - reportedStep);
            r.step = step;
            r.steps = settings.steps();
            r.tokens = step * static_cast<std::int64_t>(perStep);
            r.loss = lossSum / stepsDone;
            r.gradientNorm = norm;
            r.learningRate = rate;
            r.tokensPerSecond = stepsDone * static_cast<double>(perStep) / elapsed;
            r.gflops =
                (r.tokensPerSecond * 6 * layout.multiplyAddsPerToken() - 2 * skippedMultiplyAdds / elapsed) /
                1e9;
            r.secondsLeft = secondsSince(begun) / static_cast<double>(step - firstStep) *
                            static_cast<double>(settings.steps() - step);
            report(r);
            lastReport = Clock::now();
            reportedStep = step;
            lossSum = 0;
            skippedMultiplyAdds = 0;
        }
    }
    if (auto saved = save(); !saved)
        return tl::unexpected(saved.error());
    result.step = step;
    result.tokens = step * static_cast<std::int64_t>(perStep);
    result.parameters = layout.parameterCount();
    result.seconds = secondsSince(begun);
    result.isComplete = step >= settings.steps();
    result.historyJson = history.dump();
    return result;
}

} // namespace

std::filesystem::path checkpointPath(const std::filesystem::path& output) {
    auto path = output;
    path += ".checkpoint";
    return path;
}

Expected<TrainingResult> train(TrainingSettings settings, bool resume, ThreadPool& pool,
                               const std::function<void(const TrainingReport&)>& report,
                               std::stop_token stop) {
    try {
        auto tokenizer = tokenizerFor(settings);
        if (!tokenizer)
            return tl::unexpected(tokenizer.error());
        if (auto complete = settings.complete(**tokenizer, pool.size()); !complete)
            return tl::unexpected(complete.error());
        if (hasBfloat16Products())
            return trainWith<BFloat16>(settings, **tokenizer, resume, pool, report, stop);
        return trainWith<float>(settings, **tokenizer, resume, pool, report, stop);
    } catch (const std::bad_alloc&) {
        return failure(
            ErrorCode::OutOfMemory,
            "not enough memory to train this model; use fewer sequences per micro-batch or a smaller model");
    }
}

} // namespace engine
