#include "engine/formats/pickle_program.h"

#include <algorithm>

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
