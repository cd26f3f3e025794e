// vector_math-inl.h: elementary functions that GCC and Clang vectorise inside plain loops.
// Like all of training/ops this header is compiled once per instruction set through Highway's foreach_target;
// the loops are plain, so that they read like the equations, and the compiler vectorises them for the target.
// Accuracy: float within 2 units in the last place over the range used; double is the standard library's.
#include <hwy/highway.h>

#include <bit>
#include <cmath>
#include <cstdint>

#if defined(INKGATE_ENGINE_TRAINING_OPS_VECTOR_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef INKGATE_ENGINE_TRAINING_OPS_VECTOR_MATH_INL_H
#undef INKGATE_ENGINE_TRAINING_OPS_VECTOR_MATH_INL_H
#else
#define INKGATE_ENGINE_TRAINING_OPS_VECTOR_MATH_INL_H
#endif

HWY_BEFORE_NAMESPACE();
namespace engine::HWY_NAMESPACE {

HWY_INLINE double exponential(double x) { return std::exp(x); }

// e^x = 2^n e^r with |r| <= ln 2 / 2: n by rounding, e^r by a polynomial of degree 7 (Taylor; error 1e-8
// relative).
HWY_INLINE float exponential(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    const float rounder = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer
    const float n = (x * 1.44269504f + rounder) - rounder;
    float r = x - n * 0.693359375f; // ln 2 in two parts, so that the product is exact
    r = r + n * 2.12194440e-4f;
    float p = 1.98412698e-4f;
    p = p * r + 1.38888889e-3f;
    p = p * r + 8.33333333e-3f;
    p = p * r + 4.16666667e-2f;
    p = p * r + 1.66666667e-1f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    return p * std::bit_cast<float>((static_cast<std::int32_t>(n) + 127) << 23);
}

template <class Real> HWY_INLINE Real sigmoid(Real x) { return Real(1) / (Real(1) + exponential(-x)); }

template <class Real> HWY_INLINE Real hyperbolicTangent(Real x) {
    return Real(1) - Real(2) / (exponential(x + x) + Real(1));
}

} // namespace engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
