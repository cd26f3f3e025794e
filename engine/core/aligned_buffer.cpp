#include "engine/core/aligned_buffer.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace engine {

namespace {

// Below this too large a part of it would be the rest of a huge page.
constexpr std::size_t kLeastInHugePages = 4 * kHugePage;

std::align_val_t alignmentOf(std::size_t bytes) {
    return std::align_val_t{bytes < kLeastInHugePages ? kBufferAlignment : kHugePage};
}

} // namespace

void* allocateAligned(std::size_t bytes) {
    void* const memory = ::operator new(bytes, alignmentOf(bytes));
#if defined(__linux__)
    if (bytes >= kLeastInHugePages) // a system without huge pages refuses, which changes nothing
        static_cast<void>(::madvise(memory, bytes / kHugePage * kHugePage, MADV_HUGEPAGE));
#endif
    return memory;
}

void freeAligned(void* memory, std::size_t bytes) noexcept { ::operator delete(memory, alignmentOf(bytes)); }

} // namespace engine
