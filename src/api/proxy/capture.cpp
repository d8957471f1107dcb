// What went over the wire: the ladder of a call, and captures for packet analysers.
#include <algorithm>
#include <array>
#include <map>

#include "arguments.hpp"
#include "base/ascii.hpp"
#include "flow/facts.hpp"
#include "flow/ladder.hpp"
#include "flow/pcap.hpp"
#include "proxy/resources.hpp"
#include "sip/uri.hpp"

namespace offhook::api {
namespace {

using Records = std::deque<flow::Record>;

constexpr std::size_t kLargest = 64U << 20U;  // bytes of messages in one answer, the newest

Response is_off() { return error(409, "nothing is kept: [capture] in proxy.toml turns it on, without a restart"); }

// Who is at a peer's address: whom requests that begin something come from there, or go there for.
std::map<std::string, std::string> names_of(const Records& records) {
  std::map<std::string, std::string> out;
  for (const flow::Record& record : records) {
    const flow::Facts facts = flow::read_facts(record.bytes);
    if (!facts.request || !facts.to_tag.empty()) continue;
    const bool sent = record.from_party == "proxy";
    const std::string& user = sent ? facts.request_user : facts.from_user;
    const std::string& peer = sent ? record.to_party : record.from_party;
    if (!user.empty()) out.try_emplace(peer, user + ' ' + peer);
  }
  return out;
}

void name_parties(Records& records) {
  const auto names = names_of(records);
  for (flow::Record& record : records)
    for (std::string* party : {&record.from_party, &record.to_party})
      if (const auto found = names.find(*party); found != names.end()) *party = found->second;
}

Response ladder(const Asked& asked, const std::string& call_id, std::string_view format) {
  auto records = asked.world.captured({.call_ids = {call_id}, .users = {}, .remotes = {}, .most = kLargest});
  if (!records) return is_off();
  if (records->empty()) return error(404, "no message of " + call_id + " is kept, or not any more");
  name_parties(*records);
  flow::LadderOptions options;
  options.title = "Call-ID: " + call_id;
  const flow::Ladder drawn = flow::make_ladder(*records, options);
  if (format == "svg") return {200, "image/svg+xml", flow::to_svg(drawn), {}, {}};
  if (format == "text") return {200, "text/plain; charset=utf-8", flow::to_text(drawn), {}, {}};
  options.columns = drawn.columns;
  return {200, "application/json", flow::to_json(*records, options) + '\n', {}, {}};
}

Checked<std::string> format_of(const Arguments& arguments) {
  auto format = arguments.text("format").value_or("text");
  if (format != "text" && format != "json" && format != "svg")
    return complain("\"format\" is text, json or svg, not " + format);
  return format;
}

// By the number of a call that is there now, else by a Call-ID.
Response get_call_ladder(const Asked& asked) {
  const auto arguments = Arguments::read(asked.request);
  if (!arguments) return error(400, arguments.error().text());
  if (const auto known = arguments->only({"format"}); !known) return error(400, known.error().text());
  const auto format = format_of(*arguments);
  if (!format) return error(400, format.error().text());
  std::string call_id(asked.captured[0]);
  if (const auto number = parse_number<std::uint64_t>(call_id)) {
    const auto calls = asked.core().calls();
    const auto found = std::ranges::find(calls, *number, &proxy::CallRecord::number);
    if (found != calls.end()) call_id = found->call_id;
  }
  return ladder(asked, call_id, *format);
}

Response get_ladder(const Asked& asked) {
  const auto arguments = Arguments::read(asked.request);
  if (!arguments) return error(400, arguments.error().text());
  if (const auto known = arguments->only({"call_id", "format"}); !known) return error(400, known.error().text());
  const auto call_id = arguments->required("call_id");
  if (!call_id) return error(400, call_id.error().text());
  const auto format = format_of(*arguments);
  return format ? ladder(asked, *call_id, *format) : error(400, format.error().text());
}

// A phone may be known by other names on the wire: by those of its contacts, and by where it is.
void add_user(const proxy::Core& core, WallTime now, const std::string& user, flow::WireQuestion& question) {
  question.users.push_back(user);
  for (const proxy::Binding& binding : core.bindings_of(now, user)) {
    if (const auto uri = sip::Uri::parse(binding.contact); uri && !uri->user.empty())
      question.users.push_back(sip::unescape(uri->user));
    if (!binding.path.empty()) continue;  // the address is another proxy's
    if (const auto received = Endpoint::parse(binding.received)) question.remotes.push_back(*received);
    if (binding.connection.number != 0) question.remotes.push_back(binding.connection.remote);
  }
  for (const proxy::CallRecord& call : core.calls())
    if (call.caller_user == user || call.callee_user == user) question.call_ids.push_back(call.call_id);
}

// A file name for a browser.
std::string file_name(std::string_view what) {
  std::string out;
  for (const char c : what.substr(0, 60)) out += is_alpha(c) || is_digit(c) ? c : '-';
  return (out.empty() ? "sip" : out) + ".pcap";
}

Response get_capture(const Asked& asked) {
  const auto arguments = Arguments::read(asked.request);
  if (!arguments) return error(400, arguments.error().text());
  if (const auto known = arguments->only({"user", "call_id", "minutes"}); !known)
    return error(400, known.error().text());
  const auto most_minutes = arguments->number("minutes");
  if (!most_minutes) return error(400, most_minutes.error().text());
  flow::WireQuestion question;
  question.most = kLargest;
  if (*most_minutes != 0) question.since = asked.now.mono - minutes(*most_minutes);
  const auto user = arguments->text("user"), call_id = arguments->text("call_id");
  if (user) add_user(asked.core(), asked.now.wall, *user, question);
  if (call_id) question.call_ids.push_back(*call_id);
  const auto records = asked.world.captured(question);
  if (!records) return is_off();
  Response out{200, "application/vnd.tcpdump.pcap", flow::to_pcap(*records), {}, {}};
  out.file_name = file_name(user.value_or(call_id.value_or("")));
  return out;
}

}  // namespace

std::span<const Resource> capture_resources() {
  static constexpr std::array kResources{
      Resource{"GET", "/calls/{call}/ladder", Access::Holder, get_call_ladder},
      Resource{"GET", "/ladder", Access::Holder, get_ladder},
      Resource{"GET", "/capture", Access::Holder, get_capture},
  };
  return kResources;
}

}  // namespace offhook::api
