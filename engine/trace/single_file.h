// single_file.h: a database that is one file at every moment. A SingleFile holds an open file and lets SQLite
// work on it (Database::Options::file) with the log of a commit inside the file (redo_file.h): no journal
// stands beside it, so none can stay behind when the file is moved, or be applied to another file that took
// its name, and SQLite's own are not looked for. Since SQLite never sees a path, names may be of any bytes
// and any length, and the file may be renamed or deleted while it is open.
//
// The file is held: SQLite's "reserved" lock lies on it from opening to the end, so that every program can
// read it between two commits and none can write it. The lock belongs to the descriptor and goes with the
// process.
//
// Files in write-ahead-log mode are told by isInLogMode(), and Database::open() refuses them.
// Threads: one at a time, the same as the Database, which must not outlive it.
#pragma once

#include "engine/core/error.h"
#include "engine/trace/redo_file.h"

#include <filesystem>
#include <memory>
#include <string>

struct sqlite3_vfs;

namespace engine {

class SingleFile {
public:
    // Finishes a commit that was cut off. Errors: FileNotFound; FileUnreadable (cannot be opened for writing:
    // no permission, write-protected, a folder); WriteFailed (held by another program).
    [[nodiscard]] static Expected<std::unique_ptr<SingleFile>> open(const std::filesystem::path& path);
    // A new, empty file. Errors: WriteFailed (cannot be made, or is there already).
    [[nodiscard]] static Expected<std::unique_ptr<SingleFile>> create(const std::filesystem::path& path);
    ~SingleFile();
    SingleFile(const SingleFile&) = delete;
    SingleFile& operator=(const SingleFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return m_path; } // as it was opened
    [[nodiscard]] int descriptor() const { return m_descriptor; }
    // Its header says that a write-ahead log belongs to it.
    [[nodiscard]] bool isInLogMode() const;
    // Where no such log is: reads as an ordinary file from now on, and is one after the first commit.
    void ignoreLogMode() { m_isLogIgnored = true; }
    // False if somebody wrote over the file without asking for a lock, as copying programs do. Nothing is
    // written into it then.
    [[nodiscard]] bool isAsLeft() const { return m_content.isAsLeft(); }
    // Waits until the bytes are on the disk. Errors: WriteFailed.
    [[nodiscard]] Expected<void> sync();

private:
    friend class Database;
    friend struct SingleFileMethods; // SQLite's calls
    SingleFile(std::filesystem::path path, int descriptor);
    [[nodiscard]] const std::string& vfsName() const { return m_vfsName; }
    [[nodiscard]] bool hold();

    std::filesystem::path m_path;
    int m_descriptor;
    FileCalls m_calls;
    RedoFile m_content;
    int m_lock = 0; // SQLite's lock level
    bool m_isLogIgnored = false;
    std::string m_vfsName;
    std::unique_ptr<sqlite3_vfs> m_vfs;
};

} // namespace engine
