# Options, warnings and sanitizers; everything links offhook_options.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(OFFHOOK_WERROR "Warnings are errors (on in CI)" OFF)
option(OFFHOOK_TESTS "Build the tests" ON)
option(OFFHOOK_BENCH "Build the benchmarks" OFF)
option(OFFHOOK_FUZZ "Build the libFuzzer targets (clang only)" OFF)
set(OFFHOOK_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
option(OFFHOOK_COVERAGE "Instrument for coverage" OFF)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(offhook_options INTERFACE)
target_compile_options(offhook_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wswitch-enum
  $<$<BOOL:${OFFHOOK_WERROR}>:-Werror>)
# At -O2 g++ 12 sees uninitialised members in every moved std::variant; the sanitizers look for real ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(offhook_options INTERFACE $<$<CONFIG:Release>:-Wno-maybe-uninitialized>)
endif()
target_compile_definitions(offhook_options INTERFACE _GLIBCXX_ASSERTIONS)
if(OFFHOOK_SANITIZE)
  target_compile_options(offhook_options INTERFACE
    -fsanitize=${OFFHOOK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(offhook_options INTERFACE -fsanitize=${OFFHOOK_SANITIZE})
  # At a fixed address: what the undefined-behaviour sanitizer notes of each place in the source holds addresses, two
  # million in a large program, and the loader would write each of them at every start. Every test is a start.
  if(OFFHOOK_SANITIZE MATCHES "address")
    target_link_options(offhook_options INTERFACE -no-pie)
  endif()
endif()
if(OFFHOOK_COVERAGE)
  target_compile_options(offhook_options INTERFACE --coverage)
  target_link_options(offhook_options INTERFACE --coverage)
endif()
if(OFFHOOK_FUZZ)
  # Every object is instrumented; only the targets in fuzz/ link the fuzzer's main.
  target_compile_options(offhook_options INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(offhook_options INTERFACE -fsanitize=address,undefined)
endif()
