# What every target is compiled and linked with.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

find_program(LOGIO_CCACHE ccache)
if(LOGIO_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness is what ccache asks for before it caches users of a precompiled header; with the
  # base directory a second clone finds what the first compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${LOGIO_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
find_program(LOGIO_MOLD mold)
if(LOGIO_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# All code goes into executables: with -fPIE, unlike -fPIC, the compiler may inline what is visible
# from outside. One setting for libraries and executables lets both use a precompiled header.
add_compile_options(-fPIE)

# No path of the machine that compiled it in the binary.
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)

# The ring's 16-byte compare-and-swap must be an instruction, not a call into libatomic. Every
# x86-64 processor since 2006 has it; nothing else beyond the baseline is assumed.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
  add_compile_options(-mcx16)
endif()

if(LOGIO_SANITIZE STREQUAL "address")
  # vptr looks at memory through a pipe: it fails falsely in tests that run out of descriptors.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(LOGIO_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)
  endif()
  add_link_options(-fsanitize=thread)
elseif(LOGIO_SANITIZE)
  message(FATAL_ERROR "LOGIO_SANITIZE is '${LOGIO_SANITIZE}'; it may be empty, address or thread")
endif()
if(LOGIO_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()
if(LOGIO_STATIC)
  if(LOGIO_SANITIZE)
    message(FATAL_ERROR "LOGIO_STATIC does not go with LOGIO_SANITIZE: sanitizers link dynamically")
  endif()
  add_compile_options(-ffunction-sections -fdata-sections)
  add_link_options(-static-pie -Wl,--gc-sections)
  if(LOGIO_MOLD)
    # Thousands of pointers are moved at the start: packed, their list takes 10 KB and not 667.
    add_link_options(-Wl,--pack-dyn-relocs=relr)
  endif()
else()
  add_link_options(-pie)
endif()
if(LOGIO_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "LOGIO_FUZZ needs clang's libFuzzer: configure with -DCMAKE_CXX_COMPILER="
                        "clang++-19. Without it each fuzz target replays its corpus.")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

add_library(logio_warnings INTERFACE)
add_library(logio::warnings ALIAS logio_warnings)
target_compile_options(logio_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual
  -Woverloaded-virtual -Wextra-semi -Wimplicit-fallthrough -Wundef
  -Wformat=2 -Wvla)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(logio_warnings INTERFACE
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # g++ 12 reports these inside the standard library's and Asio's own inlined code.
    target_compile_options(logio_warnings INTERFACE
      -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-mismatched-new-delete)
  endif()
endif()
if(CMAKE_UNITY_BUILD)
  # Of several files read as one the first two would be told, and of a coroutine's own types.
  target_compile_options(logio_warnings INTERFACE -Wno-shadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(logio_warnings INTERFACE -Wno-subobject-linkage)
  endif()
endif()
if(LOGIO_WERROR)
  target_compile_options(logio_warnings INTERFACE -Werror)
endif()
