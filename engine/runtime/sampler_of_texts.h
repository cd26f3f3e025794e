// sampler_of_texts.h: what a user says by texts (bans, biases, sequence breakers) as tokens of a vocabulary.
// Source: docs/spec/sampling.md.
// Threads: pure functions. Time: the vocabulary once per text.
#pragma once

#include "engine/runtime/generation.h"

namespace engine {

// The user's bans and what must never be sampled; the separator is allowed exactly if it may end the text.
// Invalid settings, which readPrompt() refuses, give a sampler that is never used.
[[nodiscard]] SamplerSettings samplerWithBans(const GenerationSettings& settings, const Tokenizer& tokenizer);
// The same with biases and sequence breakers.
[[nodiscard]] SamplerSettings samplerWithTexts(const GenerationSettings& settings,
                                               const Tokenizer& tokenizer);

} // namespace engine
