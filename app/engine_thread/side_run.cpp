#include "app/engine_thread/side_run.h"

#include "app/engine_thread/gate_conversion.h"
#include "app/engine_thread/state_keeping.h"

#include <chrono>
#include <string>

namespace app {

namespace {

using SteadyClock = std::chrono::steady_clock;

double secondsSince(SteadyClock::time_point start) {
    return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

engine::GenerationSettings toSettings(const GenerationOptions& options) {
    const SamplerOptions& sampler = options.sampler;
    engine::GenerationSettings settings;
    settings.sampler.temperature = static_cast<float>(sampler.temperature);
    settings.sampler.topK = sampler.topK;
    settings.sampler.topP = static_cast<float>(sampler.topP);
    settings.sampler.minP = static_cast<float>(sampler.minP);
    settings.sampler.typical = static_cast<float>(sampler.typical);
    settings.sampler.presencePenalty = static_cast<float>(sampler.presencePenalty);
    settings.sampler.frequencyPenalty = static_cast<float>(sampler.frequencyPenalty);
    settings.sampler.repetitionPenalty = static_cast<float>(sampler.repetitionPenalty);
    settings.sampler.penaltyDecay = static_cast<float>(sampler.penaltyDecay);
    settings.sampler.seed = sampler.seed;
    settings.maxTokens = options.maxTokens;
    for (const QString& stop : options.stopStrings)
        if (!stop.isEmpty())
            settings.stopStrings.push_back(stop.toStdString());
    settings.stopAtDocumentEnd = options.stopAtDocumentEnd;
    return settings;
}

EndReason toEndReason(engine::StopReason reason) {
    switch (reason) {
    case engine::StopReason::None: return EndReason::None;
    case engine::StopReason::MaxTokens: return EndReason::MaxTokens;
    case engine::StopReason::StopString: return EndReason::StopString;
    case engine::StopReason::DocumentEnd: return EndReason::StoryEnd;
    }
    return EndReason::None;
}

} // namespace

SideRun::SideRun(RequestId id, Side side, ShelvedModel& model, const GenerationOptions& options,
                 bool usesStateCache)
    : m_id(id)
    , m_side(side)
    , m_model(model)
    , m_options(options)
    , m_batcher(id, side)
    , m_generation(*model.session, *model.tokenizer, toSettings(options),
                   usesStateCache ? &model.stateCache : nullptr) {}

engine::Expected<PromptRead> SideRun::readPrompt(const QString& prompt, std::stop_token stop,
                                                 const Progress& progress) {
    const auto begin = SteadyClock::now();
    m_text = prompt.toStdString();
    std::optional<std::size_t> remembered;
    const auto report = [&](std::size_t known, std::size_t total) {
        remembered = remembered.value_or(known);
        m_tokensRead = known - *remembered;
        progress({m_id, m_side, static_cast<int>(known), static_cast<int>(total),
                  static_cast<int>(m_tokensRead), secondsSince(begin)});
    };
    if (auto done = m_generation.readPrompt(m_text, nullptr, stop, report); !done)
        return tl::unexpected(std::move(done.error()));

    const std::int64_t firstPosition = m_generation.state().position();
    if (m_options.recordGates && m_model.info.hasGates)
        m_recorder.emplace(
            m_model.info.layers, m_model.info.width, m_options.recordChannels,
            [this, firstPosition](engine::GateFrames&& frames) {
                m_batcher.push(toRunFrames(frames, firstPosition));
            },
            firstPosition);
    m_tokensRead = m_generation.promptTokensRead();
    m_timings.promptSeconds = secondsSince(begin);
    return PromptRead{m_id,
                      m_side,
                      m_model.info,
                      static_cast<int>(m_generation.promptTokens().size()),
                      static_cast<int>(m_generation.promptTokensRead()),
                      m_timings.promptSeconds};
}

engine::Expected<void> SideRun::readAhead(std::stop_token stop) {
    engine::Generation next(*m_model.session, *m_model.tokenizer, toSettings(m_options), &m_model.stateCache);
    if (auto read = next.readPrompt(m_text, nullptr, std::move(stop)); !read)
        return read;
    m_aheadTokens = next.promptTokens();
    return {};
}

QList<KeptState> SideRun::keptStates() const {
    const std::vector<int>& prompt = m_generation.promptTokens();
    return app::keptStates(m_model, m_aheadTokens.empty() ? prompt : m_aheadTokens, prompt);
}

engine::Expected<void> SideRun::step() {
    const auto begin = SteadyClock::now();
    const auto token = m_generation.next(m_recorder ? &*m_recorder : nullptr);
    m_timings.writingSeconds += secondsSince(begin);
    if (!token)
        return tl::unexpected(token.error());
    ++m_timings.tokens;
    m_endReason = toEndReason(token->stop);
    m_text += token->text;
    m_batcher.push(token->token, token->text, token->probability);
    return {};
}

} // namespace app
