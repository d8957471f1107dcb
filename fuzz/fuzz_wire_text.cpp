// Marks and redaction of what went over the wire: any bytes. Lengths and line ends stay, a second pass finds nothing
// more, and in the fields that hold credentials no readable value is left.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "flow/wire_text.hpp"

namespace {

void check_inside(std::string_view mark, const std::string& text) {
  if (!mark.empty() && (mark.data() < text.data() || mark.data() + mark.size() > text.data() + text.size()))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  const std::string before(reinterpret_cast<const char*>(data), size);
  std::string text = before;
  const flow::WireMarks marks = flow::mark_and_redact(text);
  for (const auto mark : {marks.call_id, marks.request_user, marks.from_user, marks.to_user}) check_inside(mark, text);
  for (std::size_t i = 0; i < size; ++i)
    if (text[i] != before[i] && (text[i] != 'x' || before[i] == '\r' || before[i] == '\n')) std::abort();
  std::string again = text;
  static_cast<void>(flow::mark_and_redact(again));
  if (again != text) std::abort();
  // Credentials that are put in front are hidden, whatever follows.
  std::string with = "A b\r\nAuthorization: Digest response=\"0123456789\"" + before;
  static_cast<void>(flow::mark_and_redact(with));
  if (with.find("0123456789") < 60) std::abort();
  return 0;
}
