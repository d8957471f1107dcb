#include "body/resource_list.hpp"

#include "xml.hpp"

namespace offhook::body {
namespace {

using xml::Element;
using xml::Word;
using xml::Writer;

constexpr std::string_view kNamespace = "urn:ietf:params:xml:ns:rlmi";

constexpr Word<InstanceState> kStates[] = {
    {InstanceState::Active, "active"}, {InstanceState::Pending, "pending"}, {InstanceState::Terminated, "terminated"}};

std::vector<ResourceList::Name> names_of(const Element& e) {
  std::vector<ResourceList::Name> result;
  for (const Element& name : e.children("name")) result.push_back({name.text(), name.language()});
  return result;
}

ResourceList::Resource resource(const Element& e) {
  ResourceList::Resource result{e.required("uri"), names_of(e), {}};
  for (const Element& child : e.children("instance"))
    result.instances.push_back({child.required("id"),
                                child.word(child.required("state"), kStates).value_or(InstanceState::Pending),
                                child.value("reason"), child.value("cid")});
  return result;
}

void write_names(Writer& out, const std::vector<ResourceList::Name>& names) {
  for (const auto& name : names)
    out.open("name").attribute_unless_empty("xml:lang", name.language).text(name.text).close();
}

}  // namespace

Result<ResourceList> ResourceList::parse(std::string_view text, const Limits& limits) {
  const auto document = xml::Document::parse(text, limits, kNamespace, "list");
  if (!document) return tl::unexpected(document.error());
  const Element root = (*document)->root();
  ResourceList list;
  list.uri = root.required("uri");
  list.version = root.number<std::uint32_t>(root.required("version")).value_or(0);
  list.full = root.boolean(root.required("fullState")).value_or(true);
  list.cid = root.value("cid");
  list.names = names_of(root);
  for (const Element& e : root.children("resource")) list.resources.push_back(resource(e));
  return xml::finished(**document, std::move(list));
}

std::string write(const ResourceList& list) {
  Writer out("list", kNamespace);
  out.attribute("uri", list.uri).attribute("version", list.version);
  out.attribute("fullState", list.full ? "true" : "false").attribute_unless_empty("cid", list.cid);
  write_names(out, list.names);
  for (const auto& resource : list.resources) {
    out.open("resource").attribute("uri", resource.uri);
    write_names(out, resource.names);
    for (const auto& instance : resource.instances) {
      out.open("instance").attribute("id", instance.id);
      out.attribute("state", xml::text_of<InstanceState>(kStates, instance.state));
      out.attribute_unless_empty("reason", instance.reason).attribute_unless_empty("cid", instance.cid).close();
    }
    out.close();
  }
  return std::move(out).finish();
}

}  // namespace offhook::body
