// Event state as text: a letter for what it is, then its members as netstrings.
#include <array>

#include "base/overloaded.hpp"
#include "io/redis_values.hpp"
#include "redis/netstring.hpp"

namespace offhook::io {
namespace {

using proxy::SharedDialog;
using proxy::SharedEvent;
using proxy::SharedMessages;
using proxy::SharedPublication;
using proxy::SharedSnapshot;
using proxy::SharedWatch;

constexpr std::string_view kPrefix = "offhook-event:{";
constexpr std::int64_t kLatest = std::int64_t{1} << 53;
constexpr milliseconds kNothing = std::chrono::hours(24);  // so long it is remembered that no messages wait
constexpr std::size_t kVersionDigits = 20, kCountDigits = 10;

void append_number(std::string& out, std::int64_t number) { append_text(out, std::to_string(number)); }
void append_version(std::string& out, std::uint64_t version) { append_text(out, std::to_string(version)); }
void append_bits(std::string& out, std::initializer_list<bool> bits) {
  std::string text;
  for (const bool bit : bits) text += bit ? '1' : '0';
  append_text(out, text);
}

std::string padded(std::uint64_t number, std::size_t digits) {
  const std::string text = std::to_string(number);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

// Takes the members of a text one by one; `good` says whether all of them were there.
struct Reader {
  std::string_view text;
  bool good = true;

  std::string take() {
    const auto part = good ? take_text(text) : std::nullopt;
    good = part.has_value();
    return good ? std::string(*part) : std::string{};
  }
  std::string line() {
    std::string out = take();
    good = good && is_one_line(out);
    return out;
  }
  template <class T>
  T number(T least, T most) {
    const auto value = good ? take_number<T>(text) : std::nullopt;
    good = value && *value >= least && *value <= most;
    return good ? *value : T{};
  }
  template <std::size_t N>
  std::array<bool, N> bits() {
    std::array<bool, N> out{};
    const std::string part = take();
    good = good && part.size() == N && part.find_first_not_of("01") == std::string::npos;
    for (std::size_t i = 0; good && i < N; ++i) out.at(i) = part[i] == '1';
    return out;
  }
  // All was there, and nothing else.
  [[nodiscard]] bool done() const { return good && text.empty(); }
};

std::string text(const SharedWatch& watch) {
  std::string out = "w";
  append_bits(out, {watch.package == proxy::SharedPackage::Messages, watch.on});
  append_text(out, watch.user);
  return out;
}
std::optional<SharedEvent> watch(Reader in) {
  SharedWatch out;
  const auto bits = in.bits<2>();
  out.package = bits[0] ? proxy::SharedPackage::Messages : proxy::SharedPackage::Dialogs;
  out.on = bits[1];
  out.user = in.line();
  return in.done() ? std::optional<SharedEvent>(std::move(out)) : std::nullopt;
}

std::string text(const SharedDialog& dialog) {
  std::string out = "d";
  append_version(out, dialog.id);
  append_text(out, dialog.user);
  append_bits(out, {dialog.is_caller, dialog.peer_is_ours, dialog.peer_replaces, dialog.ended_here});
  append_number(out, static_cast<int>(dialog.state));
  append_number(out, static_cast<int>(dialog.end));
  append_number(out, dialog.status);
  append_number(out, dialog.age.count());
  for (const std::string* part : {&dialog.call_id, &dialog.local_tag, &dialog.remote_tag, &dialog.local, &dialog.remote,
                                  &dialog.local_target, &dialog.remote_target})
    append_text(out, unfolded(*part));
  return out;
}
std::optional<SharedEvent> dialog(Reader in) {
  SharedDialog out;
  out.id = in.number<std::uint64_t>(0, UINT64_MAX);
  out.user = in.line();
  const auto bits = in.bits<4>();
  out.is_caller = bits[0];
  out.peer_is_ours = bits[1];
  out.peer_replaces = bits[2];
  out.ended_here = bits[3];
  out.state = static_cast<proxy::CallState>(in.number<int>(0, static_cast<int>(proxy::CallState::Ended)));
  out.end = static_cast<proxy::CallEnd>(in.number<int>(0, static_cast<int>(proxy::CallEnd::Expired)));
  out.status = in.number<int>(0, 699);
  out.age = Duration(in.number<std::int64_t>(0, kLatest));
  for (std::string* part :
       {&out.call_id, &out.local_tag, &out.remote_tag, &out.local, &out.remote, &out.local_target, &out.remote_target})
    *part = in.line();
  return in.done() ? std::optional<SharedEvent>(std::move(out)) : std::nullopt;
}

std::string text(const SharedSnapshot& snapshot) {
  std::string out = "s";
  append_bits(out, {snapshot.begins});
  return out;
}
std::optional<SharedEvent> snapshot(Reader in) {
  SharedSnapshot out;
  out.begins = in.bits<1>()[0];
  return in.done() ? std::optional<SharedEvent>(out) : std::nullopt;
}

std::string text(const SharedPublication& publication) {
  std::string out = "p";
  for (const std::string* part : {&publication.aor, &publication.id, &publication.etag}) append_text(out, *part);
  append_version(out, publication.version);
  append_number(out, publication.expires.time_since_epoch().count());
  append_text(out, publication.document);
  return out;
}
// A tag stands in the head of a value too, between spaces.
bool is_word(std::string_view word) {
  return !word.empty() && is_one_line(word) && word.find(' ') == std::string::npos;
}
std::optional<SharedEvent> publication(Reader in) {
  SharedPublication out;
  out.aor = in.line();
  out.id = in.take();
  out.etag = in.take();
  out.version = in.number<std::uint64_t>(0, UINT64_MAX);
  out.expires = WallTime(Duration(in.number<std::int64_t>(0, kLatest)));
  out.document = in.take();
  if (!in.done() || out.aor.empty() || !is_word(out.id) || !is_word(out.etag)) return std::nullopt;
  return out;
}

std::string text(const SharedMessages& shared) {
  std::string out = "m";
  append_text(out, shared.aor);
  append_version(out, shared.version);
  const proxy::Messages& m = shared.messages;
  for (const std::uint32_t count : {m.fresh, m.old, m.urgent_fresh, m.urgent_old}) append_number(out, count);
  return out;
}
std::optional<SharedEvent> messages(Reader in) {
  SharedMessages out;
  out.aor = in.line();
  out.version = in.number<std::uint64_t>(0, UINT64_MAX);
  proxy::Messages& m = out.messages;
  for (std::uint32_t* count : {&m.fresh, &m.old, &m.urgent_fresh, &m.urgent_old})
    *count = in.number<std::uint32_t>(0, UINT32_MAX);
  return in.done() && !out.aor.empty() ? std::optional<SharedEvent>(std::move(out)) : std::nullopt;
}

// What the script compares, and in milliseconds when it may be forgotten: 0 for never.
std::string head(std::uint64_t version, std::string_view tag, std::int64_t ends) {
  return padded(version, kVersionDigits).append(1, ' ').append(tag).append(1, ' ') + std::to_string(ends) + '\n';
}

}  // namespace

std::string event_text(const SharedEvent& event) {
  return std::visit([](const auto& one) { return text(one); }, event);
}

std::optional<SharedEvent> parse_event_text(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const Reader rest{text.substr(1)};
  switch (text.front()) {
    case 'w': return watch(rest);
    case 'd': return dialog(rest);
    case 's': return snapshot(rest);
    case 'p': return publication(rest);
    case 'm': return messages(rest);
    default: return std::nullopt;
  }
}

std::optional<RedisEvent> redis_event(const SharedEvent& event) {
  if (const auto* one = std::get_if<SharedPublication>(&event)) {
    const auto ends = std::chrono::ceil<milliseconds>(one->expires.time_since_epoch()).count();
    return RedisEvent{std::string(kPrefix) + one->aor + '}', "p " + one->id,
                      head(one->version, one->etag, ends) + text(*one)};
  }
  const auto* const one = std::get_if<SharedMessages>(&event);
  if (one == nullptr) return std::nullopt;
  const proxy::Messages& m = one->messages;
  std::string tag;
  for (const std::uint32_t count : {m.fresh, m.old, m.urgent_fresh, m.urgent_old}) tag += padded(count, kCountDigits);
  const bool none = m == proxy::Messages{};
  const auto since = std::chrono::floor<milliseconds>(Duration(std::min<std::uint64_t>(one->version, kLatest)));
  return RedisEvent{std::string(kPrefix) + one->aor + '}', "m",
                    head(one->version, tag, none ? (since + kNothing).count() : 0) + text(*one)};
}

std::optional<SharedEvent> parse_redis_event(std::string_view value) {
  const auto line = value.find('\n');
  if (line == std::string_view::npos) return std::nullopt;
  auto event = parse_event_text(value.substr(line + 1));
  const auto again = event ? redis_event(*event) : std::nullopt;
  if (!again || again->value != value) return std::nullopt;
  return event;
}

std::string_view event_version(std::string_view value) {
  return value.substr(0, value.substr(0, value.find('\n')).rfind(' '));
}

bool is_event_key(std::string_view key) { return key.starts_with(kPrefix) && key.ends_with('}'); }

}  // namespace offhook::io
