# offhook_module(NAME
#   DEPENDS  modules below this one (their include roots become visible, nothing else does)
#   SOURCES  x.cpp ...          relative to src/NAME
#   HEADERS  NAME/x.hpp ...     relative to src/NAME/include, the public ones
#   LIBS     third-party targets that the sources use
#   PUBLIC_LIBS third-party targets that the public headers use
#   TESTS    test/x_test.cpp ...
#   TEST_DEPENDS further modules or libraries of the tests only
#   LABELS   further CTest labels of the tests, which all have "unit"
#   SLOTS    how much of a core one of the tests needs (OffhookTests.cmake); all of it when not given)
#
# A module sees its own include root and those of DEPENDS: an upward include is a
# file that is not found. Each public header is also compiled alone
# (target all_verify_interface_header_sets).
include(GoogleTest OPTIONAL)
if(OFFHOOK_TESTS)
  find_package(GTest REQUIRED)
endif()
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)
include(OffhookProfile)
include(OffhookTests)

function(offhook_module name)
  cmake_parse_arguments(M "" "SLOTS" "DEPENDS;SOURCES;HEADERS;LIBS;PUBLIC_LIBS;TESTS;TEST_DEPENDS;LABELS" ${ARGN})
  set(root "${CMAKE_CURRENT_SOURCE_DIR}/include")
  set(headers ${M_HEADERS})
  list(TRANSFORM headers PREPEND "${root}/")
  if(M_SOURCES)
    add_library(${name} STATIC ${M_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${name} PRIVATE ${M_LIBS} PUBLIC offhook_options)
    target_include_directories(${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  else()
    add_library(${name} INTERFACE)
    set(scope INTERFACE)
    target_link_libraries(${name} INTERFACE offhook_options)
  endif()
  target_sources(${name} ${scope} FILE_SET HEADERS BASE_DIRS "${root}" FILES ${headers})
  target_include_directories(${name} ${scope} "${root}")
  target_link_libraries(${name} ${scope} ${M_DEPENDS} ${M_PUBLIC_LIBS})
  offhook_profiled(${ARGV})
  if(OFFHOOK_TESTS AND M_TESTS)
    add_executable(test_${name} ${M_TESTS})
    target_include_directories(test_${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
    target_link_libraries(test_${name} PRIVATE ${name} ${M_TEST_DEPENDS} source_folder GTest::gmock GTest::gtest_main)
    # Tests compare signed literals with sizes all day; the check stays on for the product.
    target_compile_options(test_${name} PRIVATE -Wno-sign-conversion)
    # What they test is optimised as ever; optimising the tests themselves is a third of the whole build.
    target_compile_options(test_${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
    set(labels unit ${M_LABELS})
    # One value: each of the three lists that it is handed on in takes a level of escapes away.
    list(JOIN labels "\\\\\\\\\\\\\\;" labels)
    if(NOT M_SLOTS)
      set(M_SLOTS ${OFFHOOK_SLOTS_OF_A_CORE})
    endif()
    gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
                         PROPERTIES LABELS "${labels}" PROCESSORS ${M_SLOTS})
  endif()
endfunction()
