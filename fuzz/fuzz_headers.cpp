// Every typed header parser over one value; the first byte chooses it. What a writer exists for is written and read
// again.
#include <array>
#include <cstdlib>

#include "sip/header/accept.hpp"
#include "sip/header/allow.hpp"
#include "sip/header/allow_events.hpp"
#include "sip/header/answer_mode.hpp"
#include "sip/header/call_id.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/content_disposition.hpp"
#include "sip/header/content_encoding.hpp"
#include "sip/header/content_id.hpp"
#include "sip/header/content_type.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/date.hpp"
#include "sip/header/diversion.hpp"
#include "sip/header/entity_tag.hpp"
#include "sip/header/event.hpp"
#include "sip/header/free_text.hpp"
#include "sip/header/history_info.hpp"
#include "sip/header/identity.hpp"
#include "sip/header/info_package.hpp"
#include "sip/header/info_uri.hpp"
#include "sip/header/join.hpp"
#include "sip/header/mime_version.hpp"
#include "sip/header/option_tags.hpp"
#include "sip/header/p_access_network_info.hpp"
#include "sip/header/p_early_media.hpp"
#include "sip/header/priority.hpp"
#include "sip/header/privacy.hpp"
#include "sip/header/rack.hpp"
#include "sip/header/reason.hpp"
#include "sip/header/refer_sub.hpp"
#include "sip/header/refer_to.hpp"
#include "sip/header/referred_by.hpp"
#include "sip/header/remote_party_id.hpp"
#include "sip/header/replaces.hpp"
#include "sip/header/reply_to.hpp"
#include "sip/header/retry_after.hpp"
#include "sip/header/route.hpp"
#include "sip/header/server.hpp"
#include "sip/header/session_expires.hpp"
#include "sip/header/target_dialog.hpp"
#include "sip/header/timestamp.hpp"
#include "sip/header/vendor.hpp"
#include "sip/header/via.hpp"
#include "sip/header/warning.hpp"
#include "sip/text.hpp"

namespace {
using namespace offhook::sip;

void require(bool holds) {
  if (!holds) std::abort();
}

template <class T>
void check_offset(const offhook::Result<T>& read, std::string_view value) {
  require(read || read.error().offset <= value.size());
}

// A parser whose value is only looked at.
template <auto Parse>
void look(std::string_view value) {
  check_offset(Parse(value), value);
}

// text() of what was read is read as the same, and writes the same.
template <class T>
void round(std::string_view value) {
  const auto read = T::parse(value);
  check_offset(read, value);
  if (!read) return;
  const std::string text = read->text();
  const auto again = T::parse(text);
  require(again && again->text() == text);
}

void round_privacy(std::string_view value) {
  const auto read = Privacy::parse(value);
  if (!read || read->text().empty()) return;
  require(*Privacy::parse(read->text()) == *read);
}

void round_date(std::string_view value) {
  if (const auto read = parse_date(value)) require(*parse_date(date_text(*read)) == *read);
}

void round_reason(std::string_view value) {
  const auto read = Reason::parse(value);
  if (!read || !read->cause()) return;
  const std::string words = clean_text(read->text()), text = reason_text(read->protocol, *read->cause(), words);
  const auto again = Reason::parse(text);
  require(again && again->text() == words && again->cause() == read->cause());
}

void round_warning(std::string_view value) {
  const auto read = Warning::parse(value);
  if (!read || read->code < 100) return;  // the writer is for codes of three digits, the grammar takes 037
  const std::string text = warning_text(read->code, read->agent, read->text());
  const auto again = Warning::parse(text);
  require(again && again->text() == clean_text(read->text()) && again->agent == read->agent);
}

void round_history(std::string_view value) {
  const auto read = HistoryInfo::parse(value);
  if (!read) return;
  const std::string reason = read->reason().value_or(""), privacy = read->privacy().value_or("");
  const std::size_t tail = read->uri.headers.empty() ? 0 : read->uri.headers.size() + 1;
  const std::string uri(read->address.uri.substr(0, read->address.uri.size() - tail));
  (void)read->cause();
  if (!read->uri.is_sip()) return;
  const std::string text = history_info_text({"", uri, read->index(), reason, privacy, "mp", read->index()});
  const auto again = HistoryInfo::parse(text);
  require(again && again->reason().value_or("") == reason && again->mp() == read->index());
}

void walk_server(std::string_view value) {
  auto values = ServerValues::parse(value);
  if (!values) return;
  while (const auto one = values->next()) require(one->product.empty() != one->comment.empty());
}

void read_alert(std::string_view value) {
  const AlertHint hint = AlertHint::read(value);
  require(hint.uri.empty() || hint.text.empty());
  require(hint.text.empty() || hint.says(hint.text));
  (void)hint.find("info");
}

void check_text(std::string_view value) {
  require(offhook::is_utf8(to_utf8(value)) && (to_utf8(value) == value) == offhook::is_utf8(value));
  require(unquote(quote(value)) == value);
  const std::string said = comment(value);
  require(!offhook::is_utf8(value) || comment_length(said).value_or(0) == said.size());
  (void)is_quoted_string(value);
  (void)is_display_name(value);
}

constexpr std::array kParsers{
    look<AcceptRange::parse>,
    look<AcceptEncoding::parse>,
    look<AcceptLanguage::parse>,
    round<MethodSet>,
    look<parse_event_type>,
    look<AnswerMode::parse>,
    look<parse_call_id>,
    look<Contact::parse>,
    look<ContentDisposition::parse>,
    look<parse_content_coding>,
    look<parse_language_tag>,
    look<parse_content_id>,
    look<MediaType::parse>,
    look<CSeq::parse>,
    round_date,
    look<Diversion::parse>,
    look<parse_entity_tag>,
    look<Event::parse>,
    look<parse_free_text>,
    round_history,
    look<Identity::parse>,
    look<InfoPackage::parse>,
    look<InfoUri::parse>,
    round<Join>,
    look<MimeVersion::parse>,
    look<parse_option_tag>,
    look<AccessNetwork::parse>,
    look<EarlyMedia::parse>,
    look<parse_priority>,
    round_privacy,
    round<RAck>,
    look<parse_rseq>,
    round_reason,
    look<parse_refer_sub>,
    look<ReferTo::parse>,
    look<ReferredBy::parse>,
    look<RemotePartyId::parse>,
    round<Replaces>,
    look<ReplyTo::parse>,
    look<RetryAfter::parse>,
    look<RouteParam::parse>,
    walk_server,
    round<SessionExpires>,
    look<parse_min_se>,
    look<SubscriptionState::parse>,
    round<TargetDialog>,
    look<Timestamp::parse>,
    look<parse_record>,
    look<parse_line>,
    look<parse_mac>,
    look<Via::parse>,
    round_warning,
    check_text,
    read_alert,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view value(reinterpret_cast<const char*>(data) + 1, size - 1);
  // The seeds choose by a letter: 'A' is the first parser.
  kParsers.at((data[0] + kParsers.size() * 2 - 'A') % kParsers.size())(value);
  return 0;
}
