// generation_messages.h: what travels between AssistantService and the engine thread. Only values.
#pragma once

#include "app/generation/gate_frames.h"
#include "app/generation/generation_options.h"
#include "app/generation/looks_back.h"
#include "app/reading/prompt_assembly.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <array>
#include <optional>

namespace app {

// Names one request to the engine thread, unique while the program runs. 0 is none.
using RequestId = qint64;

// Which of the texts that a request writes together a message belongs to. A plain continuation uses First
// alone; when comparing, First is the base and Second the gated model. Alternatives are just numbered.
enum class Side { First = 0, Second = 1 };

// As many as a request may have.
inline constexpr std::size_t kMostSides = 8;
[[nodiscard]] constexpr Side sideOf(std::size_t number) { return static_cast<Side>(number); }
[[nodiscard]] constexpr std::size_t numberOf(Side side) { return static_cast<std::size_t>(side); }

struct GenerationRequest {
    RequestId id = 0; // filled in by AssistantService
    ModelChoice model;
    GenerationOptions options; // sampler.seed is the seed used
    PromptSource source;       // what the model reads; the prompt is put together in the engine thread
    // A suggestion, of which perhaps nothing is used: the project need not keep what the model knows behind
    // it.
    bool isGhost = false;
};

// Several texts from one place, written together: two models with one seed to compare them, one model with
// several seeds for alternatives.
struct TogetherRequest {
    struct Part {
        ModelChoice model;
        quint64 seed = 0;
    };
    RequestId id = 0;
    QList<Part> parts;         // by Side; 1 .. kMostSides
    GenerationOptions options; // but for the seed
    PromptSource source;
};

// A token of a run; [start, end) are positions in the run's own text. Empty if the token ends inside a
// character.
struct RunToken {
    int token = 0;
    qsizetype start = 0;
    qsizetype end = 0;
    float probability = 0;

    bool operator==(const RunToken&) const = default;
};

// How far a side's model knows its prompt, if reading takes long: four times a second at most, and once per
// chunk that is read at once.
struct PromptProgress {
    RequestId id = 0;
    Side side = Side::First;
    int tokensKnown = 0;  // the first of the prompt's
    int promptTokens = 0; // all of them
    int tokensRead = 0;   // of those known; the model remembered the others from before
    double seconds = 0;   // that reading them took

    // Of what is left, at the speed so far; nothing while there is no telling.
    [[nodiscard]] std::optional<double> secondsLeft() const;
    bool operator==(const PromptProgress&) const = default;
};

// The model that runs a side, and the prompt it has read; comes once per side, before its first tokens.
struct PromptRead {
    RequestId id = 0;
    Side side = Side::First;
    ModelInfo model;
    Prompt prompt;        // all of it
    int promptTokens = 0; // with the one that begins a text
    int tokensRead = 0;   // of these; the others were known from before
    double seconds = 0;
    ReadChunks chunks = {}; // empty: the model has none, or they are not wanted
};

// What a model would read now, and how much of it is new to it.
struct PromptInspection {
    RequestId id = 0;
    bool hasModel = false; // else nothing is counted
    QString fingerprint;   // of the model
    Prompt prompt;
    int promptTokens = 0;
    int tokensKnown = 0; // of these, remembered from before
};

// What a side wrote since its last batch. At most one per side and about 30 ms.
struct TokenBatch {
    RequestId id = 0;
    Side side = Side::First;
    QString text;           // never ends inside a surrogate pair or a character
    QList<RunToken> tokens; // those that began to count in this batch
    // One each, packed (token_choices.h); none at all if they are not wanted.
    QList<QByteArray> choices;
    GateFrames gates; // may lag one token behind `tokens`; empty without gates
    // What each token chose as it was read, packed (looks_back.h); may lag likewise. None without chunks.
    QList<QByteArray> looks = {};
};

enum class OutcomeKind { Completed = 0, Cancelled = 1, Failed = 2 }; // stored: numbers are fixed
enum class EndReason {                                               // stored: numbers are fixed
    None = 0,
    MaxTokens = 1,
    StopString = 2,
    StoryEnd = 3,
    StopToken = 4,
    SentenceEnd = 5,
    ParagraphEnd = 6
};

struct SideTimings {
    int tokens = 0;
    double promptSeconds = 0;
    double writingSeconds = 0;

    [[nodiscard]] double tokensPerSecond() const { return writingSeconds > 0 ? tokens / writingSeconds : 0; }
    bool operator==(const SideTimings&) const = default;
};

struct Outcome {
    OutcomeKind kind = OutcomeKind::Completed;
    std::array<EndReason, kMostSides> reasons{};   // by Side
    std::array<SideTimings, kMostSides> timings{}; // by Side
    QString message; // Failed: one sentence for the writer, translated, that says what to do
    QString details; // Failed: the engine's own sentence
};

} // namespace app
