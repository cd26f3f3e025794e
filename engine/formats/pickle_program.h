// pickle_program.h: a pickle's bytes as operations and their operands (spec/formats.md section 1.2).
// Threads: one at a time.
#pragma once

#include "engine/formats/pickle_value.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace engine {

// The operations that tensors need, from protocols 2 and 4.
enum class PickleOpcode : unsigned char {
    Mark = '(',
    Stop = '.',
    Pop = '0',
    BinFloat = 'G',
    BinInt = 'J',
    BinInt1 = 'K',
    BinInt2 = 'M',
    None = 'N',
    BinPersId = 'Q',
    Reduce = 'R',
    BinUnicode = 'X',
    Append = 'a',
    Build = 'b',
    Global = 'c',
    Appends = 'e',
    BinGet = 'h',
    LongBinGet = 'j',
    BinPut = 'q',
    LongBinPut = 'r',
    SetItem = 's',
    Tuple = 't',
    SetItems = 'u',
    EmptyTuple = ')',
    EmptyList = ']',
    EmptyDict = '}',
    Proto = 0x80,
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    NewTrue = 0x88,
    NewFalse = 0x89,
    Long1 = 0x8A,
    Long4 = 0x8B,
    ShortBinUnicode = 0x8C,
    StackGlobal = 0x93,
    Memoize = 0x94,
    Frame = 0x95,
};

class PickleProgram {
public:
    explicit PickleProgram(std::span<const std::byte> bytes); // which have to outlive what is taken

    [[nodiscard]] std::size_t position() const { return m_bytes.size() - m_rest.size(); }
    // An operand reached beyond the end. It and all that follow read as zero and empty.
    [[nodiscard]] bool isCutShort() const { return m_isCutShort; }

    [[nodiscard]] std::string_view take(std::uint64_t count);
    [[nodiscard]] std::string_view takeLine();                  // without the line feed that ends it
    [[nodiscard]] PickleValue takeInteger(std::uint64_t bytes); // two's complement; opaque beyond 64 bits
    template <class T> [[nodiscard]] T takeNumber() {
        T value = 0;
        if (const std::string_view bytes = take(sizeof value); !bytes.empty())
            std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }

private:
    std::string_view m_bytes, m_rest;
    bool m_isCutShort = false;
};

} // namespace engine
