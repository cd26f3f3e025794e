// memory_file.h: the fuzzers' one file: in memory only, with a path that opens it like any other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace fuzz {

// Puts the bytes into the file and returns its path.
[[nodiscard]] inline std::string memoryFile(const std::uint8_t* data, std::size_t size) {
    static const int descriptor = ::memfd_create("fuzz", MFD_CLOEXEC);
    if (::ftruncate(descriptor, 0) != 0 || ::pwrite(descriptor, data, size, 0) != static_cast<ssize_t>(size))
        std::abort();
    return "/proc/self/fd/" + std::to_string(descriptor);
}

} // namespace fuzz
