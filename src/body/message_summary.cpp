#include "body/message_summary.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "lines.hpp"

namespace offhook::body {
namespace {

struct ClassName {
  MessageClass message_class;
  std::string_view name;
};
constexpr ClassName kClasses[] = {
    {MessageClass::Voice, "Voice-Message"}, {MessageClass::Fax, "Fax-Message"},
    {MessageClass::Pager, "Pager-Message"}, {MessageClass::Multimedia, "Multimedia-Message"},
    {MessageClass::Text, "Text-Message"},   {MessageClass::None, "None"}};

std::string_view name_of(MessageClass message_class) {
  for (const auto& entry : kClasses)
    if (entry.message_class == message_class) return entry.name;
  return {};
}

// §3.5: "Subscribers MUST treat a larger value as 2^32-1".
std::optional<std::uint32_t> count_of(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    value = std::min<std::uint64_t>(value * 10 + static_cast<std::uint64_t>(c - '0'), UINT32_MAX);
  }
  return static_cast<std::uint32_t>(value);
}

// msgcount SLASH msgcount, with the white space that SLASH allows.
std::optional<MessageSummary::Urgent> pair(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto fresh = count_of(trim(text.substr(0, slash)));
  const auto old = count_of(trim(text.substr(slash + 1)));
  if (!fresh || !old) return std::nullopt;
  return MessageSummary::Urgent{*fresh, *old};
}

// newmsgs SLASH oldmsgs [ LPAREN new-urgentmsgs SLASH old-urgentmsgs RPAREN ]
std::optional<MessageSummary::Count> count(MessageClass message_class, std::string_view text) {
  const auto open = text.find('(');
  const auto all = pair(text.substr(0, open));
  if (!all) return std::nullopt;
  MessageSummary::Count result{message_class, all->fresh, all->old, std::nullopt};
  if (open == std::string_view::npos) return result;
  if (!text.ends_with(')')) return std::nullopt;
  result.urgent = pair(text.substr(open + 1, text.size() - open - 2));
  if (!result.urgent) return std::nullopt;
  return result;
}

class Reader {
 public:
  Reader(std::string_view text, const Limits& limits) : lines_(text), limits_(limits) {}

  Result<MessageSummary> run() {
    if (lines_.rest().size() > limits_.bytes) return fail(Module::Body, "the body is too long");
    if (status() && account_and_counts() && messages()) return std::move(summary_);
    return tl::unexpected(error_);
  }

 private:
  bool wrong(std::string_view what, std::size_t at) {
    error_ = Error{Module::Body, static_cast<std::uint32_t>(at), what};
    return false;
  }
  std::optional<Field> next() {
    const std::size_t at = lines_.offset();
    auto field = lines_.field();
    if (!field) wrong("not a header field", at);
    if (field && ++fields_ > limits_.elements) {
      wrong("too many lines", at);
      return std::nullopt;
    }
    return field;
  }

  bool status() {
    const auto field = next();
    if (!field) return false;
    if (!iequals(field->name, "Messages-Waiting")) return wrong("Messages-Waiting does not come first", field->offset);
    summary_.waiting = iequals(field->value, "yes");
    return summary_.waiting || iequals(field->value, "no") ? true : wrong("neither yes nor no", field->offset);
  }

  bool account_and_counts() {
    while (!lines_.done() && !lines_.blank()) {
      const auto field = next();
      if (!field) return false;
      if (iequals(field->name, "Message-Account")) {
        std::string_view uri = field->value;
        if (uri.starts_with('<') && uri.ends_with('>')) uri = trim(uri.substr(1, uri.size() - 2));
        if (uri.empty() || uri.find_first_of("<>") != std::string_view::npos)
          return wrong("an account without a URI", field->offset);
        summary_.account = uri;
      }
      for (const auto& entry : kClasses) {
        if (!iequals(entry.name, field->name)) continue;
        const auto found = count(entry.message_class, field->value);
        if (!found) return wrong("not a count of messages", field->offset);
        summary_.counts.push_back(*found);
      }
    }
    return true;
  }

  bool messages() {
    bool begin = true;
    while (!lines_.done()) {
      if (lines_.blank()) {
        begin = true;
        continue;
      }
      const auto field = next();
      if (!field) return false;
      if (std::exchange(begin, false)) summary_.messages.emplace_back();
      summary_.messages.back().push_back({std::string(field->name), field->value});
    }
    return true;
  }

  Lines lines_;
  const Limits& limits_;
  std::size_t fields_ = 0;
  MessageSummary summary_;
  Error error_{};
};

void write_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(one_line(value)).append("\r\n");
}

}  // namespace

const MessageSummary::Count* MessageSummary::find(MessageClass message_class) const {
  for (const Count& count : counts)
    if (count.message_class == message_class) return &count;
  return nullptr;
}

Result<MessageSummary> MessageSummary::parse(std::string_view text, const Limits& limits) {
  return Reader(text, limits).run();
}

std::string write(const MessageSummary& summary) {
  std::string out;
  write_line(out, "Messages-Waiting", summary.waiting ? "yes" : "no");
  if (!summary.account.empty()) write_line(out, "Message-Account", summary.account);
  for (const auto& count : summary.counts) {
    std::string value = std::to_string(count.fresh) + '/' + std::to_string(count.old);
    if (count.urgent)
      value += " (" + std::to_string(count.urgent->fresh) + '/' + std::to_string(count.urgent->old) + ')';
    write_line(out, name_of(count.message_class), value);
  }
  for (const auto& message : summary.messages) {
    out += "\r\n";
    for (const auto& header : message) write_line(out, header.name, header.value);
  }
  return out;
}

}  // namespace offhook::body
