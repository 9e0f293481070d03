# The module kit: how a module, a test, a fuzz target and an executable are declared.
# In DEPS a bare name stands for logio::<name>, be it a module or a third-party library.

function(logio_qualified out)
  set(names "")
  foreach(name IN LISTS ARGN)
    if(NOT name MATCHES "::")
      set(name "logio::${name}")
    endif()
    list(APPEND names "${name}")
  endforeach()
  set(${out} "${names}" PARENT_SCOPE)
endfunction()

# One header set, scripts/cmake/pch_<which>.hpp, compiled once for every target that is compiled
# in the same way: same warnings, definitions and OPTIONS.
function(logio_use_pch target which)
  cmake_parse_arguments(arg "" "" "DEPS;OPTIONS" ${ARGN})
  if(NOT TARGET logio_pch_${which})
    set(owner "${CMAKE_BINARY_DIR}/pch/${which}.cpp")
    file(CONFIGURE OUTPUT "${owner}" CONTENT "// Owner of a precompiled header.\n")
    add_library(logio_pch_${which} OBJECT "${owner}")
    target_precompile_headers(logio_pch_${which} PRIVATE
                              "${CMAKE_SOURCE_DIR}/scripts/cmake/pch_${which}.hpp")
    target_link_libraries(logio_pch_${which} PRIVATE logio::warnings logio::fmt ${arg_DEPS})
    target_compile_options(logio_pch_${which} PRIVATE -fpch-preprocess ${arg_OPTIONS})
  endif()
  target_precompile_headers(${target} REUSE_FROM logio_pch_${which})
  target_compile_options(${target} PRIVATE -fpch-preprocess ${arg_OPTIONS})
endfunction()

# logio_library(NAME m [SOURCES file...] [DEPS name...] [PRIVATE_DEPS name...] [ASIO])
# Target logio_<m>, alias logio::<m>. Without sources it is an interface of headers. ASIO: most of
# its files include Asio, which is precompiled.
function(logio_library)
  cmake_parse_arguments(arg "ASIO" "NAME" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "logio_library(${arg_NAME}): unknown ${arg_UNPARSED_ARGUMENTS}")
  endif()
  logio_qualified(deps ${arg_DEPS})
  logio_qualified(private_deps ${arg_PRIVATE_DEPS})
  set(target logio_${arg_NAME})
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}/include"
                                                "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(${target} PUBLIC ${deps} PRIVATE ${private_deps} logio::warnings)
    if(arg_ASIO)
      logio_use_pch(${target} asio DEPS logio::asio)
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE "${CMAKE_SOURCE_DIR}/include"
                                                   "${CMAKE_SOURCE_DIR}/src")
    target_link_libraries(${target} INTERFACE ${deps} ${private_deps})
  endif()
  add_library(logio::${arg_NAME} ALIAS ${target})
endfunction()

# logio_executable(NAME x SOURCES file... [DEPS name...])
function(logio_executable)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;DEPS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "logio_executable(${arg_NAME}): unknown ${arg_UNPARSED_ARGUMENTS}")
  endif()
  logio_qualified(deps ${arg_DEPS})
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_include_directories(${arg_NAME} PRIVATE "${CMAKE_SOURCE_DIR}/include"
                                                 "${CMAKE_SOURCE_DIR}/src")
  target_link_libraries(${arg_NAME} PRIVATE ${deps} logio::warnings)
endfunction()

# Instrumented programs are slower, and their tests are given longer.
if(LOGIO_SANITIZE OR LOGIO_COVERAGE)
  set(LOGIO_TIMEOUT_FACTOR 4)
else()
  set(LOGIO_TIMEOUT_FACTOR 1)
endif()

# logio_test(NAME x SOURCES file... [DEPS name...] [LABELS label] [TIMEOUT seconds] [SERIAL]
#            [ASIO] [OPTIMIZED] [APART] [ONE_THREAD])
# One Catch2 executable; each TEST_CASE is a test of ctest, named "<x>: <sentence>". They are listed
# when ctest starts, so that a program that cannot run fails as a test and not as a build.
# Half of a test's time of compilation went into optimizing what runs for milliseconds: only the
# modules are optimized, unless OPTIMIZED says that the test's own code is what takes the time.
# APART: its files name things alike, and do not go together into one where CMAKE_UNITY_BUILD is on.
# ONE_THREAD: what it tests has no threads, so that ThreadSanitizer has nothing to look for.
function(logio_test)
  cmake_parse_arguments(arg
    "SERIAL;ASIO;OPTIMIZED;APART;ONE_THREAD" "NAME;TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "logio_test(${arg_NAME}): unknown ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT LOGIO_UNIT_TESTS OR (arg_ONE_THREAD AND LOGIO_SANITIZE STREQUAL "thread"))
    return()
  endif()
  logio_executable(NAME ${arg_NAME} SOURCES ${arg_SOURCES} DEPS ${arg_DEPS} catch2)
  if(arg_APART)
    set_target_properties(${arg_NAME} PROPERTIES UNITY_BUILD OFF)
  endif()
  if(arg_ASIO)
    logio_use_pch(${arg_NAME} test_asio DEPS logio::asio logio::catch2 OPTIONS -O0)
  elseif(NOT arg_OPTIMIZED)
    logio_use_pch(${arg_NAME} test DEPS logio::catch2 OPTIONS -O0)
  endif()
  target_include_directories(${arg_NAME} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  math(EXPR timeout "${arg_TIMEOUT} * ${LOGIO_TIMEOUT_FACTOR}")
  set(properties TIMEOUT ${timeout})
  if(arg_LABELS)
    list(LENGTH arg_LABELS count)
    if(count GREATER 1)
      message(FATAL_ERROR "logio_test(${arg_NAME}): Catch2's discovery keeps only one label")
    endif()
    list(APPEND properties LABELS "${arg_LABELS}")
  endif()
  if(arg_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  catch_discover_tests(${arg_NAME} TEST_PREFIX "${arg_NAME}: " DISCOVERY_MODE PRE_TEST
                       WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}"
                       PROPERTIES ${properties})
endfunction()

# logio_fuzz(NAME x SOURCES file... [DEPS name...] CORPUS folder [TIMEOUT seconds])
# With -DLOGIO_FUZZ=ON (clang) a libFuzzer program; otherwise a program whose main runs every file
# of the corpus, and a fixed number of mutations of each, as a test of ctest: in one thread.
function(logio_fuzz)
  cmake_parse_arguments(arg "" "NAME;CORPUS;TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "logio_fuzz(${arg_NAME}): unknown ${arg_UNPARSED_ARGUMENTS}")
  endif()
  cmake_path(ABSOLUTE_PATH arg_CORPUS)
  if(LOGIO_FUZZ)
    logio_executable(NAME ${arg_NAME} SOURCES ${arg_SOURCES} DEPS ${arg_DEPS})
    target_link_options(${arg_NAME} PRIVATE -fsanitize=fuzzer)
    return()
  endif()
  if(NOT LOGIO_UNIT_TESTS OR LOGIO_SANITIZE STREQUAL "thread")
    return()
  endif()
  logio_executable(NAME ${arg_NAME} DEPS ${arg_DEPS}
                   SOURCES ${arg_SOURCES} "${CMAKE_SOURCE_DIR}/tests/support/replay_main.cpp")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  math(EXPR timeout "${arg_TIMEOUT} * ${LOGIO_TIMEOUT_FACTOR}")
  add_test(NAME "${arg_NAME}: replays its corpus" COMMAND ${arg_NAME} "${arg_CORPUS}")
  set_tests_properties("${arg_NAME}: replays its corpus" PROPERTIES TIMEOUT ${timeout})
endfunction()

# logio_hub_tests(module PREFIX text [TIMEOUT seconds] [LABELS label...] [SERIAL]): each class of
# tests in module.py, of this folder, is one test; they drive the whole binary: the shipped one, or
# this build's.
function(logio_hub_tests module)
  cmake_parse_arguments(arg "SERIAL" "PREFIX;TIMEOUT" "LABELS" ${ARGN})
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  if(LOGIO_BINARY)
    set(binary "${LOGIO_BINARY}")
  else()
    set(binary "$<TARGET_FILE:logio>")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  math(EXPR timeout "${arg_TIMEOUT} * ${LOGIO_TIMEOUT_FACTOR}")
  math(EXPR deadline "60 * ${LOGIO_TIMEOUT_FACTOR}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${module}.py")
  file(STRINGS "${module}.py" classes
       REGEX "^class [A-Za-z]+\\(([A-Za-z]+, )?unittest\\.TestCase\\)")
  foreach(line IN LISTS classes)
    string(REGEX REPLACE "^class ([A-Za-z]+)\\(.*" "\\1" class "${line}")
    set(name "${arg_PREFIX}: ${module}.${class}")
    add_test(NAME "${name}"
             COMMAND "${Python3_EXECUTABLE}" -B -m unittest ${module}.${class}
             WORKING_DIRECTORY "${CMAKE_CURRENT_LIST_DIR}")
    set_tests_properties("${name}" PROPERTIES
      TIMEOUT ${timeout}
      LABELS "${arg_LABELS}"
      ENVIRONMENT "LOGIO_BINARY=${binary};LOGIO_TEST_DEADLINE_S=${deadline}")
    if(arg_SERIAL)
      set_tests_properties("${name}" PROPERTIES RUN_SERIAL TRUE)
    endif()
  endforeach()
endfunction()
