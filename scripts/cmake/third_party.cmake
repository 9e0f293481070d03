# Third-party libraries as targets logio::<name>. Headers are system headers; every library is
# linked statically. The pinned ones come from scripts/third-party and are verified here before use.

set(LOGIO_THIRD_PARTY "" CACHE PATH "folder that scripts/third-party filled; empty: its default")
set(third_party_root "${LOGIO_THIRD_PARTY}")
if(NOT third_party_root)
  if(DEFINED ENV{LOGIO_THIRD_PARTY})
    set(third_party_root "$ENV{LOGIO_THIRD_PARTY}")
  elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(third_party_root "$ENV{XDG_CACHE_HOME}/logio/third_party")
  else()
    set(third_party_root "$ENV{HOME}/.cache/logio/third_party")
  endif()
endif()

# Sets <name>_root to the verified folder of a pinned source, or ends with the remedy.
function(logio_pinned name)
  set(pins "${CMAKE_SOURCE_DIR}/scripts/third_party.json")
  set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${pins}")
  file(READ "${pins}" json)
  string(JSON version GET "${json}" ${name} version)
  string(JSON expected GET "${json}" ${name} tree_sha256)
  set(root "${third_party_root}/${name}-${version}")
  file(GLOB_RECURSE files RELATIVE "${root}" "${root}/*")
  list(SORT files COMPARE STRING)
  set(lines "")
  foreach(file IN LISTS files)
    file(SHA256 "${root}/${file}" digest)
    string(APPEND lines "${digest}  ${file}\n")
  endforeach()
  string(SHA256 digest "${lines}")
  if(NOT digest STREQUAL expected)
    message(FATAL_ERROR "${name} ${version} is missing or damaged in ${third_party_root}.\n"
                        "Remedy: scripts/third-party")
  endif()
  set(${name}_root "${root}" PARENT_SCOPE)
endfunction()

# logio_imported(NAME x [INCLUDE dir...] [LIBS target...] [DEFINES x...]): an interface target.
function(logio_imported)
  cmake_parse_arguments(arg "" "NAME" "INCLUDE;LIBS;DEFINES" ${ARGN})
  add_library(logio_${arg_NAME} INTERFACE)
  add_library(logio::${arg_NAME} ALIAS logio_${arg_NAME})
  target_include_directories(logio_${arg_NAME} SYSTEM INTERFACE ${arg_INCLUDE})
  target_link_libraries(logio_${arg_NAME} INTERFACE ${arg_LIBS})
  target_compile_definitions(logio_${arg_NAME} INTERFACE ${arg_DEFINES})
endfunction()

# Boost is used as headers: System's result and error_code, Asio, Beast.
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS headers)
logio_imported(NAME boost LIBS Boost::headers
               DEFINES BOOST_ALLOW_DEPRECATED_HEADERS BOOST_ERROR_CODE_HEADER_ONLY)

# Debian's fmt has no static library, and as headers alone it takes seconds of every file's time:
# compiled once, as Asio and Beast are below.
find_package(fmt 9.1 CONFIG REQUIRED)
add_library(logio_fmt STATIC "${CMAKE_SOURCE_DIR}/src/base/fmt_impl.cpp")
add_library(logio::fmt ALIAS logio_fmt)

find_path(re2_include re2/re2.h REQUIRED)
find_library(re2_library libre2.a REQUIRED)
logio_imported(NAME re2 INCLUDE ${re2_include} LIBS ${re2_library} Threads::Threads)

find_path(zlib_include zlib.h REQUIRED)
find_library(zlib_library libz.a REQUIRED)
logio_imported(NAME zlib INCLUDE ${zlib_include} LIBS ${zlib_library} DEFINES ZLIB_CONST)

find_path(zstd_include zstd.h REQUIRED)
find_library(zstd_library libzstd.a REQUIRED)
logio_imported(NAME zstd INCLUDE ${zstd_include} LIBS ${zstd_library})

find_path(lz4_include lz4frame.h REQUIRED)
find_library(lz4_library liblz4.a REQUIRED)
logio_imported(NAME lz4 INCLUDE ${lz4_include} LIBS ${lz4_library})

# By name and not by find_package, which looks for the shared libraries of the system.
find_path(openssl_include openssl/ssl.h REQUIRED)
find_library(openssl_ssl_library libssl.a REQUIRED)
find_library(openssl_crypto_library libcrypto.a REQUIRED)
logio_imported(NAME openssl INCLUDE ${openssl_include}
               LIBS ${openssl_ssl_library} ${openssl_crypto_library} Threads::Threads)

include(rdkafka)

# Headers only: no exceptions, since a bad file is expected trouble; no formatters, unused.
find_path(tomlplusplus_include toml++/toml.h REQUIRED)
logio_imported(NAME tomlplusplus INCLUDE ${tomlplusplus_include}
               DEFINES TOML_EXCEPTIONS=0 TOML_ENABLE_FORMATTERS=0)

logio_pinned(msgpack)
logio_imported(NAME msgpack INCLUDE "${msgpack_root}/include" DEFINES MSGPACK_NO_BOOST)

logio_pinned(simdjson)
add_library(logio_simdjson STATIC "${simdjson_root}/simdjson.cpp")
add_library(logio::simdjson ALIAS logio_simdjson)
target_include_directories(logio_simdjson SYSTEM PUBLIC "${simdjson_root}")
target_compile_options(logio_simdjson PRIVATE -w)
if(LOGIO_SANITIZE)
  # Reads behind our buffers are what matters there; all else takes a minute.
  target_compile_options(logio_simdjson PRIVATE -fno-sanitize=undefined,thread)
endif()

# Asio and Beast are compiled once each; all their users see declarations only.
add_library(logio_asio STATIC "${CMAKE_SOURCE_DIR}/src/net/asio_impl.cpp")
add_library(logio::asio ALIAS logio_asio)
target_compile_definitions(logio_asio PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(logio_asio PUBLIC logio::boost Threads::Threads)

add_library(logio_beast STATIC "${CMAKE_SOURCE_DIR}/src/net/beast_impl.cpp")
add_library(logio::beast ALIAS logio_beast)
target_compile_definitions(logio_beast PUBLIC BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(logio_beast PUBLIC logio::asio)

if(LOGIO_TESTS)
  logio_pinned(catch2)
  set(CATCH_CONFIG_DEFAULT_REPORTER console)
  set(CATCH_CONFIG_CONSOLE_WIDTH 100)
  configure_file("${catch2_root}/src/catch2/catch_user_config.hpp.in"
                 "${CMAKE_BINARY_DIR}/catch2/catch2/catch_user_config.hpp")
  add_library(logio_catch2 STATIC EXCLUDE_FROM_ALL "${catch2_root}/extras/catch_amalgamated.cpp")
  add_library(logio::catch2 ALIAS logio_catch2)
  target_include_directories(logio_catch2 SYSTEM PUBLIC
    "${catch2_root}/src" "${catch2_root}/extras" "${CMAKE_BINARY_DIR}/catch2")
  target_compile_options(logio_catch2 PRIVATE -w)
  if(LOGIO_SANITIZE)
    # Instrumented, it takes a minute and finds nothing of ours.
    target_compile_options(logio_catch2 PRIVATE -fno-sanitize=all)
  endif()
endif()
