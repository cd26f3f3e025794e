// gates_by_class.h: what a model's gates do at sentence ends, names, word starts and so on: the mean gate per
// layer, or per source of each layer, by class of token (token_class.h).
// Source:  docs/spec/enhanced-rwkv.md section 8.
// The text is read as for perplexity: each document from a zero state, the separator first; the separator's
// own gates are left out. The value of a token in a row of gates (gate_layout.h: a layer, or one of its
// sources) is the mean of the row's g[l,t], as the forward pass used them when it read that token.
// Intervals: paragraphs are drawn (bootstrap.h), as tokens near each other are alike; a mean is over all
// tokens of the class in the paragraphs drawn.
// Threads: the session's rules: one caller at a time.
#pragma once

#include "engine/core/error.h"
#include "engine/evaluation/bootstrap.h"
#include "engine/evaluation/gates/token_class.h"
#include "engine/model/gate_layout.h"
#include "engine/runtime/session.h"
#include "engine/tokenizer/tokenizer.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

namespace engine {

struct MeanGates {
    std::int64_t tokens = 0;
    // Empty, and absent, if there are no tokens.
    std::vector<Estimate> rows; // [layout.rows()]
    std::optional<Estimate> allLayers;
};

struct GatesByClass {
    GateLayout layout;
    std::vector<std::string> rowNames; // of a layer's rows; none where it has one
    std::int64_t paragraphs = 0;
    std::array<MeanGates, kTokenClasses.size()> classes; // in the order of kTokenClasses
    MeanGates all;                                       // of all tokens
};

struct GatesByClassOptions {
    BootstrapSettings bootstrap;
    std::function<void(std::int64_t bytesDone, std::int64_t bytesTotal)> progress; // may be empty
    std::stop_token stop;
};

// Errors: InvalidArgument for a model without learned gates and for a text without a document,
// VocabularyMismatch, InvalidText, Cancelled, those of Session::prefill.
[[nodiscard]] Expected<GatesByClass> measureGatesByClass(Session& session, const Tokenizer& tokenizer,
                                                         std::string_view text,
                                                         const GatesByClassOptions& options = {});

} // namespace engine
