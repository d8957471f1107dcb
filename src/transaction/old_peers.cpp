#include "old_peers.hpp"

#include "base/ascii.hpp"
#include "sip/uri.hpp"

namespace offhook::transaction {
namespace {

// Requests that differ in nothing but how they write the same URI: nobody honest sends more.
constexpr int kMostAlike = 32;

std::string key_of(const sip::Message& request, const sip::Via& via, std::string_view method) {
  std::string key(method);
  const auto add = [&key](std::string_view part) { key.append(1, '\n').append(part); };
  add(request.call_id());
  add(request.from_tag());
  add(std::to_string(request.cseq()));
  add(via.sent_by());
  add(via.branch());
  return key;
}

bool is_stamp(std::string_view name) { return iequals(name, "received") || iequals(name, "rport"); }

// Each parameter of `a` stands in `b`, but for those that whoever received it has added.
bool contains_params(const sip::Via& a, const sip::Via& b) {
  auto rest = a.params.text();
  while (const auto param = sip::Params::next(rest)) {
    if (is_stamp(param->name)) continue;
    const auto here = a.params.find(param->name), there = b.params.find(param->name);
    if (!there || !iequals(*here, *there)) return false;
  }
  return true;
}

bool is_same_via(std::string_view first, const sip::Via& b) {
  const auto a = sip::Via::parse(first);
  return a && iequals(a->transport, b.transport) && a->sent_by() == b.sent_by() && contains_params(*a, b) &&
         contains_params(b, *a);
}

// §19.1.4; what is no SIP URI compares as text.
bool is_same_uri(std::string_view first, std::string_view second) {
  const auto a = sip::Uri::parse(first), b = sip::Uri::parse(second);
  return a && b && a->is_sip() && b->is_sip() ? sip::equal(*a, *b) : first == second;
}

}  // namespace

OldPeers::Item* OldPeers::add(const sip::Message& request, const sip::Via& via, ServerId id) {
  Request kept{id, std::string(request.request_uri()), {}, std::string(request.to_tag()), {}};
  kept.via = request.top(sip::HeaderId::Via).value_or(std::string_view{});
  return &*table_.emplace(key_of(request, via, request.method_text()), std::move(kept));
}

void OldPeers::remove(const Item* item) {
  const auto [from, to] = table_.equal_range(item->first);
  for (auto it = from; it != to; ++it)
    if (&*it == item) {
      table_.erase(it);
      return;
    }
}

template <class F>
ServerId OldPeers::find_if(const sip::Message& request, const sip::Via& via, std::string_view method,
                           F&& has_tag) const {
  const std::string key = key_of(request, via, method);
  int looked_at = 0;
  for (auto it = table_.find(key); it != table_.end() && it->first == key && looked_at < kMostAlike;
       ++it, ++looked_at) {
    const Request& kept = it->second;
    if (has_tag(kept) && is_same_uri(kept.uri, request.request_uri()) && is_same_via(kept.via, via)) return kept.id;
  }
  return {};
}

ServerId OldPeers::find(const sip::Message& request, const sip::Via& via) const {
  return find_cancelled(request, via, request.method_text());
}

ServerId OldPeers::find_cancelled(const sip::Message& cancel, const sip::Via& via, std::string_view method) const {
  return find_if(cancel, via, method, [&](const Request& kept) { return kept.to_tag == cancel.to_tag(); });
}

ServerId OldPeers::find_acknowledged(const sip::Message& ack, const sip::Via& via) const {
  return find_if(ack, via, "INVITE", [&](const Request& kept) { return kept.response_tag == ack.to_tag(); });
}

}  // namespace offhook::transaction
