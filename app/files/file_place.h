// file_place.h: where an open file is now. A file is what its device and its number on it say; its name may
// be given to another file, or to none, while it is open.
// Threads: any; asks the system.
#pragma once

#include <QString>

namespace app {

struct FilePlace {
    enum class Kind {
        AsOpened, // its name is still its name
        Moved,    // renamed or moved; `path` is where it is
        Gone      // no name is known: deleted, or another file was put over it
    };
    Kind kind = Kind::AsOpened;
    QString path;
    bool isNameTaken = false; // another file has its name

    bool operator==(const FilePlace&) const = default;
};

// `path`: the name it was opened by.
[[nodiscard]] FilePlace placeOf(int descriptor, const QString& path);
// True if this name leads to the open file.
[[nodiscard]] bool isSameFile(int descriptor, const QString& path);

} // namespace app
