# The CUDA backend: libinkgate_cuda.so, which the program loads when it runs. Built wherever nvcc is found.
# All sources but that of cuBLASLt are also compiled for the emulation in tests/support/cuda_emulation, which finds them in
# the global property INKGATE_CUDA_SOURCES.
set(sources
  adaptive_gate_cuda.cu
  convolutional_shift_cuda.cu
  dynamic_shift_cuda.cu
  embedding_cuda.cu
  layer_norm_cuda.cu
  linear_cuda.cu
  low_rank_cuda.cu
  matrix_product_cuda.cu
  packed_product_cuda.cu
  previous_rows_cuda.cu
  row_product_cuda.cu
  skipping_product_cuda.cu
  tiled_product_cuda.cu
  token_draw_cuda.cu
  token_shift_cuda.cu
  widen_packed_cuda.cu
  wkv6_cuda.cu
  wkv7_cuda.cu
  cuda/cuda_backend.cpp
  cuda/device.cpp
  cuda/device_state.cpp
  cuda/draw_memory.cpp
  cuda/errors.cpp
  cuda/gate_copies.cpp
  cuda/limits.cpp
  cuda/linear_memory.cpp
  cuda/plugin.cpp
  cuda/step_graphs.cpp
  cuda/step_inputs.cpp
  cuda/weight_table.cpp)
list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
set_property(GLOBAL PROPERTY INKGATE_CUDA_SOURCES ${sources})

if(NOT INKGATE_CUDA)
  return()
endif()

add_library(inkgate_cuda MODULE ${sources} cuda/cublaslt.cpp)
target_compile_definitions(inkgate_cuda PRIVATE INKGATE_VERSION="${PROJECT_VERSION}")
target_include_directories(inkgate_cuda PRIVATE ${PROJECT_SOURCE_DIR})
target_include_directories(inkgate_cuda SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
# Warning 549 is nvcc's own mistake about swap() in aligned_buffer.h.
target_compile_options(inkgate_cuda PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra>
  $<$<COMPILE_LANGUAGE:CUDA>:-diag-suppress=549 -Xcompiler=-Wall,-Wextra>)
# The runtime is linked in, so that only the driver has to be there; cuBLASLt is looked for when it runs.
set_target_properties(inkgate_cuda PROPERTIES CUDA_RUNTIME_LIBRARY Static
  LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})
target_link_libraries(inkgate_cuda PRIVATE inkgate_kernels ${CMAKE_DL_LIBS})
# Only the entry is for others: what it shares with the program is its own copy.
target_link_options(inkgate_cuda PRIVATE -Wl,--exclude-libs,ALL -Wl,--no-undefined)
