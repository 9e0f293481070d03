# librdkafka from its pinned source, as the target logio::rdkafka.
#
# Its own lists ask the machine some twenty questions and look for Cyrus SASL, curl and plugins. The
# platform is known (Debian 12), so the answers stand here, and its config.h is made from them.
#
# It is compiled in one way for every preset, so that ccache finds it again: optimized, and without
# sanitizers. These see its calls of pthread, malloc and memcpy all the same; instrumented, its own
# benign races would be what they report.

logio_pinned(rdkafka)

set(rdkafka_yes
  HAVE_ATOMICS_32 HAVE_ATOMICS_64 HAVE_REGEX HAVE_STRNDUP HAVE_RAND_R HAVE_PTHREAD_SETNAME_GNU
  WITH_SSL WITH_SASL_SCRAM WITH_SASL_OAUTHBEARER WITH_ZLIB WITH_ZSTD WITH_LZ4_EXT)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
  list(APPEND rdkafka_yes WITH_CRC32C_HW)
endif()
# No C11 threads: its fallback is pthread, which is what ThreadSanitizer watches.
# No HDRHISTOGRAM: only its statistics, which nobody asks for, would use it.
block(SCOPE_FOR VARIABLES)
  foreach(name IN LISTS rdkafka_yes)
    set(${name} 1)
  endforeach()
  set(BUILT_WITH "logio")
  configure_file("${rdkafka_root}/config.h.in" "${CMAKE_BINARY_DIR}/rdkafka/config.h")
endblock()

file(GLOB_RECURSE rdkafka_sources "${rdkafka_root}/librdkafka/*.c")
list(FILTER rdkafka_sources EXCLUDE REGEX
     "/(lz4(frame|hc)?|regexp|rddl|rdhttp|rdhdrhistogram|rdkafka_plugin)\\.c$")
list(FILTER rdkafka_sources EXCLUDE REGEX
     "/rdkafka_sasl_(cyrus|win32|oauthbearer_oidc)\\.c$")
if(LOGIO_STATIC)
  # Unit tests use its mock cluster; they are no part of this build.
  list(FILTER rdkafka_sources EXCLUDE REGEX "/rdkafka_mock(_cgrp|_handlers)?\\.c$")
  list(APPEND rdkafka_sources "${CMAKE_CURRENT_LIST_DIR}/rdkafka_without_mock.c")
endif()

add_library(logio_rdkafka STATIC EXCLUDE_FROM_ALL ${rdkafka_sources})
add_library(logio::rdkafka ALIAS logio_rdkafka)
# In place of what the other targets are compiled with. Its asserts stay, as its makers ship it.
set_target_properties(logio_rdkafka PROPERTIES
  C_STANDARD 99
  UNITY_BUILD OFF
  COMPILE_OPTIONS
    "-w;-fPIE;-ffunction-sections;-fdata-sections;-ffile-prefix-map=${rdkafka_root}/=")
target_compile_definitions(logio_rdkafka PRIVATE _GNU_SOURCE INTERFACE LIBRDKAFKA_STATICLIB)
target_include_directories(logio_rdkafka SYSTEM
  # Its sources say "../config.h".
  PRIVATE "${CMAKE_BINARY_DIR}/rdkafka/librdkafka" "${rdkafka_root}/librdkafka"
  INTERFACE "${rdkafka_root}")
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/rdkafka/librdkafka")
target_link_libraries(logio_rdkafka PUBLIC
  logio::openssl logio::lz4 logio::zstd logio::zlib Threads::Threads)
