#include "app/storage/story_import.h"

#include "app/exchange/story/story_text.h"
#include "app/exchange/story_files.h"
#include "app/files/file_path.h"
#include "app/storage/text_import.h"

#include <QFileInfo>

#include <array>
#include <filesystem>
#include <fstream>

namespace app {

namespace {

// Pictures, which are left out, can make a book of this size.
constexpr qsizetype kLargestFile = qsizetype{256} << 20;

bool isRegular(const std::filesystem::path& file) {
    std::error_code ignored; // whatever it is, reading will say so
    return std::filesystem::is_regular_file(file, ignored);
}

QByteArray beginningOf(const std::filesystem::path& file) {
    std::array<char, 1024> bytes;
    std::ifstream in(file, std::ios::binary);
    in.read(bytes.data(), bytes.size());
    return QByteArray(bytes.data(), static_cast<qsizetype>(in.gcount()));
}

} // namespace

StorageResult<StoryImport> importStory(const QString& path) {
    const std::filesystem::path file = toSystemPath(path);
    StoryImport result;
    result.title = QFileInfo(readablePath(path)).completeBaseName();
    if (!isRegular(file) || !isStoryFile(beginningOf(file), path)) {
        auto text = readTextFile(path, &result.notice);
        if (!text)
            return failure(text.error());
        result.text = std::move(*text);
        return result;
    }
    const auto bytes = readWholeFile(path, kLargestFile);
    if (!bytes)
        return failure(bytes.error());
    const auto read = readStoryFile(*bytes, path);
    if (!read)
        return failure({sentenceOf(read.error(), readableName(path)), {}});
    result.text = writeStoryText(read->story);
    result.details = read->story.details;
    result.notice = read->leftOut.sentence();
    return result;
}

} // namespace app
