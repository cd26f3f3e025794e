// The emulated runtime: memory, streams, graphs and errors on demand.
#include "tests/support/cuda_emulation/cuda_emulation.h"
#include "tests/support/cuda_emulation/tests/test_parts.h"

#include <QTest>

#include <cuda_runtime.h>
#include <vector>

namespace {

__global__ void scale(float* values, float factor, int count) {
    cudaGridDependencySynchronize();
    if (const unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < static_cast<unsigned>(count))
        values[i] *= factor;
}

__global__ void addTo(float* to, const float* from) { to[threadIdx.x] += from[threadIdx.x]; }

} // namespace

class EmulatedRuntimeTest : public QObject {
    Q_OBJECT

private slots:
    void cleanup() {
        cuda_emulation::reset();
        QCOMPARE(cuda_emulation::bytesAllocated(), std::size_t{0});
        QCOMPARE(cuda_emulation::hostBytesAllocated(), std::size_t{0});
        QCOMPARE(cuda_emulation::objectsAlive(), std::size_t{0});
    }

    void aGraphKeepsTheValuesOfItsArguments() {
        const DeviceArray<float> values(std::vector<float>(100, 1.0f));
        const Stream stream;
        QCOMPARE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess);
        float factor = 2;
        QCOMPARE(launch(stream, 1, 128, scale, values.data, factor, 100), cudaSuccess);
        factor = 3;
        QCOMPARE(launch(stream, 1, 128, scale, values.data, factor, 50), cudaSuccess);
        cudaGraph_t graph = nullptr;
        QCOMPARE(cudaStreamEndCapture(stream, &graph), cudaSuccess);
        factor = 100;
        QCOMPARE(values.values()[0], 1.0f); // only noted so far
        std::size_t nodes = 0;
        QCOMPARE(cudaGraphGetNodes(graph, nullptr, &nodes), cudaSuccess);
        QCOMPARE(nodes, std::size_t{2});
        cudaGraphExec_t executable = nullptr;
        QCOMPARE(cudaGraphInstantiate(&executable, graph, 0), cudaSuccess);
        QCOMPARE(cudaGraphDestroy(graph), cudaSuccess);
        for (int i = 0; i < 2; ++i)
            QCOMPARE(cudaGraphLaunch(executable, stream), cudaSuccess);
        QCOMPARE(cudaStreamSynchronize(stream), cudaSuccess);
        QCOMPARE(cudaGraphExecDestroy(executable), cudaSuccess);
        QCOMPARE(values.values()[0], 36.0f);
        QCOMPARE(values.values()[99], 4.0f);
        QCOMPARE(cuda_emulation::launches(), std::uint64_t{4});
    }

    void aSecondStreamJoinsACapture() {
        for (const char* order : kOrders) {
            cuda_emulation::setOrder(order);
            const DeviceArray<float> a(std::vector<float>(32, 1.0f)), b(std::vector<float>(32));
            float* copy = nullptr;
            QCOMPARE(cudaMallocHost(&copy, a.bytes()), cudaSuccess);
            {
                const Stream main, side;
                const Event fork, join;
                QCOMPARE(cudaStreamBeginCapture(main, cudaStreamCaptureModeGlobal), cudaSuccess);
                QCOMPARE(launch(main, 1, 32, scale, a.data, 5.0f, 32), cudaSuccess);
                QCOMPARE(cudaEventRecord(fork, main), cudaSuccess);
                QCOMPARE(cudaStreamWaitEvent(side, fork), cudaSuccess);
                cudaStreamCaptureStatus status;
                QCOMPARE(cudaStreamIsCapturing(side, &status), cudaSuccess);
                QCOMPARE(status, cudaStreamCaptureStatusActive);
                QCOMPARE(cudaMemcpyAsync(b.data, a.data, a.bytes(), cudaMemcpyDeviceToDevice, side),
                         cudaSuccess);
                QCOMPARE(launch(side, 1, 32, scale, b.data, 2.0f, 32), cudaSuccess);
                QCOMPARE(cudaMemcpyAsync(copy, a.data, a.bytes(), cudaMemcpyDeviceToHost, main), cudaSuccess);
                QCOMPARE(cudaEventRecord(join, side), cudaSuccess);
                QCOMPARE(cudaStreamWaitEvent(main, join), cudaSuccess);
                QCOMPARE(launch(main, 1, 32, addTo, a.data, static_cast<const float*>(b.data)), cudaSuccess);
                int called = 0;
                QCOMPARE(cudaLaunchHostFunc(
                             main, [](void* data) { ++*static_cast<int*>(data); }, &called),
                         cudaSuccess);
                cudaGraph_t graph = nullptr;
                QCOMPARE(cudaStreamEndCapture(main, &graph), cudaSuccess);
                QCOMPARE(cudaStreamIsCapturing(side, &status), cudaSuccess);
                QCOMPARE(status, cudaStreamCaptureStatusNone);
                cudaGraphExec_t executable = nullptr;
                QCOMPARE(cudaGraphInstantiate(&executable, graph), cudaSuccess);
                QCOMPARE(cudaGraphLaunch(executable, main), cudaSuccess);
                QCOMPARE(called, 1);
                QCOMPARE(a.values()[7], 15.0f);
                QCOMPARE(copy[7], 5.0f);
                QCOMPARE(cudaGraphExecDestroy(executable), cudaSuccess);
                QCOMPARE(cudaGraphDestroy(graph), cudaSuccess);
            }
            QCOMPARE(cudaFreeHost(copy), cudaSuccess);
        }
    }

    // Wrong on purpose: the first stream does not wait for the second before it uses what that one writes.
    void aMissingWaitInAGraphGivesDifferentResults() {
        const DeviceArray<float> values(std::vector<float>(32, 3.0f)), sums(std::vector<float>(32));
        const Stream main, side;
        const Event fork, join;
        QCOMPARE(cudaStreamBeginCapture(main, cudaStreamCaptureModeRelaxed), cudaSuccess);
        QCOMPARE(cudaEventRecord(fork, main), cudaSuccess);
        QCOMPARE(cudaStreamWaitEvent(side, fork), cudaSuccess);
        QCOMPARE(cudaMemsetAsync(values.data, 0, values.bytes(), side), cudaSuccess);
        QCOMPARE(launch(main, 1, 32, addTo, sums.data, static_cast<const float*>(values.data)), cudaSuccess);
        QCOMPARE(cudaEventRecord(join, side), cudaSuccess);
        QCOMPARE(cudaStreamWaitEvent(main, join), cudaSuccess);
        cudaGraph_t graph = nullptr;
        cudaGraphExec_t executable = nullptr;
        QCOMPARE(cudaStreamEndCapture(main, &graph), cudaSuccess);
        QCOMPARE(cudaGraphInstantiate(&executable, graph), cudaSuccess);
        cuda_emulation::setOrder("reverse");
        QCOMPARE(cudaGraphLaunch(executable, main), cudaSuccess);
        QCOMPARE(sums.values()[0], 3.0f);
        cuda_emulation::setOrder("forward");
        QCOMPARE(cudaMemset(sums.data, 0, sums.bytes()), cudaSuccess);
        const std::vector<float> threes(32, 3.0f);
        QCOMPARE(cudaMemcpy(values.data, threes.data(), values.bytes(), cudaMemcpyHostToDevice), cudaSuccess);
        QCOMPARE(cudaGraphLaunch(executable, main), cudaSuccess);
        QCOMPARE(sums.values()[0], 0.0f);
        QCOMPARE(cudaGraphExecDestroy(executable), cudaSuccess);
        QCOMPARE(cudaGraphDestroy(graph), cudaSuccess);
    }

    void aCaptureForbidsWhatCannotBeReplayed_data() {
        QTest::addColumn<int>("mode");
        QTest::addColumn<QString>("call");
        QTest::addColumn<int>("error");
        const auto row = [](int mode, const char* call, cudaError_t error) {
            QTest::addRow("%s, mode %d", call, mode) << mode << QString(call) << static_cast<int>(error);
        };
        row(cudaStreamCaptureModeRelaxed, "cudaMalloc", cudaSuccess);
        row(cudaStreamCaptureModeThreadLocal, "cudaMalloc", cudaErrorStreamCaptureUnsupported);
        row(cudaStreamCaptureModeGlobal, "cudaMalloc", cudaErrorStreamCaptureUnsupported);
        row(cudaStreamCaptureModeRelaxed, "cudaStreamSynchronize", cudaErrorStreamCaptureUnsupported);
        row(cudaStreamCaptureModeRelaxed, "cudaDeviceSynchronize", cudaErrorStreamCaptureUnsupported);
        row(cudaStreamCaptureModeGlobal, "cudaMemcpy", cudaErrorStreamCaptureUnsupported);
        row(cudaStreamCaptureModeRelaxed, "cudaEventSynchronize", cudaErrorCapturedEvent);
        row(cudaStreamCaptureModeRelaxed, "wait for an event outside", cudaErrorStreamCaptureIsolation);
        row(cudaStreamCaptureModeRelaxed, "branch left open", cudaErrorStreamCaptureUnjoined);
    }

    void aCaptureForbidsWhatCannotBeReplayed() {
        QFETCH(int, mode);
        QFETCH(QString, call);
        QFETCH(int, error);
        const DeviceArray<float> values(std::vector<float>(32));
        const Stream stream, side;
        const Event inside, outside;
        QCOMPARE(cudaEventRecord(outside, side), cudaSuccess);
        QCOMPARE(cudaStreamBeginCapture(stream, static_cast<cudaStreamCaptureMode>(mode)), cudaSuccess);
        QCOMPARE(cudaEventRecord(inside, stream), cudaSuccess);
        cudaError_t result = cudaSuccess;
        float value = 0;
        float* allocated = nullptr;
        if (call == "cudaMalloc")
            result = cudaMalloc(&allocated, 4);
        else if (call == "cudaStreamSynchronize")
            result = cudaStreamSynchronize(stream);
        else if (call == "cudaDeviceSynchronize")
            result = cudaDeviceSynchronize();
        else if (call == "cudaMemcpy")
            result = cudaMemcpy(&value, values.data, sizeof value, cudaMemcpyDeviceToHost);
        else if (call == "cudaEventSynchronize")
            result = cudaEventSynchronize(inside);
        else if (call == "wait for an event outside")
            result = cudaStreamWaitEvent(stream, outside);
        cudaGraph_t graph = nullptr;
        if (call == "branch left open") {
            QCOMPARE(cudaStreamWaitEvent(side, inside), cudaSuccess);
            QCOMPARE(launch(side, 1, 32, scale, values.data, 1.0f, 32), cudaSuccess);
            result = cudaStreamEndCapture(stream, &graph);
        } else {
            QCOMPARE(cudaStreamEndCapture(stream, &graph),
                     error == cudaSuccess ? cudaSuccess : cudaErrorStreamCaptureInvalidated);
        }
        QCOMPARE(static_cast<int>(result), error);
        QCOMPARE(graph != nullptr, error == cudaSuccess);
        if (graph != nullptr)
            QCOMPARE(cudaGraphDestroy(graph), cudaSuccess);
        QCOMPARE(cudaFree(allocated), cudaSuccess);
        QCOMPARE(launch(stream, 1, 32, scale, values.data, 1.0f, 32),
                 cudaSuccess); // the stream works as before
    }

    void errorsComeWhenPlanned() {
        const DeviceArray<float> values(std::vector<float>(4));
        cuda_emulation::failAfter(cudaErrorMemoryAllocation, 2);
        QCOMPARE(cudaDeviceSynchronize(), cudaSuccess);
        QCOMPARE(cudaDeviceSynchronize(), cudaErrorMemoryAllocation);
        QCOMPARE(cudaDeviceSynchronize(), cudaSuccess);
        QCOMPARE(cudaPeekAtLastError(), cudaErrorMemoryAllocation);
        QCOMPARE(cudaGetLastError(), cudaErrorMemoryAllocation);
        QCOMPARE(cudaGetLastError(), cudaSuccess);
        QCOMPARE(cudaGetErrorName(cudaErrorMemoryAllocation), "cudaErrorMemoryAllocation");

        cuda_emulation::failAfter(cudaErrorIllegalAddress, 1);
        QCOMPARE(launch(nullptr, 1, 4, scale, values.data, 2.0f, 4), cudaErrorIllegalAddress);
        QCOMPARE(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
        QCOMPARE(cudaGetLastError(), cudaErrorIllegalAddress);
        QCOMPARE(cudaGetLastError(), cudaErrorIllegalAddress);
        QCOMPARE(cuda_emulation::launches(), std::uint64_t{0});
        cuda_emulation::reset();
        QCOMPARE(cudaDeviceSynchronize(), cudaSuccess);
    }

    void releasingWorksOnALostDevice() {
        float* values = nullptr;
        QCOMPARE(cudaMalloc(&values, 16), cudaSuccess);
        cuda_emulation::failAfter(cudaErrorLaunchFailure, 1);
        QCOMPARE(cudaFree(values), cudaErrorLaunchFailure);
        QCOMPARE(cuda_emulation::bytesAllocated(), std::size_t{0});
    }

    void memoryHasALimit() {
        cuda_emulation::setMemoryLimit(1000);
        void* first = nullptr;
        void* second = nullptr;
        QCOMPARE(cudaMalloc(&first, 600), cudaSuccess);
        unsigned char byte = 0;
        QCOMPARE(cudaMemcpy(&byte, first, 1, cudaMemcpyDeviceToHost), cudaSuccess);
        QCOMPARE(int{byte}, 0xff);
        QCOMPARE(cudaMalloc(&second, 401), cudaErrorMemoryAllocation);
        std::size_t free = 0, total = 0;
        QCOMPARE(cudaMemGetInfo(&free, &total), cudaSuccess);
        QCOMPARE(free, std::size_t{400});
        QCOMPARE(total, std::size_t{1000});
        QCOMPARE(cudaFree(&free), cudaErrorInvalidValue);
        QCOMPARE(cudaFree(first), cudaSuccess);
    }

    void aCopyStaysWithinItsAllocation() {
        const DeviceArray<float> values(std::vector<float>(4));
        float host[8] = {};
        QCOMPARE(cudaMemcpy(values.data, host, 20, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
        QCOMPARE(cudaMemcpy(host, values.data, 16, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
        QCOMPARE(cudaMemset(values.data + 1, 0, 16), cudaErrorInvalidValue);
        const float square[4] = {1, 2, 3, 4};
        QCOMPARE(cudaMemcpy2DAsync(values.data, 4, square, 8, 4, 2, cudaMemcpyHostToDevice), cudaSuccess);
        QCOMPARE(values.values()[1], 3.0f);
        QCOMPARE(cudaMemcpy2DAsync(values.data, 12, square, 8, 8, 2, cudaMemcpyHostToDevice),
                 cudaErrorInvalidValue);
    }

    void withoutADeviceEveryCallSaysSo() {
        cuda_emulation::setDevices(0);
        int count = 5;
        QCOMPARE(cudaGetDeviceCount(&count), cudaErrorNoDevice);
        QCOMPARE(count, 0);
        void* memory = nullptr;
        QCOMPARE(cudaMalloc(&memory, 4), cudaErrorNoDevice);
        int version = 5;
        QCOMPARE(cudaDriverGetVersion(&version), cudaSuccess);
        QCOMPARE(version, 0);
        cuda_emulation::setDevices(2);
        QCOMPARE(cudaSetDevice(2), cudaErrorInvalidDevice);
        cudaDeviceProp properties;
        QCOMPARE(cudaGetDeviceProperties(&properties, 1), cudaSuccess);
        QVERIFY(properties.multiProcessorCount > 0);
    }
};

QTEST_GUILESS_MAIN(EmulatedRuntimeTest)
#include "emulated_runtime_test.moc"
