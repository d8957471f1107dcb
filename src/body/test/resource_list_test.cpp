#include "body/resource_list.hpp"

#include <array>

#include "property.hpp"

namespace offhook::body {
namespace {

ResourceList example(const std::string& name) { return parsed<ResourceList>(seed("rlmi/" + name + ".xml")); }

TEST(ResourceList, ExampleOfTheFormat) {
  const ResourceList list = example("rfc4662-01");
  EXPECT_EQ(list.uri, "sip:adam-friends@lists.vancouver.example.com");
  EXPECT_EQ(list.version, 7U);
  EXPECT_TRUE(list.full);
  ASSERT_EQ(list.names.size(), 2U);
  EXPECT_EQ(list.names[0], (ResourceList::Name{"Buddy List", "en"}));
  EXPECT_EQ(list.names[1], (ResourceList::Name{"Liste d'amis", "fr"}));
  ASSERT_EQ(list.resources.size(), 4U);
  EXPECT_EQ(list.resources[0].uri, "sip:bob@vancouver.example.com");
  EXPECT_EQ(list.resources[0].names.at(0).text, "Bob Smith");
  EXPECT_EQ(list.resources[0].instances.at(0),
            (ResourceList::Instance{"juwigmtboe", InstanceState::Active, "", "12345.aaa@vancouver.example.com"}));
  EXPECT_EQ(list.resources[2].instances.at(0),
            (ResourceList::Instance{"oflzxqzuvg", InstanceState::Terminated, "rejected", ""}));
  EXPECT_EQ(list.resources[3].instances.at(0).state, InstanceState::Pending);
}

TEST(ResourceList, EveryOtherExample) {
  for (const char* number : {"02", "03", "04", "05"}) {
    const ResourceList list = example(std::string("rfc4662-") + number);
    EXPECT_EQ(list.names.size(), 2U);
    EXPECT_EQ(parsed<ResourceList>(write(list)), list);
  }
  EXPECT_TRUE(example("rfc4662-02").resources.at(3).instances.empty());
  EXPECT_FALSE(example("rfc4662-04").full);
}

std::string with(const std::string& attributes, const std::string& inside) {
  return "<list xmlns='urn:ietf:params:xml:ns:rlmi' " + attributes + ">" + inside + "</list>";
}
std::string with_resource(const std::string& inside) { return with("uri='sip:l@x' version='0' fullState='1'", inside); }

TEST(ResourceList, MustNotParse) {
  EXPECT_TRUE(parsed<ResourceList>(with_resource("<resource uri='sip:a@x'/>")).full);
  EXPECT_FALSE(parsed<ResourceList>(with("uri='sip:l@x' version='0' fullState='0'", "")).full);
  for (const char* wrong :
       {"version='0' fullState='true'", "uri='sip:l@x' fullState='true'", "uri='sip:l@x' version='0'",
        "uri='sip:l@x' version='x' fullState='true'", "uri='sip:l@x' version='0' fullState='yes'"})
    EXPECT_EQ(refused_at<ResourceList>(with(wrong, "")), "list");
  EXPECT_EQ(refused_at<ResourceList>(with_resource("<resource />")), "resource");
  for (const char* wrong : {"state='active'", "id='1'", "id='1' state='gone'"})
    EXPECT_EQ(
        refused_at<ResourceList>(with_resource("<resource uri='a'><instance " + std::string(wrong) + "/></resource>")),
        "instance");
}

TEST(ResourceList, ReadsBackWhatItWrote) {
  using N = ResourceList::Name;
  using I = ResourceList::Instance;
  using R = ResourceList::Resource;
  const auto name = rc::gen::build<N>(rc::gen::set(&N::text, any_text()), rc::gen::set(&N::language, any_text()));
  const auto instance = rc::gen::build<I>(
      rc::gen::set(&I::id, any_text()),
      rc::gen::set(&I::state,
                   rc::gen::element(InstanceState::Active, InstanceState::Pending, InstanceState::Terminated)),
      rc::gen::set(&I::reason, any_text()), rc::gen::set(&I::cid, any_text()));
  const auto resource = rc::gen::build<R>(rc::gen::set(&R::uri, any_text()), rc::gen::set(&R::names, few(name)),
                                          rc::gen::set(&R::instances, few(instance)));
  expect_for_all([&] {
    const ResourceList list{
        *any_text(),   *rc::gen::arbitrary<std::uint32_t>(), *rc::gen::arbitrary<bool>(), *any_text(), *few(name),
        *few(resource)};
    const auto again = ResourceList::parse(write(list));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == list);
  });
}

// The first notification of §6: a list, two documents, and a list inside the list that is not there yet.
class Notification : public testing::Test {
 protected:
  const std::string list = seed("rlmi/rfc4662-02.xml");
  const std::string bob = seed("pidf/rfc4662-01.xml");
  const std::string dave = seed("pidf/rfc4662-02.xml");
  std::vector<Part> parts{{"application/rlmi+xml;charset=\"UTF-8\"", "<nXYxAE@pres.vancouver.example.com>", list},
                          {"application/pidf+xml;charset=\"UTF-8\"", "<bUZBsM@pres.vancouver.example.com>", bob},
                          {"application/pidf+xml;charset=\"UTF-8\"", "<ZvSvkz@pres.vancouver.example.com>", dave}};
};

TEST_F(Notification, GivesEachResourceItsDocument) {
  const auto result = ListNotification::parse(parts, "<nXYxAE@pres.vancouver.example.com>");
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->uri, "sip:adam-friends@pres.vancouver.example.com");
  EXPECT_EQ(result->version, 1U);
  ASSERT_EQ(result->resources.size(), 4U);
  ASSERT_TRUE(result->resources[0].instances.at(0).document);
  EXPECT_EQ(result->resources[0].instances[0].document->bytes, bob);
  EXPECT_EQ(result->resources[1].instances.at(0).document->bytes, dave);
  EXPECT_EQ(result->resources[1].instances[0].document->content_type, "application/pidf+xml;charset=\"UTF-8\"");
  EXPECT_EQ(result->resources[2].names.at(0).text, "Ed at NET");
  EXPECT_TRUE(result->resources[2].instances.empty());
}

TEST_F(Notification, TheRootIsTheFirstPartUnlessItIsNamed) {
  EXPECT_TRUE(ListNotification::parse(parts).has_value());
  std::swap(parts[0], parts[2]);
  EXPECT_FALSE(ListNotification::parse(parts).has_value());
  EXPECT_TRUE(ListNotification::parse(parts, "nXYxAE@pres.vancouver.example.com").has_value());
  EXPECT_FALSE(ListNotification::parse(parts, "other@pres.vancouver.example.com").has_value());
}

TEST_F(Notification, EveryCidHasItsPart) {
  EXPECT_FALSE(ListNotification::parse({}).has_value());
  parts.pop_back();
  EXPECT_EQ(ListNotification::parse(parts).error().text, "a cid without its part");
  parts.push_back({"application/pidf+xml", "ZvSvkz@pres.vancouver.example.com", dave});
  EXPECT_TRUE(ListNotification::parse(parts).has_value());
  parts[0].bytes = "<list/>";
  EXPECT_FALSE(ListNotification::parse(parts).has_value());
}

// As it comes in a NOTIFY: §6, step 3, with a list inside the list as in step 7.
TEST_F(Notification, ComesAsMultipartRelated) {
  const auto part = [](const std::string& fields, const std::string& content) {
    return "--50UBfW7LSCVLtggUPe5z\r\nContent-Transfer-Encoding: binary\r\n" + fields + "\r\n" + content + "\r\n";
  };
  const std::string type =
      "multipart/related;type=\"application/rlmi+xml\";start=\"<nXYxAE@pres.vancouver.example.com>\";"
      "boundary=\"50UBfW7LSCVLtggUPe5z\"";
  const std::string pidf = "Content-Type: application/pidf+xml;charset=\"UTF-8\"\r\nContent-ID: ";
  const std::string root = part(
      "Content-ID: <nXYxAE@pres.vancouver.example.com>\r\nContent-Type: application/rlmi+xml;charset=\"UTF-8\"\r\n",
      list);
  const std::string others = part(pidf + "<bUZBsM@pres.vancouver.example.com>\r\n", bob) +
                             part(pidf + "<ZvSvkz@pres.vancouver.example.com>\r\n", dave);
  const auto result = ListNotification::parse(type, others + root + "--50UBfW7LSCVLtggUPe5z--\r\n");
  ASSERT_TRUE(result) << result.error().text;
  ASSERT_EQ(result->resources.size(), 4U);
  EXPECT_EQ(result->resources[0].instances.at(0).document->bytes, bob);
  EXPECT_EQ(result->resources[1].instances.at(0).document->bytes, dave);
  EXPECT_EQ(result->resources[1].instances[0].document->content_type, "application/pidf+xml;charset=\"UTF-8\"");

  EXPECT_FALSE(ListNotification::parse(type, others).has_value());  // no root
  EXPECT_FALSE(ListNotification::parse("multipart/mixed;boundary=x", root).has_value());
  EXPECT_FALSE(ListNotification::parse("multipart/related", root).has_value());
  EXPECT_FALSE(ListNotification::parse("application/rlmi+xml", list).has_value());
  EXPECT_FALSE(ListNotification::parse(type, "").has_value());
  EXPECT_FALSE(ListNotification::parse(
                   type, others + root + "--50UBfW7LSCVLtggUPe5z\r\nContent-Transfer-Encoding: base64\r\n\r\nAA")
                   .has_value());
  Limits limits;
  limits.elements = 2;
  EXPECT_FALSE(ListNotification::parse(type, others + root, limits).has_value());
}

TEST_F(Notification, AListInsideAListIsItsDocument) {
  const std::string inner_list = seed("rlmi/rfc4662-05.xml");
  const std::string inner_type = "multipart/related;type=\"application/rlmi+xml\";boundary=\"TfZxoxgAvLqgj4wRWPDL\"";
  const std::string inner =
      "--TfZxoxgAvLqgj4wRWPDL\r\nContent-ID: <x@y>\r\nContent-Type: application/rlmi+xml\r\n\r\n" + inner_list +
      "\r\n--TfZxoxgAvLqgj4wRWPDL\r\nContent-ID: <mrEakg@stockholm.example.org>\r\n\r\n1" +
      "\r\n--TfZxoxgAvLqgj4wRWPDL\r\nContent-ID: <KKMDmv@stockholm.example.org>\r\n\r\n2" +
      "\r\n--TfZxoxgAvLqgj4wRWPDL--";
  const std::string outer_list = seed("rlmi/rfc4662-04.xml");
  const std::vector<Part> outer{{"application/rlmi+xml", "root@x", outer_list},
                                {inner_type, "<1KQhyE@pres.vancouver.example.com>", inner}};
  const auto result = ListNotification::parse(outer);
  ASSERT_TRUE(result) << result.error().text;
  const auto& document = result->resources.at(1).instances.at(0).document;
  ASSERT_TRUE(document);
  const auto nested = ListNotification::parse(document->content_type, document->bytes);
  ASSERT_TRUE(nested) << nested.error().text;
  EXPECT_EQ(nested->uri, "sip:adam-friends@stockholm.example.org");
  EXPECT_EQ(nested->resources.at(1).instances.at(0).document->bytes, "2");
}

TEST(ResourceListTable, FollowsTheVersions) {
  using Rows = std::vector<ListNotification::Resource>;
  const auto row = [](std::string uri, InstanceState state, std::optional<std::string> document) {
    ListNotification::Instance instance{"1", state, "", std::nullopt};
    if (document) instance.document = {"application/pidf+xml", *document};
    return ListNotification::Resource{std::move(uri), {}, {instance}};
  };
  const auto text = [](const ResourceListTable& table) {
    std::string rows;
    for (const auto& resource : table.resources()) {
      rows += resource.uri;
      for (const auto& instance : resource.instances)
        rows += (instance.state == InstanceState::Terminated ? "-" : "+") +
                (instance.document ? instance.document->bytes : "");
      rows += ' ';
    }
    return rows;
  };
  const auto active = InstanceState::Active;
  ResourceListTable table;
  EXPECT_EQ(table.apply({"l", 0, true, Rows{row("a", active, "1"), row("b", active, "2")}}), Merge::Applied);
  EXPECT_EQ(table.apply({"l", 1, false, Rows{row("b", active, "3"), row("c", active, "4")}}), Merge::Applied);
  EXPECT_EQ(text(table), "a+1 b+3 c+4 ");
  EXPECT_EQ(table.apply({"l", 1, true, {}}), Merge::Stale);  // §5.6.1: greater, or discarded
  EXPECT_EQ(table.apply({"l", 2, false, Rows{row("a", active, std::nullopt)}}), Merge::Applied);
  EXPECT_EQ(text(table), "a+1 b+3 c+4 ");  // nothing new about it
  EXPECT_EQ(table.apply({"l", 3, false, Rows{row("a", InstanceState::Terminated, std::nullopt)}}), Merge::Applied);
  EXPECT_EQ(text(table), "a- b+3 c+4 ");
  EXPECT_EQ(table.apply({"l", 9, false, {}}), Merge::NeedsRefresh);
  EXPECT_EQ(text(table), "a b+3 c+4 ");
  EXPECT_EQ(table.version(), 9U);
  EXPECT_EQ(table.apply({"l", 20, true, Rows{row("z", active, "9")}}), Merge::Applied);
  EXPECT_EQ(text(table), "z+9 ");
  table.clear();
  EXPECT_EQ(table.apply({"l", 4, false, {}}), Merge::NeedsRefresh);
}

}  // namespace
}  // namespace offhook::body
