# Run by CPack on the folder that becomes the packages. With SOURCE_DATE_EPOCH every file in it gets that time,
# so that two builds of the same sources are the same bytes (reproducible-builds.org).
if(NOT "$ENV{SOURCE_DATE_EPOCH}" STREQUAL "")
  execute_process(COMMAND find ${CPACK_TEMPORARY_DIRECTORY} -exec touch --no-dereference --date=@$ENV{SOURCE_DATE_EPOCH} {} +
    COMMAND_ERROR_IS_FATAL ANY)
endif()
