#include "engine/formats/gguf/gguf_values.h"

#include <limits>
#include <string>

namespace engine {

namespace {

// The numbers that the format gives to types of values.
enum Type : std::uint32_t {
    UInt8 = 0,
    Int8 = 1,
    UInt16 = 2,
    Int16 = 3,
    UInt32 = 4,
    Int32 = 5,
    Float32 = 6,
    Bool = 7,
    Text = 8,
    Array = 9,
    UInt64 = 10,
    Int64 = 11,
    Float64 = 12,
};

constexpr std::size_t kMaxKeyBytes = 65535; // the format's own limit
constexpr int kMaxDepth = 4;                // of arrays; bounds the recursion. Models nest none.

// Bytes of a number or truth value; 0 for all else.
std::size_t sizeOf(std::uint32_t type) {
    switch (type) {
    case UInt8:
    case Int8:
    case Bool: return 1;
    case UInt16:
    case Int16: return 2;
    case UInt32:
    case Int32:
    case Float32: return 4;
    case UInt64:
    case Int64:
    case Float64: return 8;
    default: return 0;
    }
}

struct ArrayHead {
    std::uint32_t type = 0;
    std::uint64_t count = 0;
};

std::optional<ArrayHead> takeArrayHead(ByteReader& bytes) {
    const auto type = bytes.takeNumber<std::uint32_t>();
    const auto count = bytes.takeNumber<std::uint64_t>();
    if (!type || !count)
        return std::nullopt;
    return ArrayHead{*type, *count};
}

constexpr const char* kCutShort = "the file ends within the value; it is cut short, download it again";

// Takes one value. What is wrong with it, empty if nothing.
std::string skip(ByteReader& bytes, std::uint32_t type, int depth) {
    if (const std::size_t size = sizeOf(type); size > 0)
        return bytes.take(size) ? "" : kCutShort;
    if (type == Text)
        return takeGgufText(bytes) ? "" : kCutShort;
    if (type != Array)
        return "expected a type of value from 0 to 12, found " + std::to_string(type);
    if (depth == kMaxDepth)
        return "arrays are nested more than " + std::to_string(kMaxDepth) + " deep";
    const auto head = takeArrayHead(bytes);
    if (!head)
        return kCutShort;
    if (const std::size_t size = sizeOf(head->type); size > 0) {
        std::size_t all = 0;
        if (__builtin_mul_overflow(head->count, size, &all))
            all = std::numeric_limits<std::size_t>::max(); // as little to be had as the true product
        return bytes.take(all) ? "" : kCutShort;
    }
    if (head->type != Text && head->type != Array)
        return "expected an array of a type from 0 to 12, found " + std::to_string(head->type);
    // Each round takes 8 bytes or more, or is the last.
    for (std::uint64_t i = 0; i < head->count; ++i)
        if (std::string wrong = skip(bytes, head->type, depth + 1); !wrong.empty())
            return wrong;
    return "";
}

template <class Number> std::optional<std::int64_t> asInteger(ByteReader& bytes) {
    const auto number = bytes.takeNumber<Number>();
    return number ? std::optional(static_cast<std::int64_t>(*number)) : std::nullopt;
}

// Absent for other types; 64-bit numbers beyond 2^63 - 1 come out negative.
std::optional<std::int64_t> takeInteger(ByteReader& bytes, std::uint32_t type) {
    switch (type) {
    case UInt8: return asInteger<std::uint8_t>(bytes);
    case Int8: return asInteger<std::int8_t>(bytes);
    case UInt16: return asInteger<std::uint16_t>(bytes);
    case Int16: return asInteger<std::int16_t>(bytes);
    case UInt32: return asInteger<std::uint32_t>(bytes);
    case Int32: return asInteger<std::int32_t>(bytes);
    case UInt64: return asInteger<std::uint64_t>(bytes);
    case Int64: return asInteger<std::int64_t>(bytes);
    default: return std::nullopt;
    }
}

} // namespace

std::optional<std::string_view> takeGgufText(ByteReader& bytes) {
    const auto length = bytes.takeNumber<std::uint64_t>();
    const auto text = length ? bytes.take(*length) : std::nullopt;
    if (!text)
        return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(text->data()), text->size());
}

Expected<GgufValues> GgufValues::read(const CheckpointBuilder& builder, ByteReader& bytes,
                                      std::uint64_t count) {
    GgufValues values;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto key = takeGgufText(bytes);
        const auto type = key ? bytes.takeNumber<std::uint32_t>() : std::nullopt;
        if (!type)
            return builder.failed(ErrorCode::FileDamaged, "the file ends within key " + std::to_string(i) +
                                                              " of " + std::to_string(count) +
                                                              "; it is cut short, download it again");
        if (key->empty() || key->size() > kMaxKeyBytes)
            return builder.failed(ErrorCode::FileDamaged, "expected a key of 1 to " +
                                                              std::to_string(kMaxKeyBytes) +
                                                              " bytes, found " + std::to_string(key->size()));
        const std::span<const std::byte> start = bytes.rest();
        if (const std::string wrong = skip(bytes, *type, 0); !wrong.empty())
            return builder.failed(ErrorCode::FileDamaged, *key, wrong);
        const Value value{*type, start.first(start.size() - bytes.remaining())};
        if (!values.m_values.emplace(*key, value).second)
            return builder.failed(ErrorCode::FileDamaged, *key, "the file has this key twice");
    }
    return values;
}

const GgufValues::Value* GgufValues::find(std::string_view key) const {
    const auto found = m_values.find(key);
    return found != m_values.end() ? &found->second : nullptr;
}

std::optional<std::string_view> GgufValues::text(std::string_view key) const {
    const Value* value = find(key);
    if (!value || value->type != Text)
        return std::nullopt;
    ByteReader bytes(value->bytes);
    return takeGgufText(bytes);
}

std::optional<std::uint64_t> GgufValues::number(std::string_view key) const {
    const Value* value = find(key);
    if (!value)
        return std::nullopt;
    ByteReader bytes(value->bytes);
    const auto number = takeInteger(bytes, value->type);
    return number && *number >= 0 ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

std::optional<double> GgufValues::real(std::string_view key) const {
    const Value* value = find(key);
    if (!value)
        return std::nullopt;
    ByteReader bytes(value->bytes);
    if (value->type == Float32)
        return bytes.takeNumber<float>();
    return value->type == Float64 ? bytes.takeNumber<double>() : std::nullopt;
}

std::optional<std::vector<std::string_view>> GgufValues::texts(std::string_view key) const {
    const Value* value = find(key);
    if (!value || value->type != Array)
        return std::nullopt;
    ByteReader bytes(value->bytes);
    const auto head = takeArrayHead(bytes);
    if (!head || head->type != Text)
        return std::nullopt;
    std::vector<std::string_view> texts;
    while (const auto text = takeGgufText(bytes))
        texts.push_back(*text);
    return texts;
}

std::optional<std::vector<std::int64_t>> GgufValues::integers(std::string_view key) const {
    const Value* value = find(key);
    if (!value || value->type != Array)
        return std::nullopt;
    ByteReader bytes(value->bytes);
    const auto head = takeArrayHead(bytes);
    if (!head)
        return std::nullopt;
    std::vector<std::int64_t> integers;
    while (const auto integer = takeInteger(bytes, head->type))
        integers.push_back(*integer);
    if (integers.size() != head->count) // of another type
        return std::nullopt;
    return integers;
}

} // namespace engine
