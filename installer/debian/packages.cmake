# Debian packages by CPack: inkgate (window, command line and models; a writer installs one file), or inkgate-cli
# from a build without the window, and inkgate-cuda (the plug-in alone) where it was built.

# Libraries have other names in other releases, so a package is for the one it was built on, and says so.
cmake_host_system_information(RESULT system QUERY DISTRIB_ID)
cmake_host_system_information(RESULT number QUERY DISTRIB_VERSION_ID)
string(REGEX REPLACE "^debian$" "deb" release "${system}")
string(APPEND release "${number}")

# Debian's own history of the packages, compressed as its policy wants it.
if(GZIP)
  set(changelog ${CMAKE_CURRENT_BINARY_DIR}/changelog.Debian.gz)
  add_custom_command(OUTPUT ${changelog} COMMAND ${GZIP} -9nc ${CMAKE_CURRENT_SOURCE_DIR}/debian/changelog > ${changelog}
    DEPENDS debian/changelog VERBATIM)
  add_custom_target(debian_changelog ALL DEPENDS ${changelog})
  add_dependencies(programs debian_changelog)
  install(FILES ${changelog} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${inkgatePackage})
  if(INKGATE_CUDA)
    install(FILES ${changelog} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/inkgate-cuda COMPONENT cuda)
  endif()
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ${inkgatePackage})
# Each package says its own; CPack would put the project's in front of it.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGE_VENDOR "The Inkgate authors")
set(CPACK_PACKAGE_CONTACT "The Inkgate authors <authors@inkgate.invalid>")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)

set(CPACK_COMPONENTS_ALL program)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE "1+${release}")
set(CPACK_DEBIAN_PACKAGE_SECTION editors)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME ${inkgatePackage})
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "local writing assistant that shows what its model's gates do
Inkgate continues a story with an RWKV language model that runs on this
machine's processor, draws what the model's gates did at every token, and
runs the base model and the gated one side by side. A model is included.
Nothing you write is sent anywhere.")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONFLICTS ${inkgateOtherPackage})
set(CPACK_DEBIAN_PROGRAM_PACKAGE_REPLACES ${inkgateOtherPackage})
if(INKGATE_DESKTOP)
  # Plugins that Qt loads by name, which shlibdeps can't see. Up to Debian 12 the one for SVG is in the library.
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "qt6-qpa-plugins, qt6-svg-plugins | libqt6svg6 (<< 6.5), ca-certificates")
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS "qt6-wayland, fonts-sil-charis, hunspell-en-us | hunspell-dictionary")
endif()
if(INKGATE_CUDA)
  list(APPEND CPACK_COMPONENTS_ALL cuda)
  set(CPACK_DEBIAN_CUDA_PACKAGE_NAME inkgate-cuda)
  set(CPACK_DEBIAN_CUDA_DESCRIPTION "Inkgate on NVIDIA GPUs
The plug-in that lets Inkgate compute on NVIDIA GPUs from Turing on. It needs
NVIDIA's driver and, for long prompts, cuBLASLt, which are not in Debian's
main archive.")
  set(CPACK_DEBIAN_CUDA_PACKAGE_DEPENDS
    "${inkgatePackage} (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")
endif()

# The same bytes each time: CPack gives the files the time of packing, unless they have another.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_SOURCE_DIR}/debian/same_times.cmake)
include(CPack)
