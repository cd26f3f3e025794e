// Kernels in the emulation: threads that meet, orders that show races, half precision and the small
// functions.
#include "tests/support/cuda_emulation/cuda_emulation.h"
#include "tests/support/cuda_emulation/tests/test_parts.h"

#include <QTest>

#include <cmath>
#include <csignal>
#include <cstdint>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <numeric>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr unsigned kFull = 0xffffffff;
constexpr int kThreads = 256;

__device__ __forceinline__ float warpSum(float value) {
    for (int distance = 16; distance > 0; distance /= 2)
        value += __shfl_xor_sync(kFull, value, distance);
    return value;
}

// One block per row; threads beyond the row's end bring nothing.
__global__ void __launch_bounds__(kThreads)
    sumOfRows(const float* __restrict__ rows, float* __restrict__ sums, int width) {
    __shared__ float sumOfWarp[kThreads / 32];
    float sum = 0;
    for (int i = static_cast<int>(threadIdx.x); i < width; i += static_cast<int>(blockDim.x))
        sum += __ldg(rows + static_cast<std::size_t>(blockIdx.x) * width + i);
    sum = warpSum(sum);
    if (threadIdx.x % warpSize == 0)
        sumOfWarp[threadIdx.x / warpSize] = sum;
    __syncthreads();
    if (threadIdx.x >= 32)
        return;
    sum = warpSum(threadIdx.x < blockDim.x / 32 ? sumOfWarp[threadIdx.x] : 0.0f);
    if (threadIdx.x == 0)
        sums[blockIdx.x] = sum;
}

// Wrong on purpose: the barrier between writing and reading is missing.
__global__ void turnAroundWithoutBarrier(const int* in, int* out) {
    __shared__ int values[kThreads];
    values[threadIdx.x] = in[blockIdx.x * kThreads + threadIdx.x];
    __syncwarp();
    out[blockIdx.x * kThreads + threadIdx.x] = values[kThreads - 1 - threadIdx.x];
}

__global__ void countThreads(unsigned* count, uint3* last) {
    atomicAdd(count, 1);
    if (blockIdx.x == gridDim.x - 1 && blockIdx.y == gridDim.y - 1 && threadIdx.x == blockDim.x - 1 &&
        threadIdx.y == blockDim.y - 1 && threadIdx.z == blockDim.z - 1)
        *last = make_uint3(threadIdx.x, threadIdx.y, threadIdx.z);
}

struct LaneResults {
    int up, down, fromLane, crossed, reduced;
    unsigned ballot;
    long long wide;
};

__global__ void useLanes(LaneResults* results) {
    const int lane = static_cast<int>(threadIdx.x);
    LaneResults& r = results[lane];
    r.up = __shfl_up_sync(kFull, lane, 3, 8);
    r.down = __shfl_down_sync(kFull, lane, 3, 8);
    r.fromLane = __shfl_sync(kFull, lane, 2, 16);
    r.crossed = __shfl_xor_sync(kFull, lane, 8, 8);
    r.wide = __shfl_sync(kFull, (1LL << 40) + lane, 31);
    // The halves of the warp meet on their own.
    if (lane < 16) {
        r.ballot = __ballot_sync(0x0000ffff, lane % 2);
        r.reduced = __reduce_add_sync(0x0000ffff, lane);
    } else {
        r.ballot = __ballot_sync(0xffff0000, lane % 4 == 0);
        r.reduced = __reduce_max_sync(0xffff0000, -lane);
    }
}

// Some lanes return early; the others still meet, with the full mask and at the barrier.
__global__ void meetWithoutThoseThatLeft(int* any, int* reached) {
    if (threadIdx.x % 3 == 0)
        return;
    atomicOr(any, __any_sync(kFull, threadIdx.x == 40));
    __syncthreads();
    atomicAdd(reached, 1);
}

// Thread 0 hears from the last one only if the others get to run while it waits.
__global__ void waitForFlag(int* flag, int* seen) {
    if (threadIdx.x == 0) {
        while (*static_cast<volatile int*>(flag) == 0)
            __nanosleep(100);
        *seen = *flag;
    } else if (threadIdx.x == blockDim.x - 1) {
        atomicExch(flag, 7);
    }
}

__global__ void neverMeet() {
    if (threadIdx.x == 5)
        __shfl_sync(kFull, 1, 0);
    else
        __syncthreads();
}

__global__ void placeOfFrame(std::uintptr_t* places) {
    places[threadIdx.x] = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

// Runs the kernel in a child process and returns what it says on standard error before it aborts; empty if it
// does not.
std::string lastWordsOf(void (*kernel)(), dim3 block) {
    int ends[2];
    if (::pipe(ends) != 0)
        qFatal("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], 2);
        ::signal(SIGABRT, SIG_DFL);
        launch(nullptr, 1, block, kernel);
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string words;
    char part[256];
    for (ssize_t count; (count = ::read(ends[0], part, sizeof part)) > 0;)
        words.append(part, static_cast<std::size_t>(count));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? words : "";
}

// The value of a half precision number by its definition.
double halfByDefinition(unsigned bits) {
    const int exponent = static_cast<int>(bits >> 10 & 31), mantissa = static_cast<int>(bits & 1023);
    const double magnitude =
        exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

} // namespace

class EmulationTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() { cuda_emulation::reset(); }

    void rowsAreSummedInEveryOrder() {
        constexpr int kRows = 24, kWidth = 1000;
        std::vector<float> rows(kRows * kWidth);
        std::iota(rows.begin(), rows.end(), -5000.0f);
        const DeviceArray<float> in(rows);
        for (const char* order : kOrders) {
            cuda_emulation::setOrder(order);
            const DeviceArray<float> out(std::vector<float>(kRows, NAN));
            QCOMPARE(launch(nullptr, kRows, kThreads, sumOfRows, in.data, out.data, kWidth), cudaSuccess);
            const auto sums = out.values();
            for (int row = 0; row < kRows; ++row) {
                const auto first = rows.begin() + row * kWidth;
                QCOMPARE(double{sums[static_cast<std::size_t>(row)]},
                         std::accumulate(first, first + kWidth, 0.0));
            }
        }
    }

    void aRaceGivesDifferentResults() {
        std::vector<int> values(3 * kThreads);
        std::iota(values.begin(), values.end(), 0);
        const DeviceArray<int> in(values);
        std::vector<std::vector<int>> results;
        for (const char* order : {"forward", "reverse", "random:1", "random:1"}) {
            qputenv("CUDA_EMULATION_ORDER", order);
            const DeviceArray<int> out(std::vector<int>(values.size()));
            QCOMPARE(launch(nullptr, 3, kThreads, turnAroundWithoutBarrier, in.data, out.data), cudaSuccess);
            results.push_back(out.values());
            cuda_emulation::reset();
            // The next order starts from the same shared memory as this one did.
            cuda_emulation::setOrder("forward");
            const DeviceArray<int> zeros(std::vector<int>(values.size()));
            QCOMPARE(launch(nullptr, 3, kThreads, turnAroundWithoutBarrier, zeros.data, out.data),
                     cudaSuccess);
            cuda_emulation::reset();
        }
        qunsetenv("CUDA_EMULATION_ORDER");
        QVERIFY(results[0] != results[1]);
        QVERIFY(results[0] != results[2]);
        QVERIFY(results[1] != results[2]);
        QCOMPARE(results[2], results[3]);
    }

    void everyThreadOfTheGridRuns() {
        const DeviceArray<unsigned> count({0});
        const DeviceArray<uint3> last(std::vector<uint3>(1));
        QCOMPARE(launch(nullptr, dim3(3, 2), dim3(5, 4, 3), countThreads, count.data, last.data),
                 cudaSuccess);
        QCOMPARE(count.values()[0], 360u);
        const uint3 index = last.values()[0];
        QVERIFY(index.x == 4 && index.y == 3 && index.z == 2);
        QCOMPARE(launch(nullptr, 0, 32, countThreads, count.data, last.data), cudaErrorInvalidConfiguration);
        QCOMPARE(launch(nullptr, 1, dim3(1024, 2), countThreads, count.data, last.data),
                 cudaErrorInvalidConfiguration);
        QCOMPARE(cudaGetLastError(), cudaErrorInvalidConfiguration);
        QCOMPARE(cudaGetLastError(), cudaSuccess);
        QCOMPARE(cuda_emulation::launches(), std::uint64_t{1});
    }

    void lanesExchangeValues() {
        for (const char* order : kOrders) {
            cuda_emulation::setOrder(order);
            const DeviceArray<LaneResults> results{std::vector<LaneResults>(32)};
            QCOMPARE(launch(nullptr, 1, 32, useLanes, results.data), cudaSuccess);
            const auto values = results.values();
            for (int lane = 0; lane < 32; ++lane) {
                const LaneResults& r = values[static_cast<std::size_t>(lane)];
                QCOMPARE(r.up, lane % 8 < 3 ? lane : lane - 3);
                QCOMPARE(r.down, lane % 8 > 4 ? lane : lane + 3);
                QCOMPARE(r.fromLane, lane / 16 * 16 + 2);
                QCOMPARE(r.crossed, lane % 16 < 8 ? lane : lane - 8); // not from a group above
                QCOMPARE(r.wide, (1LL << 40) + 31);
                QCOMPARE(r.ballot, lane < 16 ? 0x0000aaaau : 0x11110000u);
                QCOMPARE(r.reduced, lane < 16 ? 120 : -16);
            }
        }
    }

    void threadsThatReturnedAreNotAwaited() {
        for (const char* order : kOrders) {
            cuda_emulation::setOrder(order);
            const DeviceArray<int> any({0}), reached({0});
            QCOMPARE(launch(nullptr, 1, 50, meetWithoutThoseThatLeft, any.data, reached.data), cudaSuccess);
            QCOMPARE(any.values()[0], 1);
            QCOMPARE(reached.values()[0], 33);
        }
    }

    void aSleepingThreadLetsOthersRun() {
        for (const char* order : kOrders) {
            cuda_emulation::setOrder(order);
            const DeviceArray<int> flag({0}), seen({0});
            QCOMPARE(launch(nullptr, 1, 64, waitForFlag, flag.data, seen.data), cudaSuccess);
            QCOMPARE(seen.values()[0], 7);
        }
    }

    void aDeadlockSaysWhereThreadsWait() {
        const std::string words = lastWordsOf(neverMeet, 64);
        QVERIFY2(words.find("deadlock in block (0, 0, 0)") != std::string::npos, words.c_str());
        QVERIFY2(words.find("63 wait at __syncthreads, the first is thread (0, 0, 0)") != std::string::npos,
                 words.c_str());
        QVERIFY2(words.find("1 wait at __shfl_sync, the first is thread (5, 0, 0)") != std::string::npos,
                 words.c_str());
    }

    // As the processor's vector instructions need them.
    void stacksAreAligned() {
        const DeviceArray<std::uintptr_t> places(std::vector<std::uintptr_t>(40));
        QCOMPARE(launch(nullptr, 1, 40, placeOfFrame, places.data), cudaSuccess);
        for (const std::uintptr_t place : places.values())
            QCOMPARE(place % 16, std::uintptr_t{0});
    }

    void halvesAreConvertedExactly() {
        for (unsigned bits = 0; bits < 0x10000; ++bits) {
            const __half value = __ushort_as_half(static_cast<unsigned short>(bits));
            const float wide = __half2float(value);
            if ((bits & 0x7fff) > 0x7c00) {
                QVERIFY(std::isnan(wide));
                QCOMPARE(int{__half_as_ushort(__float2half(wide))}, 0x7fff);
                continue;
            }
            if ((bits & 0x7fff) == 0x7c00)
                QVERIFY(std::isinf(wide) && std::signbit(wide) == (bits > 0x8000));
            else
                QVERIFY(wide == halfByDefinition(bits) && std::signbit(wide) == (bits >= 0x8000));
            QCOMPARE(unsigned{__half_as_ushort(__float2half_rn(wide))}, bits);
        }
        // Between neighbours; the largest one's upper neighbour would be 2^16, and is infinity.
        for (unsigned bits = 0; bits < 0x7c00; ++bits) {
            const auto middle = static_cast<float>((halfByDefinition(bits) + halfByDefinition(bits + 1)) / 2);
            const unsigned even = bits + (bits & 1);
            QCOMPARE(unsigned{__half_as_ushort(__float2half(std::nextafter(middle, 0.0f)))}, bits);
            QCOMPARE(unsigned{__half_as_ushort(__float2half(middle))}, even);
            QCOMPARE(unsigned{__half_as_ushort(__float2half(std::nextafter(middle, INFINITY)))}, bits + 1);
            QCOMPARE(unsigned{__half_as_ushort(__float2half(-middle))}, even | 0x8000);
        }
        const float2 both = __half22float2(__floats2half2_rn(1.5f, -2.0f));
        QVERIFY(both.x == 1.5f && both.y == -2.0f);
    }

    void bfloat16IsConvertedExactly() {
        const auto toBits = [](float value) {
            return unsigned{__bfloat16_as_ushort(__float2bfloat16(value))};
        };
        for (unsigned bits = 0; bits < 0x10000; ++bits) {
            const float wide = __bfloat162float(__ushort_as_bfloat16(static_cast<unsigned short>(bits)));
            QCOMPARE(__float_as_uint(wide), bits << 16);
            QCOMPARE(toBits(wide), std::isnan(wide) ? 0x7fffu : bits);
        }
        for (unsigned bits = 0; bits < 0x7f80; ++bits) {
            const float middle = __uint_as_float(bits << 16 | 0x8000);
            QCOMPARE(toBits(std::nextafter(middle, 0.0f)), bits);
            QCOMPARE(toBits(middle), bits + (bits & 1));
            QCOMPARE(toBits(std::nextafter(middle, INFINITY)), bits + 1);
        }
        QCOMPARE(__high2float(__floats2bfloat162_rn(1.5f, -2.0f)), -2.0f);
    }

    void smallFunctionsAreCudas() {
        QCOMPARE(__dp4a(0x01ff7f80, 0x02037f80, 10), 2 - 3 + 127 * 127 + 128 * 128 + 10);
        QCOMPARE(__dp4a(0x01ff7f80u, 0x02037f80u, 10u), 2u + 255 * 3 + 127 * 127 + 128 * 128 + 10);
        QCOMPARE(__byte_perm(0x33221100, 0x77665544, 0x7502), 0x77550022u);
        QCOMPARE(__brev(0x80000001u), 0x80000001u);
        QCOMPARE(__brev(6u), 0x60000000u);
        QCOMPARE(__clz(0), 32);
        QCOMPARE(__ffs(8), 4);
        QCOMPARE(__popc(0xf0f0u), 8);
        QCOMPARE(__float2int_rn(2.5f), 2);
        QCOMPARE(__float2int_rn(3e9f), 2147483647);
        QCOMPARE(__expf(0.0f), 1.0f);
        QCOMPARE(max(NAN, 1.0f), 1.0f);
        QCOMPARE(min(3, 2), 2);
        float sum = 1;
        QCOMPARE(atomicAdd(&sum, 2), 1.0f);
        QCOMPARE(sum, 3.0f);
        unsigned value = 5;
        QCOMPARE(atomicCAS(&value, 5, 9), 5u);
        QCOMPARE(atomicMax(&value, 7), 9u);
        QCOMPARE(value, 9u);
        static_assert(alignof(float4) == 16 && alignof(char4) == 4 && alignof(float2) == 8 &&
                      alignof(float3) == 4);
        static_assert(sizeof(__half2) == 4 && alignof(__half2) == 4 && sizeof(uint3) == 12);
    }
};

QTEST_GUILESS_MAIN(EmulationTest)
#include "emulation_test.moc"
