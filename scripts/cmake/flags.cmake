# Optimization and debug flags per build type, in place of CMake's own.
# Asserts stay on in RelWithDebInfo: it is the developer's build, and g++ at -O1 compiles Beast in
# half the time of -O2. Line tables without variables (-g1) keep links of sanitizer builds short.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO_INIT "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELEASE_INIT "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG_INIT "-O0 -g")
# C is only what third parties wrote: compiled once, found again by ccache in every build type.
set(CMAKE_C_FLAGS_RELWITHDEBINFO_INIT "-O2")
set(CMAKE_C_FLAGS_RELEASE_INIT "-O2")
set(CMAKE_C_FLAGS_DEBUG_INIT "-O2")
