#include "location/packed_binding.hpp"

#include <cstring>
#include <new>

#include "base/ascii.hpp"

namespace offhook::proxy {
namespace {

constexpr std::size_t kLongestCallId = 40;  // kept as text
constexpr std::size_t kHashSize = 16;
constexpr std::uint64_t kFirst = 14695981039346656037ULL, kSecond = 0x9E3779B97F4A7C15ULL;
constexpr std::size_t kMaxSize = UINT16_MAX, kMaxShort = UINT8_MAX;

std::array<char, kHashSize> hash_of(std::string_view call_id) {
  const std::uint64_t halves[] = {fnv1a(call_id, kFirst), fnv1a(call_id, kSecond)};
  std::array<char, kHashSize> out;
  std::memcpy(out.data(), halves, kHashSize);
  return out;
}

constexpr std::size_t endpoint_size(bool v6) { return (v6 ? 16U : 4U) + 2U; }

char* write(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

char* write(char* at, const Endpoint& endpoint) {
  const std::size_t size = endpoint_size(endpoint.address.is_v6()) - 2;
  std::memcpy(at, endpoint.address.bytes().data(), size);
  std::memcpy(at + size, &endpoint.port, 2);
  return at + size + 2;
}

Endpoint read_endpoint(const char* at, bool v6) {
  std::array<std::uint8_t, 16> bytes{};
  const std::size_t size = endpoint_size(v6) - 2;
  std::memcpy(bytes.data(), at, size);
  Endpoint out{v6 ? IpAddress::v6(bytes) : IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]), 0};
  std::memcpy(&out.port, at + size, 2);
  return out;
}

}  // namespace

void PackedBinding::Release::operator()(PackedBinding* binding) const noexcept {
  binding->~PackedBinding();
  ::operator delete(static_cast<void*>(binding));
}

bool PackedBinding::fits(const Binding& binding) {
  return binding.aor.size() <= kMaxSize && binding.contact.size() <= kMaxSize && binding.path.size() <= kMaxSize &&
         binding.instance.size() <= kMaxSize && binding.user_agent.size() <= kMaxShort;
}

PackedBinding::Pointer PackedBinding::make(const Binding& binding, TimePoint until) {
  const bool on_stream = binding.connection.number != 0;
  const auto peer = on_stream ? std::optional(binding.connection.remote) : Endpoint::parse(binding.received);
  const bool has_local = binding.connection.local.port != 0;
  const bool hashed = binding.call_id.size() > kLongestCallId;
  const std::size_t call_id_size = hashed ? kHashSize : binding.call_id.size();
  const bool behind_nat = peer && !on_stream && binding.reg_id == 0;
  std::size_t size = sizeof(PackedBinding) +
                     (on_stream    ? sizeof(Stream)
                      : behind_nat ? sizeof(Nat)
                                   : 0) +
                     binding.aor.size() + binding.contact.size() + binding.path.size() + binding.instance.size() +
                     binding.user_agent.size() + call_id_size;
  if (peer) size += endpoint_size(peer->address.is_v6());
  if (has_local) size += endpoint_size(binding.connection.local.address.is_v6());

  Pointer out(new (::operator new(size)) PackedBinding);
  out->until_ = until;
  out->expires_ = binding.expires;
  out->cseq_ = binding.cseq;
  out->reg_id_ = binding.reg_id;
  out->q_ = static_cast<std::uint16_t>(binding.q);
  out->aor_size_ = static_cast<std::uint16_t>(binding.aor.size());
  out->contact_size_ = static_cast<std::uint16_t>(binding.contact.size());
  out->path_size_ = static_cast<std::uint16_t>(binding.path.size());
  out->instance_size_ = static_cast<std::uint16_t>(binding.instance.size());
  out->user_agent_size_ = static_cast<std::uint8_t>(binding.user_agent.size());
  out->call_id_size_ = static_cast<std::uint8_t>(call_id_size);
  const auto set = [&](bool when, Flag flag) {
    if (when) out->flags_ = static_cast<std::uint8_t>(out->flags_ | flag);
  };
  set(peer.has_value(), kPeer);
  set(peer && peer->address.is_v6(), kPeerV6);
  set(has_local, kLocal);
  set(has_local && binding.connection.local.address.is_v6(), kLocalV6);
  set(on_stream, kStream);
  set(hashed, kHashed);
  set(behind_nat, kNat);

  char* at = out->behind();
  if (on_stream) {
    new (at) Stream{binding.connection.number, nullptr, nullptr, binding.connection.protocol};
    at += sizeof(Stream);
  } else if (behind_nat) {
    new (at) Nat;
    at += sizeof(Nat);
  }
  at = write(write(write(write(at, binding.aor), binding.contact), binding.path), binding.instance);
  at = write(at, binding.user_agent);
  if (hashed) {
    const auto hash = hash_of(binding.call_id);
    at = write(at, {hash.data(), hash.size()});
  } else {
    at = write(at, binding.call_id);
  }
  if (peer) at = write(at, *peer);
  if (has_local) write(at, binding.connection.local);
  return out;
}

Binding PackedBinding::unpack() const {
  Binding out;
  out.aor = aor();
  out.contact = contact();
  out.call_id = call_id();
  out.cseq = cseq_;
  out.expires = expires_;
  out.q = q_;
  out.path = path();
  out.user_agent = user_agent();
  if (const auto peer = received()) out.received = peer->text();
  out.connection = connection();
  out.instance = instance();
  out.reg_id = reg_id_;
  return out;
}

std::int64_t PackedBinding::remaining(TimePoint now) const {
  return is_live(now) ? std::chrono::ceil<seconds>(until_ - now).count() : 0;
}

std::string_view PackedBinding::user_agent() const { return text(behind_instance(), user_agent_size_); }

std::string_view PackedBinding::call_id() const {
  return has(kHashed) ? std::string_view{} : text(behind_instance() + user_agent_size_, call_id_size_);
}

bool PackedBinding::has_call_id(std::string_view call_id) const {
  const std::string_view kept = text(behind_instance() + user_agent_size_, call_id_size_);
  if (!has(kHashed)) return kept == call_id;
  const auto hash = hash_of(call_id);
  return call_id.size() > kLongestCallId && kept == std::string_view(hash.data(), hash.size());
}

std::uint64_t PackedBinding::call_id_number() const {
  const std::string_view kept = text(behind_instance() + user_agent_size_, call_id_size_);
  if (!has(kHashed)) return fnv1a(kept, kFirst);
  std::uint64_t first = 0;
  std::memcpy(&first, kept.data(), sizeof first);
  return first;
}

std::optional<Endpoint> PackedBinding::endpoint(bool local) const {
  if (!has(local ? kLocal : kPeer)) return std::nullopt;
  std::size_t at = behind_instance() + user_agent_size_ + call_id_size_;
  if (local && has(kPeer)) at += endpoint_size(has(kPeerV6));
  return read_endpoint(texts() + at, has(local ? kLocalV6 : kPeerV6));
}

std::optional<Endpoint> PackedBinding::received() const { return has(kStream) ? std::nullopt : endpoint(false); }

BindingFlow PackedBinding::connection() const {
  BindingFlow out;
  if (has(kLost)) return out;
  if (const auto local = endpoint(true)) out.local = *local;
  const auto* on = stream();
  if (on == nullptr) return out;
  out.number = on->number;
  out.protocol = on->protocol;
  out.remote = endpoint(false).value_or(Endpoint{});
  return out;
}

StoreWrite::Remove PackedBinding::name() const {
  StoreWrite::Remove out{std::string(aor()), std::string(contact())};
  if (reg_id_ == 0) return out;
  out.instance = instance();
  out.reg_id = reg_id_;
  return out;
}

}  // namespace offhook::proxy
