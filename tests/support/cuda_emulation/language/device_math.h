// device_math.h: the arithmetic, bit and conversion functions that kernels call without including anything.
// Threads: pure functions, but for clock64() and __trap().
// Limits:  the fast forms (__expf ...) are as exact as the plain ones here, and products and sums are not
// fused unless the compiler's flags say so: results differ from a GPU's by rounding.
#pragma once

#include "tests/support/cuda_emulation/language/device_language.h"

#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <math.h>
#include <numbers>

// The C library declares these names for itself without defining them; ours stand in their place.
inline float __expf(float x) noexcept { return expf(x); }
inline float __exp10f(float x) noexcept { return powf(10, x); }
inline float __logf(float x) noexcept { return logf(x); }
inline float __log2f(float x) noexcept { return log2f(x); }
inline float __log10f(float x) noexcept { return log10f(x); }
inline float __sinf(float x) noexcept { return sinf(x); }
inline float __cosf(float x) noexcept { return cosf(x); }
inline float __tanf(float x) noexcept { return tanf(x); }
inline float __powf(float x, float y) noexcept { return powf(x, y); }

// Of angles in units of π.
inline void sincospif(float x, float* sine, float* cosine) {
    const double angle = std::numbers::pi * static_cast<double>(x);
    *sine = static_cast<float>(std::sin(angle));
    *cosine = static_cast<float>(std::cos(angle));
}

inline float rsqrtf(float x) noexcept { return 1 / sqrtf(x); }
inline float __frsqrt_rn(float x) { return rsqrtf(x); }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline float __frcp_rn(float x) { return 1 / x; }
inline float __fdividef(float x, float y) { return x / y; }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }
inline float __saturatef(float x) { return x > 0 ? fminf(x, 1) : 0; } // 0 for NaN

inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline int __float_as_int(float x) { return std::bit_cast<int>(x); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }
inline float __int_as_float(int x) { return std::bit_cast<float>(x); }

inline int __popc(unsigned x) { return std::popcount(x); }
inline int __popcll(unsigned long long x) { return std::popcount(x); }
inline int __clz(int x) { return std::countl_zero(static_cast<unsigned>(x)); }
inline int __clzll(long long x) { return std::countl_zero(static_cast<unsigned long long>(x)); }
inline int __ffs(int x) { return x == 0 ? 0 : std::countr_zero(static_cast<unsigned>(x)) + 1; }
inline int __ffsll(long long x) {
    return x == 0 ? 0 : std::countr_zero(static_cast<unsigned long long>(x)) + 1;
}
inline unsigned __brev(unsigned x) {
    unsigned reversed = 0;
    for (int i = 0; i < 32; ++i, x >>= 1)
        reversed = reversed << 1 | (x & 1);
    return reversed;
}
// Byte i of the result is that of the eight bytes y:x which nibble i of the selector names.
inline unsigned __byte_perm(unsigned x, unsigned y, unsigned selector) {
    const std::uint64_t bytes = std::uint64_t{y} << 32 | x;
    unsigned result = 0;
    for (unsigned i = 0; i < 4; ++i)
        result |= static_cast<unsigned>(bytes >> 8 * (selector >> 4 * i & 7) & 0xff) << 8 * i;
    return result;
}

namespace cuda_emulation {

// The sum wraps around as the hardware's does.
template <class Byte> unsigned dotOfBytes(unsigned a, unsigned b, unsigned sum) {
    for (unsigned shift = 0; shift < 32; shift += 8)
        sum += static_cast<unsigned>(static_cast<Byte>(a >> shift & 0xff) *
                                     static_cast<Byte>(b >> shift & 0xff));
    return sum;
}

// Out of range: the nearest integer that there is; NaN: 0.
template <class Integer> Integer toInteger(float whole) {
    constexpr double kLeast = std::numeric_limits<Integer>::min(),
                     kMost = std::numeric_limits<Integer>::max();
    return std::isnan(whole) ? 0 : static_cast<Integer>(std::fmin(std::fmax(whole, kLeast), kMost));
}

} // namespace cuda_emulation

inline int __dp4a(int a, int b, int sum) {
    return static_cast<int>(cuda_emulation::dotOfBytes<std::int8_t>(
        static_cast<unsigned>(a), static_cast<unsigned>(b), static_cast<unsigned>(sum)));
}
inline unsigned __dp4a(unsigned a, unsigned b, unsigned sum) {
    return cuda_emulation::dotOfBytes<std::uint8_t>(a, b, sum);
}
inline int __dp4a(char4 a, char4 b, int sum) {
    return __dp4a(std::bit_cast<int>(a), std::bit_cast<int>(b), sum);
}
inline unsigned __dp4a(uchar4 a, uchar4 b, unsigned sum) {
    return __dp4a(std::bit_cast<unsigned>(a), std::bit_cast<unsigned>(b), sum);
}

inline int __float2int_rn(float x) { return cuda_emulation::toInteger<int>(nearbyintf(x)); }
inline int __float2int_rz(float x) { return cuda_emulation::toInteger<int>(truncf(x)); }
inline int __float2int_rd(float x) { return cuda_emulation::toInteger<int>(floorf(x)); }
inline int __float2int_ru(float x) { return cuda_emulation::toInteger<int>(ceilf(x)); }
inline unsigned __float2uint_rn(float x) { return cuda_emulation::toInteger<unsigned>(nearbyintf(x)); }
inline float __int2float_rn(int x) { return static_cast<float>(x); }
inline float __uint2float_rn(unsigned x) { return static_cast<float>(x); }

inline int min(int a, int b) { return b < a ? b : a; }
inline int max(int a, int b) { return a < b ? b : a; }
inline unsigned min(unsigned a, unsigned b) { return b < a ? b : a; }
inline unsigned max(unsigned a, unsigned b) { return a < b ? b : a; }
inline unsigned min(int a, unsigned b) { return min(static_cast<unsigned>(a), b); }
inline unsigned max(int a, unsigned b) { return max(static_cast<unsigned>(a), b); }
inline unsigned min(unsigned a, int b) { return min(a, static_cast<unsigned>(b)); }
inline unsigned max(unsigned a, int b) { return max(a, static_cast<unsigned>(b)); }
inline long min(long a, long b) { return b < a ? b : a; }
inline long max(long a, long b) { return a < b ? b : a; }
inline unsigned long min(unsigned long a, unsigned long b) { return b < a ? b : a; }
inline unsigned long max(unsigned long a, unsigned long b) { return a < b ? b : a; }
inline long long min(long long a, long long b) { return b < a ? b : a; }
inline long long max(long long a, long long b) { return a < b ? b : a; }
inline unsigned long long min(unsigned long long a, unsigned long long b) { return b < a ? b : a; }
inline unsigned long long max(unsigned long long a, unsigned long long b) { return a < b ? b : a; }
// Of a number and a NaN the number.
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }
inline double min(float a, double b) { return fmin(a, b); }
inline double max(float a, double b) { return fmax(a, b); }
inline double min(double a, float b) { return fmin(a, b); }
inline double max(double a, float b) { return fmax(a, b); }

inline long long clock64() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}
[[noreturn]] inline void __trap() { cuda_emulation::fail("a kernel called __trap()"); }
