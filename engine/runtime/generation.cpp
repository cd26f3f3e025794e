#include "engine/runtime/generation.h"

#include <algorithm>
#include <cassert>
#include <exception>
#include <iterator>
#include <limits>
#include <new>

namespace engine {

namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

// The user's bans and what must never be sampled; the separator is allowed exactly if it may end the text.
// Invalid settings, which readPrompt() refuses, give a sampler that is never used.
SamplerSettings withBans(const GenerationSettings& settings, const Tokenizer& tokenizer) {
    if (!settings.sampler.validate())
        return {};
    SamplerSettings sampler = settings.sampler;
    const int separator = tokenizer.documentSeparator();
    std::ranges::copy_if(tokenizer.unsampledTokens(), std::back_inserter(sampler.bannedTokens),
                         [&](int token) { return token != separator; });
    if (!settings.stopAtDocumentEnd)
        sampler.bannedTokens.push_back(separator);
    return sampler;
}

bool areAllBanned(std::vector<int> banned, int vocabulary) {
    std::ranges::sort(banned);
    const auto last = std::unique(banned.begin(), banned.end());
    return std::count_if(banned.begin(), last, [&](int token) { return token >= 0 && token < vocabulary; }) ==
           vocabulary;
}

// Length of the longest end of `text` that begins one of `stops` without being all of it.
std::size_t possibleStopLength(std::string_view text, const std::vector<std::string>& stops) {
    std::size_t longest = 0;
    for (const std::string& stop : stops) {
        std::size_t length = std::min(text.size(), stop.empty() ? 0 : stop.size() - 1);
        for (; length > longest; --length) {
            if (text.ends_with(std::string_view(stop).substr(0, length))) {
                longest = length;
                break;
            }
        }
    }
    return longest;
}

std::size_t firstStop(std::string_view text, const std::vector<std::string>& stops) {
    std::size_t first = std::string_view::npos;
    for (const std::string& stop : stops)
        if (!stop.empty())
            first = std::min(first, text.find(stop));
    return first;
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
    , m_sampler(withBans(settings, tokenizer)) {}

Generation::~Generation() {
    (void)m_session.deliverGates(); // whoever wants them may be gone soon; an error is told by the next call
    // The next prompt is likely to go on from here.
    try {
        if (m_canContinue)
            (void)keepSnapshot();
    } catch (const std::exception&) { // no memory, or a device that is lost
        m_cache->clear();
    }
}

Expected<void> Generation::checkSettings() const {
    if (auto valid = m_settings.sampler.validate(); !valid)
        return valid;
    if (m_settings.maxTokens < 1)
        return failure(ErrorCode::InvalidArgument, "the number of tokens to generate must be at least 1");
    if (auto checked = checkVocabulary(m_session.model().config(), m_tokenizer); !checked)
        return checked;
    if (areAllBanned(withBans(m_settings, m_tokenizer).bannedTokens, m_tokenizer.vocabularySize()))
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
    if (!lastBytes.empty() && !isBanned) {
        m_healing = lastBytes;
        toRead = toRead.first(toRead.size() - 1);
    }
    for (const int token : toRead.subspan(1))
        m_sampler.observe(token);

    if (m_cache != nullptr)
        toRead = toRead.subspan(m_cache->restore(toRead, m_state, m_logits));
    m_promptTokensRead = toRead.size();
    if (auto read = readTokens(toRead, sink, stop, progress); !read)
        return read;
    if (m_cache != nullptr)
        m_cache->keep(m_state, m_logits);
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
    const bool leaves = m_session.drawsTokens();
    return {&m_state,
            *m_pending,
            leaves ? std::span<float>() : std::span(m_logits),
            sink,
            m_settings.usesEnhancement,
            leaves};
}

Expected<bool> Generation::fetchLogits() {
    if (!m_left)
        return true;
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
    if (m_session.drawsTokens())
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

Expected<void> Generation::drawToken(GeneratedToken& result) {
    // Rows of the model beyond the tokenizer's vocabulary are padding.
    const int vocabulary = m_tokenizer.vocabularySize();
    if (m_left && m_healing.empty() && m_sampler.drawsOnDevice()) {
        const auto drawn = m_session.drawToken(m_left->step, m_sampler.onDevice(vocabulary));
        if (!drawn)
            return failure(drawn.error());
        if (drawn->isComplete) {
            m_sampler.accept(*drawn);
            result.token = drawn->token;
            result.probability = drawn->probability;
            return {};
        }
    }
    if (const auto fetched = fetchLogits(); !fetched)
        return failure(fetched.error());
    m_sampling.assign(m_logits.begin(), m_logits.begin() + vocabulary);
    if (!m_healing.empty())
        removeUnhealing(m_sampling);
    result.token = m_sampler.sample(m_sampling);
    result.probability = m_sampler.drawnProbability();
    return {};
}

Expected<GeneratedToken> Generation::next(GateSink* sink) try {
    if (!m_canContinue)
        return failure(ErrorCode::InvalidArgument, "this generation has no prompt yet or has ended");
    Generation* const self = this;
    if (auto read = readTogether({&self, 1}, {&sink, 1}); !read)
        return failure(std::move(read.error()));
    GeneratedToken result;
    if (auto drawn = drawToken(result); !drawn)
        return failure(std::move(drawn.error()));
    ++m_generated;
    if (result.token == m_tokenizer.documentSeparator())
        result.stop = StopReason::DocumentEnd;
    else if (m_generated >= m_settings.maxTokens)
        result.stop = StopReason::MaxTokens;
    result.text = released(textOf(result.token), result);
    m_pending = result.token;
    if (result.stop != StopReason::None) {
        if (auto kept = keepSnapshot(); !kept)
            return failure(std::move(kept.error()));
        m_canContinue = false;
        if (auto delivered = m_session.deliverGates(); !delivered)
            return failure(std::move(delivered.error()));
    }
    return result;
} catch (const std::bad_alloc&) {
    m_canContinue = false;
    return failure(ErrorCode::OutOfMemory, "not enough memory for a token");
} catch (const BackendFailure& refused) { // while copying a state
    m_canContinue = false;
    return failure(refused.error());
}

// The text that `token` completes, without what it repeats of the prompt.
std::string Generation::textOf(int token) {
    if (token == m_tokenizer.documentSeparator())
        return {};
    std::string_view bytes = m_tokenizer.bytes(token);
    bytes.remove_prefix(std::min(bytes.size(), m_healing.size()));
    m_healing.clear();
    return m_utf8.push(bytes);
}

// What of the text so far is certain to come before a stop string. Sets the stop reason if one was found.
std::string Generation::released(std::string text, GeneratedToken& result) {
    if (result.stop != StopReason::None)
        text += m_utf8.flush();
    m_held += text;
    const std::size_t stop = firstStop(m_held, m_settings.stopStrings);
    if (stop != std::string::npos) {
        result.stop = StopReason::StopString;
        return m_held.substr(0, stop);
    }
    const std::size_t keep =
        result.stop != StopReason::None ? 0 : possibleStopLength(m_held, m_settings.stopStrings);
    std::string certain = m_held.substr(0, m_held.size() - keep);
    m_held.erase(0, certain.size());
    return certain;
}

} // namespace engine
