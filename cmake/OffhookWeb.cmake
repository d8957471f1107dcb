# offhook_web(TARGET): the page in web/dist as a source of TARGET, so that the binary needs no file beside it.
#
# Generates web_files.cpp, which defines std::vector<io::StaticFile> offhook::web_files(); TARGET's include path has
# web_files.hpp. The bytes come in by the assembler's .incbin, which takes no time whatever their size. Names of assets
# carry a hash, so index.html changes whenever one of them does: it alone decides whether the source is made again.
#
# As a script (cmake -DDIST=… -DOUTPUT=… -P OffhookWeb.cmake) it writes that source.

function(_offhook_web_type path out)
  set(types .html text/html .js text/javascript .css text/css .svg image/svg+xml .png image/png .ico image/x-icon
            .json application/json .txt text/plain .woff2 font/woff2 .webmanifest application/manifest+json)
  cmake_path(GET path EXTENSION LAST_ONLY extension)
  list(FIND types "${extension}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "no content type known for ${path}: add it to cmake/OffhookWeb.cmake")
  endif()
  math(EXPR at "${at} + 1")
  list(GET types ${at} type)
  set(${out} "${type}" PARENT_SCOPE)
endfunction()

function(_offhook_web_write dist output)
  file(GLOB_RECURSE paths RELATIVE "${dist}" "${dist}/*")
  list(SORT paths)
  set(blobs "")
  set(symbols "")
  set(rows "")
  set(n 0)
  foreach(path IN LISTS paths)
    _offhook_web_type("${path}" type)
    string(APPEND blobs "    \"offhook_web_${n}: .incbin \\\"${dist}/${path}\\\"\\n\"\n"
                        "    \"offhook_web_${n}_end: .byte 0\\n\"\n")
    string(APPEND symbols "extern const char offhook_web_${n}[] __attribute__((visibility(\"hidden\")));\n"
                          "extern const char offhook_web_${n}_end[] __attribute__((visibility(\"hidden\")));\n")
    string(APPEND rows "      {\"/${path}\", \"${type}\", bytes(offhook_web_${n}, offhook_web_${n}_end)},\n")
    math(EXPR n "${n} + 1")
  endforeach()
  file(WRITE "${output}"
"// Generated from web/dist by cmake/OffhookWeb.cmake.
#include \"web_files.hpp\"

asm(\".pushsection .rodata\\n\"
${blobs}    \".popsection\\n\");

extern \"C\" {
${symbols}}

namespace offhook {
namespace {
std::string_view bytes(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }
}  // namespace

std::vector<io::StaticFile> web_files() {
  return {
${rows}  };
}
}  // namespace offhook
")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  _offhook_web_write("${DIST}" "${OUTPUT}")
  return()
endif()

set(_offhook_web_script "${CMAKE_CURRENT_LIST_FILE}")

function(offhook_web target)
  set(dist "${PROJECT_SOURCE_DIR}/web/dist")
  if(NOT EXISTS "${dist}/index.html")
    message(FATAL_ERROR "the page is not built (web/dist is missing); build it first: make web")
  endif()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/web_files.cpp")
  add_custom_command(OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" "-DDIST=${dist}" "-DOUTPUT=${source}" -P "${_offhook_web_script}"
    DEPENDS "${dist}/index.html" "${_offhook_web_script}"
    COMMENT "The page of web/dist into the binary" VERBATIM)
  target_sources(${target} PRIVATE "${source}")
endfunction()
