// stored_value.cuh: how stored weights become float32, one by one or 16 bytes at a time.
#pragma once

#include "engine/cuda/device/memory.cuh"

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <cstdint>
#include <cstring>

namespace engine::cuda {

// The stored types are these two and float itself.
struct Float16 {
    std::uint16_t bits;
};
struct BFloat16 {
    std::uint16_t bits;
};

__device__ __forceinline__ float halfFrom(unsigned bits) {
    return __half2float(__ushort_as_half(static_cast<unsigned short>(bits)));
}

__device__ __forceinline__ float widened(float value) { return value; }
__device__ __forceinline__ float widened(Float16 value) { return halfFrom(value.bits); }
__device__ __forceinline__ float widened(BFloat16 value) {
    return __uint_as_float(static_cast<unsigned>(value.bits) << 16);
}

__device__ __forceinline__ void narrow(float value, Float16& out) {
    out.bits = __half_as_ushort(__float2half_rn(value));
}
// To nearest even, NaN kept quiet, as floatToBfloat16() does it.
__device__ __forceinline__ void narrow(float value, BFloat16& out) {
    const unsigned bits = __float_as_uint(value);
    const bool isNan = (bits & 0x7FFFFFFFu) > 0x7F800000u;
    out.bits =
        static_cast<std::uint16_t>(isNan ? bits >> 16 | 0x40u : (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

// Values in 16 bytes.
template <class Stored> inline constexpr int kPerLoad = 16 / static_cast<int>(sizeof(Stored));

__device__ __forceinline__ void widenWord(unsigned word, float* values, float) {
    values[0] = __uint_as_float(word);
}
__device__ __forceinline__ void widenWord(unsigned word, float* values, Float16) {
    values[0] = halfFrom(word & 0xFFFFu);
    values[1] = halfFrom(word >> 16);
}
__device__ __forceinline__ void widenWord(unsigned word, float* values, BFloat16) {
    values[0] = __uint_as_float(word << 16);
    values[1] = __uint_as_float(word & 0xFFFF0000u);
}

template <class Stored> __device__ __forceinline__ void widen(const uint4& bytes, float* values) {
    constexpr int kPerWord = kPerLoad<Stored> / 4;
    widenWord(bytes.x, values, Stored{});
    widenWord(bytes.y, values + kPerWord, Stored{});
    widenWord(bytes.z, values + 2 * kPerWord, Stored{});
    widenWord(bytes.w, values + 3 * kPerWord, Stored{});
}

// Four float16 values.
__device__ __forceinline__ void widenHalves(const uint2& bytes, float (&values)[4]) {
    widenWord(bytes.x, values, Float16{});
    widenWord(bytes.y, values + 2, Float16{});
}

// 16 bytes of weights, of which `count` values exist, at most 0 or less; the others become zero. kAligned
// promises that the address is a multiple of 16 and that either all exist or none.
template <class Stored, bool kAligned>
__device__ __forceinline__ uint4 loadWeights(const Stored* from, int count) {
    if constexpr (kAligned) {
        return count > 0 ? loadOnce(from) : make_uint4(0, 0, 0, 0);
    } else {
        Stored values[kPerLoad<Stored>];
#pragma unroll
        for (int i = 0; i < kPerLoad<Stored>; ++i)
            values[i] = i < count ? from[i] : Stored{};
        uint4 bytes;
        memcpy(&bytes, values, sizeof bytes);
        return bytes;
    }
}

// Whether 16 bytes can be loaded at once from there.
__host__ __device__ inline bool isAligned(const void* address) {
    return reinterpret_cast<std::uintptr_t>(address) % 16 == 0;
}

} // namespace engine::cuda
