// Changes to a message without decoding it: a list of cuts and insertions over its bytes, applied in one pass. What is
// not named stays byte for byte. A proxy's forwarding (RFC 3261 §16.6) is one Edit. `source` must outlive the edit.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sip/message.hpp"

namespace offhook::sip {

class Edit {
 public:
  explicit Edit(const Message& source) : source_(&source), body_size_(source.body().size()) {}

  Edit& request_uri(std::string_view uri);
  Edit& status(int code, std::string_view reason);
  // A new field of that kind before the first one of it; when there is none, right behind the start line. Several
  // prepends of one kind: the last one called stands first.
  Edit& prepend(HeaderId id, std::string_view value);
  // A new field behind the last one of that kind, else at the end of the header.
  Edit& append(HeaderId id, std::string_view value);
  Edit& append(std::string_view name, std::string_view value);
  // Replaces the value of the first field of that kind; adds the field at the end when there is none.
  Edit& set(HeaderId id, std::string_view value);
  // Replaces one list element or part of a value: `part` must be a view into the source's bytes.
  Edit& replace(std::string_view part, std::string_view with);
  // Inserts text behind a view into the source's bytes (;received=… behind a Via element).
  Edit& insert_after(std::string_view part, std::string_view text);
  Edit& remove(HeaderId id);              // all fields of that kind
  Edit& remove_field(std::size_t index);  // the field with that index in the source
  // The first list element, and the field when it was its only one. Called again: the next element.
  Edit& remove_top(HeaderId id);
  Edit& body(std::string_view content_type, std::string_view bytes);  // also sets Content-Type and Content-Length

  [[nodiscard]] bool empty() const { return cuts_.empty(); }
  [[nodiscard]] const Message& source() const { return *source_; }
  // Octets of the body that comes out.
  [[nodiscard]] std::size_t body_size() const { return body_size_; }
  // The text that comes out: one copy, nothing is read again.
  [[nodiscard]] std::string bytes() const;
  // bytes() indexed again.
  [[nodiscard]] Message apply() const;

 private:
  // What is taken out of the source at one place, and what of text_ stands there instead.
  struct Cut {
    std::uint32_t at = 0, size = 0;  // in the source
    std::uint32_t order = 0;
    std::uint32_t text = 0, text_size = 0;
  };
  void cut(std::size_t at, std::size_t size, std::size_t text_begin);
  void insert(Cut cut);
  [[nodiscard]] std::size_t write_text(std::string_view value);
  [[nodiscard]] std::size_t write_text(std::string_view name, std::string_view value);
  [[nodiscard]] std::pair<std::size_t, std::size_t> extent(std::size_t index) const;
  [[nodiscard]] std::size_t offset_of(std::string_view part) const;
  void forget(HeaderId id);
  [[nodiscard]] bool is_cut(std::size_t at) const;
  const Message* source_;
  std::size_t body_size_;
  std::uint32_t calls_ = 0;
  std::vector<Cut> cuts_;  // in the order of the bytes that come out
  std::string text_;       // of all of them
};

}  // namespace offhook::sip
