// aligned_buffer.h: owned memory aligned to a cache line, for weights, activations and states.
// Threads: a value; no locking.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace engine {

inline constexpr std::size_t kBufferAlignment = 64; // one cache line, one AVX-512 register

inline constexpr std::size_t kHugePage = std::size_t{2} << 20; // of x86-64 and of ARM with pages of 4 KiB

// Uninitialised memory for an AlignedBuffer, at least so aligned; throws std::bad_alloc. From a few megabytes
// on it is asked for in huge pages, where the system has them for programs that ask: weights are read in
// leaps, and a leap into another page of 4 KiB has to wait for its address first.
[[nodiscard]] void* allocateAligned(std::size_t bytes);
// `bytes` as allocated.
void freeAligned(void* memory, std::size_t bytes) noexcept;

// A resizable array of trivially copyable T. Allocation throws std::bad_alloc, which the engine's entry
// points turn into ErrorCode::OutOfMemory.
template <class T> class AlignedBuffer {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    AlignedBuffer() = default;
    explicit AlignedBuffer(std::size_t size) { resize(size); } // zero-filled
    AlignedBuffer(const AlignedBuffer& other)
        : AlignedBuffer() {
        *this = other;
    }
    AlignedBuffer(AlignedBuffer&& other) noexcept { swap(other); }
    AlignedBuffer& operator=(const AlignedBuffer& other) {
        if (this == &other)
            return *this;
        if (m_size != other.m_size) {
            AlignedBuffer fresh;
            fresh.allocate(other.m_size);
            swap(fresh);
        }
        if (m_size > 0)
            std::memcpy(m_data, other.m_data, m_size * sizeof(T));
        return *this;
    }
    AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
        swap(other);
        return *this;
    }
    ~AlignedBuffer() { freeAligned(m_data, byteSize()); }

    // Discards the content; the new elements are zero.
    void resize(std::size_t size) {
        AlignedBuffer fresh;
        fresh.allocate(size);
        if (size > 0)
            std::memset(fresh.m_data, 0, size * sizeof(T));
        swap(fresh);
    }
    // For scratch memory: grows (discarding content) if smaller than `size`, never shrinks.
    void ensure(std::size_t size) {
        if (m_size < size)
            resize(size);
    }
    void swap(AlignedBuffer& other) noexcept {
        std::swap(m_data, other.m_data);
        std::swap(m_size, other.m_size);
    }

    [[nodiscard]] T* data() { return m_data; }
    [[nodiscard]] const T* data() const { return m_data; }
    [[nodiscard]] std::size_t size() const { return m_size; }
    [[nodiscard]] std::size_t byteSize() const { return m_size * sizeof(T); }
    [[nodiscard]] bool empty() const { return m_size == 0; }
    [[nodiscard]] T& operator[](std::size_t i) { return m_data[i]; }
    [[nodiscard]] const T& operator[](std::size_t i) const { return m_data[i]; }
    [[nodiscard]] std::span<T> span() { return {m_data, m_size}; }
    [[nodiscard]] std::span<const T> span() const { return {m_data, m_size}; }

private:
    void allocate(std::size_t size) {
        if (size == 0)
            return;
        if (size > static_cast<std::size_t>(-1) / 2 / sizeof(T))
            throw std::bad_alloc();
        m_data = static_cast<T*>(allocateAligned(size * sizeof(T)));
        m_size = size;
    }

    T* m_data = nullptr;
    std::size_t m_size = 0;
};

} // namespace engine
