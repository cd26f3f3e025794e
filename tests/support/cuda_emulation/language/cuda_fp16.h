// cuda_fp16.h: CUDA's half precision numbers and their conversions.
// Threads: plain values.
// Limits:  no arithmetic, and no conversion that is not written out; compute in float.
#pragma once

#include "tests/support/cuda_emulation/language/half_bits.h"
#include "tests/support/cuda_emulation/language/vector_types.h"

struct __half {
    __half() = default;
    explicit __half(float value)
        : bits(cuda_emulation::toHalfBits(value)) {}
    explicit operator float() const { return cuda_emulation::fromHalfBits(bits); }
    unsigned short bits; // the emulation's name
};

struct __align__(4) __half2 {
    __half x, y;
};

using half = __half;
using half2 = __half2;

inline float __half2float(__half a) { return static_cast<float>(a); }
inline __half __float2half(float a) { return __half(a); }
inline __half __float2half_rn(float a) { return __half(a); }
inline unsigned short __half_as_ushort(__half a) { return a.bits; }
inline __half __ushort_as_half(unsigned short bits) {
    __half a;
    a.bits = bits;
    return a;
}

inline __half2 __halves2half2(__half low, __half high) { return {low, high}; }
inline __half2 __floats2half2_rn(float low, float high) { return {__half(low), __half(high)}; }
inline __half2 __float2half2_rn(float a) { return {__half(a), __half(a)}; }
inline __half2 __float22half2_rn(float2 a) { return {__half(a.x), __half(a.y)}; }
inline float2 __half22float2(__half2 a) { return {__half2float(a.x), __half2float(a.y)}; }
inline __half __low2half(__half2 a) { return a.x; }
inline __half __high2half(__half2 a) { return a.y; }
inline float __low2float(__half2 a) { return __half2float(a.x); }
inline float __high2float(__half2 a) { return __half2float(a.y); }
