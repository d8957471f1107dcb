# offhook_data(TARGET FILE…): text files of data/ as constants, so that the binary needs no file beside it. data/x_y.tsv
# becomes offhook::data::x_y (a std::string_view) in the generated "data/x_y.hpp".
function(offhook_data target)
  foreach(file IN LISTS ARGN)
    set(path "${PROJECT_SOURCE_DIR}/data/${file}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${path}" text)
    file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/generated/data/${name}.hpp" @ONLY CONTENT
"// Generated from data/${file} by cmake/OffhookData.cmake.
#pragma once
#include <string_view>
namespace offhook::data {
inline constexpr std::string_view ${name} = R\"tsv(@text@)tsv\";
}
")
  endforeach()
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/generated")
endfunction()
