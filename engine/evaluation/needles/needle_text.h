// needle_text.h: texts with something to be found again: keys ("needles") in a haystack of other text, and
// the questions for them. Single needles are S-NIAH 1 to 3 of the paper on RWKV-X.
// Source:  docs/spec/rwkv-x.md section 7.
// Threads: pure functions of their arguments.
#pragma once

#include "engine/core/error.h"
#include "engine/core/random.h"
#include "engine/tokenizer/tokenizer.h"

#include <string>
#include <string_view>
#include <vector>

namespace engine {

enum class NeedleKind {
    Passkey, // a pass key of five digits; a text has one
    Number,  // a number of seven digits, asked for by a name
    Uuid,    // a UUID, asked for by a name
};

[[nodiscard]] std::string_view name(NeedleKind kind); // "passkey", "number", "uuid"

// What a text is to be made like.
struct NeedleSettings {
    NeedleKind kind = NeedleKind::Passkey;
    int needles = 1; // in a text, each with a question
    // Of the whole text in tokens, with the document separator that belongs to it.
    int tokens = 1024;
};

struct NeedleText {
    struct Piece {
        std::string text;
        bool isAnswer = false;
    };
    // What is read before an answer, and the answer, in turn.
    std::vector<Piece> pieces;

    [[nodiscard]] std::string text() const;
    // The same with the marks that training reads (token_dataset.h) around answers.
    [[nodiscard]] std::string markedText() const;
};

// The text that haystacks are cut from: control characters become spaces. Errors: InvalidText if it is empty.
[[nodiscard]] Expected<std::string> haystackSource(std::string text);

// A text of exactly settings.tokens. `depths` [settings.needles]: where each needle stands, from 0, the
// beginning of the haystack, to 1, its end. Errors: InvalidArgument (too few tokens to hold the needles, more
// than one pass key, or no way to cut this text so that it has that many tokens).
[[nodiscard]] Expected<NeedleText> makeNeedleText(const NeedleSettings& settings,
                                                  std::span<const double> depths, std::string_view source,
                                                  const Tokenizer& tokenizer, Random& random);

} // namespace engine
