#include "app/assistant/side_run.h"

#include "app/assistant/gate_conversion.h"
#include "app/assistant/prompt_window.h"

#include <algorithm>
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
    , m_usesStateCache(usesStateCache)
    , m_batcher(id, side)
    , m_generation(*model.session, *model.tokenizer, toSettings(options),
                   usesStateCache ? &model.stateCache : nullptr) {}

engine::Expected<bool> SideRun::isMostlyKnown(const QString& prompt) const {
    auto tokens = m_model.tokenizer->encode(prompt.toStdString());
    if (!tokens)
        return tl::unexpected(std::move(tokens.error()));
    tokens->insert(tokens->begin(), m_model.tokenizer->documentSeparator()); // as Generation reads it
    return static_cast<qsizetype>(tokens->size() - m_model.stateCache.known(*tokens)) <=
           m_options.promptTokenLimit;
}

engine::Expected<qsizetype> SideRun::startOf(const QString& prompt) const {
    const qsizetype limit = std::max(m_options.promptTokenLimit, 1);
    if (m_usesStateCache && prompt.size() > limit)
        if (const auto isKnown = isMostlyKnown(prompt); !isKnown || *isKnown)
            return isKnown.map([](bool) { return qsizetype{0}; });
    // More units than the limit's tokens can hold in any language; then fewer, by what they turned out to
    // need.
    qsizetype units = limit * 8;
    qsizetype start = promptStart(prompt, units);
    while (start < prompt.size()) {
        const std::string text = QStringView(prompt).sliced(start).toUtf8().toStdString();
        const auto tokens = m_model.tokenizer->encode(text);
        if (!tokens)
            return tl::unexpected(tokens.error());
        const auto count = static_cast<qsizetype>(tokens->size());
        if (count <= limit)
            break;
        const qsizetype kept = prompt.size() - start;
        units = std::min(kept - 1, kept * limit / count);
        start = promptStart(prompt, units);
    }
    return start;
}

engine::Expected<PromptRead> SideRun::readPrompt(const QString& prompt, std::stop_token stop) {
    const auto begin = SteadyClock::now();
    const auto start = startOf(prompt);
    if (!start)
        return tl::unexpected(start.error());
    const std::string text = QStringView(prompt).sliced(*start).toUtf8().toStdString();
    if (auto done = m_generation.readPrompt(text, nullptr, stop); !done)
        return tl::unexpected(std::move(done.error()));

    const std::int64_t firstPosition = m_generation.state().position();
    if (m_options.recordGates && m_model.info.hasGates)
        m_recorder.emplace(
            m_model.info.layers, m_model.info.width, m_options.recordChannels,
            [this, firstPosition](engine::GateFrames&& frames) {
                m_batcher.push(toRunFrames(frames, firstPosition));
            },
            firstPosition);
    m_prompt = prompt;
    m_timings.promptSeconds = secondsSince(begin);
    return PromptRead{m_id,
                      m_side,
                      m_model.info,
                      *start,
                      static_cast<int>(m_generation.promptTokens().size()),
                      static_cast<int>(m_generation.promptTokensRead()),
                      m_timings.promptSeconds};
}

engine::Expected<void> SideRun::readAhead(std::stop_token stop) {
    // From its beginning: there is time, and what was read when the next request comes is known then.
    engine::Generation next(*m_model.session, *m_model.tokenizer, toSettings(m_options), &m_model.stateCache);
    return next.readPrompt(m_prompt.toStdString() + m_written, nullptr, stop);
}

engine::Expected<void> SideRun::step() {
    const auto begin = SteadyClock::now();
    const auto token = m_generation.next(m_recorder ? &*m_recorder : nullptr);
    m_timings.writingSeconds += secondsSince(begin);
    if (!token)
        return tl::unexpected(token.error());
    ++m_timings.tokens;
    m_endReason = toEndReason(token->stop);
    m_written += token->text;
    m_batcher.push(token->token, token->text, token->probability);
    return {};
}

} // namespace app
