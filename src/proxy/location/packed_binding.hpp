// One binding as it is kept: a head of fixed size and its texts behind it, in one allocation. A Binding has seven
// strings; here a usual one is about 200 octets, all told. Never copied; made and released by the table alone.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "proxy/location.hpp"

namespace offhook::proxy {

class PackedBinding {
 public:
  struct Release {
    void operator()(PackedBinding* binding) const noexcept;
  };
  using Pointer = std::unique_ptr<PackedBinding, Release>;

  // What the lengths of its texts have room for (64 KiB, User-Agent 255 octets).
  [[nodiscard]] static bool fits(const Binding& binding);
  // `until`: when it ends by the monotonic clock. The binding must fit.
  [[nodiscard]] static Pointer make(const Binding& binding, TimePoint until);
  // The value again. A long Call-ID is not kept as text and comes back as "".
  [[nodiscard]] Binding unpack() const;

  [[nodiscard]] bool is_live(TimePoint now) const { return now < until_; }
  // What is left, in seconds, rounded up.
  [[nodiscard]] std::int64_t remaining(TimePoint now) const;
  [[nodiscard]] TimePoint until() const { return until_; }
  [[nodiscard]] WallTime expires() const { return expires_; }

  [[nodiscard]] std::string_view aor() const { return text(0, aor_size_); }
  [[nodiscard]] std::string_view contact() const { return text(aor_size_, contact_size_); }
  [[nodiscard]] std::string_view path() const { return text(std::size_t{aor_size_} + contact_size_, path_size_); }
  [[nodiscard]] std::string_view instance() const {
    return text(std::size_t{aor_size_} + contact_size_ + path_size_, instance_size_);
  }
  [[nodiscard]] std::string_view user_agent() const;
  [[nodiscard]] std::string_view call_id() const;  // "" when it is too long to be kept as text
  [[nodiscard]] bool has_call_id(std::string_view call_id) const;
  // A number that stands for the Call-ID, whether it is kept or not.
  [[nodiscard]] std::uint64_t call_id_number() const;
  [[nodiscard]] std::uint32_t cseq() const { return cseq_; }
  [[nodiscard]] std::uint32_t reg_id() const { return reg_id_; }
  [[nodiscard]] int q() const { return q_; }
  // Where to send instead of where the contact points; for UDP only.
  [[nodiscard]] std::optional<Endpoint> received() const;
  // The stream connection while it stands (else number 0), and our socket.
  [[nodiscard]] BindingFlow connection() const;

  // The same binding: (contact), and with a reg-id (contact, instance, reg-id).
  [[nodiscard]] bool is(std::string_view contact, std::string_view instance, std::uint32_t reg_id) const {
    return reg_id_ == reg_id && this->contact() == contact && (reg_id == 0 || this->instance() == instance);
  }
  [[nodiscard]] StoreWrite::Remove name() const;
  // Registered or refreshed after `other`.
  [[nodiscard]] bool is_later_than(const PackedBinding& other) const {
    return static_cast<std::int32_t>(order_ - other.order_) > 0;
  }

 private:
  friend class LocationTable;
  friend class ExpiryHeap;
  // Of bindings on a stream connection, between head and texts: the list of all on that connection.
  struct Stream {
    std::uint64_t number = 0;
    PackedBinding *previous = nullptr, *next = nullptr;
    transport::Protocol protocol = transport::Protocol::Udp;
  };
  // Of bindings behind a NAT, in the same place: the list of all of them, the one to be pinged next in front.
  struct Nat {
    PackedBinding *previous = nullptr, *next = nullptr;
    std::uint32_t pinged = 0;  // or heard of: a second of the monotonic clock
    std::uint32_t missed = 0;  // pings without an answer
  };
  enum Flag : std::uint8_t {
    kPeer = 1,  // an endpoint: of `received`, or of the connection
    kPeerV6 = 2,
    kLocal = 4,  // our socket
    kLocalV6 = 8,
    kStream = 16,
    kLost = 32,    // the connection is gone
    kHashed = 64,  // the Call-ID is kept as a hash
    kNat = 128,
  };
  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  PackedBinding() = default;
  [[nodiscard]] bool has(Flag flag) const { return (flags_ & flag) != 0; }
  [[nodiscard]] char* behind() { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] const char* texts() const {
    return reinterpret_cast<const char*>(this + 1) + (has(kStream) ? sizeof(Stream) : has(kNat) ? sizeof(Nat) : 0);
  }
  [[nodiscard]] std::string_view text(std::size_t at, std::size_t size) const { return {texts() + at, size}; }
  [[nodiscard]] std::size_t behind_instance() const {
    return std::size_t{aor_size_} + contact_size_ + path_size_ + instance_size_;
  }
  [[nodiscard]] std::optional<Endpoint> endpoint(bool local) const;
  [[nodiscard]] Stream* stream() { return has(kStream) ? reinterpret_cast<Stream*>(this + 1) : nullptr; }
  [[nodiscard]] Nat* nat() { return has(kNat) ? reinterpret_cast<Nat*>(this + 1) : nullptr; }
  [[nodiscard]] const Stream* stream() const { return const_cast<PackedBinding*>(this)->stream(); }

  PackedBinding* next_ = nullptr;  // of the same address-of-record, in the order of registration
  TimePoint until_;
  WallTime expires_;
  std::uint32_t cseq_ = 0, reg_id_ = 0;
  std::uint32_t heap_at_ = kNowhere;
  std::uint16_t aor_size_ = 0, contact_size_ = 0, path_size_ = 0, instance_size_ = 0;
  std::uint16_t q_ = 0;
  std::uint8_t user_agent_size_ = 0, call_id_size_ = 0;
  std::uint8_t flags_ = 0;
  std::uint32_t order_ = 0;  // of the changes of its table
};

}  // namespace offhook::proxy
