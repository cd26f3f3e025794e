#include "engine/core/mapped_file.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace engine {

namespace {

std::string reasonText(int reason) { return std::generic_category().message(reason); }

} // namespace

Expected<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    // O_NONBLOCK: opening a named pipe must fail below instead of waiting for a writer. Regular files ignore it.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        const int reason = errno;
        return failure(reason == ENOENT ? ErrorCode::FileNotFound : ErrorCode::FileUnreadable,
                       path.string() + ": " +
                           (reason == ENOENT ? "there is no such file" : reasonText(reason)));
    }
    struct stat info = {};
    if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(descriptor);
        return failure(ErrorCode::FileUnreadable, path.string() + ": not a regular file");
    }
    MappedFile file;
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size > 0) { // an empty file cannot be mapped; it is an empty span
        void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (address == MAP_FAILED) {
            const int reason = errno;
            ::close(descriptor);
            return failure(ErrorCode::FileUnreadable, path.string() + ": " + reasonText(reason));
        }
        file.m_bytes = {static_cast<const std::byte*>(address), size};
    }
    ::close(descriptor);
    return file;
}

void MappedFile::release(std::span<const std::byte> part) const {
    // Only pages that belong to this part alone.
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto offset = static_cast<std::size_t>(part.data() - m_bytes.data());
    const std::size_t begin = (offset + page - 1) / page * page;
    const std::size_t end = (offset + part.size()) / page * page;
    if (begin < end)
        ::madvise(const_cast<std::byte*>(m_bytes.data()) + begin, end - begin, MADV_DONTNEED);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : m_bytes(std::exchange(other.m_bytes, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

MappedFile::~MappedFile() {
    if (!m_bytes.empty())
        ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
}

} // namespace engine
