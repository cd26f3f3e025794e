// Lets a test that has loaded the emulated plug-in, as programs do, make its device fail; error 0 makes it
// well again.
#include "tests/support/cuda_emulation/cuda_emulation.h"

extern "C" void inkgate_emulated_device_fails(int error, int calls) {
    if (error == cudaSuccess)
        return cuda_emulation::reset();
    cuda_emulation::failAfter(static_cast<cudaError_t>(error), calls);
}
