#include "engine/cli/commands/evaluate/prompt_file.h"

#include "engine/cli/options/text_input.h"
#include "engine/cli/output/json_output.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace engine {

namespace {

std::string place(const std::filesystem::path& path, std::size_t line) {
    return (path == "-" ? "standard input" : path.string()) + ", line " + std::to_string(line);
}

// A line of the file as JSON, and where it stands.
struct JsonLine {
    Json object;
    std::size_t number = 0;
    std::string place;

    // A text it must have. Errors: FileDamaged.
    [[nodiscard]] Expected<std::string> text(const char* key) const {
        const auto found = object.find(key);
        if (found == object.end())
            return failure(ErrorCode::FileDamaged, place + ": there is no \"" + key + "\"");
        if (!found->is_string())
            return failure(ErrorCode::FileDamaged, place + ": \"" + key + "\" is not a text");
        return found->get<std::string>();
    }
    // One that it may have.
    [[nodiscard]] std::string textOr(const char* key, std::string fallback) const {
        const auto found = object.find(key);
        if (found == object.end() || found->is_null())
            return fallback;
        return found->is_string() ? found->get<std::string>() : found->dump();
    }
};

// Calls `read` for each line, up to `limit` (0: all). `wanted` says what a line has to be.
Expected<void> readLines(const std::filesystem::path& path, std::size_t limit, const std::string& wanted,
                         const std::function<Expected<void>(const JsonLine&)>& read) {
    const auto text = readText(path);
    if (!text)
        return failure(text.error());
    std::size_t count = 0, number = 0;
    for (std::size_t begin = 0; begin < text->size() && (limit == 0 || count < limit);) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        const std::string_view line = std::string_view(*text).substr(begin, end - begin);
        begin = end + 1;
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        JsonLine parsed{Json::parse(line, nullptr, false), number, place(path, number)};
        if (!parsed.object.is_object())
            return failure(ErrorCode::FileDamaged,
                           parsed.place + ": this is not a JSON object; expected " + wanted);
        if (auto done = read(parsed); !done)
            return failure(done.error().code, done.error().message + "; expected " + wanted);
        ++count;
    }
    if (count == 0)
        return failure(ErrorCode::FileDamaged, (path == "-" ? "standard input" : path.string()) +
                                                   ": there is nothing in this file; expected " + wanted);
    return {};
}

} // namespace

Expected<std::vector<Prompt>> readPrompts(const std::filesystem::path& path, std::size_t limit) {
    std::vector<Prompt> prompts;
    const auto add = [&](const JsonLine& line) -> Expected<void> {
        auto text = line.text("prompt");
        if (!text)
            return failure(std::move(text.error()));
        auto reference = line.text("reference");
        if (!reference)
            return failure(std::move(reference.error()));
        prompts.push_back(
            {line.textOr("id", std::to_string(line.number)), std::move(*text), std::move(*reference)});
        return {};
    };
    if (auto done = readLines(path, limit, "lines {\"id\": ..., \"prompt\": ..., \"reference\": ...}", add);
        !done)
        return failure(std::move(done.error()));
    return prompts;
}

Expected<std::vector<ScoredContinuation>> readContinuations(const std::filesystem::path& path) {
    std::vector<ScoredContinuation> continuations;
    const auto add = [&](const JsonLine& line) -> Expected<void> {
        auto reference = line.text("reference");
        if (!reference)
            return failure(std::move(reference.error()));
        auto continuation = line.text("continuation");
        if (!continuation)
            return failure(std::move(continuation.error()));
        continuations.push_back({line.textOr("model", ""), line.textOr("decoding", ""),
                                 line.textOr("id", std::to_string(line.number)), line.textOr("prompt", ""),
                                 std::move(*reference), std::move(*continuation)});
        return {};
    };
    if (auto done = readLines(path, 0, "lines {\"reference\": ..., \"continuation\": ...}", add); !done)
        return failure(std::move(done.error()));
    return continuations;
}

std::string toLine(const ScoredContinuation& continuation) {
    const Json line{{"model", continuation.model},
                    {"decoding", continuation.decoding},
                    {"id", continuation.id},
                    {"prompt", continuation.prompt},
                    {"reference", continuation.reference},
                    {"continuation", continuation.continuation}};
    return line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace engine
