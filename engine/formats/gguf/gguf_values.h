// gguf_values.h: the key-values of a GGUF file (docs/spec/formats.md section 3.1): what it says of itself
// besides its tensors. Keys and values stay where they are in the file; the GgufValues must not outlive it.
// Threads: immutable after reading; any number of readers.
#pragma once

#include "engine/formats/tensors/byte_reader.h"
#include "engine/formats/tensors/checkpoint_builder.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace engine {

class GgufValues {
public:
    // Takes `count` of them from `bytes`, a part of builder.file() that has been read. Memory grows with what
    // is there, not with `count`.
    // Errors: FileDamaged (cut short, a key twice, a type that the format does not have, arrays in arrays in
    //         arrays ...).
    [[nodiscard]] static Expected<GgufValues> read(const CheckpointBuilder& builder, ByteReader& bytes,
                                                   std::uint64_t count);

    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
    // Each is absent if there is no such key, and also if its value is of another kind.
    [[nodiscard]] std::optional<std::string_view> text(std::string_view key) const;
    [[nodiscard]] std::optional<std::uint64_t>
    number(std::string_view key) const;                                   // any integer, not negative
    [[nodiscard]] std::optional<double> real(std::string_view key) const; // f32, f64
    [[nodiscard]] std::optional<std::vector<std::string_view>> texts(std::string_view key) const;
    [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(std::string_view key) const;

private:
    struct Value {
        std::uint32_t type = 0;
        std::span<const std::byte> bytes; // as in the file, lengths checked
    };
    [[nodiscard]] const Value* find(std::string_view key) const;

    std::map<std::string_view, Value> m_values;
};

// A text as the format keeps it: a length of 64 bits, then so many bytes. Absent if the file ends before.
[[nodiscard]] std::optional<std::string_view> takeGgufText(ByteReader& bytes);

} // namespace engine
