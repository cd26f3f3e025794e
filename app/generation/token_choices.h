// token_choices.h: the tokens that the model held likely in the place of one that it wrote. Kept packed, as a
// run has them for every token and few are ever looked at.
// Threads: values.
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>

namespace app {

inline constexpr int kTokenChoices = 10; // that are collected per token

struct TokenChoice {
    int token = 0;
    float logProbability = 0; // natural logarithm, of the model itself, before any setting of the sampler
    QByteArray bytes;         // of the vocabulary; not always whole characters. Empty: the end of the story

    bool operator==(const TokenChoice&) const = default;
};

struct TokenChoices {
    int rank = 0;             // of the token that was written; 1: none is more likely
    float logProbability = 0; // its own
    int repeatedBytes = 0;    // of the prompt's end, with which each choice begins (token healing)
    QList<TokenChoice> best;  // the most likely first

    bool operator==(const TokenChoices&) const = default;
};

// Layout: docs/formats/project.md.
[[nodiscard]] QByteArray packChoices(const TokenChoices& choices);
// Nothing if the bytes are no packed choices, the empty ones of a token without choices included.
[[nodiscard]] std::optional<TokenChoices> unpackChoices(const QByteArray& packed);

// What a choice would add to the text, as a reader can see it: spaces as ␣, new lines as ↵, bytes that are no
// whole character as \xE2.
[[nodiscard]] QString visibleText(const TokenChoice& choice, int repeatedBytes);

} // namespace app
