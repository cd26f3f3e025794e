#include "engine/cuda/backend/limits.h"

#include "engine/core/data_type.h"
#include "engine/core/random.h"
#include "engine/cuda/device/device_memory.h"
#include "engine/operations/products/dense/cublaslt.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace engine::cuda {

namespace {

// Far more than the level 2 cache of any device, if it is there.
constexpr std::size_t kMostCopyBytes = std::size_t{1} << 30;
// Large enough for the library's best rate, about a tenth of a second for a small device.
constexpr int kMatrixSize = 8192;
constexpr int kRounds = 10;

class Timer {
public:
    Timer() {
        check(cudaEventCreate(&m_begin), kWhat);
        check(cudaEventCreate(&m_end), kWhat);
    }
    ~Timer() {
        (void)cudaEventDestroy(m_begin);
        (void)cudaEventDestroy(m_end);
    }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    // Of the fastest of several rounds.
    double seconds(const Stream& stream, const std::function<void()>& work) const {
        work(); // the first prepares
        float best = 0;
        for (int round = 0; round < kRounds; ++round) {
            check(cudaEventRecord(m_begin, stream.handle), kWhat);
            work();
            check(cudaEventRecord(m_end, stream.handle), kWhat);
            check(cudaEventSynchronize(m_end), kWhat);
            float milliseconds = 0;
            check(cudaEventElapsedTime(&milliseconds, m_begin, m_end), kWhat);
            best = round == 0 ? milliseconds : std::min(best, milliseconds);
        }
        return std::max(static_cast<double>(best), 1e-6) / 1000;
    }

    static constexpr const char* kWhat = "measuring the device";

private:
    cudaEvent_t m_begin = nullptr, m_end = nullptr;
};

double copyRate(const Stream& stream, const Timer& timer) {
    std::size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total), Timer::kWhat);
    const std::size_t bytes = std::min(kMostCopyBytes, free / 4);
    const DeviceArray<std::byte> from(bytes, Timer::kWhat), to(bytes, Timer::kWhat);
    const double seconds = timer.seconds(stream, [&] {
        check(cudaMemcpyAsync(to.data(), from.data(), bytes, cudaMemcpyDeviceToDevice, stream.handle),
              Timer::kWhat);
    });
    return 2.0 * static_cast<double>(bytes) / seconds / 1e9;
}

// Of random values: the device's clock, and with it its rate, depends on what it multiplies.
double matrixRate(const Stream& stream, const Timer& timer) {
    const auto library = CublasLt::open();
    if (library == nullptr)
        return 0;
    constexpr std::size_t kCount = std::size_t{kMatrixSize} * kMatrixSize;
    std::vector<std::uint16_t> values(kCount);
    Random random(1);
    for (std::uint16_t& value : values)
        value = floatToHalf(static_cast<float>(random.below(2048)) / 1024.0f - 1.0f);
    const DeviceArray<std::uint16_t> weights(kCount, Timer::kWhat), x(kCount, Timer::kWhat);
    for (const auto* matrix : {&weights, &x})
        copyToDevice(matrix->data(), values.data(), kCount * sizeof(std::uint16_t), Timer::kWhat);
    const DeviceArray<float> y(kCount, Timer::kWhat);
    const DeviceArray<std::byte> workspace(kWorkspaceBytes, Timer::kWhat);
    LibraryProduct product;
    product.type = DataType::Float16;
    product.rows = product.columns = product.tokens = kMatrixSize;
    product.weightStride = product.xStride = product.yStride = kMatrixSize;
    product.weights = weights.data();
    product.x = x.data();
    product.y = y.data();
    bool works = true;
    const double seconds = timer.seconds(stream, [&] {
        works &= library->multiply(product, {workspace.data(), workspace.size()}, stream);
    });
    return works ? 2.0 * static_cast<double>(kCount) * kMatrixSize / seconds / 1e9 : 0;
}

} // namespace

CudaLimits measureLimits(const Device& device) {
    device.makeCurrent();
    const Timer timer;
    return {copyRate(device.stream(), timer), matrixRate(device.stream(), timer)};
}

} // namespace engine::cuda
