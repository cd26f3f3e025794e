#include "app/engine_thread/side_run.h"

#include "app/document/utf8_text.h"
#include "app/engine_thread/gate_conversion.h"
#include "app/engine_thread/read_chunks.h"
#include "app/engine_thread/state_keeping.h"
#include "app/generation/token_choices.h"
#include "engine/model/gate_layout.h"

#include <span>
#include <string>

namespace app {

namespace {

engine::GenerationSettings toSettings(const GenerationOptions& options, const ShelvedModel& model) {
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
    settings.sampler.dryMultiplier = static_cast<float>(sampler.dryMultiplier);
    settings.sampler.dryBase = static_cast<float>(sampler.dryBase);
    settings.sampler.dryAllowedLength = sampler.dryAllowedLength;
    settings.sampler.dryRange = sampler.dryRange;
    settings.sampler.xtcThreshold = static_cast<float>(sampler.xtcThreshold);
    settings.sampler.xtcProbability = static_cast<float>(sampler.xtcProbability);
    settings.sampler.seed = sampler.seed;
    settings.maxTokens = options.maxTokens;
    for (const QString& stop : options.stopStrings)
        if (!stop.isEmpty())
            settings.stopStrings.push_back(stop.toStdString());
    settings.stopTokens.assign(options.stopTokens.begin(), options.stopTokens.end());
    settings.stopAtSentenceEnd = options.stopAt == StopAt::Sentence;
    settings.stopAtParagraphEnd = options.stopAt == StopAt::Paragraph;
    settings.hasSoftLength = options.endsWithSentence;
    for (const QString& phrase : options.bannedPhrases)
        settings.bannedPhrases.push_back(phrase.toStdString());
    for (const WordBias& bias : options.biases)
        settings.textBiases.push_back({bias.text.toStdString(), static_cast<float>(bias.bias)});
    settings.choices = options.recordChoices ? kTokenChoices : 0;
    if (options.firstToken >= 0)
        settings.firstToken = engine::FirstToken{options.firstToken, options.firstTokenRepeatsPrompt};
    settings.stopAtDocumentEnd = options.stopAtDocumentEnd;
    settings.usesEnhancement = model.usesEnhancement;
    return settings;
}

QByteArray packed(const engine::GeneratedToken& token, const engine::Tokenizer& tokenizer) {
    TokenChoices choices{
        token.choices.rank, token.choices.logProbability, static_cast<int>(token.repeatedBytes), {}};
    for (const engine::TokenChoice& choice : token.choices.best) {
        const std::string_view bytes = choice.token == tokenizer.documentSeparator()
                                           ? std::string_view()
                                           : tokenizer.bytes(choice.token);
        choices.best.append({choice.token, choice.logProbability,
                             QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()))});
    }
    return packChoices(choices);
}

EndReason toEndReason(engine::StopReason reason) {
    switch (reason) {
    case engine::StopReason::None: return EndReason::None;
    case engine::StopReason::MaxTokens: return EndReason::MaxTokens;
    case engine::StopReason::StopString: return EndReason::StopString;
    case engine::StopReason::DocumentEnd: return EndReason::StoryEnd;
    case engine::StopReason::StopToken: return EndReason::StopToken;
    case engine::StopReason::SentenceEnd: return EndReason::SentenceEnd;
    case engine::StopReason::ParagraphEnd: return EndReason::ParagraphEnd;
    }
    return EndReason::None;
}

} // namespace

SideRun::SideRun(RequestId id, Side side, ShelvedModel& model, const GenerationOptions& options,
                 Events events, std::stop_token stop)
    : m_id(id)
    , m_side(side)
    , m_model(model)
    , m_options(options)
    , m_events(std::move(events))
    , m_pace(side == Side::First ? options.wordsPerMinute : 0, stop) // the other side keeps step
    , m_stop(std::move(stop))
    , m_batcher(id, side)
    , m_continuation(*model.session, *model.tokenizer, toSettings(options, model), &model.stateCache, *this) {
}

engine::GateSink* SideRun::sink() {
    if (m_looks)
        return &*m_looks;
    return m_recorder ? &*m_recorder : nullptr;
}

void SideRun::reading(std::size_t known, std::size_t total) {
    if (!m_remembered) {
        m_remembered = known;
        m_reading.restart();
    }
    m_tokensRead = known - *m_remembered;
    m_events.progress(*this, {m_id, m_side, static_cast<int>(known), static_cast<int>(total),
                              static_cast<int>(m_tokensRead), m_reading.seconds()});
}

void SideRun::promptRead(const engine::Generation& generation) {
    const std::int64_t firstPosition = generation.state().position();
    if (m_options.recordGates && m_model.info.hasGates)
        m_recorder.emplace(
            engine::gateLayout(m_model.model->config()), m_options.recordChannels,
            [this, firstPosition](engine::GateFrames&& frames) {
                m_batcher.push(toRunFrames(frames, firstPosition));
            },
            firstPosition);
    const engine::ModelConfig& config = m_model.model->config();
    ReadChunks chunks;
    if (m_options.recordGates && config.sparse.blocks > 0) {
        m_looks.emplace(
            config.sparse.blocks,
            [this, firstPosition](engine::ChunkFrames&& frames) { m_batcher.push(frames, firstPosition); },
            firstPosition, m_recorder ? &*m_recorder : nullptr);
        const std::span read = generation.promptTokens();
        chunks =
            readChunksOf(config, *m_model.tokenizer, read.first(static_cast<std::size_t>(firstPosition)));
    }
    m_tokensRead = generation.promptTokensRead();
    m_events.promptRead({m_id,
                         m_side,
                         m_model.info,
                         {},
                         static_cast<int>(generation.promptTokens().size()),
                         static_cast<int>(m_tokensRead),
                         m_continuation.promptSeconds(),
                         std::move(chunks)});
}

void SideRun::generated(const engine::GeneratedToken& token) {
    if (m_pace.isLimited()) {
        m_pace.wait(fromUtf8(token.text).size());
        if (m_stop.stop_requested())
            return; // it was not shown, so it is not kept
    }
    ++m_tokens;
    m_text += token.text;
    m_batcher.push(token.token, token.text, token.probability);
    if (m_options.recordChoices)
        m_batcher.push(packed(token, *m_model.tokenizer));
    if (const auto now = TextBatcher::TimePoint::clock::now(); m_batcher.isDue(now))
        m_events.batch(m_batcher.take(now));
}

void SideRun::sendRest() {
    (void)m_model.session->deliverGates();
    if (const auto rest = m_batcher.takeLast())
        m_events.batch(*rest);
}

QString SideRun::written() const { return fromUtf8(m_text); }

EndReason SideRun::endReason() const { return toEndReason(m_continuation.stopReason()); }

SideTimings SideRun::timings() const {
    return {m_tokens, m_continuation.promptSeconds(), m_continuation.writingSeconds()};
}

engine::Expected<void> SideRun::readAhead(const QString& prompt, std::stop_token stop) {
    engine::Generation next(*m_model.session, *m_model.tokenizer, toSettings(m_options, m_model),
                            &m_model.stateCache);
    if (auto read = next.readPrompt(prompt.toStdString(), nullptr, std::move(stop)); !read)
        return read;
    m_aheadTokens = next.promptTokens();
    return {};
}

QList<KeptState> SideRun::keptStates() const {
    const std::vector<int>& prompt = m_continuation.generation().promptTokens();
    return app::keptStates(m_model, m_aheadTokens.empty() ? prompt : m_aheadTokens, prompt);
}

} // namespace app
