// text_file.h: a text file in memory, as every command and the window read it: decoded (text_decoding.h), and
// unpacked on the way if it is zstd (told by its content, not its name).
// "-" is standard input. Pipes, devices and files that the system makes up (/proc) are read until they end.
// Threads: pure functions; reading a pipe waits for whoever writes into it.
#pragma once

#include "engine/text/text_decoding.h"

#include <cstdint>
#include <filesystem>

namespace engine {

struct TextFileLimits {
    std::int64_t keptBytes =
        0; // of the decoded text, less the start of a character that would be cut in two; 0: all
    std::int64_t largestBytes = 0; // a larger text is refused; 0: none is
};

// Damaged places are marked in the text and counted. Windows of up to 128 MB (zstd --long=27) are read.
// Errors: FileNotFound, FileUnreadable (also for folders), FileDamaged (zstd), InvalidText (not a text, or
// larger than it may be), OutOfMemory.
[[nodiscard]] Expected<DecodedText> readDecodedText(const std::filesystem::path& path,
                                                    const TextFileLimits& limits = {});

// The text alone, for work in which a damaged character would go unseen. Errors: those above, and InvalidText
// that names the first damaged place.
[[nodiscard]] Expected<std::string> readTextFile(const std::filesystem::path& path,
                                                 std::int64_t limitBytes = 0);
// The same, with the encoding.
[[nodiscard]] Expected<DecodedText> readSoundText(const std::filesystem::path& path,
                                                  std::int64_t limitBytes = 0);

} // namespace engine
