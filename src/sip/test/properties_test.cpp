// What holds for every message and every value: bytes are kept, what is written reads back. Seeded: RC_PARAMS in the
// environment ("seed=… max_success=…") takes another draw.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>

#include "generate.hpp"
#include "sip/builder.hpp"
#include "sip/edit.hpp"
#include "sip/header/allow.hpp"
#include "sip/header/content_type.hpp"
#include "sip/header/date.hpp"
#include "sip/header/diversion.hpp"
#include "sip/header/history_info.hpp"
#include "sip/header/join.hpp"
#include "sip/header/privacy.hpp"
#include "sip/header/rack.hpp"
#include "sip/header/reason.hpp"
#include "sip/header/refer_to.hpp"
#include "sip/header/replaces.hpp"
#include "sip/header/session_expires.hpp"
#include "sip/header/target_dialog.hpp"
#include "sip/header/via.hpp"
#include "sip/header/warning.hpp"
#include "sip/multipart.hpp"
#include "sip/tel_uri.hpp"
#include "sip/text.hpp"

namespace offhook::sip {
namespace {

using namespace test;  // NOLINT: the generators' short names

const int kSeeded = setenv("RC_PARAMS", "seed=3261 max_success=200", 0);

RC_GTEST_PROP(Messages, keepTheirBytes, ()) {
  const Draft draft = message();
  const std::string text = draft.text(pick({": ", ":", " : ", "\t:\t", ":\r\n ", ":  \r\n\t "}));
  const auto read = Message::parse(text);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->bytes() == text);
  RC_ASSERT(read->start_line() == draft.start);
  RC_ASSERT(read->body() == draft.body);
  RC_ASSERT(read->header_count() == draft.headers.size());
  for (std::size_t i = 0; i < draft.headers.size(); ++i) {
    RC_ASSERT(read->header(i).name == draft.headers[i].first);
    RC_ASSERT(read->header(i).value == draft.headers[i].second);
  }
  RC_ASSERT(Edit(*read).bytes() == text);
  const auto again = Message::parse(std::string(read->bytes()));
  RC_ASSERT(again && again->bytes() == text);
}

RC_GTEST_PROP(Messages, areCopiedByTheBuilder, ()) {
  const Draft draft = message(true);
  const auto read = Message::parse(draft.text());
  RC_ASSERT(read.has_value());
  Builder builder = Builder::request(read->method_text(), read->request_uri());
  for (std::size_t i = 0; i < read->header_count(); ++i) builder.add(read->header(i).name, read->header(i).value);
  const Message copy = builder.body("", read->body()).build();
  RC_ASSERT(copy.start_line() == read->start_line());
  RC_ASSERT(copy.body() == read->body());
  RC_ASSERT(copy.header_count() == read->header_count());
  for (std::size_t i = 0; i + 1 < copy.header_count(); ++i) RC_ASSERT(copy.header(i).value == read->header(i).value);
}

RC_GTEST_PROP(Uris, areThemselves, ()) {
  const std::string text = sip_uri();
  const auto uri = Uri::parse(text);
  RC_ASSERT(uri.has_value());
  RC_ASSERT(uri->text == text);
  std::string shouted = text;  // the host's case says nothing
  const auto at = static_cast<std::size_t>(uri->host.data() - text.data());
  for (std::size_t i = at; i < at + uri->host.size(); ++i)
    if (shouted[i] >= 'a' && shouted[i] <= 'z') shouted[i] = static_cast<char>(shouted[i] - 32);
  const auto other = Uri::parse(shouted);
  RC_ASSERT(other && equal(*uri, *other) && equal(*other, *uri));
  RC_ASSERT(aor_key(*uri) == aor_key(*other));
}

RC_GTEST_PROP(Uris, holdAnyUserAndHeader, ()) {
  const std::string user = 'u' + octets(12), value = octets(12), param = 'p' + octets(12);
  const std::string text =
      "sip:" + escape_user(user) + "@h;x=" + escape_param(param) + "?Subject=" + escape_header(value);
  const auto target = ReferTo::parse('<' + text + '>');
  RC_ASSERT(target.has_value());
  const auto uri = Uri::parse(text);
  RC_ASSERT(uri.has_value());
  RC_ASSERT(unescape(uri->user) == user);
  RC_ASSERT(unescape(uri->params.find("x").value_or("")) == param);
  RC_ASSERT(Uri::parse(text) && equal(*uri, *Uri::parse(text)));
}

RC_GTEST_PROP(TelUris, makeOneUserPart, ()) {
  const std::string plain = text_of("0123456789", 1, 12);
  std::string spread = "+";
  for (const char c : plain) spread += std::string(1, c) + pick({"", "-", ".", "(", ")"});
  const std::string a = ";a=" + word(), b = ";b=" + word();
  const auto one = "tel:" + spread + a + b, two = "TEL:+" + plain + b + a;
  const auto first = TelUri::parse(one), second = TelUri::parse(two);
  RC_ASSERT(first && second);
  RC_ASSERT(equal(*first, *second));
  RC_ASSERT(telephone_subscriber(*first) == telephone_subscriber(*second));
  RC_ASSERT(first->number() == '+' + plain);
}

RC_GTEST_PROP(Addresses, readBack, ()) {
  const std::string display = phrase(), uri = sip_uri();
  const std::string text = name_addr(display, uri) + ";tag=" + token();
  const auto read = NameAddr::parse(text);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->display_name() == display);
  RC_ASSERT(read->uri == uri);
  RC_ASSERT(is_display_name(read->display));
}

RC_GTEST_PROP(QuotedText, goesThereAndBack, ()) {
  const std::string any = octets(20), clean = phrase(12);
  RC_ASSERT(unquote(quote(any)) == any);
  RC_ASSERT(is_quoted_string(quote(clean)));
  RC_ASSERT(comment_text(comment(clean)) == clean);
  RC_ASSERT(comment_length(comment(clean) + "x").value_or(0) == comment(clean).size());
  RC_ASSERT(is_utf8(to_utf8(any)));
}

RC_GTEST_PROP(Dates, readBack, ()) {
  constexpr std::int64_t kYear9999 = 253402300799;
  const WallTime at{seconds(*rc::gen::inRange<std::int64_t>(0, kYear9999))};
  const std::string text = date_text(at);
  const auto read = parse_date(text);
  RC_ASSERT(read && *read == at);
}

RC_GTEST_PROP(Methods, readBack, ()) {
  MethodSet set;
  for (int i = 0; i <= static_cast<int>(Method::Update); ++i)
    if (coin()) set.add(static_cast<Method>(i));
  RC_ASSERT(*MethodSet::parse(set.text()) == set);
}

RC_GTEST_PROP(Forwarding, readsBack, ()) {
  const std::string display = phrase(), uri = sip_uri(), reason = phrase();
  const int counter = number(1, 99);
  const std::string text = diversion_text(display, uri, reason, counter);
  const auto read = Diversion::parse(text);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->address.display_name() == display && read->address.uri == uri && read->counter() == counter);
  RC_ASSERT(unquote('"' + std::string(read->reason()) + '"') == reason);
}

RC_GTEST_PROP(Histories, readBack, ()) {
  const std::string display = phrase(), uri = sip_uri(),
                    index = std::to_string(number(1, 99)) + '.' + std::to_string(number(1, 9));
  const std::string words = phrase(), reason = reason_text("SIP", number(100, 699), words);
  const std::string text = history_info_text({display, uri, index, reason, coin() ? "history" : "", "rc", index});
  const auto read = HistoryInfo::parse(text);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->index() == index && read->rc() == index && read->reason() == reason);
  const auto inner = Reason::parse(reason);
  RC_ASSERT(inner && inner->text() == words && inner->cause() == read->cause());
}

RC_GTEST_PROP(DialogNames, readBack, ()) {
  const std::string call = word(12) + '@' + word(), to = token(), from = token();
  const Replaces replaces{call, to, from, coin()};
  const std::string text = replaces.text();
  const auto read = Replaces::parse(text);
  RC_ASSERT(read && read->call_id == call && read->to_tag == to && read->from_tag == from &&
            read->early_only == replaces.early_only);
  const std::string join = Join{call, to, from}.text(), target = TargetDialog{call, to, from}.text();
  RC_ASSERT(Join::parse(join) && Join::parse(join)->from_tag == from);
  RC_ASSERT(TargetDialog::parse(target) && TargetDialog::parse(target)->local_tag == to);
  // Through a Refer-To and back (RFC 3891 §3).
  const std::string refer = refer_to_text("", "sip:a@h", text);
  RC_ASSERT(ReferTo::parse(refer) && ReferTo::parse(refer)->header("Replaces") == text);
}

RC_GTEST_PROP(SmallFields, readBack, ()) {
  const RAck rack{*rc::gen::arbitrary<std::uint32_t>(), *rc::gen::arbitrary<std::uint32_t>(), "INVITE"};
  const std::string rack_text = rack.text();
  const auto read = RAck::parse(rack_text);
  RC_ASSERT(read && read->rseq == rack.rseq && read->cseq == rack.cseq);
  const SessionExpires session{*rc::gen::arbitrary<std::uint32_t>(), static_cast<Refresher>(number(0, 2))};
  RC_ASSERT(*SessionExpires::parse(session.text()) == session);
  Privacy privacy{coin(), coin(), coin(), coin(), coin(), coin(), true};
  RC_ASSERT(*Privacy::parse(privacy.text()) == privacy);
  const std::string agent = hostport(), words = phrase(), warning = warning_text(number(300, 399), agent, words);
  RC_ASSERT(Warning::parse(warning) && Warning::parse(warning)->text() == words &&
            Warning::parse(warning)->agent == agent);
}

RC_GTEST_PROP(Bodies, ofSeveralPartsReadBack, ()) {
  SeededRandom random(static_cast<std::uint64_t>(number(0, 1'000'000)));
  MultipartBuilder builder("mixed");
  std::vector<std::string> contents;
  for (int left = number(1, 5); left > 0; --left) {
    contents.push_back(octets(40) + pick({"", "\r\n", "\r\n--", "--b--"}));
    builder.add("application/x" + word(), contents.back());
  }
  const auto built = builder.build(random);
  const Message message = Builder::request(Method::Message, "sip:a").body(built.type, built.body).build();
  BodyParts parts(message);
  for (const std::string& content : contents) {
    const auto part = parts.next();
    RC_ASSERT(part && part->content == content);
  }
  RC_ASSERT(!parts.next());
}

}  // namespace
}  // namespace offhook::sip
