// text_input.h: the texts that options name, read as the window reads them (engine/text). "-" is standard
// input.
#pragma once

#include "engine/core/error.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace engine {

// Its first `limitBytes` (0: all). Says on standard error if the text was not in UTF-8 and which encoding was
// taken. A text with damaged places is refused, as what is measured or continued should be what the file
// says; the error names the place.
[[nodiscard]] Expected<std::string> readText(const std::filesystem::path& path, std::int64_t limitBytes = 0);

// Says the same of a text that is about to be read elsewhere; reads the beginning of it. Nothing for a pipe,
// which can be read once only.
void noteEncoding(const std::filesystem::path& path);

} // namespace engine
