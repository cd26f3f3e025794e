#include "engine/tokenizer/world_vocabulary.h"

#include "engine/text/utf8_stream.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <unordered_set>

namespace engine {

namespace {

// Bounds what a hostile file can ask for; World has 65529.
constexpr std::size_t kMaxId = (1 << 20) - 1;

template <class Number> std::optional<Number> number(std::string_view digits, int base = 10) {
    Number value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc{} || end != digits.data() + digits.size())
        return std::nullopt;
    return value;
}

// False for surrogates and what lies above U+10FFFF.
bool appendUtf8(std::string& out, std::uint32_t c) {
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return false;
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | c >> 6);
        put(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        put(0xE0 | c >> 12);
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    } else {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 0x3F));
        put(0x80 | (c >> 6 & 0x3F));
        put(0x80 | (c & 0x3F));
    }
    return true;
}

// Reads the escape that `rest` begins with, after its backslash, and takes it away.
bool appendEscape(std::string_view& rest, bool isBytes, std::string& out) {
    if (rest.empty())
        return false;
    const char kind = rest[0];
    rest.remove_prefix(1);
    switch (kind) {
    case 'n': out += '\n'; return true;
    case 't': out += '\t'; return true;
    case 'r': out += '\r'; return true;
    case '\\':
    case '\'':
    case '"': out += kind; return true;
    default: break;
    }
    const std::size_t digits = kind == 'x' ? 2 : isBytes ? 0 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits == 0 || rest.size() < digits)
        return false;
    const auto value = number<std::uint32_t>(rest.substr(0, digits), 16);
    rest.remove_prefix(digits);
    if (!value)
        return false;
    if (isBytes) {
        out += static_cast<char>(static_cast<unsigned char>(*value));
        return true;
    }
    return appendUtf8(out, *value);
}

// The bytes of a token of a GGUF file: \n, \t, \r, \xHH; a backslash before any other character stands for
// that.
Expected<std::string> unescape(std::string_view escaped) {
    std::string out;
    while (!escaped.empty()) {
        if (escaped[0] != '\\') {
            out += escaped[0];
            escaped.remove_prefix(1);
            continue;
        }
        escaped.remove_prefix(1);
        const bool isSpecial =
            !escaped.empty() && std::string_view("ntrx").find(escaped[0]) != std::string_view::npos;
        if (isSpecial ? !appendEscape(escaped, true, out) : escaped.empty())
            return failure(ErrorCode::FileDamaged, "the token holds a broken escape");
        if (!isSpecial) {
            out += escaped[0];
            escaped.remove_prefix(1);
        }
    }
    return out;
}

struct Entry {
    std::size_t id = 0;
    std::string bytes;
};

Expected<Entry> parseLine(std::string_view line) {
    const auto broken = [](const std::string& what) { return failure(ErrorCode::FileDamaged, what); };
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return broken("expected an id, a quoted token and its length in bytes");
    const auto id = number<std::size_t>(line.substr(0, first));
    if (!id || *id == 0 || *id > kMaxId)
        return broken("the id must be a number from 1 to " + std::to_string(kMaxId));
    auto bytes = parsePythonLiteral(line.substr(first + 1, last - first - 1));
    if (!bytes)
        return failure(bytes.error());
    const auto length = number<std::size_t>(line.substr(last + 1));
    if (!length || *length != bytes->size())
        return broken("the token has " + std::to_string(bytes->size()) + " bytes, the line says \"" +
                      std::string(line.substr(last + 1)) + "\"");
    if (bytes->empty())
        return broken("the token is empty");
    return Entry{*id, std::move(*bytes)};
}

Expected<void> requireAllBytes(const std::unordered_set<std::string>& tokens) {
    for (int byte = 0; byte < 256; ++byte)
        if (!tokens.contains(std::string(1, static_cast<char>(byte))))
            return failure(ErrorCode::FileDamaged, "the vocabulary has no token for the byte " +
                                                       std::to_string(byte) + "; it seems to be cut");
    return {};
}

} // namespace

Expected<std::string> parsePythonLiteral(std::string_view literal) {
    const bool isBytes = literal.starts_with('b');
    std::string_view rest = literal.substr(isBytes ? 1 : 0);
    if (rest.size() < 2 || (rest[0] != '\'' && rest[0] != '"') || rest.back() != rest[0])
        return failure(ErrorCode::FileDamaged, "the token is not between quotes");
    const char quote = rest[0];
    rest = rest.substr(1, rest.size() - 2);
    std::string out;
    while (!rest.empty()) {
        const char c = rest[0];
        rest.remove_prefix(1);
        if (c == '\\') {
            if (!appendEscape(rest, isBytes, out))
                return failure(ErrorCode::FileDamaged,
                               "the token holds an escape that Python does not write");
        } else if (c == quote || (isBytes && static_cast<unsigned char>(c) >= 0x80)) {
            return failure(ErrorCode::FileDamaged, "the token holds a character that must be escaped");
        } else {
            out += c;
        }
    }
    if (!isBytes && findInvalidUtf8(out) != std::string_view::npos)
        return failure(ErrorCode::FileDamaged, "the token is not valid UTF-8");
    return out;
}

Expected<std::vector<std::string>> parseWorldVocabulary(std::string_view text) {
    std::vector<std::string> tokens(1); // 0 separates documents and has no bytes
    std::unordered_set<std::string> seen;
    for (std::size_t lineNumber = 1; !text.empty(); ++lineNumber) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        const std::string where = "line " + std::to_string(lineNumber);
        auto entry = parseLine(line);
        if (!entry)
            return failure(entry.error(), where);
        if (entry->id >= tokens.size())
            tokens.resize(entry->id + 1);
        if (!tokens[entry->id].empty())
            return failure(ErrorCode::FileDamaged,
                           where + ": the id " + std::to_string(entry->id) + " comes twice");
        if (!seen.insert(entry->bytes).second)
            return failure(ErrorCode::FileDamaged, where + ": another id has the same token already");
        tokens[entry->id] = std::move(entry->bytes);
    }
    if (auto complete = requireAllBytes(seen); !complete)
        return failure(complete.error());
    return tokens;
}

Expected<std::vector<std::string>> parseEscapedTokens(std::span<const std::string_view> escaped) {
    std::vector<std::string> tokens(escaped.size());
    std::unordered_set<std::string> seen;
    for (std::size_t id = 1; id < escaped.size(); ++id) {
        const std::string where = "token " + std::to_string(id);
        auto bytes = unescape(escaped[id]);
        if (!bytes)
            return failure(bytes.error(), where);
        if (!bytes->empty() && !seen.insert(*bytes).second)
            return failure(ErrorCode::FileDamaged, where + ": another id has the same token already");
        tokens[id] = std::move(*bytes);
    }
    if (auto complete = requireAllBytes(seen); !complete)
        return failure(complete.error());
    return tokens;
}

} // namespace engine
