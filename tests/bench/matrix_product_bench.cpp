// matrix_product_bench: the products of training an RWKV-6 of width 384 on 8192 tokens, forward (X Wᵀ), for
// the input's gradient (dY W) and for the weights' gradient (dYᵀ X, added), each as a share of the measured
// oneDNN rate ("matrix").
#include "engine/backend/measured_limits.h"
#include "engine/core/aligned_buffer.h"
#include "engine/operations/products/dense/matrix_product.h"

#include <benchmark/benchmark.h>

#include <algorithm>

namespace {

using namespace engine;

ThreadPool& pool() {
    static ThreadPool instance;
    return instance;
}

double matrixRate(DataType type) {
    static const double f32 = measureMatrixRate(DataType::Float32, pool()).value_or(0);
    static const double bf16 = measureMatrixRate(DataType::BFloat16, pool()).value_or(0);
    return type == DataType::BFloat16 ? bf16 : f32;
}

AlignedBuffer<std::byte> filled(DataType type, int rows, int columns) {
    const std::size_t count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    const AlignedBuffer<float> values = [&] {
        AlignedBuffer<float> v(count);
        std::fill(v.span().begin(), v.span().end(), 0.25f);
        return v;
    }();
    AlignedBuffer<std::byte> bytes(count * bytesPerBlock(type));
    if (!fromFloat32(type, values.span(), bytes.span()))
        bytes = {};
    return bytes;
}

void run(benchmark::State& state, ProductShape shape) {
    const double limit = matrixRate(shape.inputs);
    const auto a = filled(shape.inputs, shape.m, shape.k);
    const auto b = filled(shape.inputs, shape.k, shape.n);
    AlignedBuffer<std::byte> c(static_cast<std::size_t>(shape.m) * static_cast<std::size_t>(shape.n) *
                               bytesPerBlock(shape.output));
    ProductScratch scratch;
    for (auto _ : state)
        if (auto done = multiply(shape, a.data(), b.data(), c.data(), pool(), scratch); !done) {
            state.SkipWithError(done.error().message.c_str());
            break;
        }
    const double operations = 2e-9 * shape.m * shape.n * shape.k * static_cast<double>(state.iterations());
    state.counters["GFLOP/s"] = benchmark::Counter(operations, benchmark::Counter::kIsRate);
    state.counters["matrix"] = benchmark::Counter(operations / limit, benchmark::Counter::kIsRate);
}

void forward(benchmark::State& state, DataType type, int outputs, int inputs) {
    run(state, {.m = 8192, .n = outputs, .k = inputs, .inputs = type, .transposeB = true});
}
void inputGradient(benchmark::State& state, DataType type, int outputs, int inputs) {
    run(state, {.m = 8192, .n = inputs, .k = outputs, .inputs = type});
}
void weightGradient(benchmark::State& state, DataType type, int outputs, int inputs) {
    run(state,
        {.m = outputs, .n = inputs, .k = 8192, .inputs = type, .transposeA = true, .accumulate = true});
}

constexpr auto kBf16 = DataType::BFloat16;
constexpr auto kF32 = DataType::Float32;
BENCHMARK_CAPTURE(forward, attention, kBf16, 384, 384)->UseRealTime();
BENCHMARK_CAPTURE(forward, feed_forward, kBf16, 1344, 384)->UseRealTime();
BENCHMARK_CAPTURE(forward, feed_forward_back, kBf16, 384, 1344)->UseRealTime();
BENCHMARK_CAPTURE(forward, head, kBf16, 8192, 384)->UseRealTime();
BENCHMARK_CAPTURE(forward, factor, kBf16, 160, 384)->UseRealTime();
BENCHMARK_CAPTURE(inputGradient, attention, kBf16, 384, 384)->UseRealTime();
BENCHMARK_CAPTURE(inputGradient, feed_forward, kBf16, 1344, 384)->UseRealTime();
BENCHMARK_CAPTURE(inputGradient, feed_forward_back, kBf16, 384, 1344)->UseRealTime();
BENCHMARK_CAPTURE(inputGradient, head, kBf16, 8192, 384)->UseRealTime();
BENCHMARK_CAPTURE(weightGradient, attention, kBf16, 384, 384)->UseRealTime();
BENCHMARK_CAPTURE(weightGradient, feed_forward, kBf16, 1344, 384)->UseRealTime();
BENCHMARK_CAPTURE(weightGradient, feed_forward_back, kBf16, 384, 1344)->UseRealTime();
BENCHMARK_CAPTURE(weightGradient, head, kBf16, 8192, 384)->UseRealTime();
BENCHMARK_CAPTURE(weightGradient, factor, kBf16, 160, 384)->UseRealTime();
BENCHMARK_CAPTURE(forward, attention_f32, kF32, 384, 384)->UseRealTime();
BENCHMARK_CAPTURE(weightGradient, attention_f32, kF32, 384, 384)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
