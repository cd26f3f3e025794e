// svg_text.h: what all SVG and HTML that we write needs: texts as entities, and the file.
// Threads: any.
#pragma once

#include "engine/core/error.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace engine {

// < > & and quotes as entities; control characters, which XML does not have, as blanks.
[[nodiscard]] std::string escaped(std::string_view text);

// Complete or not at all. Errors: those of AtomicFile.
[[nodiscard]] Expected<void> writePicture(std::string_view svg, const std::filesystem::path& path);

} // namespace engine
