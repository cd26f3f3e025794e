// pickle_program.h: a pickle's bytes as operations and their operands (docs/spec/formats.md section 1.2).
// Threads: one at a time.
#pragma once

#include "engine/formats/torch/pickle_value.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace engine {

// The operations of protocols 0 to 5, but for the registry of extensions and buffers beside the pickle, which
// files have not.
enum class PickleOpcode : unsigned char {
    Mark = '(',
    Stop = '.',
    Pop = '0',
    PopMark = '1',
    Dup = '2',
    BinBytes = 'B',
    ShortBinBytes = 'C',
    Float = 'F',
    BinFloat = 'G',
    Int = 'I',
    BinInt = 'J',
    BinInt1 = 'K',
    Long = 'L',
    BinInt2 = 'M',
    None = 'N',
    BinPersId = 'Q',
    Reduce = 'R',
    String = 'S',
    BinString = 'T',
    ShortBinString = 'U',
    Unicode = 'V',
    BinUnicode = 'X',
    Append = 'a',
    Build = 'b',
    Global = 'c',
    Dict = 'd',
    Appends = 'e',
    Get = 'g',
    BinGet = 'h',
    Inst = 'i',
    LongBinGet = 'j',
    List = 'l',
    Obj = 'o',
    Put = 'p',
    BinPut = 'q',
    LongBinPut = 'r',
    SetItem = 's',
    Tuple = 't',
    SetItems = 'u',
    EmptyTuple = ')',
    EmptyList = ']',
    EmptyDict = '}',
    Proto = 0x80,
    NewObj = 0x81,
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    NewTrue = 0x88,
    NewFalse = 0x89,
    Long1 = 0x8A,
    Long4 = 0x8B,
    ShortBinUnicode = 0x8C,
    BinUnicode8 = 0x8D,
    BinBytes8 = 0x8E,
    EmptySet = 0x8F,
    AddItems = 0x90,
    FrozenSet = 0x91,
    NewObjEx = 0x92,
    StackGlobal = 0x93,
    Memoize = 0x94,
    Frame = 0x95,
    ByteArray8 = 0x96,
};

class PickleProgram {
public:
    explicit PickleProgram(std::span<const std::byte> bytes); // which have to outlive what is taken

    [[nodiscard]] std::size_t position() const { return m_bytes.size() - m_rest.size(); }
    // An operand reached beyond the end. It and all that follow read as zero and empty.
    [[nodiscard]] bool isCutShort() const { return m_isCutShort; }

    [[nodiscard]] std::string_view take(std::uint64_t count);
    [[nodiscard]] std::string_view takeLine();       // without the line feed that ends it
    [[nodiscard]] std::string_view takeQuotedLine(); // and without quotes; escapes stay as they are
    [[nodiscard]] PickleValue takeWrittenInteger();  // a line of digits; opaque if it is something else
    [[nodiscard]] std::size_t
    takeWrittenIndex(); // a line of digits; the largest number if it is something else
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
