// byte_reader.h: takes bytes from the front of a file's, never more than there are.
// Numbers are little-endian, as is every machine that data_type.cpp compiles for, and need no alignment.
// Threads: one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

namespace engine {

class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes)
        : m_rest(bytes) {}

    [[nodiscard]] bool atEnd() const { return m_rest.empty(); }
    [[nodiscard]] std::size_t remaining() const { return m_rest.size(); }
    [[nodiscard]] std::span<const std::byte> rest() const { return m_rest; }
    // Whether more was ever asked for than there was.
    [[nodiscard]] bool ranOut() const { return m_ranOut; }

    // Nothing is taken if there are fewer than `count` bytes.
    std::optional<std::span<const std::byte>> take(std::size_t count) {
        if (count > m_rest.size()) {
            m_ranOut = true;
            return std::nullopt;
        }
        const auto taken = m_rest.first(count);
        m_rest = m_rest.subspan(count);
        return taken;
    }

    template <class Number> std::optional<Number> takeNumber() {
        static_assert(std::is_arithmetic_v<Number>);
        const auto bytes = take(sizeof(Number));
        if (!bytes)
            return std::nullopt;
        Number number;
        std::memcpy(&number, bytes->data(), sizeof number);
        return number;
    }

    // The first `count` numbers of the array; false, and nothing taken, if the file ends before.
    template <class Number, std::size_t N>
    bool takeNumbers(std::array<Number, N>& numbers, std::size_t count = N) {
        static_assert(std::is_arithmetic_v<Number>);
        const auto bytes = take(count * sizeof(Number));
        if (bytes)
            std::memcpy(numbers.data(), bytes->data(), bytes->size());
        return bytes.has_value();
    }

private:
    std::span<const std::byte> m_rest;
    bool m_ranOut = false;
};

} // namespace engine
