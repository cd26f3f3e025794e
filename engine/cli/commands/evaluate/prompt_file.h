// prompt_file.h: files with prompts and continuations: one JSON object on each line, in UTF-8. Empty lines
// are passed over, other keys ignored. "-" is standard input; packed files are unpacked.
// Threads: pure functions.
#pragma once

#include "engine/core/error.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace engine {

struct Prompt {
    std::string id; // the line's number if it has none
    std::string text;
    std::string reference; // how the author went on
};

// The first `limit` prompts (0: all); at least one. Errors: those of readText(), and FileDamaged that names
// the file, the line and what is wrong with it.
[[nodiscard]] Expected<std::vector<Prompt>> readPrompts(const std::filesystem::path& path, std::size_t limit);

struct ScoredContinuation {
    std::string model;    // possibly empty
    std::string decoding; // "greedy", "sampled", possibly empty
    std::string id;
    std::string prompt; // possibly empty
    std::string reference;
    std::string continuation;
};

// At least one. Errors: likewise.
[[nodiscard]] Expected<std::vector<ScoredContinuation>> readContinuations(const std::filesystem::path& path);

// A line of such a file, its line end included.
[[nodiscard]] std::string toLine(const ScoredContinuation& continuation);

} // namespace engine
