# Installs the build into a folder of its own and uses it from there:
#   cmake -DBUILD=<build folder> -DSOURCE=<source folder> -DVERSION=0.1.0 -DDESKTOP=ON -P install_test.cmake
# desktop_data_test.cmake validates what the desktop is told about the program.
set(prefix ${BUILD}/install_test)
file(REMOVE_RECURSE ${prefix})

function(expect_success)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\nended with ${status}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_file path)
  if(NOT EXISTS ${prefix}/${path})
    message(FATAL_ERROR "${path} was not installed")
  endif()
endfunction()

expect_success(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})

expect_success(${prefix}/bin/inkgate-cli --version)
if(NOT output MATCHES "(^|[^0-9.])${VERSION}[^0-9.]")
  message(FATAL_ERROR "inkgate-cli --version says \"${output}\", not ${VERSION}")
endif()

# Every embedded model of the source tree is there, and the installed program can read it.
file(GLOB models RELATIVE ${SOURCE}/resources/models ${SOURCE}/resources/models/*/base.safetensors)
foreach(model ${models})
  expect_file(share/inkgate/models/${model})
  expect_success(${prefix}/bin/inkgate-cli inspect ${prefix}/share/inkgate/models/${model})
endforeach()

# What the command line brings along.
find_program(gzip gzip)
set(gz "")
if(gzip)
  set(gz .gz)
endif()
foreach(path share/man/man1/inkgate-cli.1${gz} share/bash-completion/completions/inkgate-cli
    share/zsh/vendor-completions/_inkgate-cli share/fish/vendor_completions.d/inkgate-cli.fish)
  expect_file(${path})
endforeach()

# With or without a device and a driver, the plug-in is found and loads.
if(CUDA)
  expect_file(lib/inkgate/libinkgate_cuda.so)
  expect_success(${prefix}/bin/inkgate-cli inspect --devices)
  if(output MATCHES "no CUDA library|cannot be loaded|another version")
    message(FATAL_ERROR "The CUDA plug-in does not load: ${output}")
  endif()
endif()

if(DESKTOP)
  expect_success(${prefix}/bin/inkgate --version)
  set(desktop share/applications/inkgate.desktop)
  set(metainfo share/metainfo/org.inkgate.Inkgate.metainfo.xml)
  set(mime share/mime/packages/inkgate.xml)
  set(icons share/icons/hicolor)
  foreach(path ${desktop} ${metainfo} ${mime} ${icons}/scalable/apps/inkgate.svg
      ${icons}/scalable/mimetypes/application-x-inkgate.svg share/thumbnailers/inkgate.thumbnailer
      share/man/man1/inkgate.1${gz})
    expect_file(${path})
  endforeach()
  find_program(rsvg_convert rsvg-convert)
  if(rsvg_convert)
    foreach(size 16 22 24 32 48 64 128 256 512)
      expect_file(${icons}/${size}x${size}/apps/inkgate.png)
      expect_file(${icons}/${size}x${size}/mimetypes/application-x-inkgate.png)
    endforeach()
  endif()

  find_program(update_mime_database update-mime-database)
  if(update_mime_database)
    expect_success(${update_mime_database} ${prefix}/share/mime)
    expect_file(share/mime/application/x-inkgate.xml)
  endif()
endif()

file(REMOVE_RECURSE ${prefix})
