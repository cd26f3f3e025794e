#include "engine/cuda/device/device.h"

namespace engine::cuda {

namespace {

// Of the memory that is free in the beginning. Snapshots beyond it go to the host's memory.
constexpr std::size_t kStateShare = 8;

// Graphs keep programmatic dependent launches from CUDA 12.3 on.
constexpr int kDriverThatRecordsDependents = 12030;

int attribute(cudaDeviceAttr which, int device) {
    int value = 0;
    check(cudaDeviceGetAttribute(&value, which, device), "asking what the device can do");
    return value;
}

} // namespace

Device::Device(int index)
    : m_index(index) {
    makeCurrent();
    m_stream.processors = attribute(cudaDevAttrMultiProcessorCount, index);
    m_stream.capability = 10 * attribute(cudaDevAttrComputeCapabilityMajor, index) +
                          attribute(cudaDevAttrComputeCapabilityMinor, index);
    int driver = 0;
    check(cudaDriverGetVersion(&driver), "asking what the device can do");
    m_stream.startsDependents = m_stream.capability >= 90 && driver >= kDriverThatRecordsDependents;
    std::size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total), "asking how much memory is free");
    m_mostStateBytes = free / kStateShare;
    check(cudaStreamCreateWithFlags(&m_stream.handle, cudaStreamNonBlocking), "starting work");
    if (const auto made = cudaStreamCreateWithFlags(&m_copies, cudaStreamNonBlocking); made != cudaSuccess) {
        (void)cudaStreamDestroy(m_stream.handle);
        check(made, "starting work");
    }
}

Device::~Device() {
    (void)cudaStreamDestroy(m_copies);
    (void)cudaStreamDestroy(m_stream.handle);
}

void Device::makeCurrent() const { check(cudaSetDevice(m_index), "choosing the device"); }

void Device::synchronize(const char* what) const { check(cudaStreamSynchronize(m_stream.handle), what); }

bool Device::takeStateBytes(std::size_t bytes) {
    if (bytes > m_mostStateBytes - m_stateBytes)
        return false;
    m_stateBytes += bytes;
    return true;
}

} // namespace engine::cuda
