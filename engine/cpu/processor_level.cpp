#include "engine/cpu/processor_level.h"

#include "engine/cpu/simd_targets.h"

#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#if HWY_ARCH_X86_64
#include <cpuid.h>
#endif

namespace engine {

namespace {

constexpr const char* kVariable = "INKGATE_CPU";

#if HWY_ARCH_X86_64
// Asked for by hand: not every compiler's __builtin_cpu_supports() knows AMX, and oneDNN must not be asked
// before it is limited.
bool hasAmx() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_OSXSAVE) == 0)
        return false;
    unsigned low = 0, high = 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    constexpr unsigned kTileState = 3u << 17; // that the system keeps the tiles when it switches threads
    constexpr unsigned kBfloat16Tiles = 1u << 22, kTiles = 1u << 24;
    return (low & kTileState) == kTileState && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 &&
           (d & kBfloat16Tiles) != 0 && (d & kTiles) != 0;
}
#endif

ProcessorLevel detect() {
#if HWY_ARCH_X86_64
    // Not hwy::SupportedTargets(), which answers what has been left of them. Clang 14 cannot be asked for
    // F16C; no processor has AVX2 without it.
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return ProcessorLevel::Plain;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512vl"))
        return ProcessorLevel::Avx2;
    if (!__builtin_cpu_supports("avx512vnni"))
        return ProcessorLevel::Avx512;
    return hasAmx() ? ProcessorLevel::Amx : ProcessorLevel::Vnni;
#else
    return ProcessorLevel::Plain;
#endif
}

ProcessorLevel choose() {
    const char* const wanted = std::getenv(kVariable);
    const auto level = wanted != nullptr ? processorLevelFromName(wanted) : std::nullopt;
    return std::min(level.value_or(ProcessorLevel::Amx), highestProcessorLevel());
}

} // namespace

std::string_view name(ProcessorLevel level) {
    switch (level) {
    case ProcessorLevel::Plain: return "plain";
    case ProcessorLevel::Avx2: return "avx2";
    case ProcessorLevel::Avx512: return "avx512";
    case ProcessorLevel::Vnni: return "vnni";
    case ProcessorLevel::Amx: return "amx";
    }
    return "unknown";
}

std::optional<ProcessorLevel> processorLevelFromName(std::string_view wanted) {
    const auto* const found =
        std::ranges::find_if(kProcessorLevels, [&](ProcessorLevel level) { return name(level) == wanted; });
    return found != kProcessorLevels.end() ? std::optional(*found) : std::nullopt;
}

ProcessorLevel highestProcessorLevel() {
    static const ProcessorLevel highest = detect();
    return highest;
}

ProcessorLevel processorLevel() {
    static const ProcessorLevel level = choose();
    return level;
}

std::string processorLevelProblem() {
    const char* const wanted = std::getenv(kVariable);
    if (wanted == nullptr || processorLevelFromName(wanted))
        return "";
    return std::string(kVariable) + " is \"" + wanted +
           "\"; set it to plain, avx2, avx512, vnni or amx, or not at all";
}

bool limitHighwayTargets() {
    const bool isLimited = processorLevel() < highestProcessorLevel();
#if HWY_ARCH_X86_64
    std::int64_t disabled = 0;
    if (processorLevel() < ProcessorLevel::Avx512)
        disabled |= HWY_AVX3 | HWY_AVX3_DL;
    if (processorLevel() < ProcessorLevel::Avx2)
        disabled |= HWY_AVX2 | HWY_SSE4 | HWY_SSSE3;
    if (isLimited)
        hwy::DisableTargets(disabled);
#endif
    return isLimited;
}

} // namespace engine
