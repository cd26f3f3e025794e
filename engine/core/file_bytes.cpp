#include "engine/core/file_bytes.h"

#include "engine/core/address_sanitizer.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#if INKGATE_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace engine {

namespace {

// What is read at once, and noted as read. A multiple of every page size that Linux has on x86-64 and ARM.
constexpr std::size_t kChunk = std::size_t{64} << 10;

std::size_t roundedUp(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

// Reading what was never read is a mistake of ours that would show as zeros; under AddressSanitizer it ends
// the program.
void forbid([[maybe_unused]] const std::byte* from, [[maybe_unused]] std::size_t bytes) {
#if INKGATE_ADDRESS_SANITIZER
    __asan_poison_memory_region(from, bytes);
#endif
}
void allow([[maybe_unused]] const std::byte* from, [[maybe_unused]] std::size_t bytes) {
#if INKGATE_ADDRESS_SANITIZER
    __asan_unpoison_memory_region(from, bytes);
#endif
}

bool isSameTime(const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

} // namespace

struct FileBytes::State {
    std::filesystem::path path;
    int descriptor = -1;
    struct stat openedAs = {};
    std::byte* reserved = nullptr; // address space, with room to begin at a huge page
    std::size_t reservedBytes = 0;
    std::byte* begin = nullptr;
    std::size_t size = 0;
    std::mutex mutex;         // of what follows
    std::vector<bool> isHere; // by chunk

    ~State() {
        if (reserved != nullptr) {
            allow(reserved, reservedBytes);
            ::munmap(reserved, reservedBytes);
        }
        if (descriptor >= 0)
            ::close(descriptor);
    }

    [[nodiscard]] Failure unreadable(const std::string& what) const {
        return failure(ErrorCode::FileUnreadable, path.string() + ": " + what);
    }

    Expected<void> reserve() {
        if (size == 0) // nothing can be reserved for an empty file; it is an empty span
            return {};
        reservedBytes = roundedUp(size, kHugePage) + kHugePage;
        void* const address = ::mmap(nullptr, reservedBytes, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (address == MAP_FAILED)
            return failure(ErrorCode::OutOfMemory,
                           path.string() + ": no room for its " + std::to_string(size) +
                               " bytes; close other programs or take a smaller model");
        reserved = static_cast<std::byte*>(address);
        const auto at = reinterpret_cast<std::uintptr_t>(reserved);
        begin = reserved + (roundedUp(at, kHugePage) - at);
        forbid(begin, size);
        isHere.resize(roundedUp(size, kChunk) / kChunk);
        return {};
    }

    // After reading, so that what was read is known to be from before the change.
    [[nodiscard]] Expected<void> checkUnchanged() const {
        struct stat now = {};
        if (::fstat(descriptor, &now) != 0)
            return unreadable(std::generic_category().message(errno));
        if (now.st_size == openedAs.st_size && isSameTime(now.st_mtim, openedAs.st_mtim))
            return {};
        return unreadable("the file was changed while it was being used; open it again once it is complete");
    }

    Expected<void> readInto(std::byte* out, std::size_t offset, std::size_t bytes) const {
        while (bytes > 0) {
            const ssize_t got = ::pread(descriptor, out, bytes, static_cast<off_t>(offset));
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return unreadable("it cannot be read: " + std::generic_category().message(errno));
            if (got == 0)
                return unreadable(
                    "the file was cut short while it was being used; open it again once it is complete");
            out += got;
            offset += static_cast<std::size_t>(got);
            bytes -= static_cast<std::size_t>(got);
        }
        return checkUnchanged();
    }

    // Weights are read in leaps, and a leap into another page of 4 KiB has to wait for its address first.
    // Small parts, of which a file's head consists, would only waste the rest of a huge page. A system
    // without huge pages refuses, which changes nothing.
    void askForHugePages(std::size_t offset, std::size_t bytes) const {
        if (bytes < kHugePage)
            return;
        const std::size_t from = offset / kHugePage * kHugePage;
        static_cast<void>(
            ::madvise(begin + from, roundedUp(offset + bytes, kHugePage) - from, MADV_HUGEPAGE));
    }

    // Whole chunks that are not here, into their place.
    Expected<void> readRun(std::size_t from, std::size_t bytes, ThreadPool* pool) const {
        askForHugePages(from, bytes);
        allow(begin + from, bytes);
        Expected<void> result;
        if (pool == nullptr || bytes < 2 * kHugePage) {
            result = readInto(begin + from, from, bytes);
        } else {
            std::mutex ofResult;
            pool->parallelFor(bytes, kHugePage, [&](std::size_t first, std::size_t last) {
                if (auto got = readInto(begin + from + first, from + first, last - first); !got) {
                    const std::lock_guard lock(ofResult);
                    result = got;
                }
            });
        }
        if (!result)
            forbid(begin + from, bytes);
        return result;
    }

    [[nodiscard]] std::size_t offsetOf(std::span<const std::byte> part) const {
        return static_cast<std::size_t>(part.data() - begin);
    }
};

FileBytes::FileBytes(std::unique_ptr<State> state)
    : m_state(std::move(state)) {}
FileBytes::FileBytes(FileBytes&& other) noexcept = default;
FileBytes& FileBytes::operator=(FileBytes&& other) noexcept = default;
FileBytes::~FileBytes() = default;

Expected<FileBytes> FileBytes::open(const std::filesystem::path& path) {
    auto state = std::make_unique<State>();
    state->path = path;
    // O_NONBLOCK: opening a named pipe must fail below instead of waiting for a writer. Regular files ignore
    // it.
    state->descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (state->descriptor < 0) {
        const int reason = errno;
        if (reason == ENOENT)
            return failure(ErrorCode::FileNotFound, path.string() + ": there is no such file");
        return state->unreadable(std::generic_category().message(reason));
    }
    if (::fstat(state->descriptor, &state->openedAs) != 0 || !S_ISREG(state->openedAs.st_mode))
        return state->unreadable("not a regular file");
    state->size = static_cast<std::size_t>(state->openedAs.st_size);
    if (auto reserved = state->reserve(); !reserved)
        return failure(reserved.error());
    return FileBytes(std::move(state));
}

Expected<FileBytes> FileBytes::readAll(const std::filesystem::path& path) {
    auto file = open(path);
    if (file)
        if (auto read = file->read(file->place()); !read)
            return failure(read.error());
    return file;
}

std::span<const std::byte> FileBytes::place() const { return {m_state->begin, m_state->size}; }

bool FileBytes::contains(std::span<const std::byte> part) const {
    return part.data() >= m_state->begin && part.data() + part.size() <= m_state->begin + m_state->size;
}

Expected<void> FileBytes::read(std::span<const std::byte> part, ThreadPool* pool) const {
    if (part.empty())
        return {};
    State& state = *m_state;
    const std::size_t offset = state.offsetOf(part);
    const std::size_t first = offset / kChunk, last = (offset + part.size() - 1) / kChunk;
    const std::lock_guard lock(state.mutex);
    for (std::size_t chunk = first; chunk <= last;) {
        if (state.isHere[chunk]) {
            ++chunk;
            continue;
        }
        std::size_t end = chunk; // of a run of chunks that are not here
        while (end <= last && !state.isHere[end])
            ++end;
        const std::size_t from = chunk * kChunk, bytes = std::min(end * kChunk, state.size) - from;
        if (auto got = state.readRun(from, bytes, pool); !got)
            return got;
        std::fill(state.isHere.begin() + static_cast<std::ptrdiff_t>(chunk),
                  state.isHere.begin() + static_cast<std::ptrdiff_t>(end), true);
        chunk = end;
    }
    return {};
}

Expected<std::span<const std::byte>> FileBytes::look(std::span<const std::byte> part,
                                                     AlignedBuffer<std::byte>& scratch) const {
    if (part.empty())
        return part;
    State& state = *m_state;
    const std::size_t offset = state.offsetOf(part);
    {
        const std::lock_guard lock(state.mutex);
        const auto first = state.isHere.begin() + static_cast<std::ptrdiff_t>(offset / kChunk);
        const auto last =
            state.isHere.begin() + static_cast<std::ptrdiff_t>((offset + part.size() - 1) / kChunk);
        if (std::find(first, last + 1, false) == last + 1)
            return part;
    }
    scratch.ensure(part.size());
    if (auto got = state.readInto(scratch.data(), offset, part.size()); !got)
        return failure(got.error());
    return std::span<const std::byte>(scratch.span().first(part.size()));
}

void FileBytes::release(std::span<const std::byte> part) const {
    if (part.empty())
        return;
    State& state = *m_state;
    // Only chunks that belong to this part alone; the file's last one has nobody behind it.
    const std::size_t offset = state.offsetOf(part), end = offset + part.size();
    const std::size_t first = roundedUp(offset, kChunk) / kChunk;
    const std::size_t last = end == state.size ? state.isHere.size() : end / kChunk;
    if (first >= last)
        return;
    const std::lock_guard lock(state.mutex);
    std::fill(state.isHere.begin() + static_cast<std::ptrdiff_t>(first),
              state.isHere.begin() + static_cast<std::ptrdiff_t>(last), false);
    std::byte* const from = state.begin + first * kChunk;
    const std::size_t bytes = std::min(last * kChunk, state.size) - first * kChunk;
    ::madvise(from, bytes, MADV_DONTNEED);
    forbid(from, bytes);
}

} // namespace engine
