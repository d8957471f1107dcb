# Optimisation by a profile (GCC): with OFFHOOK_PROFILE the modules of the proxy's engine are compiled twice. First as
# twins that count what they do (NAME_trained), linked into bench/training.cpp, which plays an office's day and writes the
# counts; then for the product, where GCC reads them beside each object, at -O3, and sees all of them as one when it
# links. All of it is part of the build: none is kept in the repository. (GCC names a function that only its file sees by
# its object, so that those have no counts of their own.)
#
#   offhook_profiled(NAME …)   the arguments of offhook_module; called by it
#   offhook_training()         once, when all modules are known
#
# As a script (cmake -DFOLDER=build/…/src -DTRAINING=program -P OffhookProfile.cmake) it runs the training.

if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB_RECURSE old "${FOLDER}/*.gcda")
  if(old)
    file(REMOVE ${old})
  endif()
  execute_process(COMMAND "${TRAINING}" RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "the training run has failed: ${failed} (cmake -DOFFHOOK_PROFILE=OFF builds without it)")
  endif()
  file(GLOB_RECURSE counts "${FOLDER}/*.gcda")
  if(NOT counts)
    message(FATAL_ERROR "the training run has left no counts in ${FOLDER}")
  endif()
  foreach(from IN LISTS counts)
    string(REGEX REPLACE "_trained[.]dir/" ".dir/" to "${from}")
    file(COPY_FILE "${from}" "${to}")
  endforeach()
  return()
endif()

option(OFFHOOK_PROFILE "Optimise the proxy's engine by a training run (GCC); compiles it twice" OFF)
if(OFFHOOK_PROFILE AND (NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR CMAKE_CROSSCOMPILING OR OFFHOOK_SANITIZE))
  message(STATUS "OFFHOOK_PROFILE: only with g++, for this machine and without sanitizers; built without it")
  set(OFFHOOK_PROFILE OFF)
endif()
# The proxy's engine and all below it.
set(OFFHOOK_PROFILED_MODULES base sip body sdp stun transport transaction dialog proxy)

function(offhook_profiled name)
  if(NOT OFFHOOK_PROFILE OR NOT name IN_LIST OFFHOOK_PROFILED_MODULES)
    return()
  endif()
  cmake_parse_arguments(M "" "SLOTS" "DEPENDS;SOURCES;HEADERS;LIBS;PUBLIC_LIBS;TESTS;TEST_DEPENDS;LABELS" ${ARGN})
  set(twin ${name}_trained)
  add_library(${twin} STATIC EXCLUDE_FROM_ALL ${M_SOURCES})
  target_include_directories(${twin} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/include")
  list(TRANSFORM M_DEPENDS APPEND _trained)
  target_link_libraries(${twin} PRIVATE ${M_LIBS} PUBLIC offhook_options ${M_DEPENDS} ${M_PUBLIC_LIBS})
  target_compile_options(${twin} PRIVATE -O3 -fprofile-generate -fprofile-update=single)
  # What the training did not do is compiled as it would be without a profile. A file that has just changed may meet
  # counts of before: they are left aside. (-Wrestrict: g++ 12 is wrong about strings that are inlined, PR 105651.)
  target_compile_options(${name} PRIVATE -O3 -fprofile-use -fprofile-partial-training -fprofile-correction
    -Wno-missing-profile -Wno-coverage-mismatch -Wno-restrict)
  set_property(TARGET ${name} PROPERTY INTERPROCEDURAL_OPTIMIZATION ON)
  target_link_options(${name} INTERFACE -flto=auto)
  add_dependencies(${name} profile)
endfunction()

function(offhook_training)
  if(NOT OFFHOOK_PROFILE)
    return()
  endif()
  find_package(OpenSSL REQUIRED)
  set(bench "${PROJECT_SOURCE_DIR}/bench")
  add_executable(training EXCLUDE_FROM_ALL "${bench}/training.cpp" "${bench}/load/text.cpp")
  target_include_directories(training PRIVATE "${bench}")
  # Whole: each object has counts, if only that it did nothing.
  set(twins ${OFFHOOK_PROFILED_MODULES})
  list(TRANSFORM twins APPEND _trained)
  list(TRANSFORM twins REPLACE ".+" "$<TARGET_FILE:\\0>" OUTPUT_VARIABLE archives)
  list(JOIN archives "," archives)
  target_link_libraries(training PRIVATE "-Wl,--whole-archive,${archives},--no-whole-archive" ${twins} offhook_options
    OpenSSL::Crypto)
  target_link_options(training PRIVATE -fprofile-generate)
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/profile.stamp")
  add_custom_command(OUTPUT "${stamp}"
    COMMAND "${CMAKE_COMMAND}" "-DFOLDER=${PROJECT_BINARY_DIR}/src" "-DTRAINING=$<TARGET_FILE:training>"
            -P "${PROJECT_SOURCE_DIR}/cmake/OffhookProfile.cmake"
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
    DEPENDS training "${PROJECT_SOURCE_DIR}/cmake/OffhookProfile.cmake"
    COMMENT "Training: an office's day through the proxy's engine" VERBATIM)
  add_custom_target(profile DEPENDS "${stamp}")
endfunction()
