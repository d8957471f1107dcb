// What sounds at multicast groups (guide: Multicast Paging): the ears of parties, and for each group whether somebody
// speaks there. Owned by the Engine; it decodes nothing. Who plays a page has a session for it, and gets its packets.
//
// One sender has the word at a group: who comes second is not heard before the first has been silent for kWord. A
// sender counts once two of its packets came in order (RFC 3550 A.1), so that a stray datagram interrupts nobody; of
// two that begin at one moment the first gets it.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "media/engine.hpp"
#include "rtp/reception.hpp"

namespace offhook::media {

class Pages {
 public:
  static constexpr milliseconds kSilence{1000};  // and the page is over
  static constexpr milliseconds kWord{200};

  struct Ear {
    PartyId party;
    Endpoint group;
    IpAddress interface;
    SessionId player;  // null: not played
  };

  ListenerId listen(PartyId party, Endpoint group, IpAddress interface, std::deque<SocketRequest>& requests);
  // What it plays is the caller's to close.
  void stop_listening(ListenerId id, std::deque<SocketRequest>& requests);
  [[nodiscard]] std::vector<ListenerId> of(PartyId party) const;
  [[nodiscard]] Ear* find(ListenerId id) { return ears_.find(id); }
  // For a session that plays what sounds at the ear's group now.
  [[nodiscard]] AudioPlan plan_of(const Ear& ear) const;

  // The ears at the group whose players should get this datagram; empty when it is no packet of who has the word.
  [[nodiscard]] std::span<const ListenerId> receive(Now now, const Endpoint& group, const IpAddress& interface,
                                                    const Endpoint& from, std::span<const std::uint8_t> bytes);
  void wake(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> deadline() const { return deadline_; }
  [[nodiscard]] std::optional<PageNews> poll();

 private:
  using Key = std::pair<Endpoint, IpAddress>;
  struct Place {
    std::vector<ListenerId> ears;
    std::optional<rtp::Reception> source;  // who has the word, or is about to get it
    bool sounding = false;
    TimePoint last{};  // packet of the source
    Endpoint from;
    std::uint8_t payload_type = 0;
  };
  void tell(const Place& place);
  void settle_deadline();

  SlotMap<ListenerTag, Ear> ears_;
  std::map<Key, Place> places_;
  std::vector<Key> active_;  // those with a source
  std::optional<TimePoint> deadline_;
  std::deque<PageNews> news_;
};

}  // namespace offhook::media
