# offhook_process_test(LABEL FILE.py [SLOTS n] [PARTS Class | Class.test_name …])
#   A Python test program against the binary, in a network namespace of its own: ports are fixed, tests run side by side, nothing leaves the machine.
#   With PARTS each of them is a test for CTest, otherwise the file is. Names: LABEL.file, LABEL.file.Part.
#   SLOTS: how much of a core it needs (OffhookTests.cmake); 1 when not given, for most of the time it waits.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

function(offhook_process_test label file)
  cmake_parse_arguments(T "" "SLOTS" "PARTS" ${ARGN})
  get_filename_component(topic "${file}" NAME_WE)
  set(parts ${T_PARTS})
  if(NOT T_SLOTS)
    set(T_SLOTS 1)
  endif()
  # Those that wait start before those that compute, and of them those that need most.
  math(EXPR cost "100 + ${T_SLOTS}")
  if(NOT parts)
    set(parts "-")
  endif()
  foreach(part IN LISTS parts)
    set(name "${label}.${topic}")
    set(arguments "")
    if(NOT part STREQUAL "-")
      set(name "${name}.${part}")
      set(arguments "${part}")
    endif()
    add_test(NAME "${name}" COMMAND "${PROJECT_SOURCE_DIR}/tools/in-namespace" "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_SOURCE_DIR}/${file}" -v ${arguments})
    # 77: the machine permits no namespaces; CTest says so in its summary.
    set_tests_properties("${name}" PROPERTIES LABELS "${label}" TIMEOUT 240 SKIP_RETURN_CODE 77 PROCESSORS ${T_SLOTS} COST ${cost}
      ENVIRONMENT "OFFHOOK=$<TARGET_FILE:offhook>;PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endfunction()
