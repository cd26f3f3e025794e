# oneDNN as the target DNNL::dnnl. Debian's own dnnl-config.cmake asks for the OpenCL headers, because that
# build can also compute on GPUs; the engine uses it on the processor alone, so header and library are looked
# up here.
find_path(DNNL_INCLUDE_DIR dnnl.hpp)
find_library(DNNL_LIBRARY dnnl)
mark_as_advanced(DNNL_INCLUDE_DIR DNNL_LIBRARY)
if(NOT DNNL_INCLUDE_DIR OR NOT DNNL_LIBRARY)
  message(FATAL_ERROR "oneDNN was not found. On Debian: apt-get install libdnnl-dev; elsewhere: set DNNL_INCLUDE_DIR and DNNL_LIBRARY.")
endif()

file(STRINGS ${DNNL_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h lines REGEX "define DNNL_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
list(TRANSFORM lines REPLACE "^.* ([0-9]+).*$" "\\1")
list(JOIN lines "." DNNL_VERSION)

add_library(DNNL::dnnl UNKNOWN IMPORTED)
set_target_properties(DNNL::dnnl PROPERTIES IMPORTED_LOCATION ${DNNL_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${DNNL_INCLUDE_DIR})
