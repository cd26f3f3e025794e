#include "app/files/file_place.h"

#include "app/files/file_path.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace app {

namespace {

struct Identity {
    dev_t device;
    ino_t number;
    bool operator==(const Identity&) const = default;
};

std::optional<Identity> identityOf(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return std::nullopt;
    return Identity{status.st_dev, status.st_ino};
}

// What the system says the open file is called. Empty if it does not know.
std::string nameOf(int descriptor) {
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    std::array<char, PATH_MAX> name{};
    const ssize_t length = ::readlink(link.c_str(), name.data(), name.size());
    return length > 0 ? std::string(name.data(), static_cast<std::size_t>(length)) : std::string();
}

// Another name of the file in the folder, for one that had two and lost that by which it was opened.
std::string otherName(const Identity& file, const std::filesystem::path& folder) {
    std::error_code error;
    for (auto entry = std::filesystem::directory_iterator(folder, error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
        if (identityOf(entry->path().string()) == file)
            return entry->path().string();
    return {};
}

} // namespace

FilePlace placeOf(int descriptor, const QString& path) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0)
        return {};
    const Identity file{status.st_dev, status.st_ino};
    const std::string name = encodePath(path).toStdString();
    const auto named = identityOf(name);
    if (named == file)
        return {};
    // A disk that does not answer is no reason to think that the file is gone.
    if (!named && errno != ENOENT && errno != ENOTDIR)
        return {};
    FilePlace place{FilePlace::Kind::Gone, {}, named.has_value()};
    if (status.st_nlink == 0)
        return place;
    std::string now = nameOf(descriptor);
    if (now.empty() || identityOf(now) != file)
        now = otherName(file, std::filesystem::path(name).parent_path());
    if (now.empty())
        return place;
    place.kind = FilePlace::Kind::Moved;
    place.path = decodePath(QByteArrayView(now.data(), static_cast<qsizetype>(now.size())));
    return place;
}

bool isSameFile(int descriptor, const QString& path) {
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 &&
           identityOf(encodePath(path).toStdString()) == Identity{status.st_dev, status.st_ino};
}

} // namespace app
