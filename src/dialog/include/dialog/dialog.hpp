// A dialog: peers' shared state for requests after the first. RFC 3261 §12; early dialogs §12.1; targets are refreshed
// by INVITE, UPDATE, SUBSCRIBE, NOTIFY, REFER. A small value, owned by the call or subscription that uses it; sends
// nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sip/builder.hpp"
#include "sip/message.hpp"

namespace offhook::dialog {

struct DialogId {
  std::string call_id, local_tag, remote_tag;
  friend auto operator<=>(const DialogId&, const DialogId&) = default;
};

enum class State : std::uint8_t { Early, Confirmed };

class Dialog {
 public:
  // UAC: `request` as sent (its From has our tag), `response` 101..299. Errors: no To tag in a provisional response (in
  // a 2xx it is a peer of RFC 2543 and the tag null, §12.1.2), no or bad Contact in a 2xx (in a provisional one the
  // Request-URI stands in for it).
  [[nodiscard]] static Result<Dialog> from_response(const sip::Message& request, const sip::Message& response);
  // UAS: the request that creates the dialog and the tag that we put into the To of its responses. Without a From tag
  // it comes from a peer of RFC 2543, and From stands in for a missing Contact. Errors: no or bad Contact otherwise.
  [[nodiscard]] static Result<Dialog> from_request(const sip::Message& request, std::string_view local_tag);

  [[nodiscard]] const DialogId& id() const { return id_; }
  [[nodiscard]] State state() const { return state_; }
  // A 2xx confirms an early dialog and sets its route set anew (§13.2.2.4). A UAS calls it with the 2xx that it sends.
  void confirm(const sip::Message& response);

  // A request inside the dialog (§12.2.1.1), without Via: Request-URI and Route by the route set (loose and strict
  // routers), From, To, Call-ID, CSeq (the next one; for ACK the number given), Max-Forwards 70.
  [[nodiscard]] sip::Builder request(sip::Method method, std::optional<std::uint32_t> ack_cseq = std::nullopt);
  // URI of the next hop: the first route, or the remote target.
  [[nodiscard]] std::string_view next_hop() const;

  // A request of the peer: false when its CSeq is not higher than the last (§12.2.2: answer 500). ACK and CANCEL are
  // not asked.
  [[nodiscard]] bool accept_request(const sip::Message& request);
  // Takes the Contact of a target refresh request or of a 2xx to ours; nothing happens for any other message.
  void refresh_target(const sip::Message& message);

  [[nodiscard]] std::uint32_t local_cseq() const { return local_cseq_; }
  [[nodiscard]] const std::string& local_uri() const { return local_uri_; }
  [[nodiscard]] const std::string& remote_uri() const { return remote_uri_; }
  [[nodiscard]] const std::string& remote_target() const { return remote_target_; }
  [[nodiscard]] const std::string& local_address() const { return local_; }  // name-addr as in From/To, without tag
  [[nodiscard]] const std::string& remote_address() const { return remote_; }
  [[nodiscard]] const std::vector<std::string>& route_set() const { return routes_; }

 private:
  Dialog() = default;
  DialogId id_;
  State state_ = State::Early;
  bool is_uac_ = false;
  std::string local_, remote_, local_uri_, remote_uri_, remote_target_;
  std::vector<std::string> routes_;  // Route values in the order to send them
  std::uint32_t local_cseq_ = 0;
  std::optional<std::uint32_t> remote_cseq_;
};

// The dialog a message belongs to, seen from here: for a request that we received or a response to ours.
[[nodiscard]] DialogId dialog_id_of_request(const sip::Message& request);
[[nodiscard]] DialogId dialog_id_of_response(const sip::Message& response);

}  // namespace offhook::dialog

template <>
struct std::hash<offhook::dialog::DialogId> {
  std::size_t operator()(const offhook::dialog::DialogId& id) const noexcept;
};
