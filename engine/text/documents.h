// documents.h: the documents of a text file: what stands between lines that hold only a form feed (U+000C).
// Threads: pure function.
#pragma once

#include <string_view>
#include <vector>

namespace engine {

// Views into `text`, in order. A separator line and its line end belong to no document; the line end before
// it belongs to the document it ends. Line ends may be LF or CRLF. Empty documents are left out.
[[nodiscard]] std::vector<std::string_view> splitDocuments(std::string_view text);

} // namespace engine
