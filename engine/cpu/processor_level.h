// processor_level.h: which of the processor's instruction sets are used, in one place for all that is chosen
// when the program runs: the Highway loops, the packed products, oneDNN.
// The environment variable INKGATE_CPU limits it (plain, avx2, avx512, vnni or amx), for tests and
// comparisons; a level that the processor lacks means the highest below it that it has. Each level includes
// the ones before it. Results differ between levels in the order of their sums; from vnni on, where the
// processor has bfloat16, products of many rows also round their inputs to it (hasBfloat16Products() in
// matrix_product.h).
// Threads: any; decided once, before main().
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace engine {

enum class ProcessorLevel {
    Plain,  // what every processor of the architecture has
    Avx2,   // with FMA and F16C
    Avx512, // F, BW, CD, DQ, VL
    Vnni,   // AVX-512 with products of bytes, and bfloat16 where it is there
    Amx,    // matrix tiles
};

inline constexpr std::array kProcessorLevels = {ProcessorLevel::Plain, ProcessorLevel::Avx2,
                                                ProcessorLevel::Avx512, ProcessorLevel::Vnni,
                                                ProcessorLevel::Amx};

[[nodiscard]] std::string_view name(ProcessorLevel level);
[[nodiscard]] std::optional<ProcessorLevel> processorLevelFromName(std::string_view name);

// The highest that this machine has.
[[nodiscard]] ProcessorLevel highestProcessorLevel();
// The one in use.
[[nodiscard]] ProcessorLevel processorLevel();
// A sentence on an INKGATE_CPU that names no level, which is then as if it were not set; empty if all is
// well.
[[nodiscard]] std::string processorLevelProblem();

// Makes the Highway loops keep to processorLevel(). Called by simd_targets.h in every program that contains
// such loops.
bool limitHighwayTargets();

} // namespace engine
