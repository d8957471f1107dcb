// Reading and writing of the XML bodies: elements by namespace and local name, values with their types, one error.
//
// A Document owns what pugixml made of the bytes. Element is a small view into it. Reading goes on after a mistake with
// an empty value; the first mistake stays in the document and parse() of the format ends in it.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.hpp"
#include "base/result.hpp"
#include "body/limits.hpp"

namespace pugi {
struct xml_node_struct;
class xml_document;
}  // namespace pugi

namespace offhook::body::xml {

// One word of an enumerated type.
template <class E>
struct Word {
  E value;
  std::string_view text;
};
template <class E>
std::string_view text_of(std::span<const Word<E>> words, E value) {
  for (const auto& word : words)
    if (word.value == value) return word.text;
  return {};
}

class Document;

class Element {
 public:
  Element() = default;
  Element(Document* document, pugi::xml_node_struct* node) : document_(document), node_(node) {}

  explicit operator bool() const { return node_ != nullptr; }
  [[nodiscard]] std::size_t offset() const;     // of its name in the text
  [[nodiscard]] std::string_view name() const;  // without prefix

  // Children of the format's namespace, or of `ns`, by local name. `ns` and `local` are literals.
  [[nodiscard]] Element child(std::string_view local) const;
  [[nodiscard]] Element child(std::string_view ns, std::string_view local) const;
  [[nodiscard]] std::vector<Element> children(std::string_view local) const;
  [[nodiscard]] std::vector<Element> children(std::string_view ns, std::string_view local) const;
  [[nodiscard]] std::vector<std::string> names_of_children(std::string_view ns) const;
  Element required_child(std::string_view local) const;

  // Character data, trimmed, comments and children left out.
  [[nodiscard]] std::string text() const;
  // Text of a child; "" without one.
  [[nodiscard]] std::string text(std::string_view local) const;
  // Attributes without a prefix.
  [[nodiscard]] std::optional<std::string_view> attribute(std::string_view local) const;
  [[nodiscard]] std::string value(std::string_view local) const {
    return std::string(attribute(local).value_or(std::string_view{}));
  }
  [[nodiscard]] std::string language() const;  // xml:lang
  std::string required(std::string_view local) const;

  // Typed reading of `text`; a mistake when it is not of the type, nothing when there is no text to read.
  template <class T>
  std::optional<T> number(std::optional<std::string_view> text) const {
    if (!text) return std::nullopt;
    const auto parsed = parse_number<T>(trim(*text));
    if (!parsed) wrong("not a number, or too large");
    return parsed;
  }
  std::optional<bool> boolean(std::optional<std::string_view> text) const;
  template <class E, std::size_t N>
  std::optional<E> word(std::optional<std::string_view> text, const Word<E> (&words)[N]) const {
    if (!text) return std::nullopt;
    for (const auto& word : words)
      if (word.text == trim(*text)) return word.value;
    wrong("not one of the words that may stand here");
    return std::nullopt;
  }
  // The same of a child's text.
  template <class T>
  std::optional<T> number_in(std::string_view local) const {
    const Element e = child(local);
    return e ? e.number<T>(e.text()) : std::nullopt;
  }
  std::optional<bool> boolean_in(std::string_view local) const {
    const Element e = child(local);
    return e ? e.boolean(e.text()) : std::nullopt;
  }
  template <class E, std::size_t N>
  std::optional<E> word_in(std::string_view local, const Word<E> (&words)[N]) const {
    const Element e = child(local);
    return e ? e.word(e.text(), words) : std::nullopt;
  }
  // Records a mistake at this element, if it is the document's first.
  void wrong(std::string_view static_text) const;

 private:
  Document* document_ = nullptr;
  pugi::xml_node_struct* node_ = nullptr;
};

class Document {
 public:
  // Checks limits, grammar, that every prefix is declared, and that the root is `root` of the namespace `ns`; any
  // element of that namespace when `root` is "".
  [[nodiscard]] static Result<std::unique_ptr<Document>> parse(std::string_view text, const Limits& limits,
                                                               std::string_view ns, std::string_view root);
  ~Document();

  [[nodiscard]] Element root();
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  friend class Element;
  explicit Document(std::string_view ns);
  void check_prefixes();
  std::string_view ns_;
  std::unique_ptr<pugi::xml_document> tree_;
  std::optional<Error> error_;
};

// Writes a document in one pass. Values may hold anything: what XML cannot say becomes U+FFFD.
class Writer {
 public:
  Writer(std::string_view root, std::string_view ns);

  Writer& open(std::string_view name);
  Writer& close();
  Writer& attribute(std::string_view name, std::string_view value);
  Writer& attribute(std::string_view name, std::optional<std::uint64_t> number);  // nothing: not written
  Writer& attribute_unless_empty(std::string_view name, std::string_view value);
  Writer& text(std::string_view value);
  // <name>value</name>
  Writer& leaf(std::string_view name, std::string_view value) { return open(name).text(value).close(); }
  Writer& leaf(std::string_view name, std::optional<std::uint64_t> number);
  Writer& leaf_unless_empty(std::string_view name, std::string_view value);
  // Closes what is open.
  [[nodiscard]] std::string finish() &&;

 private:
  void begin_content();
  std::string out_;
  std::vector<std::string_view> open_;  // names; literals
  bool in_tag_ = false;
};

// The end of every parse(): the value, or the first mistake.
template <class T>
Result<T> finished(const Document& document, T value) {
  if (document.error()) return tl::unexpected(*document.error());
  return value;
}

}  // namespace offhook::body::xml
