// generation.h: one text's continuation, token by token: prompt in, tokens and their text out. continuation.h
// runs one or several of them to their ends.
// Threads: one at a time.
#pragma once

#include "engine/backend/gate_sink.h"
#include "engine/core/error.h"
#include "engine/runtime/held_gates.h"
#include "engine/runtime/held_text.h"
#include "engine/runtime/session.h"
#include "engine/runtime/state/state.h"
#include "engine/runtime/state/state_cache.h"
#include "engine/runtime/stop_conditions.h"
#include "engine/sampling/sampler.h"
#include "engine/sampling/token_choices.h"
#include "engine/text/utf8_stream.h"
#include "engine/tokenizer/tokenizer.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

// A bias for every token that is this text, or a space and this text; for the first token of it if there is
// none.
struct TextBias {
    std::string text;
    float bias = 0;
    bool operator==(const TextBias&) const = default;
};

// The token that a text begins with in place of one that is drawn.
struct FirstToken {
    int token = 0;
    // It repeats the bytes of the prompt's last token before its own, as tokens do that are drawn there
    // (token healing). Otherwise it stands behind the whole prompt.
    bool repeatsPrompt = false;
    bool operator==(const FirstToken&) const = default;
};

struct GenerationSettings : StopConditions {
    SamplerSettings sampler;
    std::vector<TextBias> textBiases;                           // besides those of `sampler`
    std::vector<std::string> dryBreakers{"\n", ":", "\"", "*"}; // tokens with one of these, besides its own
    int choices = 0;                      // how many GeneratedToken::choices has; 0: nothing is collected
    std::optional<FirstToken> firstToken; // not, if it begins a banned phrase
    bool usesEnhancement = true;          // false: as the model would write without its enhancement
};

struct GeneratedToken {
    static constexpr int kNone = -1;

    int token = 0;    // kNone: there is no other token, only the end
    std::string text; // what became complete with this token; possibly empty; valid UTF-8
    float probability = 0;
    StopReason stop = StopReason::None; // not None: this was the last one
    // What the model held likely in this place, if that is wanted; without what token healing excludes.
    TokenChoices choices;
    std::size_t repeatedBytes = 0; // of the prompt, before its own text (token healing)
};

// Whether every token of `tokenizer` exists in the model, which may have more (padding, never sampled).
// Errors: VocabularyMismatch.
[[nodiscard]] Expected<void> checkVocabulary(const ModelConfig& model, const Tokenizer& tokenizer);

// Told how many of the prompt's `total` tokens are known so far, those that a cache remembered included;
// between two chunks (Session::chunk()), on the reading thread.
using ReadingProgress = std::function<void(std::size_t known, std::size_t total)>;

class Generation {
public:
    // All must outlive the generation. `cache`, if not null, belongs to this session's model: what it
    // remembers of the prompt is not read again (and its gates are not reported), and it remembers what this
    // generation reads.
    Generation(Session& session, const Tokenizer& tokenizer, const GenerationSettings& settings,
               StateCache* cache = nullptr);
    ~Generation();
    Generation(const Generation&) = delete;
    Generation& operator=(const Generation&) = delete;

    // Reads the document separator and then `prompt`. Call once, first. A prompt that ends in spaces or
    // inside a word continues well: the last token is taken back and the first generated token must start
    // with its bytes (token healing), whose repeated bytes are not part of the text. If it is stopped, the
    // cache remembers what was read until then.
    // Errors: InvalidText, InvalidArgument (settings), VocabularyMismatch, Cancelled, those of Session.
    [[nodiscard]] Expected<void> readPrompt(std::string_view prompt, GateSink* sink = nullptr,
                                            std::stop_token stop = {}, const ReadingProgress& progress = {});
    // The same with a prompt that was encoded before, for several generations with one tokenizer.
    [[nodiscard]] Expected<void> readPrompt(std::vector<int> promptTokens, GateSink* sink = nullptr,
                                            std::stop_token stop = {}, const ReadingProgress& progress = {});
    // Leaves the cache, once the prompt is read: it can follow what one generation reads, not several.
    void leaveCache() { m_cache = nullptr; }
    [[nodiscard]] const StateCache* cache() const { return m_cache; }
    // The separator and the tokens of `prompt`. Errors: InvalidText.
    [[nodiscard]] static Expected<std::vector<int>> encodePrompt(const Tokenizer& tokenizer,
                                                                 std::string_view prompt);
    // The next token that is certain to stand. Where text may yet be a stop or a banned phrase, several are
    // drawn for it, and some may be taken back (docs/spec/sampling.md section 7). The `sink`
    // gets the gates of reading the token before it, on a device up to one call
    // later, and lives as long as the generation. Errors: InvalidArgument (no
    // prompt was read, or the last token had a stop reason), those of Session.
    [[nodiscard]] Expected<GeneratedToken> next(GateSink* sink = nullptr);

    // The same, but draws one token at most: nothing if none is certain by then.
    [[nodiscard]] Expected<std::optional<GeneratedToken>> tryNext(GateSink* sink = nullptr);
    // tryNext() has a token without drawing one.
    [[nodiscard]] bool hasCertain() const { return !m_certain.empty(); }

    // Reads what these generations have sampled last, all at once, so that each weight is read once for all
    // of them (Session::decodeTogether); their next() then only samples. Those that have ended are left out.
    // All belong to one session. `sinks`: one each, may be null. Errors: those of Session; then none of them
    // can go on.
    [[nodiscard]] static Expected<void> readTogether(std::span<Generation* const> generations,
                                                     std::span<GateSink* const> sinks);

    // The separator and the prompt's tokens, the one taken back included.
    [[nodiscard]] const std::vector<int>& promptTokens() const { return m_promptTokens; }
    // How many of them were read, the rest being known to the cache.
    [[nodiscard]] std::size_t promptTokensRead() const { return m_promptTokensRead; }
    [[nodiscard]] const State& state() const { return m_state; }

private:
    [[nodiscard]] Expected<void> checkSettings() const;
    [[nodiscard]] Expected<void> readTokens(std::span<const int> tokens, GateSink* sink,
                                            const std::stop_token& stop, const ReadingProgress& progress);
    void removeUnhealing(std::span<float> logits) const;
    [[nodiscard]] DecodeStep pendingStep(GateSink* sink);
    [[nodiscard]] Expected<void> noteRead(std::size_t step); // of the pending token, which that step was
    // Into m_logits. False if somebody else's have taken their place.
    [[nodiscard]] Expected<bool> fetchLogits();
    [[nodiscard]] Expected<void> keepSnapshot();
    [[nodiscard]] Expected<void> drawToken(GeneratedToken& result);
    [[nodiscard]] bool takesFirstToken() const;
    [[nodiscard]] Expected<void> collectChoices(GeneratedToken& result);
    [[nodiscard]] std::string textOf(int token);

    // A token that may be taken back, and what there was before it.
    struct Undecided {
        GeneratedToken token;
        std::vector<int> banned; // drawn in its place before
        Utf8Stream utf8;
        std::string healing;
        State state; // empty: still the generation's own
        std::vector<float> logits;
        PrefixKey prefix;
    };
    [[nodiscard]] Expected<void> advance(GateSink* sink);
    [[nodiscard]] Expected<void> decide(StopReason reason);
    void makeCertain(std::size_t count);
    [[nodiscard]] Expected<void> endAt(std::size_t cut, StopReason reason);
    [[nodiscard]] Expected<void> end(StopReason reason);
    // Takes undecided tokens back, from this one on.
    [[nodiscard]] Expected<void> goBack(std::size_t index);
    [[nodiscard]] GateSink* sinkFor(GateSink* sink);
    void removeBanned();

    Session& m_session;
    const Tokenizer& m_tokenizer;
    GenerationSettings m_settings;
    StateCache* m_cache;
    Sampler m_sampler;
    Utf8Stream m_utf8;
    State m_state;
    std::vector<int> m_promptTokens;
    std::size_t m_promptTokensRead = 0;
    std::vector<float> m_logits; // after the last token that was read, unless they are left on the device
    struct LeftLogits {
        std::size_t step = 0;   // of the session's call
        std::uint64_t call = 0; // Session::calls() then
    };
    std::optional<LeftLogits> m_left;
    std::vector<float> m_sampling; // the same, as the sampler's scratch
    std::string m_healing;         // bytes the next token must start with
    std::vector<int> m_banned;     // not to be drawn next
    HeldText m_held;
    HeldGates m_gates; // if text can be held
    std::deque<Undecided> m_undecided;
    std::deque<GeneratedToken> m_certain;
    bool m_areLogitsKnown = true; // else m_logits is not about m_state
    std::optional<int> m_pending; // sampled, not yet read
    int m_generated = 0;
    bool m_canContinue = false;
};

} // namespace engine
