// safetensors_header.h: the JSON header of a safetensors file, read strictly: known fields only, each once,
// nothing deeper than the format has, integers where it asks for integers. What the numbers mean is checked
// by the reader.
// Threads: a pure function.
#pragma once

#include "engine/core/error.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

struct SafetensorsHeader {
    struct Entry {
        std::string name;
        std::string dtype;
        std::vector<std::int64_t> shape;
        std::array<std::uint64_t, 2> offsets{}; // begin and end, counted from the end of the header
    };
    std::vector<Entry> entries; // in the header's order; names may repeat
    std::map<std::string, std::string> metadata;
};

// Errors: FileDamaged, as a sentence without the file's name. Never throws but for want of memory.
[[nodiscard]] Expected<SafetensorsHeader> parseSafetensorsHeader(std::string_view json);

} // namespace engine
