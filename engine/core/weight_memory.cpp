#include "engine/core/weight_memory.h"

#include "engine/core/address_sanitizer.h"
#include "engine/core/aligned_buffer.h"

#include <mutex>

namespace engine {

namespace {

// What cannot hold another matrix is lost at its end: of a huge page at most, so a sixteenth.
constexpr std::size_t kRegionBytes = 16 * kHugePage;

// From here on a matrix is a region by itself (allocateAligned() takes huge pages for it).
constexpr std::size_t kLeastAlone = kRegionBytes / 4;

class Region {
public:
    explicit Region(std::size_t bytes)
        : m_size(bytes)
        , m_begin(static_cast<std::byte*>(allocateAligned(bytes))) {}
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;
    ~Region() { freeAligned(m_begin, m_size); }

    // Null if there is no room left.
    [[nodiscard]] std::byte* take(std::size_t bytes) {
        if (bytes > m_size - m_used)
            return nullptr;
        std::byte* const taken = m_begin + m_used;
        const std::size_t end = m_used + bytes;
        m_used = end + (kBufferAlignment - end % kBufferAlignment) % kBufferAlignment;
        return taken;
    }

private:
    std::size_t m_size, m_used = 0;
    std::byte* m_begin;
};

// AddressSanitizer sees the end of memory only if it is the end of an allocation.
constexpr bool kIsShared = INKGATE_ADDRESS_SANITIZER == 0;

std::mutex openRegionMutex;
std::weak_ptr<Region> openRegion; // the one that is being filled; weak, so that an unused one is given back

} // namespace

std::shared_ptr<std::byte> allocateWeights(std::size_t bytes) {
    if (!kIsShared || bytes >= kLeastAlone) {
        const auto alone = std::make_shared<Region>(bytes);
        return {alone, alone->take(bytes)};
    }
    const std::lock_guard lock(openRegionMutex);
    auto region = openRegion.lock();
    std::byte* taken = region == nullptr ? nullptr : region->take(bytes);
    if (taken == nullptr) {
        region = std::make_shared<Region>(kRegionBytes);
        taken = region->take(bytes);
        openRegion = region;
    }
    return {std::move(region), taken};
}

} // namespace engine
