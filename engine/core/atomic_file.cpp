#include "engine/core/atomic_file.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace engine {

namespace {

Failure writeFailure(const std::filesystem::path& path, const std::string& reason) {
    return failure(ErrorCode::WriteFailed, path.string() + ": cannot be written: " + reason);
}

// The name does not contain the destination's, which may already be as long as the file system allows.
std::string temporaryName() {
    static std::atomic<unsigned> counter{0};
    return ".inkgate-" + std::to_string(::getpid()) + "-" + std::to_string(counter.fetch_add(1)) + ".part";
}

// The rename itself is durable only once the folder is on disk. Some file systems cannot sync folders; the
// file is then complete all the same, so that is no failure.
void syncFolder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ::fsync(descriptor);
    ::close(descriptor);
}

} // namespace

Expected<AtomicFile> AtomicFile::create(const std::filesystem::path& path) {
    AtomicFile file;
    std::error_code error;
    file.m_destination = std::filesystem::absolute(path, error);
    if (!error)
        file.m_destination = std::filesystem::weakly_canonical(file.m_destination, error);
    if (error)
        return writeFailure(path, error.message());
    struct stat info = {};
    const bool replaces = ::stat(file.m_destination.c_str(), &info) == 0;
    // Renaming over a device or pipe would remove it from the system.
    if (replaces && !S_ISREG(info.st_mode))
        return writeFailure(path, "there is a folder or device of that name");
    const std::filesystem::path folder = file.m_destination.parent_path();
    for (;;) {
        const std::filesystem::path temporary = folder / temporaryName();
        file.m_descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file.m_descriptor >= 0) {
            file.m_temporary = temporary;
            break;
        }
        if (errno != EEXIST) // EEXIST: left behind by a process of the same number that was killed
            return file.failed(errno);
    }
    if (replaces)
        ::fchmod(file.m_descriptor,
                 info.st_mode & 07777); // best effort: a new version is as private as the old one
    return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_destination(std::move(other.m_destination))
    , m_temporary(std::exchange(other.m_temporary, {}))
    , m_descriptor(std::exchange(other.m_descriptor, -1)) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
    std::swap(m_destination, other.m_destination);
    std::swap(m_temporary, other.m_temporary);
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

AtomicFile::~AtomicFile() {
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    if (!m_temporary.empty())
        ::unlink(m_temporary.c_str());
}

Failure AtomicFile::failed(int reason) const {
    return writeFailure(m_destination, std::generic_category().message(reason));
}

Expected<void> AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_descriptor, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR)
                continue;
            return failed(errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Expected<void> AtomicFile::commit() {
    if (::fsync(m_descriptor) != 0)
        return failed(errno);
    if (::close(std::exchange(m_descriptor, -1)) != 0)
        return failed(errno);
    if (::rename(m_temporary.c_str(), m_destination.c_str()) != 0)
        return failed(errno);
    m_temporary.clear();
    syncFolder(m_destination.parent_path());
    return {};
}

} // namespace engine
