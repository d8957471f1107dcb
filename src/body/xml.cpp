#include "xml.hpp"

#include <pugixml.hpp>

#include "guard.hpp"

namespace offhook::body::xml {
namespace {

std::string_view prefix_of(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view{} : name.substr(0, colon);
}

std::string_view local_of(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// The namespace bound to `prefix` at `node` (Namespaces in XML §6); nothing when a prefix is not declared.
std::optional<std::string_view> namespace_of(pugi::xml_node node, std::string_view prefix) {
  if (prefix == "xml") return "http://www.w3.org/XML/1998/namespace";
  for (; node.type() == pugi::node_element; node = node.parent()) {
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      const std::string_view name = attribute.name();
      if (prefix.empty() ? name == "xmlns" : prefix_of(name) == "xmlns" && local_of(name) == prefix) {
        const std::string_view ns = attribute.value();
        if (!prefix.empty() && ns.empty()) return std::nullopt;
        return ns;
      }
    }
  }
  return prefix.empty() ? std::optional<std::string_view>("") : std::nullopt;
}

bool is(pugi::xml_node node, std::string_view ns, std::string_view local) {
  const std::string_view name = node.name();
  return node.type() == pugi::node_element && local_of(name) == local && namespace_of(node, prefix_of(name)) == ns;
}

// The next element in document order; `depth` of the tree is bounded, its recursion needs no stack.
pugi::xml_node next_element(pugi::xml_node node) {
  const auto first = [](pugi::xml_node from) {
    while (from && from.type() != pugi::node_element) from = from.next_sibling();
    return from;
  };
  if (const pugi::xml_node child = first(node.first_child())) return child;
  for (; node; node = node.parent())
    if (const pugi::xml_node sibling = first(node.next_sibling())) return sibling;
  return {};
}

}  // namespace

Document::Document(std::string_view ns) : ns_(ns), tree_(std::make_unique<pugi::xml_document>()) {}
Document::~Document() = default;

Result<std::unique_ptr<Document>> Document::parse(std::string_view text, const Limits& limits, std::string_view ns,
                                                  std::string_view root) {
  if (const auto error = guard(text, limits)) return tl::unexpected(*error);
  std::unique_ptr<Document> document(new Document(ns));
  const pugi::xml_parse_result result =
      document->tree_->load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result)
    return fail(Module::Body,
                result.status == pugi::status_end_element_mismatch ? "start and end tag do not match" : "not XML",
                static_cast<std::size_t>(result.offset));
  document->check_prefixes();
  if (document->error_) return tl::unexpected(*document->error_);
  const pugi::xml_node top = document->tree_->document_element();
  if (!is(top, ns, root.empty() ? local_of(top.name()) : root))
    return fail(Module::Body, "a document of another type", document->root().offset());
  return document;
}

Element Document::root() { return {this, tree_->document_element().internal_object()}; }

void Document::check_prefixes() {
  for (pugi::xml_node node = tree_->document_element(); node; node = next_element(node)) {
    const Element element(this, node.internal_object());
    if (!namespace_of(node, prefix_of(node.name()))) element.wrong("a prefix that is not declared");
    for (const pugi::xml_attribute& attribute : node.attributes()) {
      const std::string_view prefix = prefix_of(attribute.name());
      if (prefix.empty() || prefix == "xmlns") continue;
      if (!namespace_of(node, prefix)) element.wrong("a prefix that is not declared");
    }
  }
}

std::size_t Element::offset() const { return static_cast<std::size_t>(pugi::xml_node(node_).offset_debug()); }

std::string_view Element::name() const { return local_of(pugi::xml_node(node_).name()); }

Element Element::child(std::string_view local) const { return child(document_->ns_, local); }

Element Element::child(std::string_view ns, std::string_view local) const {
  for (const pugi::xml_node& node : pugi::xml_node(node_).children())
    if (is(node, ns, local)) return {document_, node.internal_object()};
  return {document_, nullptr};
}

std::vector<Element> Element::children(std::string_view local) const { return children(document_->ns_, local); }

std::vector<Element> Element::children(std::string_view ns, std::string_view local) const {
  std::vector<Element> found;
  for (const pugi::xml_node& node : pugi::xml_node(node_).children())
    if (is(node, ns, local)) found.emplace_back(document_, node.internal_object());
  return found;
}

std::vector<std::string> Element::names_of_children(std::string_view ns) const {
  std::vector<std::string> names;
  for (const pugi::xml_node& node : pugi::xml_node(node_).children())
    if (node.type() == pugi::node_element && namespace_of(node, prefix_of(node.name())) == ns)
      names.emplace_back(local_of(node.name()));
  return names;
}

Element Element::required_child(std::string_view local) const {
  const Element found = child(local);
  if (!found) wrong("an element inside is missing");
  return found;
}

std::string Element::text() const {
  std::string text;
  for (const pugi::xml_node& node : pugi::xml_node(node_).children())
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) text += node.value();
  return std::string(trim(text));
}

std::string Element::text(std::string_view local) const {
  const Element found = child(local);
  return found ? found.text() : std::string();
}

std::optional<std::string_view> Element::attribute(std::string_view local) const {
  for (const pugi::xml_attribute& attribute : pugi::xml_node(node_).attributes())
    if (attribute.name() == local) return attribute.value();
  return std::nullopt;
}

// The prefix xml is bound without a declaration, and to nothing else.
std::string Element::language() const { return value("xml:lang"); }

std::string Element::required(std::string_view local) const {
  const auto found = attribute(local);
  if (!found) wrong("an attribute is missing");
  return std::string(found.value_or(std::string_view{}));
}

// xs:boolean
std::optional<bool> Element::boolean(std::optional<std::string_view> text) const {
  if (!text) return std::nullopt;
  const std::string_view word = trim(*text);
  if (word == "true" || word == "1") return true;
  if (word == "false" || word == "0") return false;
  wrong("neither true nor false");
  return std::nullopt;
}

void Element::wrong(std::string_view static_text) const {
  if (document_ != nullptr && !document_->error_)
    document_->error_ = Error{Module::Body, static_cast<std::uint32_t>(offset()), static_text};
}

}  // namespace offhook::body::xml
