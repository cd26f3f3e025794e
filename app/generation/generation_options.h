// generation_options.h: what to ask of a model, apart from the text.
// Threads: values.
#pragma once

#include "app/generation/sampler_options.h"

#include <QJsonObject>
#include <QList>
#include <QString>
#include <QStringList>

namespace app {

// Which model, with which gate. `model`: an embedded model's name or a path; `gate`: "none", a name beside
// the model, or a path (engine/model/model_files.h).
struct ModelChoice {
    QString model;
    QString gate = QStringLiteral("none");

    bool operator==(const ModelChoice&) const = default;
};

// What a token or a word gains or loses, last of all; -inf forbids it (engine: TextBias).
struct WordBias {
    QString text;
    double bias = 0;

    bool operator==(const WordBias&) const = default;
};

enum class StopAt { Length = 0, Sentence = 1, Paragraph = 2 }; // stored: numbers are fixed

struct GenerationOptions {
    SamplerOptions sampler;
    // On: every run draws a new seed, and sampler.seed is ignored on the way in; the run's record holds the
    // seed used.
    bool randomSeed = true;
    int maxTokens = 200;
    StopAt stopAt = StopAt::Length; // Sentence, Paragraph: the first one ends it, maxTokens at the latest
    bool endsWithSentence = true;   // near maxTokens, and up to a quarter of it later
    QStringList stopStrings;
    QList<int> stopTokens; // ids of the model's vocabulary; it ends before any of them
    QStringList bannedPhrases;
    QList<WordBias> biases;
    double wordsPerMinute = 0;     // how fast it is shown; 0: as fast as the model writes
    bool stopAtDocumentEnd = true; // else the model may never end the story
    bool recordChoices = true;     // the tokens that were likely in the place of each one
    // The run begins with this token of the vocabulary, not with one that is drawn; -1: it is drawn. The
    // first one of a text may repeat the end of the prompt (engine: FirstToken).
    int firstToken = -1;
    bool firstTokenRepeatsPrompt = false;
    bool recordGates = true;    // per token and layer: the summary
    bool recordChannels = true; // and every channel as an 8-bit code

    bool operator==(const GenerationOptions&) const = default;
};

[[nodiscard]] QJsonObject toJson(const GenerationOptions& options);
[[nodiscard]] GenerationOptions generationOptionsFromJson(const QJsonObject& json);
// As a run's record has them: a choice that did not exist yet was not made.
[[nodiscard]] GenerationOptions generationOptionsOfRun(const QJsonObject& json);

// A loaded model, as it is shown and as runs record it.
struct ModelInfo {
    QString name; // for people: "tales"
    QString gate; // "none" if it uses none
    QString fingerprint;
    QString architecture; // "rwkv6"
    QString enhancement;  // "adaptive", "none", ...
    int layers = 0;
    int width = 0;
    int vocabulary = 0;
    qint64 parameters = 0;
    bool hasGates = false; // there is something to show in the heatmap
    QString device;        // what it runs on: "cpu", or a GPU's name
    // What the rows of gates of a layer are about, such as "h-1"; empty where a layer has one row.
    QStringList gateRows{};

    // RWKV-X: it looks back at chunks of the text (looks_back.h).
    [[nodiscard]] bool hasSparseBlocks() const { return architecture == QLatin1String("rwkv-x"); }
    bool operator==(const ModelInfo&) const = default;
};

[[nodiscard]] QJsonObject toJson(const ModelInfo& info);
[[nodiscard]] ModelInfo modelInfoFromJson(const QJsonObject& json);

} // namespace app
