#include "flow/wire_ring.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "base/ascii.hpp"
#include "flow/wire_text.hpp"
#include "sip/uri.hpp"

namespace offhook::flow {
namespace {

// The larger half is text: a message of a call has some 700 bytes.
constexpr std::size_t kShareOfText = 4, kOf = 5;

// 0 means none.
std::uint64_t hash_of(std::string_view text) { return text.empty() ? 0 : fnv1a(text) | 1U; }
std::uint64_t hash_of_user(std::string_view user) {
  return user.find('%') == std::string_view::npos ? hash_of(user) : hash_of(sip::unescape(user));
}

bool holds(const std::vector<std::uint64_t>& hashes, std::uint64_t hash) {
  return hash != 0 && std::ranges::find(hashes, hash) != hashes.end();
}

}  // namespace

WireRing::WireRing(WireRingSettings settings) { configure(settings); }

void WireRing::configure(WireRingSettings settings) {
  const bool anew = settings.bytes != settings_.bytes;
  settings_ = settings;
  if (!anew) return;
  entries_.clear();
  text_bytes_ = write_ = 0;
  capacity_ = settings.bytes / kOf * kShareOfText;
  buffer_.reset(capacity_ == 0 ? nullptr : new char[capacity_]);  // pages come as they are written
}

void WireRing::drop_oldest() {
  text_bytes_ -= entries_.front().size;
  entries_.pop_front();
}

std::size_t WireRing::make_room(std::size_t size) {
  if (write_ + size > capacity_) {  // the rest at the end stays empty
    while (!entries_.empty() && entries_.front().offset >= write_) drop_oldest();
    write_ = 0;
  }
  while (!entries_.empty() && entries_.front().offset >= write_ && entries_.front().offset < write_ + size)
    drop_oldest();
  return write_;
}

void WireRing::add(Now now, bool sent, const transport::Flow& flow, std::string_view bytes) {
  while (!entries_.empty() && entries_.front().at.mono + settings_.age < now.mono) drop_oldest();
  if (bytes.size() > capacity_ / 4 || bytes.size() < 4) return;
  const std::size_t offset = make_room(bytes.size());
  char* const text = buffer_.get() + offset;
  std::memcpy(text, bytes.data(), bytes.size());
  const WireMarks marks = mark_and_redact(text, bytes.size());
  if (marks.call_id.empty()) return;
  while (!entries_.empty() && (entries_.size() + 1) * sizeof(Entry) > settings_.bytes - capacity_) drop_oldest();
  write_ = offset + bytes.size();
  text_bytes_ += bytes.size();
  entries_.push_back({offset,
                      bytes.size(),
                      next_++,
                      now,
                      hash_of(marks.call_id),
                      {hash_of_user(marks.request_user), hash_of_user(marks.from_user), hash_of_user(marks.to_user)},
                      flow.local,
                      flow.remote,
                      flow.protocol,
                      sent});
}

std::deque<Record> WireRing::find(const WireQuestion& question) const {
  const bool everything = question.call_ids.empty() && question.users.empty() && question.remotes.empty();
  std::vector<std::uint64_t> users;
  std::unordered_set<std::uint64_t> calls;
  for (const std::string& user : question.users) users.push_back(hash_of(user));
  for (const std::string& call_id : question.call_ids) calls.insert(hash_of(call_id));
  for (const Entry& entry : entries_)
    if (std::ranges::any_of(entry.users, [&](std::uint64_t user) { return holds(users, user); }) ||
        std::ranges::find(question.remotes, entry.remote) != question.remotes.end())
      calls.insert(entry.call);
  std::deque<Record> out;
  std::size_t bytes = 0;
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && entry->at.mono >= question.since; ++entry) {
    if (!everything && !calls.contains(entry->call)) continue;
    bytes += entry->size;
    if (bytes > question.most) break;
    out.push_front(record_of(*entry));
  }
  return out;
}

Record WireRing::record_of(const Entry& entry) const {
  Endpoint local = entry.local;
  if (local.address.is_unspecified() && local.address.is_v6() != entry.remote.address.is_v6())
    local.address = entry.remote.address.is_v6() ? IpAddress::v6({}) : IpAddress{};
  Record out;
  out.number = entry.number;
  out.protocol = entry.protocol;
  out.sent = entry.at;
  out.delivered = entry.at.mono;
  out.deliveries = 1;
  out.from = entry.sent ? local : entry.remote;
  out.to = entry.sent ? entry.remote : local;
  out.from_party = entry.sent ? "proxy" : entry.remote.text();
  out.to_party = entry.sent ? entry.remote.text() : "proxy";
  out.bytes.assign(buffer_.get() + entry.offset, entry.size);
  return out;
}

std::deque<Record> merge(std::vector<std::deque<Record>> parts, std::size_t most) {
  std::deque<Record> out;
  for (auto& part : parts) std::move(part.begin(), part.end(), std::back_inserter(out));
  if (parts.size() > 1) std::ranges::stable_sort(out, {}, [](const Record& record) { return record.sent.mono; });
  std::size_t bytes = 0;
  for (const Record& record : out) bytes += record.bytes.size();
  for (; bytes > most; out.pop_front()) bytes -= out.front().bytes.size();
  std::unordered_set<std::uint64_t> seen;
  std::uint64_t number = 0;
  const std::hash<Endpoint> hash;
  for (Record& record : out) {
    record.number = ++number;
    record.retransmission = !seen.insert(fnv1a(record.bytes, hash(record.from) * 31 + hash(record.to))).second;
  }
  return out;
}

}  // namespace offhook::flow
