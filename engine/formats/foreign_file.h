// foreign_file.h: what a file is that is none of the formats we read, from its first bytes, and what to do
// about it. What is most often found under a model's name is what a download left there: a web page, a
// server's message, a pointer of Git LFS, nothing yet.
// Threads: a pure function.
#pragma once

#include "engine/core/error.h"

#include <string_view>

namespace engine {

// `content`: the whole file. The message is a sentence without the file's name.
[[nodiscard]] Error foreignFile(std::string_view content);

} // namespace engine
