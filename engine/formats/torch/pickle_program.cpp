#include "engine/formats/torch/pickle_program.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace engine {

PickleProgram::PickleProgram(std::span<const std::byte> bytes)
    : m_bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size())
    , m_rest(m_bytes) {}

std::string_view PickleProgram::take(std::uint64_t count) {
    if (count > m_rest.size()) {
        m_isCutShort = true;
        m_rest = {};
        return {};
    }
    const std::string_view taken = m_rest.substr(0, count);
    m_rest.remove_prefix(count);
    return taken;
}

std::string_view PickleProgram::takeLine() {
    const std::string_view line = take(std::min(m_rest.find('\n'), m_rest.size()));
    static_cast<void>(take(1));
    return line;
}

std::string_view PickleProgram::takeQuotedLine() {
    std::string_view line = takeLine();
    if (line.size() >= 2 && line.front() == line.back() && (line.front() == '\'' || line.front() == '"'))
        line = line.substr(1, line.size() - 2);
    return line;
}

PickleValue PickleProgram::takeWrittenInteger() {
    std::string_view line = takeLine();
    if (line.ends_with('L')) // of a Python 2
        line.remove_suffix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    return error == std::errc() && end == line.data() + line.size() ? PickleValue(value) : PickleOpaque{};
}

std::size_t PickleProgram::takeWrittenIndex() {
    const PickleValue written = takeWrittenInteger();
    const auto* const index = std::get_if<std::int64_t>(&written);
    return index && *index >= 0 ? static_cast<std::size_t>(*index) : std::numeric_limits<std::size_t>::max();
}

PickleValue PickleProgram::takeInteger(std::uint64_t size) {
    const std::string_view bytes = take(size);
    if (bytes.size() > sizeof(std::int64_t))
        return PickleOpaque{};
    const bool isNegative = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80u) != 0;
    std::int64_t value = isNegative ? -1 : 0; // the bytes that are not there repeat the sign
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(&value));
    return value;
}

} // namespace engine
