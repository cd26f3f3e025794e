# Whether the CUDA backend is built, and for which devices.
#
# INKGATE_CUDA_DEVICES says for which, since each kind of device costs a compiler run per file:
#   present  those in this machine; without one the backend is not built (default)
#   one      those in this machine, else one kind, so that nvcc's opinion of every file is known (tests)
#   all      from Turing to Blackwell (packages)
# INKGATE_CUDA and CMAKE_CUDA_ARCHITECTURES, where they are given, win over it.
set(INKGATE_CUDA_DEVICES present CACHE STRING "GPUs to compile the CUDA backend for: present, one or all")
set_property(CACHE INKGATE_CUDA_DEVICES PROPERTY STRINGS present one all)
if(NOT INKGATE_CUDA_DEVICES MATCHES "^(present|one|all)$")
  message(FATAL_ERROR "INKGATE_CUDA_DEVICES is \"${INKGATE_CUDA_DEVICES}\"; it has to be present, one or all.")
endif()

# Turing (75), Ampere (80 servers, 86 desktops), Ada (89), Hopper (90) and Blackwell (100 servers, 120
# desktops); PTX of the last for what comes later.
set(inkgateAllDevices 75-real 80-real 86-real 89-real 90-real 100-real 120)
# Hopper: the kernels' newest parts are compiled from 90 on (cuda/memory.cuh).
set(inkgateOneDevice 90-real)

# The machine's devices, as compute capabilities without the point; nothing if there is no driver or no device.
function(inkgate_devices_present result)
  find_program(NVIDIA_SMI nvidia-smi)
  mark_as_advanced(NVIDIA_SMI)
  set(devices "")
  if(NVIDIA_SMI)
    execute_process(COMMAND ${NVIDIA_SMI} --query-gpu=compute_cap --format=csv,noheader
      OUTPUT_VARIABLE output RESULT_VARIABLE status ERROR_QUIET)
    if(status EQUAL 0)
      string(REGEX MATCHALL "[0-9]+\\.[0-9]+" devices "${output}")
      list(TRANSFORM devices REPLACE "\\." "")
      list(REMOVE_DUPLICATES devices)
      list(TRANSFORM devices APPEND "-real")
    endif()
  endif()
  set(${result} "${devices}" PARENT_SCOPE)
endfunction()

# inkgateCudaDevices: what INKGATE_CUDA_DEVICES comes to here; empty: nothing to compile for.
if(INKGATE_CUDA_DEVICES STREQUAL "all")
  set(inkgateCudaDevices ${inkgateAllDevices})
else()
  inkgate_devices_present(inkgateCudaDevices)
  if(NOT inkgateCudaDevices AND INKGATE_CUDA_DEVICES STREQUAL "one")
    set(inkgateCudaDevices ${inkgateOneDevice})
  endif()
endif()

list(APPEND CMAKE_PREFIX_PATH /usr/local/cuda)
find_package(CUDAToolkit 12.4 QUIET)
if(CUDAToolkit_FOUND AND CUDAToolkit_NVCC_EXECUTABLE AND NOT CMAKE_CUDA_COMPILER)
  include(CheckLanguage)
  set(ENV{CUDACXX} ${CUDAToolkit_NVCC_EXECUTABLE})
  check_language(CUDA)
endif()

# Not in the cache unless somebody put it there: what was decided for one kind of build must not stay for the
# next.
if(NOT DEFINED CACHE{INKGATE_CUDA})
  if(CMAKE_CUDA_COMPILER AND (inkgateCudaDevices OR DEFINED CACHE{CMAKE_CUDA_ARCHITECTURES}))
    set(INKGATE_CUDA ON)
  else()
    set(INKGATE_CUDA OFF)
  endif()
endif()

if(INKGATE_CUDA)
  if(NOT DEFINED CACHE{CMAKE_CUDA_ARCHITECTURES})
    if(NOT inkgateCudaDevices)
      set(inkgateCudaDevices ${inkgateOneDevice})
    endif()
    set(CMAKE_CUDA_ARCHITECTURES ${inkgateCudaDevices})
  endif()
  if(CCACHE_PROGRAM AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
    set(CMAKE_CUDA_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  endif()
  enable_language(CUDA)
  # CMake 3.25 does not know that nvcc has C++20, nor how to ask for it.
  foreach(kind STANDARD EXTENSION)
    if(NOT DEFINED CMAKE_CUDA20_${kind}_COMPILE_OPTION)
      set(CMAKE_CUDA20_${kind}_COMPILE_OPTION -std=c++20)
    endif()
  endforeach()
endif()
