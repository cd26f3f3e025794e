// perplexity.h: how well a model predicts a text, per token and per byte.
// What counts: the text is split into documents (documents.h). Each is read from a zero state, beginning with
// the tokenizer's document separator; every token of its text is predicted from the separator and all tokens
// before it, however long the document is. The end of a document (the separator after it) is not predicted.
//   tokens          the tokens of all documents' texts
//   bytes           the bytes of all documents: of the text, less the separator lines
//   bits            the sum over these tokens of -log2 p(token), natural logarithms summed in double
//   bits per byte   bits / bytes: independent of the vocabulary, so models with different tokenizers compare
//   perplexity      2^(bits / tokens): compares only models with the same tokenizer
// The same model, text, number of threads and machine give the same figures to the last digit.
// Threads: the session's and the pool's rules: one caller at a time.
#pragma once

#include "engine/core/error.h"
#include "engine/core/thread_pool.h"
#include "engine/runtime/session.h"
#include "engine/tokenizer/tokenizer.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>
#include <vector>

namespace engine {

// A stretch of positions in a document; the first token has position 0.
// Source: docs/spec/enhanced-rwkv.md section 10, "Length".
struct PositionLoss {
    std::int64_t begin = 0, end = 0; // of the positions; the last stretch has no end (0)
    std::int64_t tokens = 0;
    double nats = 0; // the sum over these tokens
};

struct PerplexityReport {
    double bitsPerByte = 0;
    double perplexity = 0;
    std::int64_t tokens = 0;
    std::int64_t bytes = 0;
    std::int64_t documents = 0;
    double seconds = 0;                   // of wall time, encoding included
    std::vector<PositionLoss> byPosition; // 0-128, 128-512, 512-2048, 2048-8192, 8192 and on
};

struct PerplexityProgress {
    std::int64_t bytesDone = 0;
    std::int64_t bytesTotal = 0;
    double bitsPerByte = 0; // so far
};

struct PerplexityOptions {
    std::function<void(const PerplexityProgress&)>
        progress; // called by the caller's thread, after every chunk
    std::stop_token stop;
};

// `pool` is the session's. Errors: InvalidArgument for a text without a document, VocabularyMismatch if the
// tokenizer has more tokens than the model, InvalidText, Cancelled, those of Session::prefill, Internal if
// the model computes no numbers.
[[nodiscard]] Expected<PerplexityReport> measurePerplexity(Session& session, const Tokenizer& tokenizer,
                                                           ThreadPool& pool, std::string_view text,
                                                           const PerplexityOptions& options = {});

} // namespace engine
