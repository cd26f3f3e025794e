# Writes a manual page from its template:
#   cmake -DTEMPLATE=x.1.in -DOUT=x.1 -DVERSION=0.1.0 -DMETAINFO=metainfo.xml [-DPROGRAM=inkgate-cli] -P make_man.cmake
# The date is that of the newest release, so that the same sources give the same page on every day.
file(STRINGS ${METAINFO} releases REGEX "<release ")
list(GET releases 0 release)
if(NOT release MATCHES "date=\"([0-9-]+)\"")
  message(FATAL_ERROR "${METAINFO}: the first release has no date; give it one, as YYYY-MM-DD.")
endif()
set(DATE ${CMAKE_MATCH_1})
if(PROGRAM)
  execute_process(COMMAND ${PROGRAM} describe man OUTPUT_VARIABLE SECTIONS RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${PROGRAM} describe man ended with ${status}.")
  endif()
  string(STRIP "${SECTIONS}" SECTIONS)
endif()
configure_file(${TEMPLATE} ${OUT} @ONLY)
