// What no document may be, whatever its format, shown with the smallest of them.
#include "xml.hpp"

#include "body/dialog_info.hpp"
#include "property.hpp"

namespace offhook::body {
namespace {

const std::string kNs = "urn:ietf:params:xml:ns:dialog-info";
const std::string kOpen = "<dialog-info xmlns='" + kNs + "' version='0' state='full' entity='sip:a@b'>";

std::string with(const std::string& inside) { return kOpen + inside + "</dialog-info>"; }

bool accepted(const std::string& text) { return DialogInfo::parse(text).has_value(); }

struct Wrong {
  std::string text;
  std::string at;  // begins where the error is
  std::string why;
};

class NotADocument : public testing::TestWithParam<Wrong> {};

TEST_P(NotADocument, IsRefusedWhereItIsWrong) {
  const auto result = DialogInfo::parse(GetParam().text);
  ASSERT_FALSE(result.has_value()) << GetParam().text;
  EXPECT_EQ(result.error().module, Module::Body);
  EXPECT_EQ(result.error().text, GetParam().why);
  ASSERT_LE(result.error().offset, GetParam().text.size());
  EXPECT_EQ(GetParam().text.substr(result.error().offset, GetParam().at.size()), GetParam().at);
}

const Wrong kWrong[] = {
    {"", "", "no element"},
    {" \r\n", "", "no element"},
    {"v=0", "v=0", "text outside the document's element"},
    {kOpen, "", "an element is not closed"},
    {with("<a>"), "", "an element is not closed"},
    {with("</a>"), "", "an end tag without its start"},
    {with("<a></b>"), "b>", "start and end tag do not match"},
    {with("") + "<more/>", "<more/>", "a second element at the top"},
    {with("") + "more", "more", "text outside the document's element"},
    {"&#32;" + with(""), "&#32;", "text outside the document's element"},
    {"<!DOCTYPE dialog-info>" + with(""), "<!DOCTYPE", "a document type declaration is refused"},
    {"<!DOCTYPE d [<!ENTITY e 'x'>]>" + with("&e;"), "<!DOCTYPE", "a document type declaration is refused"},
    {with("<!ENTITY e 'x'>"), "<!ENTITY", "a document type declaration is refused"},
    {with("&e;"), "&e;", "a reference to an entity that XML does not predefine"},
    {with("<a b='&e;'/>"), "&e;", "a reference to an entity that XML does not predefine"},
    {with("a & b"), "& b", "a bad reference"},
    {with("&#0;"), "&#0;", "a bad character reference"},
    {with("&#xd800;"), "&#xd800;", "a bad character reference"},
    {with("&#x110000;"), "&#x11", "a bad character reference"},
    {with("&#99999999999;"), "&#999", "a bad reference"},
    {with("&#;"), "&#;", "a bad character reference"},
    {with(std::string(1, '\0')), std::string(1, '\0'), "not a character of XML in UTF-8"},
    {with("\x01"), "\x01", "not a character of XML in UTF-8"},
    {with("\xff"), "\xff", "not a character of XML in UTF-8"},
    {with("\xc0\xaf"), "\xc0\xaf", "not a character of XML in UTF-8"},
    {with("\xed\xa0\x80"), "\xed", "not a character of XML in UTF-8"},
    {with("\xf4\x90\x80\x80"), "\xf4", "not a character of XML in UTF-8"},
    {with("\xef\xbf\xbf"), "\xef", "not a character of XML in UTF-8"},
    {"<?xml version='1.0' encoding='ISO-8859-1'?>" + with(""), "<?xml", "an encoding that is not UTF-8"},
    {"<?xml version='1.0' encoding?>" + with(""), "<?xml", "a bad XML declaration"},
    {"<?xml version='1.0'", "<?xml", "an XML declaration is not closed"},
    {" <?xml version='1.0'?>" + with(""), " version", "a bad processing instruction"},
    {with("<?pi "), " </dialog", "a processing instruction is not closed"},
    {with("<!-- a -- b -->"), " b", "-- inside a comment"},
    {with("<!-- "), " </dialog", "a comment is not closed"},
    {with("<![CDATA[ "), "<![CDATA[", "a CDATA section is not closed"},
    {with("<a b='1' b='2'/>"), "='2'", "an attribute stands twice"},
    {with("<a b='1'c='2'/>"), "c='2'", "a start tag is not closed"},
    {with("<a b/>"), "/>", "an attribute without a value"},
    {with("<a b=1/>"), "1/>", "an attribute without quotes"},
    {with("<a b='<'/>"), "<'/>", "an attribute is not closed"},
    {with("<a b='"), "</dialog", "an attribute is not closed"},
    {with("<1/>"), "/>", "a bad name"},
    {with("<a:b:c/>"), "/>", "a bad name"},
    {with("<:a/>"), "/>", "a bad name"},
    {with("< a/>"), " a/>", "a bad name"},
    {with("<p:a/>"), "p:a", "a prefix that is not declared"},
    {with("<a p:b=''/>"), "a p:b", "a prefix that is not declared"},
    {with("<p:a xmlns:p=''/>"), "p:a", "a prefix that is not declared"},
    {"<dialog-info version='0' state='full' entity=''/>", "dialog-info", "a document of another type"},
    {"<dialog-info xmlns='urn:x' version='0' state='full' entity=''/>", "dialog-info", "a document of another type"},
    {"<x:dialog-info xmlns='" + kNs + "' xmlns:x='urn:x'/>", "x:dialog-info", "a document of another type"},
    {"<reginfo xmlns='" + kNs + "'/>", "reginfo", "a document of another type"},
};

INSTANTIATE_TEST_SUITE_P(Xml, NotADocument, testing::ValuesIn(kWrong));

TEST(Xml, IsReadWhateverItsDress) {
  EXPECT_TRUE(accepted(with("")));
  EXPECT_TRUE(accepted("\xef\xbb\xbf" + with("")));
  EXPECT_TRUE(
      accepted("<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n" + with("") + "\r\n<!-- end -->\n"));
  EXPECT_TRUE(accepted("<?xml version='1.0' encoding = \"us-ascii\"?>" + with("<?target some > data?>")));
  EXPECT_TRUE(accepted(with("<other xmlns='urn:other' a='1'><b/>text</other><p:q xmlns:p='urn:p' p:r=\"'>\"/>")));
  EXPECT_TRUE(accepted(with("&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;<![CDATA[<&;]]><!----><!-- <a> & -->")));
}

TEST(Xml, ElementsAreKnownByTheirNamespaceNotTheirPrefix) {
  const auto info = parsed<DialogInfo>(
      "<d:dialog-info xmlns:d='" + kNs + "' xmlns='urn:other' version='3' state='partial' entity='sip:a@b'>" +
      "<dialog id='no'/>"                                                 // of urn:other
      "<d:dialog id='yes' d:id='no'><d:state>early</d:state></d:dialog>"  // a prefixed attribute is another's
      "<x:dialog xmlns:x='" +
      kNs + "' id='too'><x:state xmlns:x='" + kNs + "'>trying</x:state></x:dialog>" + "<dialog xmlns='" + kNs +
      "' id='three'><state>confirmed</state></dialog></d:dialog-info>");
  ASSERT_EQ(info.dialogs.size(), 3U);
  EXPECT_EQ(info.dialogs[0].id, "yes");
  EXPECT_EQ(info.dialogs[1].id, "too");
  EXPECT_EQ(info.dialogs[2].state, DialogState::Confirmed);
}

TEST(Xml, TextIsWhatItsReferencesAndSectionsSay) {
  const auto info = parsed<DialogInfo>(with(
      "<dialog id='a&#10;&lt;b&#x20AC;'><state> con<!-- x -->firmed\n</state><local><identity display='A &amp; B\tC'>"
      "<![CDATA[sip:<&>]]>&#64;&quot;</identity></local></dialog>"));
  ASSERT_EQ(info.dialogs.size(), 1U);
  EXPECT_EQ(info.dialogs[0].id, "a\n<b€");
  EXPECT_EQ(info.dialogs[0].state, DialogState::Confirmed);
  ASSERT_EQ(info.dialogs[0].local.identities.size(), 1U);
  EXPECT_EQ(info.dialogs[0].local.identities[0].uri, "sip:<&>@\"");
  EXPECT_EQ(info.dialogs[0].local.identities[0].display, "A & B C");
}

std::string nested(int depth) {
  std::string text = kOpen;
  for (int i = 1; i < depth; ++i) text += "<a>";
  for (int i = 1; i < depth; ++i) text += "</a>";
  return text + "</dialog-info>";
}

TEST(Xml, LimitsHoldExactly) {
  const Limits limits;
  EXPECT_TRUE(accepted(nested(static_cast<int>(limits.depth))));
  EXPECT_FALSE(accepted(nested(static_cast<int>(limits.depth) + 1)));
  EXPECT_FALSE(accepted(nested(5000)));

  std::string many;
  for (std::size_t i = 1; i < limits.elements; ++i) many += "<a/>";
  EXPECT_TRUE(accepted(with(many)));
  EXPECT_FALSE(accepted(with(many + "<a/>")));

  std::string attributes;
  for (std::size_t i = 0; i < limits.attributes; ++i) attributes += " a" + std::to_string(i) + "='1'";
  EXPECT_TRUE(accepted(with("<a" + attributes + "/>")));
  EXPECT_FALSE(accepted(with("<a" + attributes + " b='1'/>")));

  const std::string full = with(std::string(limits.bytes - with("").size(), 'x'));
  ASSERT_EQ(full.size(), limits.bytes);
  EXPECT_TRUE(accepted(full));
  EXPECT_FALSE(accepted(full + ' '));

  Limits small;
  small.bytes = with("").size();
  EXPECT_TRUE(DialogInfo::parse(with(""), small).has_value());
  EXPECT_FALSE(DialogInfo::parse(with(" "), small).has_value());
}

// Nothing is read beyond the end of the view: what follows belongs to somebody else.
TEST(Xml, EndsWhereTheViewEnds) {
  const std::string document = with("<dialog id='a'><state>early</state></dialog>");
  for (std::size_t size = 0; size < document.size(); ++size)
    EXPECT_FALSE(DialogInfo::parse(std::string_view(document).substr(0, size)).has_value()) << size;
}

TEST(XmlWriter, WritesWhatXmlCannotSayAsTheReplacementCharacter) {
  DialogInfo info;
  info.entity = std::string("a\x01\xff\0b\xed\xa0\x80", 8);
  const auto again = parsed<DialogInfo>(write(info));
  EXPECT_EQ(again.entity,
            "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
            "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

}  // namespace
}  // namespace offhook::body
