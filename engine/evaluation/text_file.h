// text_file.h: a text file in memory; unpacked on the way if it is zstd (told by its content, not its name).
// Threads: pure function.
#pragma once

#include "engine/core/error.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace engine {

// The file's text, or its first `limitBytes` bytes (0: all) less the start of a character that would be cut
// in two. Windows of up to 128 MB (zstd --long=27) are read. Errors: FileNotFound, FileUnreadable,
// FileDamaged (zstd), OutOfMemory. Whether the bytes are valid UTF-8 is the tokenizer's to say.
[[nodiscard]] Expected<std::string> readTextFile(const std::filesystem::path& path,
                                                 std::int64_t limitBytes = 0);

} // namespace engine
