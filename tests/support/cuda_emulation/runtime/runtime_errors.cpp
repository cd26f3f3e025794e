#include "tests/support/cuda_emulation/runtime/runtime_errors.h"

namespace {

struct ErrorText {
    cudaError_t error;
    const char* name;
    const char* text;
};

#define ERROR_TEXT(error, text)                                                                              \
    { error, #error, text }
constexpr ErrorText kTexts[] = {
    ERROR_TEXT(cudaSuccess, "no error"),
    ERROR_TEXT(cudaErrorInvalidValue, "an argument is not valid"),
    ERROR_TEXT(cudaErrorMemoryAllocation, "out of memory"),
    ERROR_TEXT(cudaErrorInitializationError, "the runtime could not start"),
    ERROR_TEXT(cudaErrorCudartUnloading, "the driver is shutting down"),
    ERROR_TEXT(cudaErrorInvalidConfiguration, "a grid or block of this size is not possible"),
    ERROR_TEXT(cudaErrorInvalidDevicePointer, "not a pointer to device memory"),
    ERROR_TEXT(cudaErrorInvalidMemcpyDirection, "not a direction to copy in"),
    ERROR_TEXT(cudaErrorInsufficientDriver, "the driver is older than the runtime needs"),
    ERROR_TEXT(cudaErrorDevicesUnavailable, "all devices are busy"),
    ERROR_TEXT(cudaErrorInvalidDeviceFunction, "not a device function"),
    ERROR_TEXT(cudaErrorNoDevice, "no device"),
    ERROR_TEXT(cudaErrorInvalidDevice, "no device of this number"),
    ERROR_TEXT(cudaErrorNoKernelImageForDevice, "the kernels were not compiled for this device"),
    ERROR_TEXT(cudaErrorECCUncorrectable, "device memory is damaged"),
    ERROR_TEXT(cudaErrorUnsupportedPtxVersion, "the driver is too old for these kernels"),
    ERROR_TEXT(cudaErrorInvalidResourceHandle, "not a valid handle"),
    ERROR_TEXT(cudaErrorIllegalState, "not possible in this state"),
    ERROR_TEXT(cudaErrorNotReady, "not finished yet"),
    ERROR_TEXT(cudaErrorIllegalAddress, "a kernel used an illegal address"),
    ERROR_TEXT(cudaErrorLaunchOutOfResources, "the launch needs more than the device has"),
    ERROR_TEXT(cudaErrorLaunchTimeout, "a kernel ran for too long"),
    ERROR_TEXT(cudaErrorAssert, "an assertion of a kernel failed"),
    ERROR_TEXT(cudaErrorHardwareStackError, "the stack of a kernel is damaged"),
    ERROR_TEXT(cudaErrorIllegalInstruction, "a kernel met an illegal instruction"),
    ERROR_TEXT(cudaErrorMisalignedAddress, "a kernel used a misaligned address"),
    ERROR_TEXT(cudaErrorLaunchFailure, "a kernel failed"),
    ERROR_TEXT(cudaErrorNotPermitted, "not permitted"),
    ERROR_TEXT(cudaErrorNotSupported, "not supported"),
    ERROR_TEXT(cudaErrorSystemNotReady, "the system is not ready"),
    ERROR_TEXT(cudaErrorSystemDriverMismatch, "the driver and its libraries differ in version"),
    ERROR_TEXT(cudaErrorStreamCaptureUnsupported, "not permitted while a stream is captured"),
    ERROR_TEXT(cudaErrorStreamCaptureInvalidated, "an earlier error has spoilt the capture"),
    ERROR_TEXT(cudaErrorStreamCaptureMerge, "two captures cannot be joined"),
    ERROR_TEXT(cudaErrorStreamCaptureUnmatched, "the capture did not begin in this stream"),
    ERROR_TEXT(cudaErrorStreamCaptureUnjoined,
               "the capture has work that was not joined to its first stream"),
    ERROR_TEXT(cudaErrorStreamCaptureIsolation, "captured work cannot depend on work outside"),
    ERROR_TEXT(cudaErrorStreamCaptureImplicit, "the default stream would wait for a captured stream"),
    ERROR_TEXT(cudaErrorCapturedEvent, "the event was recorded in a captured stream"),
    ERROR_TEXT(cudaErrorStreamCaptureWrongThread, "the capture began in another thread"),
    ERROR_TEXT(cudaErrorUnknown, "unknown error"),
};
#undef ERROR_TEXT

} // namespace

const char* cudaGetErrorName(cudaError_t error) {
    for (const ErrorText& entry : kTexts)
        if (entry.error == error)
            return entry.name;
    return "unrecognized error code";
}

const char* cudaGetErrorString(cudaError_t error) {
    for (const ErrorText& entry : kTexts)
        if (entry.error == error)
            return entry.text;
    return "unrecognized error code";
}
