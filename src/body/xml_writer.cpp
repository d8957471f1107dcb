#include "chars.hpp"
#include "xml.hpp"

namespace offhook::body::xml {
namespace {

// White space in an attribute is written as references: a parser makes spaces of what stands there literally.
std::string_view escape(char c, bool in_attribute) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '\r': return "&#13;";
    case '"': return in_attribute ? "&quot;" : std::string_view{};
    case '\t': return in_attribute ? "&#9;" : std::string_view{};
    case '\n': return in_attribute ? "&#10;" : std::string_view{};
    default: return {};
  }
}

void write(std::string& out, std::string_view value, bool in_attribute) {
  while (!value.empty()) {
    const std::size_t size = char_length(value);
    const std::string_view escaped = escape(value.front(), in_attribute);
    if (size == 0)
      out += "\xef\xbf\xbd";
    else if (escaped.empty())
      out += value.substr(0, size);
    else
      out += escaped;
    value.remove_prefix(size == 0 ? 1 : size);
  }
}

}  // namespace

Writer::Writer(std::string_view root, std::string_view ns) : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {
  open(root).attribute("xmlns", ns);
}

void Writer::begin_content() {
  if (in_tag_) out_ += '>';
  in_tag_ = false;
}

Writer& Writer::open(std::string_view name) {
  begin_content();
  out_ += '<';
  out_ += name;
  open_.push_back(name);
  in_tag_ = true;
  return *this;
}

Writer& Writer::close() {
  if (in_tag_) {
    out_ += "/>";
  } else {
    out_ += "</";
    out_ += open_.back();
    out_ += '>';
  }
  in_tag_ = false;
  open_.pop_back();
  return *this;
}

Writer& Writer::attribute(std::string_view name, std::string_view value) {
  out_ += ' ';
  out_ += name;
  out_ += "=\"";
  write(out_, value, true);
  out_ += '"';
  return *this;
}

Writer& Writer::attribute(std::string_view name, std::optional<std::uint64_t> number) {
  return number ? attribute(name, std::to_string(*number)) : *this;
}

Writer& Writer::attribute_unless_empty(std::string_view name, std::string_view value) {
  return value.empty() ? *this : attribute(name, value);
}

Writer& Writer::text(std::string_view value) {
  if (value.empty()) return *this;
  begin_content();
  write(out_, value, false);
  return *this;
}

Writer& Writer::leaf(std::string_view name, std::optional<std::uint64_t> number) {
  return number ? leaf(name, std::to_string(*number)) : *this;
}

Writer& Writer::leaf_unless_empty(std::string_view name, std::string_view value) {
  return value.empty() ? *this : leaf(name, value);
}

std::string Writer::finish() && {
  while (!open_.empty()) close();
  out_ += '\n';
  return std::move(out_);
}

}  // namespace offhook::body::xml
