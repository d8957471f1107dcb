#include "transport/framer.hpp"

#include "base/ascii.hpp"

namespace offhook::transport {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kKeepCapacity = 4096;  // what an idle connection may hold on to

bool is_content_length(std::string_view name) {
  name = trim(name);
  return iequals(name, "Content-Length") || iequals(name, "l");
}

}  // namespace

HeadLength content_length_of(std::string_view head) {
  HeadLength out;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    // A line that begins with white space continues the one before it.
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || line.front() == ' ' || line.front() == '\t') continue;
    if (!is_content_length(line.substr(0, colon))) continue;
    std::string value(line.substr(colon + 1));
    while (!head.empty() && (head.front() == ' ' || head.front() == '\t')) {
      const std::size_t fold = std::min(head.find('\n'), head.size());
      value += head.substr(0, fold);
      head.remove_prefix(std::min(fold + 1, head.size()));
    }
    const auto number = parse_number<std::uint32_t>(trim(value));
    if (out.value || out.bad || !number) return {std::nullopt, true};
    out.value = *number;
  }
  return out;
}

std::optional<Frame> StreamFramer::next() {
  if (ended_) return std::nullopt;
  if (head_end_ == 0) {
    if (auto frame = keep_alive()) return frame;
    if (!find_head_end()) {
      if (held() > limits_.head) return take(held(), true);
      compact();
      return std::nullopt;
    }
  }
  const std::size_t head = head_end_ - at_;
  const auto length = content_length_of(std::string_view(buffer_).substr(at_, head));
  if (!length.value || head > limits_.head || *length.value > limits_.message - std::min(head, limits_.message))
    return take(head, true);
  if (held() - head < *length.value) return std::nullopt;
  return take(head + *length.value, false);
}

// Empty lines between messages. A ping that is not whole yet waits; other line ends mean nothing (RFC 3261 §7.5).
std::optional<Frame> StreamFramer::keep_alive() {
  for (;;) {
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    if (rest.empty() || (rest.front() != '\r' && rest.front() != '\n')) break;
    if (!rest.starts_with(kLineEnd)) {
      if (rest == "\r") return std::nullopt;  // its LF may be on the way
      ++at_;
      continue;
    }
    if (!accepted_) return take(2, false);
    if (rest.starts_with("\r\n\r\n")) return take(4, false);
    if (rest.size() < 4 && std::string_view("\r\n\r\n").starts_with(rest)) return std::nullopt;
    at_ += 2;
  }
  scanned_ = std::max(scanned_, at_);
  return std::nullopt;
}

bool StreamFramer::find_head_end() {
  for (std::size_t from = std::max(at_, scanned_);;) {
    const std::size_t feed = buffer_.find('\n', from);
    if (feed == std::string::npos) {
      scanned_ = buffer_.size();
      return false;
    }
    const std::string_view behind = std::string_view(buffer_).substr(feed + 1);
    const std::size_t line_end = behind.starts_with('\n') ? 1 : behind.starts_with(kLineEnd) ? 2 : 0;
    if (line_end != 0 && feed > at_) {
      head_end_ = feed + 1 + line_end;
      return true;
    }
    if (behind.size() < 2 && (behind.empty() || behind.front() == '\r')) {
      scanned_ = feed;  // look at this line end again when more has come
      return false;
    }
    from = feed + 1;
  }
}

std::optional<Frame> StreamFramer::take(std::size_t size, bool last) {
  Frame frame{buffer_.substr(at_, size), last};
  at_ += size;
  head_end_ = 0;
  scanned_ = at_;
  ended_ = last;
  compact();
  return frame;
}

// Consumed bytes go once nothing is behind them, or when they are many; an idle connection holds no memory.
void StreamFramer::compact() {
  if (at_ == buffer_.size() || ended_) {
    buffer_.clear();
    if (buffer_.capacity() > kKeepCapacity || buffer_.empty()) buffer_.shrink_to_fit();
    at_ = scanned_ = head_end_ = 0;
  } else if (at_ > kKeepCapacity) {
    buffer_.erase(0, at_);
    scanned_ -= at_;
    if (head_end_ != 0) head_end_ -= at_;
    at_ = 0;
  }
}

}  // namespace offhook::transport
