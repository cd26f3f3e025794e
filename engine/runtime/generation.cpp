#include "engine/runtime/generation.h"
#include "engine/runtime/sampler_of_texts.h"

#include <algorithm>
#include <cassert>
#include <exception>
#include <iterator>
#include <limits>
#include <new>

namespace engine {

namespace {

constexpr std::size_t kContextBytes = 1024; // of the prompt, for phrases and sentences that begin in it
constexpr float kImpossible = -std::numeric_limits<float>::infinity();

bool areAllBanned(std::vector<int> banned, int vocabulary) {
    std::ranges::sort(banned);
    const auto last = std::unique(banned.begin(), banned.end());
    return std::count_if(banned.begin(), last, [&](int token) { return token >= 0 && token < vocabulary; }) ==
           vocabulary;
}

} // namespace

Expected<void> checkVocabulary(const ModelConfig& model, const Tokenizer& tokenizer) {
    if (tokenizer.vocabularySize() <= model.vocabulary)
        return {};
    return failure(ErrorCode::VocabularyMismatch,
                   "the vocabulary has " + std::to_string(tokenizer.vocabularySize()) +
                       " tokens, the model only " + std::to_string(model.vocabulary) +
                       "; choose the vocabulary the model was trained with");
}

Generation::Generation(Session& session, const Tokenizer& tokenizer, const GenerationSettings& settings,
                       StateCache* cache)
    : m_session(session)
    , m_tokenizer(tokenizer)
    , m_settings(settings)
    , m_cache(cache)
    , m_sampler(samplerWithTexts(settings, tokenizer))
    , m_held(settings) {}

Generation::~Generation() {
    (void)m_session.deliverGates(); // whoever wants them may be gone soon; an error is told by the next call
    // The next prompt is likely to go on from here.
    try {
        if (m_canContinue) {
            (void)goBack(0); // what was not shown is not kept
            (void)keepSnapshot();
        }
    } catch (const std::exception&) { // no memory, or a device that is lost
        m_cache->clear();
    }
}

Expected<void> Generation::checkSettings() const {
    if (auto valid = m_settings.sampler.validate(); !valid)
        return valid;
    for (const TextBias& bias : m_settings.textBiases) {
        SamplerSettings probe;
        probe.biases[0] = bias.bias;
        if (!probe.validate())
            return failure(ErrorCode::InvalidArgument, "the bias of \"" + bias.text + "\" is " +
                                                           std::to_string(bias.bias) +
                                                           "; it must be from -100 to 100 or -inf");
    }
    if (m_settings.maxTokens < 1)
        return failure(ErrorCode::InvalidArgument, "the number of tokens to generate must be at least 1");
    if (auto checked = checkVocabulary(m_session.model().config(), m_tokenizer); !checked)
        return checked;
    if (m_settings.firstToken &&
        (m_settings.firstToken->token < 0 || m_settings.firstToken->token >= m_tokenizer.vocabularySize()))
        return failure(ErrorCode::InvalidArgument,
                       "the first token is " + std::to_string(m_settings.firstToken->token) +
                           "; the vocabulary ends at " + std::to_string(m_tokenizer.vocabularySize() - 1));
    if (areAllBanned(samplerWithBans(m_settings, m_tokenizer).bannedTokens, m_tokenizer.vocabularySize()))
        return failure(ErrorCode::InvalidArgument,
                       "all tokens of the vocabulary are banned, so none can be drawn; ban fewer");
    return {};
}

Expected<std::vector<int>> Generation::encodePrompt(const Tokenizer& tokenizer, std::string_view prompt) {
    auto tokens = tokenizer.encode(prompt);
    if (tokens)
        tokens->insert(tokens->begin(), tokenizer.documentSeparator());
    return tokens;
}

Expected<void> Generation::readPrompt(std::string_view prompt, GateSink* sink, std::stop_token stop,
                                      const ReadingProgress& progress) {
    if (auto checked = checkSettings(); !checked)
        return checked;
    auto tokens = encodePrompt(m_tokenizer, prompt);
    if (!tokens)
        return failure(std::move(tokens.error()));
    return readPrompt(std::move(*tokens), sink, std::move(stop), progress);
}

Expected<void> Generation::readPrompt(std::vector<int> promptTokens, GateSink* sink, std::stop_token stop,
                                      const ReadingProgress& progress) try {
    if (auto checked = checkSettings(); !checked)
        return checked;
    const ModelConfig& config = m_session.model().config();
    m_state = State(config);
    m_logits.resize(static_cast<std::size_t>(config.vocabulary));
    m_promptTokens = std::move(promptTokens);

    std::span<const int> toRead = m_promptTokens;
    const std::string_view lastBytes =
        toRead.size() > 1 ? m_tokenizer.bytes(toRead.back()) : std::string_view();
    // A token that may not be sampled could not be generated again, so it stays.
    const bool isBanned = std::ranges::find(m_settings.sampler.bannedTokens, toRead.back()) !=
                              m_settings.sampler.bannedTokens.end() ||
                          std::ranges::find(m_tokenizer.unsampledTokens(), toRead.back()) !=
                              m_tokenizer.unsampledTokens().end();
    const std::optional<FirstToken>& first = m_settings.firstToken;
    const bool heals =
        !first || (first->repeatsPrompt && m_tokenizer.bytes(first->token).starts_with(lastBytes));
    if (!lastBytes.empty() && !isBanned && heals) {
        m_healing = lastBytes;
        toRead = toRead.first(toRead.size() - 1);
    }
    std::string before; // the end of it
    for (const int token : toRead.subspan(1)) {
        m_sampler.observe(token);
        before += m_tokenizer.bytes(token);
        if (before.size() > 2 * kContextBytes)
            before.erase(0, before.size() - kContextBytes);
    }
    m_held.begin(before + m_healing);
    m_sampler.setUndoable(m_held.canGoBack());

    if (m_cache != nullptr)
        toRead = toRead.subspan(m_cache->restore(toRead, m_state, m_logits));
    m_promptTokensRead = toRead.size();
    if (auto read = readTokens(toRead, sink, stop, progress); !read)
        return read;
    if (m_cache != nullptr)
        m_cache->keep(m_state, m_logits);
    m_gates.goBack(m_state.position());
    m_gates.passUntil(m_state.position());
    m_canContinue = true;
    return {};
} catch (const std::bad_alloc&) {
    return failure(ErrorCode::OutOfMemory, "not enough memory to read the text");
} catch (const BackendFailure& refused) { // while copying a state
    return failure(refused.error());
}

// With a cache the text is cut where it wants snapshots.
Expected<void> Generation::readTokens(std::span<const int> tokens, GateSink* sink,
                                      const std::stop_token& stop, const ReadingProgress& progress) {
    const std::size_t end = static_cast<std::size_t>(m_state.position()) + tokens.size();
    while (!tokens.empty()) {
        if (progress)
            progress(end - tokens.size(), end);
        std::size_t count = std::min(tokens.size(), m_session.chunk());
        if (m_cache != nullptr) {
            const auto position = static_cast<std::size_t>(m_state.position());
            count = std::min(count, StateCache::kSnapshotInterval - position % StateCache::kSnapshotInterval);
        }
        const bool isLast = count == tokens.size();
        if (auto read = m_session.prefill(m_state, tokens.first(count),
                                          isLast ? std::span(m_logits) : std::span<float>(), sink, stop,
                                          m_settings.usesEnhancement);
            !read) {
            if (m_cache != nullptr && read.error().code == ErrorCode::Cancelled)
                m_cache->keep(m_state);
            return read;
        }
        if (m_cache != nullptr) {
            m_cache->read(tokens.first(count));
            if (m_cache->isAtInterval())
                m_cache->keep(m_state);
        }
        tokens = tokens.subspan(count);
    }
    return {};
}

void Generation::removeUnhealing(std::span<float> logits) const {
    for (std::size_t token = 0; token < logits.size(); ++token)
        if (!m_tokenizer.bytes(static_cast<int>(token)).starts_with(m_healing))
            logits[token] = kImpossible;
}

DecodeStep Generation::pendingStep(GateSink* sink) {
    const bool leaves = m_session.drawsTokens() && !m_held.canGoBack();
    return {&m_state,
            *m_pending,
            leaves ? std::span<float>() : std::span(m_logits),
            sinkFor(sink),
            m_settings.usesEnhancement,
            leaves};
}

GateSink* Generation::sinkFor(GateSink* sink) {
    if (!m_held.canHold())
        return sink;
    m_gates.setTarget(sink);
    return &m_gates;
}

Expected<bool> Generation::fetchLogits() {
    if (!m_left)
        return m_areLogitsKnown;
    if (m_left->call != m_session.calls())
        return false;
    auto fetched = m_session.fetchLogits(m_left->step, m_logits);
    m_left.reset();
    return fetched.map([] { return true; });
}

Expected<void> Generation::keepSnapshot() {
    if (m_cache == nullptr)
        return {};
    const auto areKnown = fetchLogits();
    if (!areKnown)
        return failure(areKnown.error());
    m_cache->keep(m_state, *areKnown ? std::span<const float>(m_logits) : std::span<const float>());
    return {};
}

Expected<void> Generation::noteRead(std::size_t step) {
    m_areLogitsKnown = true;
    if (m_session.drawsTokens() && !m_held.canGoBack())
        m_left = LeftLogits{step, m_session.calls()};
    const int token = *m_pending;
    m_pending.reset();
    if (m_cache == nullptr)
        return {};
    m_cache->read({&token, 1});
    return m_cache->isAtInterval() ? keepSnapshot() : Expected<void>();
}

Expected<void> Generation::readTogether(std::span<Generation* const> generations,
                                        std::span<GateSink* const> sinks) {
    assert(generations.size() == sinks.size());
    std::vector<DecodeStep> steps;
    for (std::size_t i = 0; i < generations.size(); ++i) {
        assert(&generations[i]->m_session == &generations.front()->m_session);
        if (generations[i]->m_canContinue && generations[i]->m_pending.has_value())
            steps.push_back(generations[i]->pendingStep(sinks[i]));
    }
    if (steps.empty())
        return {};
    auto read = generations.front()->m_session.decodeTogether(steps);
    std::size_t step = 0;
    for (Generation* generation : generations) {
        if (!generation->m_canContinue || !generation->m_pending.has_value())
            continue;
        if (read)
            read = generation->noteRead(step++);
        if (!read)
            generation->m_canContinue = false;
    }
    return read;
}

bool Generation::takesFirstToken() const {
    return m_settings.firstToken && m_generated == 0 && m_banned.empty();
}

Expected<void> Generation::collectChoices(GeneratedToken& result) {
    result.repeatedBytes = m_healing.size();
    if (m_settings.choices <= 0)
        return {};
    const auto areKnown = fetchLogits();
    if (!areKnown)
        return failure(areKnown.error());
    if (!*areKnown)
        return {};
    m_sampling.assign(m_logits.begin(), m_logits.begin() + m_tokenizer.vocabularySize());
    if (!m_healing.empty())
        removeUnhealing(m_sampling);
    result.choices = tokenChoices(m_sampling, result.token, m_settings.choices);
    return {};
}

Expected<void> Generation::drawToken(GeneratedToken& result) {
    // Rows of the model beyond the tokenizer's vocabulary are padding.
    const int vocabulary = m_tokenizer.vocabularySize();
    if (takesFirstToken()) {
        result.token = m_settings.firstToken->token;
        result.probability = 1;
        m_sampler.observe(result.token);
        return collectChoices(result);
    }
    if (m_left && m_healing.empty() && m_sampler.drawsOnDevice()) {
        const auto drawn = m_session.drawToken(m_left->step, m_sampler.onDevice(vocabulary));
        if (!drawn)
            return failure(drawn.error());
        if (drawn->isComplete) {
            m_sampler.accept(*drawn);
            result.token = drawn->token;
            result.probability = drawn->probability;
            return collectChoices(result);
        }
    }
    if (const auto fetched = fetchLogits(); !fetched)
        return failure(fetched.error());
    m_sampling.assign(m_logits.begin(), m_logits.begin() + vocabulary);
    if (!m_healing.empty())
        removeUnhealing(m_sampling);
    removeBanned();
    result.token = m_sampler.sample(m_sampling);
    result.probability = m_sampler.drawnProbability();
    return collectChoices(result);
}

Expected<GeneratedToken> Generation::next(GateSink* sink) {
    for (;;) {
        auto token = tryNext(sink);
        if (!token)
            return failure(std::move(token.error()));
        if (*token)
            return std::move(**token);
    }
}

Expected<std::optional<GeneratedToken>> Generation::tryNext(GateSink* sink) try {
    if (m_certain.empty()) {
        if (!m_canContinue)
            return failure(ErrorCode::InvalidArgument, "this generation has no prompt yet or has ended");
        if (auto advanced = advance(sink); !advanced)
            return failure(std::move(advanced.error()));
    }
    if (m_certain.empty())
        return std::optional<GeneratedToken>();
    std::optional<GeneratedToken> token = std::move(m_certain.front());
    m_certain.pop_front();
    return token;
} catch (const std::bad_alloc&) {
    m_canContinue = false;
    return failure(ErrorCode::OutOfMemory, "not enough memory for a token");
} catch (const BackendFailure& refused) { // while copying a state
    m_canContinue = false;
    return failure(refused.error());
}

} // namespace engine
