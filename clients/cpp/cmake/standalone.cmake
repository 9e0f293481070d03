# The library outside of its project: target logio::client, and the package logio_client.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
if(CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR)
  set(logio_client_alone ON)
else()
  set(logio_client_alone OFF)
endif()
option(LOGIO_CLIENT_INSTALL "install the library with what it is part of" ${logio_client_alone})
if(logio_client_alone AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

add_library(logio_client ${logio_client_sources})
add_library(logio::client ALIAS logio_client)
target_compile_features(logio_client PUBLIC cxx_std_20)
target_include_directories(logio_client
                           PUBLIC "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
set_target_properties(logio_client PROPERTIES
  EXPORT_NAME client
  CXX_EXTENSIONS OFF
  POSITION_INDEPENDENT_CODE ON
  VERSION "${PROJECT_VERSION}"
  SOVERSION "${PROJECT_VERSION_MAJOR}")

if(LOGIO_CLIENT_INSTALL)
  set(package "${CMAKE_INSTALL_LIBDIR}/cmake/logio_client")
  install(TARGETS logio_client EXPORT logio_client
          ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  install(DIRECTORY include/logio DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT logio_client NAMESPACE logio:: DESTINATION "${package}"
          FILE logio_client-targets.cmake)
  write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/logio_client-config-version.cmake"
                                   COMPATIBILITY SameMinorVersion)
  install(FILES cmake/logio_client-config.cmake
                "${CMAKE_CURRENT_BINARY_DIR}/logio_client-config-version.cmake"
          DESTINATION "${package}")
endif()
