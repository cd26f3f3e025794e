#include "engine/cli/commands/bench/bench_limits.h"

#include "engine/backend/cuda_plugin.h"
#include "engine/backend/measured_limits.h"

namespace engine {

Expected<BenchLimits> measureLimits(const OpenedSession& opened, DataType weights, ThreadPool& pool) {
    if (opened.deviceIndex >= 0) {
        const auto measured = (*cudaPlugin())->limits(opened.deviceIndex);
        if (!measured)
            return failure(measured.error());
        return BenchLimits{measured->gigabytesPerSecond, measured->matrixGflops, DataType::Float16};
    }
    const auto bandwidth = measureBandwidth(pool);
    if (!bandwidth)
        return failure(bandwidth.error());
    // All but float32 weights are multiplied in bfloat16; a processor without such products computes in
    // float32, so that is then the rate to compare with.
    BenchLimits limits{*bandwidth, 0, weights == DataType::Float32 ? DataType::Float32 : DataType::BFloat16};
    auto matrixRate = measureMatrixRate(limits.matrixType, pool);
    if (!matrixRate && matrixRate.error().code == ErrorCode::UnsupportedType) {
        limits.matrixType = DataType::Float32;
        matrixRate = measureMatrixRate(limits.matrixType, pool);
    }
    if (!matrixRate)
        return failure(matrixRate.error());
    limits.matrixGflops = *matrixRate;
    return limits;
}

} // namespace engine
