// linear_bench: products of linear layers with shapes of an RWKV-6 of 1.6 billion parameters.
// Few tokens: bytes of weights read per second, as a share of the measured memory bandwidth ("bandwidth");
// the weights of one round exceed the caches. Many tokens: as a share of the measured oneDNN rate ("matrix").
#include "engine/backend/measured_limits.h"
#include "engine/core/random.h"
#include "engine/operations/products/dense/matrix_product.h"
#include "engine/operations/products/linear/linear.h"

#include <benchmark/benchmark.h>

#include <vector>

namespace {

using namespace engine;

ThreadPool& pool() {
    static ThreadPool instance;
    return instance;
}

double bandwidth() {
    static const double measured = measureBandwidth(pool()).value_or(0);
    return measured;
}

double matrixRate(DataType type) {
    static const double f32 = measureMatrixRate(DataType::Float32, pool()).value_or(0);
    static const double bf16 = measureMatrixRate(DataType::BFloat16, pool()).value_or(f32);
    return type == DataType::BFloat16 ? bf16 : f32;
}

std::vector<LinearWeights> layers(DataType type, int rows, int columns, std::size_t bytes,
                                  MatrixOrder order) {
    std::vector<float> values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), 0.01f);
    std::vector<LinearWeights> weights;
    for (std::size_t total = 0; weights.empty() || total < bytes; total += weights.back().byteSize())
        weights.push_back(LinearWeights::fromFloat32(values, rows, columns, type, order).value());
    return weights;
}

// With weights column-major, half of x is zero, and bytes are those that are read.
void run(benchmark::State& state, DataType type, int rows, int columns, int batch, std::size_t workingSet,
         MatrixOrder order = MatrixOrder::RowMajor) {
    const auto tokens = static_cast<int>(state.range(0));
    const double limit = tokens <= 8 ? bandwidth() : matrixRate(type);
    const auto weights = layers(type, rows, columns, workingSet, order);
    std::vector<float> x(static_cast<std::size_t>(tokens) * static_cast<std::size_t>(columns), 0.5f);
    Random random(1);
    if (order == MatrixOrder::ColumnMajor)
        for (float& value : x)
            value = random.uniform() < 0.5 ? 0.0f : value;
    std::vector<std::vector<float>> y(static_cast<std::size_t>(batch));
    for (auto& one : y)
        one.resize(static_cast<std::size_t>(tokens) * static_cast<std::size_t>(rows));
    LinearScratch scratch;
    std::vector<LinearJob> jobs(static_cast<std::size_t>(batch));
    std::size_t next = 0;
    double bytes = 0;
    double operations = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            const LinearWeights& w = weights[next++ % weights.size()];
            jobs[i] = {w.matrix(), x.data(), y[i].data()};
            bytes += static_cast<double>(w.byteSize());
            operations += 2.0 * tokens * rows * columns;
        }
        linearBatch(jobs, tokens, pool(), scratch);
    }
    bytes -= static_cast<double>(scratch.skipped.bytes);
    using benchmark::Counter;
    if (tokens <= 8) {
        state.counters["GB/s"] = Counter(bytes * 1e-9, Counter::kIsRate);
        state.counters["bandwidth"] = Counter(bytes * 1e-9 / limit, Counter::kIsRate);
    } else {
        state.counters["GFLOP/s"] = Counter(operations * 1e-9, Counter::kIsRate);
        state.counters["matrix"] = Counter(operations * 1e-9 / limit, Counter::kIsRate);
    }
}

constexpr std::size_t kFarBeyondCaches = std::size_t{600} << 20;
constexpr std::size_t kWithinCaches = std::size_t{12} << 20;

void decode(benchmark::State& state, DataType type) { run(state, type, 2048, 2048, 4, kFarBeyondCaches); }
void decodeCached(benchmark::State& state, DataType type) { run(state, type, 384, 384, 4, kWithinCaches); }
void feedForward(benchmark::State& state, DataType type) {
    run(state, type, 7168, 2048, 1, kFarBeyondCaches);
}
void feedForwardBack(benchmark::State& state, DataType type) {
    run(state, type, 2048, 7168, 1, kFarBeyondCaches);
}

void channelValue(benchmark::State& state, DataType type) {
    run(state, type, 2048, 7168, 1, kFarBeyondCaches, MatrixOrder::ColumnMajor);
}

// Getting weights ready as a model is loaded: bytes of the stored and of the kept weights per second.
void load(benchmark::State& state, DataType stored, DataType wanted, MatrixOrder order) {
    constexpr int kRows = 2048, kColumns = 7168;
    const std::vector<float> values(std::size_t{kRows} * kColumns, 0.01f);
    std::vector<std::byte> bytes(values.size() / elementsPerBlock(stored) * bytesPerBlock(stored));
    [[maybe_unused]] const auto written = fromFloat32(stored, values, bytes);
    double moved = 0;
    for (auto _ : state) {
        const auto weights =
            LinearWeights::fromStored(stored, bytes, kRows, kColumns, wanted, nullptr, pool(), order).value();
        moved += static_cast<double>(bytes.size() + weights.byteSize());
    }
    state.counters["GB/s"] = benchmark::Counter(moved * 1e-9, benchmark::Counter::kIsRate);
    state.counters["bandwidth"] = benchmark::Counter(moved * 1e-9 / bandwidth(), benchmark::Counter::kIsRate);
}

constexpr auto kRowMajor = MatrixOrder::RowMajor, kColumnMajor = MatrixOrder::ColumnMajor;
BENCHMARK_CAPTURE(load, q8_q8, DataType::Q8_0, DataType::Q8_0, kRowMajor)->UseRealTime();
BENCHMARK_CAPTURE(load, q8_q8_value, DataType::Q8_0, DataType::Q8_0, kColumnMajor)->UseRealTime();
BENCHMARK_CAPTURE(load, q4_q4, DataType::Q4_0, DataType::Q4_0, kRowMajor)->UseRealTime();
BENCHMARK_CAPTURE(load, q4_q4_value, DataType::Q4_0, DataType::Q4_0, kColumnMajor)->UseRealTime();
BENCHMARK_CAPTURE(load, f16_q8, DataType::Float16, DataType::Q8_0, kRowMajor)->UseRealTime();
BENCHMARK_CAPTURE(load, f16_q4, DataType::Float16, DataType::Q4_0, kRowMajor)->UseRealTime();
BENCHMARK_CAPTURE(load, f16_q4_value, DataType::Float16, DataType::Q4_0, kColumnMajor)->UseRealTime();
BENCHMARK_CAPTURE(load, f16_f16_value, DataType::Float16, DataType::Float16, kColumnMajor)->UseRealTime();
BENCHMARK_CAPTURE(decode, bf16, DataType::BFloat16)->Arg(1)->Arg(2)->Arg(4)->Arg(8)->UseRealTime();
BENCHMARK_CAPTURE(decode, q8, DataType::Q8_0)->Arg(1)->Arg(2)->Arg(4)->Arg(8)->UseRealTime();
BENCHMARK_CAPTURE(decode, q4, DataType::Q4_0)->Arg(1)->Arg(2)->Arg(4)->Arg(8)->UseRealTime();
BENCHMARK_CAPTURE(channelValue, f16, DataType::Float16)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(channelValue, q8, DataType::Q8_0)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(channelValue, q4, DataType::Q4_0)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(decode, f16, DataType::Float16)->Arg(1)->Arg(2)->Arg(4)->Arg(8)->UseRealTime();
BENCHMARK_CAPTURE(decode, f32, DataType::Float32)->Arg(1)->Arg(2)->Arg(4)->Arg(8)->UseRealTime();
BENCHMARK_CAPTURE(feedForward, bf16, DataType::BFloat16)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(feedForwardBack, bf16, DataType::BFloat16)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(decodeCached, bf16, DataType::BFloat16)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(decodeCached, f32, DataType::Float32)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK_CAPTURE(decode, bf16_many, DataType::BFloat16)->RangeMultiplier(2)->Range(16, 1024)->UseRealTime();
BENCHMARK_CAPTURE(decode, f16_many, DataType::Float16)->RangeMultiplier(4)->Range(16, 1024)->UseRealTime();
BENCHMARK_CAPTURE(decode, f32_many, DataType::Float32)->RangeMultiplier(4)->Range(16, 1024)->UseRealTime();
BENCHMARK_CAPTURE(feedForward, bf16_many, DataType::BFloat16)->Arg(256)->Arg(512)->UseRealTime();
BENCHMARK_CAPTURE(feedForwardBack, bf16_many, DataType::BFloat16)->Arg(256)->Arg(512)->UseRealTime();

} // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    benchmark::AddCustomContext("bandwidth GB/s", std::to_string(bandwidth()));
    benchmark::AddCustomContext("f32 GFLOP/s", std::to_string(matrixRate(DataType::Float32)));
    benchmark::AddCustomContext("bf16 GFLOP/s", std::to_string(matrixRate(DataType::BFloat16)));
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
