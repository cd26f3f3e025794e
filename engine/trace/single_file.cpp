#include "engine/trace/single_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace engine {

namespace {

// SQLite's lock bytes (its os.h), so that its readers and we respect each other.
constexpr off_t kPendingByte = 0x40000000;
constexpr off_t kReservedByte = kPendingByte + 1;
constexpr off_t kSharedFirst = kPendingByte + 2;
constexpr off_t kSharedSize = 510;
constexpr int kSectorBytes = 4096;
constexpr int kLongestPath = 8192;
constexpr off_t kWriteVersionByte = 18; // and behind it the read version
constexpr std::byte kOrdinaryVersion{1};
constexpr std::byte kLogVersion{2};

// Locks of the open file instead of the process: closing another descriptor of the same file does not drop
// them.
int setLock(int descriptor, short type, off_t first, off_t length = 1) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = first;
    lock.l_len = length;
    if (::fcntl(descriptor, F_OFD_SETLK, &lock) == 0)
        return SQLITE_OK;
    if (errno == EAGAIN || errno == EACCES)
        return SQLITE_BUSY;
    // Some disks know no locks; a story on one is still worth saving.
    return errno == EBADF ? SQLITE_IOERR_LOCK : SQLITE_OK;
}

int resultOf(int error, int otherwise) {
    switch (error) {
    case 0: return SQLITE_OK;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return SQLITE_FULL;
    case EROFS: return SQLITE_READONLY;
    default: return otherwise;
    }
}

std::string nextName() {
    static std::atomic<int> count = 0;
    return "inkgate-file-" + std::to_string(++count);
}

} // namespace

struct OpenDatabase {
    sqlite3_file base; // first: SQLite's pointer is a pointer to it
    SingleFile* file;
};

// What SQLite calls. Each function is one of its sqlite3_io_methods or sqlite3_vfs.
struct SingleFileMethods {
    static SingleFile& fileOf(sqlite3_file* handle) { return *reinterpret_cast<OpenDatabase*>(handle)->file; }

    static int close(sqlite3_file* handle) { return unlock(handle, SQLITE_LOCK_NONE); }

    static int read(sqlite3_file* handle, void* bytes, int count, sqlite3_int64 offset) {
        std::size_t got = 0;
        const std::span target(static_cast<std::byte*>(bytes), static_cast<std::size_t>(count));
        if (fileOf(handle).m_content.read(target, offset, got) != 0)
            return SQLITE_IOERR_READ;
        if (fileOf(handle).m_isLogIgnored)
            for (const off_t place : {kWriteVersionByte, kWriteVersionByte + 1})
                if (place >= offset && place < offset + count)
                    target[static_cast<std::size_t>(place - offset)] = kOrdinaryVersion;
        return got == target.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
    }

    static int write(sqlite3_file* handle, const void* bytes, int count, sqlite3_int64 offset) {
        const std::span source(static_cast<const std::byte*>(bytes), static_cast<std::size_t>(count));
        return fileOf(handle).m_content.write(source, offset) == 0 ? SQLITE_OK : SQLITE_IOERR_WRITE;
    }

    static int truncate(sqlite3_file* handle, sqlite3_int64 size) {
        RedoFile& content = fileOf(handle).m_content;
        content.truncate(size);
        // SQLite cuts the end off behind the commit that no longer needs it, and syncs nothing then. If it
        // cannot be done, the file only stays longer than it need be.
        if (content.isOnlyCut())
            (void)content.commit();
        return SQLITE_OK;
    }

    // Comes once, at the end of a transaction: SQLite's journal is in memory and ours is written here.
    static int sync(sqlite3_file* handle, int /*flags*/) {
        return resultOf(fileOf(handle).m_content.commit(), SQLITE_IOERR_FSYNC);
    }

    static int fileSize(sqlite3_file* handle, sqlite3_int64* size) {
        *size = fileOf(handle).m_content.size();
        return SQLITE_OK;
    }

    static int lock(sqlite3_file* handle, int level) {
        SingleFile& file = fileOf(handle);
        if (file.m_lock >= level)
            return SQLITE_OK;
        const int descriptor = file.m_descriptor;
        if (level == SQLITE_LOCK_SHARED) {
            int result = setLock(descriptor, F_RDLCK, kPendingByte);
            if (result == SQLITE_OK)
                result = setLock(descriptor, F_RDLCK, kSharedFirst, kSharedSize);
            setLock(descriptor, F_UNLCK, kPendingByte);
            if (result != SQLITE_OK)
                return result;
        } else if (level == SQLITE_LOCK_EXCLUSIVE) {
            int result = setLock(descriptor, F_WRLCK, kPendingByte);
            if (result == SQLITE_OK) {
                file.m_lock = SQLITE_LOCK_PENDING;
                result = setLock(descriptor, F_WRLCK, kSharedFirst, kSharedSize);
            }
            if (result != SQLITE_OK)
                return result;
        } // the reserved lock is always held
        file.m_lock = level;
        return SQLITE_OK;
    }

    static int unlock(sqlite3_file* handle, int level) {
        SingleFile& file = fileOf(handle);
        if (file.m_lock <= level)
            return SQLITE_OK;
        if (file.m_lock > SQLITE_LOCK_SHARED)
            file.m_content.undo(); // whatever SQLite left behind of a transaction that was not committed
        int result = SQLITE_OK;
        if (level == SQLITE_LOCK_SHARED)
            result = setLock(file.m_descriptor, F_RDLCK, kSharedFirst, kSharedSize);
        else
            result = setLock(file.m_descriptor, F_UNLCK, kSharedFirst, kSharedSize);
        setLock(file.m_descriptor, F_UNLCK, kPendingByte);
        file.m_lock = level;
        return result == SQLITE_OK ? SQLITE_OK : SQLITE_IOERR_UNLOCK;
    }

    // Asked in order to find a journal that somebody left; there is none to be found.
    static int checkReservedLock(sqlite3_file* /*handle*/, int* isReserved) {
        *isReserved = 1;
        return SQLITE_OK;
    }

    static int fileControl(sqlite3_file* /*handle*/, int /*what*/, void* /*argument*/) {
        return SQLITE_NOTFOUND;
    }

    static int sectorSize(sqlite3_file* /*handle*/) { return kSectorBytes; }
    static int deviceCharacteristics(sqlite3_file* /*handle*/) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

    static sqlite3_io_methods methods() {
        sqlite3_io_methods methods{};
        methods.iVersion = 1; // no shared memory: no write-ahead log
        methods.xClose = close;
        methods.xRead = read;
        methods.xWrite = write;
        methods.xTruncate = truncate;
        methods.xSync = sync;
        methods.xFileSize = fileSize;
        methods.xLock = lock;
        methods.xUnlock = unlock;
        methods.xCheckReservedLock = checkReservedLock;
        methods.xFileControl = fileControl;
        methods.xSectorSize = sectorSize;
        methods.xDeviceCharacteristics = deviceCharacteristics;
        return methods;
    }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* handle, int flags, int* outFlags) {
        static const sqlite3_io_methods kMethods = methods();
        handle->pMethods = nullptr;
        if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
            sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
            // Only files without a name, for what does not fit into memory.
            return name == nullptr ? system->xOpen(system, name, handle, flags, outFlags) : SQLITE_CANTOPEN;
        }
        auto* const opened = reinterpret_cast<OpenDatabase*>(handle);
        opened->file = static_cast<SingleFile*>(vfs->pAppData);
        opened->base.pMethods = &kMethods;
        if (outFlags != nullptr)
            *outFlags = flags;
        return SQLITE_OK;
    }

    static int remove(sqlite3_vfs* /*vfs*/, const char* /*name*/, int /*syncFolder*/) { return SQLITE_OK; }

    static int access(sqlite3_vfs* /*vfs*/, const char* /*name*/, int /*flags*/, int* result) {
        *result = 0; // no log, no journal
        return SQLITE_OK;
    }

    static int fullPathname(sqlite3_vfs* /*vfs*/, const char* name, int size, char* full) {
        if (std::strlen(name) >= static_cast<std::size_t>(size))
            return SQLITE_CANTOPEN;
        std::strcpy(full, name);
        return SQLITE_OK;
    }
};

SingleFile::SingleFile(std::filesystem::path path, int descriptor)
    : m_path(std::move(path))
    , m_descriptor(descriptor)
    , m_content(descriptor, m_calls)
    , m_vfsName(nextName()) {
    sqlite3_initialize();
    sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
    m_vfs = std::make_unique<sqlite3_vfs>(*system); // clock and random numbers are the system's
    m_vfs->pNext = nullptr;
    m_vfs->zName = m_vfsName.c_str();
    m_vfs->pAppData = this;
    m_vfs->szOsFile = std::max(system->szOsFile, static_cast<int>(sizeof(OpenDatabase)));
    m_vfs->mxPathname = kLongestPath;
    m_vfs->xOpen = SingleFileMethods::open;
    m_vfs->xDelete = SingleFileMethods::remove;
    m_vfs->xAccess = SingleFileMethods::access;
    m_vfs->xFullPathname = SingleFileMethods::fullPathname;
    sqlite3_vfs_register(m_vfs.get(), 0);
}

SingleFile::~SingleFile() {
    sqlite3_vfs_unregister(m_vfs.get());
    ::close(m_descriptor);
}

bool SingleFile::hold() {
    if (setLock(m_descriptor, F_WRLCK, kReservedByte) != SQLITE_OK)
        return false;
    // An exclusive lock need not include the reserved one.
    const bool isReadable = setLock(m_descriptor, F_RDLCK, kSharedFirst, kSharedSize) == SQLITE_OK;
    setLock(m_descriptor, F_UNLCK, kSharedFirst, kSharedSize);
    return isReadable;
}

Expected<std::unique_ptr<SingleFile>> SingleFile::open(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        return failure(errno == ENOENT ? ErrorCode::FileNotFound : ErrorCode::FileUnreadable,
                       path.string() + ": " + std::strerror(errno));
    std::unique_ptr<SingleFile> file(new SingleFile(path, descriptor));
    if (!file->hold())
        return failure(ErrorCode::WriteFailed,
                       path.string() + ": another program is writing it; close it there and try again");
    if (const int error = file->m_content.recover(); error != 0)
        return failure(ErrorCode::FileUnreadable, path.string() + ": " + std::strerror(error));
    return file;
}

Expected<std::unique_ptr<SingleFile>> SingleFile::create(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return failure(ErrorCode::WriteFailed, path.string() + ": " + std::strerror(errno));
    std::unique_ptr<SingleFile> file(new SingleFile(path, descriptor));
    if (!file->hold())
        return failure(ErrorCode::WriteFailed, path.string() + ": another program was faster");
    return file;
}

bool SingleFile::isInLogMode() const {
    std::array<std::byte, 2> versions{};
    std::size_t count = 0;
    return m_content.read(versions, kWriteVersionByte, count) == 0 && count == versions.size() &&
           (versions[0] == kLogVersion || versions[1] == kLogVersion);
}

Expected<void> SingleFile::sync() {
    if (const int error = m_calls.sync(m_descriptor); error != 0)
        return failure(ErrorCode::WriteFailed, m_path.string() + ": " + std::strerror(error));
    return {};
}

} // namespace engine
