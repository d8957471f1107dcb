// What the release build is optimised by (cmake/OffhookProfile.cmake): an office's day in the proxy's engine, without
// sockets, in virtual time, the same in every run. Phones register and call each other, some with digest, some over
// TCP, some busy, some that nobody picks up, some with a lamp; the phones are bench/load's, so that the counts are the
// proxy's own. Exit status 1: a message went astray, and the counts are worth nothing.
#include <array>
#include <cstdio>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "load/text.hpp"
#include "proxy/core.hpp"
#include "transport/stream.hpp"

namespace {

using namespace offhook;
using transport::Protocol;

constexpr Endpoint kProxy{IpAddress::v4(10, 0, 0, 1), 5060};
constexpr std::string_view kDomain = "example.test", kAgent = "User-Agent: Desk Phone T46 28.83.0.120\r\n";
constexpr std::string_view kAllow =
    "Allow: INVITE, INFO, PRACK, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REGISTER, SUBSCRIBE, REFER, PUBLISH, UPDATE, "
    "MESSAGE\r\nSupported: replaces, timer, path\r\nAllow-Events: talk, hold, conference, refer, check-sync\r\n";
constexpr std::string_view kSdp =
    "v=0\r\no=- 20060 20060 IN IP4 10.0.1.1\r\ns=SDP data\r\nc=IN IP4 10.0.1.1\r\nt=0 0\r\n"
    "m=audio 11780 RTP/AVP 9 0 8 18 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";
constexpr std::size_t kPhones = 200;
constexpr Duration kSince1970 = std::chrono::hours(24 * 365 * 50);

enum class Outcome { Answered, Busy, Cancelled };

struct Phone {
  std::string user;
  Endpoint at;
  std::uint64_t connection = 0;
  std::unique_ptr<transport::Stream> stream;  // the proxy's end of its connection
};

class Office {
 public:
  Office(Protocol protocol, bool digest) : protocol_(protocol) {
    proxy::Config config;
    config.listen = {{protocol, kProxy}};
    config.domains = {std::string(kDomain)};
    config.authenticate = digest;
    for (std::size_t i = 0; i < kPhones; ++i) {
      Phone& phone = phones_.emplace_back();
      phone.user = std::to_string(1000 + i);
      phone.at = {IpAddress::v4(10, 0, 1, static_cast<std::uint8_t>(1 + i)), static_cast<std::uint16_t>(5060 + i % 7)};
      if (digest) config.users.push_back(proxy::make_user(phone.user, "secret" + phone.user, kDomain));
      if (protocol == Protocol::Udp) continue;
      phone.connection = i + 1;
      phone.stream = std::make_unique<transport::Stream>(now().mono, protocol, true, limits_, "", random_);
      phone.stream->connected(now().mono);
    }
    core_ = std::make_unique<proxy::Core>(std::move(config), random_, locator_);
  }
  [[nodiscard]] std::size_t astray() const { return astray_; }

  void register_all() {
    for (Phone& phone : phones_) {
      const std::string aor = "<sip:" + phone.user + '@' + std::string(kDomain) + '>';
      const std::string uri = "sip:" + std::string(kDomain), id = new_id();
      request(phone, "REGISTER", uri, id, aor, aor, {},
              "Contact: <" + contact(phone) + ">\r\nExpires: 3600\r\n" + std::string(kAllow), {});
      expect(phone, 200);
      advance(milliseconds(10));
    }
  }
  // As BLF: told of whatever that user's phone does from now on.
  void watch(std::size_t watcher, std::size_t watched) {
    Phone& phone = phones_[watcher];
    request(phone, "SUBSCRIBE", address(watched), new_id(), "<" + address(watcher) + ">", "<" + address(watched) + ">",
            {}, "Event: dialog\r\nExpires: 3600\r\nContact: <" + contact(phone) + ">\r\n", {});
    got_.clear();
  }

  void call(std::size_t from, std::size_t to, Outcome outcome) {
    Phone &caller = phones_[from], &callee = phones_[to];
    const std::string id = new_id(), local = "\"Caller\" <" + address(from) + ">", remote = "<" + address(to) + ">";
    const std::string more = "Contact: <" + contact(caller) + ">\r\n" + std::string(kAllow);
    request(caller, "INVITE", address(to), id, local, remote, {}, more, kSdp);
    const auto invite = take(callee, "INVITE");
    if (from % 16 == 0) repeat(caller);
    advance(milliseconds(5));
    answer(callee, invite, "180 Ringing", {});
    advance(milliseconds(5));
    if (outcome == Outcome::Cancelled) return give_up(caller, callee, invite);
    if (outcome == Outcome::Busy) {
      answer(callee, invite, "486 Busy Here", {});
      (void)take(callee, "ACK");
      expect(caller, 486);
      return acknowledge(caller);
    }
    answer(callee, invite, "200 OK", kSdp);
    const std::string response = take(caller, "SIP/2.0 200");
    const auto heard = load::hear(response);
    const std::string routes = load::route_lines(heard.record_routes), target(load::uri_of(heard.contact));
    request(caller, "ACK", target, id, local, std::string(heard.to), routes, {}, {});
    (void)take(callee, "ACK");
    advance(milliseconds(20));
    request(caller, "BYE", target, id, local, std::string(heard.to), routes, {}, {});
    answer(callee, take(callee, "BYE"), "200 OK", {});
    expect(caller, 200);
    advance(milliseconds(20));
  }
  void ask_options(std::size_t from, std::size_t to) {
    request(phones_[from], "OPTIONS", address(to), new_id(), "<" + address(from) + ">", "<" + address(to) + ">", {},
            kAgent, {});
    answer(phones_[to], take(phones_[to], "OPTIONS"), "200 OK", {});
    expect(phones_[from], 200);
  }
  void ping(std::size_t from) { send(phones_[from], "\r\n\r\n"); }

  // Timers fire on the way.
  void advance(Duration span) {
    const Duration until = clock_ + span;
    while (core_->deadline() && core_->deadline()->time_since_epoch() <= until) {
      clock_ = std::max(clock_, core_->deadline()->time_since_epoch());
      core_->wake(now());
      collect();
    }
    clock_ = until;
  }

 private:
  struct Letter {
    Endpoint to;
    std::string text;
  };

  [[nodiscard]] Now now() const { return {TimePoint(clock_), WallTime(clock_ + kSince1970)}; }
  [[nodiscard]] std::string new_id() { return std::to_string(++ids_) + "_2174567890@10.0.1.1"; }
  [[nodiscard]] std::string address(std::size_t phone) const {
    return "sip:" + phones_[phone].user + '@' + std::string(kDomain);
  }
  [[nodiscard]] std::string contact(const Phone& phone) const {
    return "sip:" + phone.user + '@' + phone.at.text() + (protocol_ == Protocol::Tcp ? ";transport=tcp" : "");
  }

  // With credentials where it is asked for them.
  void request(Phone& from, std::string_view method, const std::string& uri, const std::string& id,
               const std::string& local, const std::string& remote, const std::string& routes, std::string_view more,
               std::string_view body) {
    const auto text = [&](int cseq, const std::string& credentials) {
      const std::string number = std::to_string(cseq);
      std::string out(method);
      out += ' ' + uri + " SIP/2.0\r\nVia: SIP/2.0/" + std::string(transport::protocol_name(protocol_)) + ' ' +
             from.at.text() + ";branch=z9hG4bK" + std::to_string(++branches_) + ";rport\r\n" + routes +
             "From: " + local + ";tag=1134558076\r\nTo: " + remote + "\r\nCall-ID: " + id + "\r\nCSeq: " + number + ' ';
      out.append(method).append("\r\n").append(more).append(credentials);
      out.append("Max-Forwards: 70\r\n").append(kAgent);
      if (!body.empty()) out += "Content-Type: application/sdp\r\n";
      return out + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
    };
    const int cseq = method == "BYE" ? 3 : method == "ACK" ? 2 : 1;
    send(from, last_ = text(cseq, {}));
    const std::string refusal = take_if(from, {"SIP/2.0 401", "SIP/2.0 407"});
    if (refusal.empty()) return;
    if (method == "INVITE") acknowledge(from);
    const auto heard = load::hear(refusal);
    const std::string field = heard.status == 401 ? "Authorization: " : "Proxy-Authorization: ";
    send(from, last_ = text(cseq + 1,
                            field + load::credentials(heard.challenge, {from.user, "secret" + from.user}, method, uri) +
                                "\r\n"));
  }
  // Of a failure: a hop's affair, with the branch of its INVITE.
  void acknowledge(Phone& from) {
    std::string ack = last_.substr(0, last_.find("Max-Forwards"));
    ack.replace(0, ack.find(' '), "ACK");
    if (const auto at = ack.find(" INVITE\r\n"); at != std::string::npos) ack.replace(at, 9, " ACK\r\n");
    send(from, ack + "Content-Length: 0\r\n\r\n");
  }
  void give_up(Phone& caller, Phone& callee, const std::string& invite) {
    std::string cancel = last_.substr(0, last_.find("Max-Forwards"));
    cancel.replace(0, cancel.find(' '), "CANCEL");
    if (const auto at = cancel.find(" INVITE\r\n"); at != std::string::npos) cancel.replace(at, 9, " CANCEL\r\n");
    send(caller, cancel + "Content-Length: 0\r\n\r\n");
    expect(caller, 200);
    answer(callee, take(callee, "CANCEL"), "200 OK", {});
    answer(callee, invite, "487 Request Terminated", {});
    (void)take(callee, "ACK");
    expect(caller, 487);
    acknowledge(caller);
  }
  void repeat(Phone& from) { send(from, last_); }
  void answer(Phone& from, const std::string& request, std::string_view status, std::string_view body) {
    const auto heard = load::hear(request);
    if (heard.call_id.empty()) return;
    send(from, load::answer(heard, status, "callee" + from.user,
                            "Contact: <" + contact(from) + ">\r\n" + std::string(kAllow) +
                                (body.empty() ? "" : "Content-Type: application/sdp\r\n"),
                            body));
  }

  void send(Phone& from, const std::string& text) {
    const transport::Flow flow{protocol_, kProxy, from.at, from.connection, {}};
    if (!from.stream) {
      core_->receive(now(), flow, text);
    } else {
      from.stream->receive(now().mono, text);
      while (auto message = from.stream->poll()) core_->receive(now(), flow, *std::move(message));
    }
    collect();
  }
  void collect() {
    while (const auto write = core_->poll_store_id()) core_->stored(now(), *write, true);
    while (auto transmit = core_->poll_transmit()) {
      if (transmit->flow.connection != 0) through_stream(*transmit);
      if (transmit->bytes.starts_with("NOTIFY"))
        notified_.push_back({transmit->flow.remote, std::move(transmit->bytes)});
      else
        got_.push_back({transmit->flow.remote, std::move(transmit->bytes)});
    }
    while (!notified_.empty()) {
      const Letter letter = std::move(notified_.front());
      notified_.pop_front();
      for (Phone& phone : phones_)
        if (phone.at == letter.to) answer(phone, letter.text, "200 OK", {});
    }
  }
  void through_stream(const transport::Transmit& transmit) {
    auto& stream = *phones_[transmit.flow.connection - 1].stream;
    (void)stream.send(transmit.bytes);
    stream.sent(stream.unsent().size());
  }

  // The first message to that phone which begins so, and all before it are done with.
  std::string take_if(const Phone& to, std::initializer_list<std::string_view> beginnings) {
    for (std::size_t i = 0; i < got_.size(); ++i)
      for (const std::string_view beginning : beginnings)
        if (got_[i].to == to.at && got_[i].text.starts_with(beginning)) {
          std::string out = std::move(got_[i].text);
          got_.erase(got_.begin(), got_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
          return out;
        }
    return {};
  }
  std::string take(const Phone& to, std::string_view beginning) {
    auto out = take_if(to, {beginning});
    if (out.empty()) ++astray_;
    return out;
  }
  void expect(const Phone& to, int status) { (void)take(to, "SIP/2.0 " + std::to_string(status)); }

  Protocol protocol_;
  Duration clock_{seconds(1)};
  SeededRandom random_{1};
  transport::Locator locator_;
  transport::StreamLimits limits_;
  std::vector<Phone> phones_;
  std::unique_ptr<proxy::Core> core_;
  std::deque<Letter> got_, notified_;
  std::string last_;  // request
  std::size_t ids_ = 0, branches_ = 0, astray_ = 0;
};

std::size_t day(Protocol protocol, bool digest, std::size_t calls) {
  Office office(protocol, digest);
  for (int round = 0; round < 4; ++round) office.register_all();
  for (std::size_t i = 0; i < 10; ++i) office.watch(i, i + 20);
  for (std::size_t i = 0; i < calls; ++i) {
    const std::size_t from = i % kPhones, to = (i * 7 + 3) % kPhones;
    if (from == to) continue;
    const bool is_lucky = i % 20 != 1 && i % 20 != 2;
    office.call(from, to, is_lucky ? Outcome::Answered : i % 20 == 1 ? Outcome::Busy : Outcome::Cancelled);
    if (i % 20 == 3) office.ask_options(from, to);
    if (i % 20 == 4) office.ping(from);
  }
  office.advance(seconds(60));
  return office.astray();
}

}  // namespace

int main() {
  const std::size_t astray =
      day(Protocol::Udp, false, 4000) + day(Protocol::Udp, true, 1000) + day(Protocol::Tcp, false, 1000);
  if (astray != 0) std::fprintf(stderr, "training: %zu messages went astray\n", astray);
  return astray == 0 ? 0 : 1;
}
