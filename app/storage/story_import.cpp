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
constexpr std::uintmax_t kLargestFile = std::uintmax_t{256} << 20;

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

StorageResult<QByteArray> wholeFile(const std::filesystem::path& file, const QString& path) {
    std::error_code reason;
    const auto size = std::filesystem::file_size(file, reason);
    if (!reason && size > kLargestFile)
        return failure({sentenceOf(ImportFault::TooLarge, readableName(path)), {}});
    QByteArray bytes(reason ? 0 : static_cast<qsizetype>(size), Qt::Uninitialized);
    std::ifstream in(file, std::ios::binary);
    in.read(bytes.data(), bytes.size());
    if (reason || in.gcount() != bytes.size())
        return failure(problemOf({engine::ErrorCode::FileUnreadable, file.string() + ": cannot be read"},
                                 readablePath(path)));
    return bytes;
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
    const auto bytes = wholeFile(file, path);
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
