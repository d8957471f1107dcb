# offhook_process_test(LABEL FILE.py [PARTS Class | Class.test_name …])
#   A Python test program against the binary, in a network namespace of its own: ports are fixed, tests run side by side, nothing leaves the machine.
#   With PARTS each of them is a test for CTest, otherwise the file is. Names: LABEL.file, LABEL.file.Part.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

function(offhook_process_test label file)
  cmake_parse_arguments(T "" "" "PARTS" ${ARGN})
  get_filename_component(topic "${file}" NAME_WE)
  set(parts ${T_PARTS})
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
    set_tests_properties("${name}" PROPERTIES LABELS "${label}" TIMEOUT 240 SKIP_RETURN_CODE 77
      ENVIRONMENT "OFFHOOK=$<TARGET_FILE:offhook>;PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endfunction()
