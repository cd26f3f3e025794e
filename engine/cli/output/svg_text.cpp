#include "engine/cli/output/svg_text.h"

#include "engine/core/atomic_file.h"

#include <span>

namespace engine {

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const bool isSpace = c == '\n' || c == '\t' || c == '\r';
        switch (c) {
        case '<': result += "&lt;"; break;
        case '>': result += "&gt;"; break;
        case '&': result += "&amp;"; break;
        case '"': result += "&quot;"; break;
        case '\'': result += "&#39;"; break;
        default: result += static_cast<unsigned char>(c) < ' ' && !isSpace ? ' ' : c;
        }
    }
    return result;
}

Expected<void> writePicture(std::string_view svg, const std::filesystem::path& path) {
    auto file = AtomicFile::create(path);
    if (!file)
        return failure(file.error());
    if (auto written = file->write(std::as_bytes(std::span(svg))); !written)
        return written;
    return file->commit();
}

} // namespace engine
