// The transaction layer by sequences of operations: the bytes decide what its user does, what peers send (their own
// requests, answers to ours, both again, crossed and damaged), and when time passes.
//
// Whatever they decide: a client transaction has one outcome and then its end; a server transaction sends one final
// response, a 2xx to INVITE apart (RFC 6026 §7.1: each is passed on); and once its user has answered or given up all
// that is left, time alone ends every transaction and every timer.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <set>

#include "base/overloaded.hpp"
#include "sip/builder.hpp"
#include "sip/edit.hpp"
#include "transaction/layer.hpp"

namespace {

using namespace offhook;
using namespace offhook::transaction;
using sip::HeaderId;

void require(bool holds) {
  if (!holds) std::abort();
}

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size) {}
  [[nodiscard]] bool done() const { return at_ == end_; }
  unsigned next() { return done() ? 0 : *at_++; }
  template <class T, std::size_t N>
  const T& one_of(const T (&table)[N]) {
    return table[next() % N];
  }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

constexpr std::string_view kMethods[] = {"INVITE", "OPTIONS", "BYE", "REGISTER", "INVITE", "MESSAGE", "EXTRA"};
constexpr int kStatuses[] = {100, 180, 200, 486, 183, 302, 408, 503, 202, 699};
constexpr Duration kWaits[] = {microseconds(1), milliseconds(499), milliseconds(500), seconds(1),
                               seconds(4),      seconds(5),        seconds(32),       minutes(3)};
constexpr std::size_t kKept = 12;  // messages that may come again
constexpr int kOperations = 300;

struct ClientRecord {
  ClientId id;
  bool invite = false;
  int outcome = 0;  // 1 timeout, 2 transport error, else the status of its final response
  bool terminated = false;
};
struct ServerRecord {
  ServerId id;
  sip::Message request;
  int final = 0;
};

class Run {
 public:
  explicit Run(Bytes bytes) : bytes_(bytes), random_(1), transport_(random_), layer_(transport_, random_) {
    const Endpoint us = *Endpoint::parse("192.0.2.1:5060");
    for (const char* peer : {"192.0.2.2:5060", "192.0.2.3:5060"})
      flows_.push_back({transport::Protocol::Udp, us, *Endpoint::parse(peer), 0});
    flows_.push_back({transport::Protocol::Tcp, us, *Endpoint::parse("192.0.2.2:5060"), 7});
    flows_.push_back({transport::Protocol::Tls, us, *Endpoint::parse("192.0.2.4:5061"), 0});
  }

  void operations() {
    for (int i = 0; i < kOperations && !bytes_.done(); ++i) {
      operate(bytes_.next() % 14);
      settle();
    }
  }

  // The user lets go of everything; then only time passes.
  void end() {
    for (auto& [owner, record] : servers_)
      if (!layer_.has_final(record.id)) answer(record, 480);
    for (auto& [owner, record] : clients_)
      if (!record.terminated) layer_.cancel(now_, record.id);
    settle();
    for (int steps = 0; layer_.deadline(); ++steps) {
      require(steps < 100000);
      now_ = std::max(now_, *layer_.deadline());
      wake();
      settle();
    }
    require(layer_.client_count() == 0 && layer_.server_count() == 0 && layer_.timer_count() == 0);
    for (const auto& [owner, record] : clients_) require(record.outcome != 0 && record.terminated);
  }

 private:
  void operate(unsigned operation) {
    switch (operation) {
      case 0: return start();
      case 1: return receive_response();
      case 2: return receive_request();
      case 3: return receive_again();
      case 4: return receive_damaged();
      case 5: return respond();
      case 6: return cancel();
      case 7: now_ += bytes_.one_of(kWaits); return wake();
      case 8: return layer_.unreachable(now_, any_flow());
      case 9: return receive_follower("ACK");
      case 10: return receive_follower("CANCEL");
      case 11: return abandon();
      case 12: return receive_our_own();
      default: return wake_in_time();
    }
  }

  transport::Flow any_flow() { return flows_[bytes_.next() % flows_.size()]; }
  std::string any(const std::deque<std::string>& kept) {
    return kept.empty() ? std::string() : kept[bytes_.next() % kept.size()];
  }
  static void keep(std::deque<std::string>& kept, std::string bytes) {
    kept.push_back(std::move(bytes));
    if (kept.size() > kKept) kept.pop_front();
  }

  void start() {
    const std::string_view method = bytes_.one_of(kMethods);
    const unsigned number = bytes_.next() % 4;
    const sip::Message request = sip::Builder::request(method, "sip:bob@192.0.2.2")
                                     .add(HeaderId::MaxForwards, "70")
                                     .add(HeaderId::From, "<sip:alice@192.0.2.1>;tag=a")
                                     .add(HeaderId::To, "<sip:bob@192.0.2.2>")
                                     .add(HeaderId::CallId, "c" + std::to_string(number))
                                     .add(HeaderId::CSeq, std::to_string(number + 1) + ' ' + std::string(method))
                                     .build();
    Timers timers;
    timers.t1 = milliseconds(100);
    const Owner owner = ++owners_;
    ClientRecord& record = clients_[owner];
    record.invite = method == "INVITE";
    record.id = layer_.start(now_, request, any_flow(), owner, {}, bytes_.next() % 4 == 0 ? &timers : nullptr);
  }

  void receive_response() {
    const auto request = sip::Message::parse(any(requests_sent_));
    const int status = bytes_.one_of(kStatuses);
    const transport::Flow flow = any_flow();
    if (request) receive(flow, sip::Builder::response(*request, status, "t").build().release());
  }

  // A few branches, so that requests are the same, merge or clash.
  void receive_request() {
    const std::string_view method = bytes_.one_of(kMethods);
    const std::string number = std::to_string(bytes_.next() % 6);
    const char* const cookie = bytes_.next() % 8 == 0 ? "" : "z9hG4bK";  // RFC 2543 has none
    const std::string via = std::string("SIP/2.0/UDP 192.0.2.2:5060;branch=") + cookie + number;
    receive(any_flow(), sip::Builder::request(method, "sip:alice@192.0.2.1")
                            .add(HeaderId::Via, via)
                            .add(HeaderId::MaxForwards, "70")
                            .add(HeaderId::From, "<sip:bob@192.0.2.2>;tag=b")
                            .add(HeaderId::To, "<sip:alice@192.0.2.1>")
                            .add(HeaderId::CallId, "d" + number)
                            .add(HeaderId::CSeq, "1 " + std::string(method))
                            .build()
                            .release());
  }

  void receive_again() {
    const std::string bytes = any(received_);
    receive(any_flow(), bytes);
  }

  void receive_damaged() {
    std::string bytes = any(received_);
    for (unsigned changes = 1 + bytes_.next() % 3; changes > 0 && !bytes.empty(); --changes) {
      const std::size_t at = (bytes_.next() * 256U + bytes_.next()) % bytes.size();
      bytes[at] = static_cast<char>(bytes_.next());
    }
    receive(any_flow(), std::move(bytes));
  }

  // ACK or CANCEL of a request that came: the same Via, Call-ID, From and number (§9.1, §17.1.1.3).
  void receive_follower(std::string_view method) {
    const auto request = sip::Message::parse(any(received_));
    const transport::Flow flow = any_flow();
    if (!request || !request->is_request()) return;
    auto builder = sip::Builder::request(method, request->request_uri());
    for (const HeaderId id : {HeaderId::Via, HeaderId::MaxForwards, HeaderId::From, HeaderId::To, HeaderId::CallId})
      builder.copy(*request, id);
    builder.add(HeaderId::CSeq, std::to_string(request->cseq()) + ' ' + std::string(method));
    receive(flow, builder.build().release());
  }

  void receive_our_own() {
    const std::string bytes = any(requests_sent_);
    receive(any_flow(), bytes);
  }

  void receive(const transport::Flow& flow, std::string bytes) {
    keep(received_, bytes);
    if (auto incoming = transport_.receive(flow, std::move(bytes))) layer_.receive(now_, std::move(*incoming));
  }

  void respond() {
    if (servers_.empty()) return;
    ServerRecord& record = any_server();
    answer(record, bytes_.one_of(kStatuses));
  }

  ServerRecord& any_server() { return std::next(servers_.begin(), bytes_.next() % servers_.size())->second; }

  void answer(ServerRecord& record, int status) {
    const bool over = layer_.has_final(record.id);
    const sip::Message response = sip::Builder::response(record.request, status, "s").build();
    layer_.respond(now_, record.id, response);
    const bool passed_on = record.request.method() == sip::Method::Invite && record.final >= 200 &&
                           record.final < 300 && status >= 200 && status < 300;
    while (const auto out = transport_.poll_transmit()) {
      require(!over || passed_on);
      finals_.insert(out->bytes);
    }
    if (!over && status >= 200) record.final = status;
  }

  void cancel() {
    if (clients_.empty()) return;
    layer_.cancel(now_, std::next(clients_.begin(), bytes_.next() % clients_.size())->second.id);
  }

  void abandon() {
    if (servers_.empty()) return;
    const ServerRecord& record = any_server();
    if (record.request.method() != sip::Method::Invite) layer_.abandon(now_, record.id);
  }

  void wake_in_time() {
    if (const auto deadline = layer_.deadline()) now_ = std::max(now_, *deadline);
    wake();
  }

  // Time alone sends no final response that the user has not given.
  void wake() {
    layer_.wake(now_);
    while (const auto out = transport_.poll_transmit()) {
      const auto message = sip::Message::parse(out->bytes);
      require(message.has_value());
      if (message->is_response())
        require(message->status() == 100 || finals_.contains(out->bytes));
      else
        keep(requests_sent_, out->bytes);
    }
  }

  void settle() {
    while (auto event = layer_.poll()) std::visit([this](auto& e) { take(e); }, *event);
    while (const auto out = transport_.poll_transmit())
      if (!out->bytes.starts_with("SIP/2.0")) keep(requests_sent_, out->bytes);
  }

  void take(RequestReceived& event) {
    if (event.request.method() == sip::Method::Ack) return;
    const Owner owner = ++owners_;
    layer_.set_owner(event.id, owner);
    servers_[owner] = {event.id, std::move(event.request), 0};
  }
  ClientRecord& living(Owner owner) {
    const auto found = clients_.find(owner);
    require(found != clients_.end() && !found->second.terminated);
    return found->second;
  }
  void take(const ResponseReceived& event) {
    ClientRecord& record = living(event.owner);
    const int status = event.response.status();
    const bool more = record.invite && record.outcome >= 200 && record.outcome < 300 && status >= 200 && status < 300;
    require(record.outcome == 0 || more);
    if (status >= 200) record.outcome = status;
  }
  void take(const ClientTimeout& event) {
    ClientRecord& record = living(event.owner);
    require(record.outcome == 0);
    record.outcome = 1;
  }
  // Also of the ACK, behind the final response that it is for (§17.1.1.2).
  void take(const ClientTransportError& event) {
    ClientRecord& record = living(event.owner);
    require(record.outcome == 0 || (record.invite && record.outcome >= 300));
    if (record.outcome == 0) record.outcome = 2;
  }
  void take(const ClientTerminated& event) { living(event.owner).terminated = true; }
  void take(const ServerFailed& event) { require(servers_.contains(event.owner)); }
  void take(const ServerTerminated& event) { require(servers_.erase(event.owner) == 1); }
  void take(const StrayResponse&) {}

  Bytes bytes_;
  SeededRandom random_;
  transport::Layer transport_;
  Layer layer_;
  TimePoint now_{};
  std::vector<transport::Flow> flows_;
  Owner owners_ = 0;
  std::map<Owner, ClientRecord> clients_;
  std::map<Owner, ServerRecord> servers_;
  std::deque<std::string> received_, requests_sent_;
  std::set<std::string> finals_;  // what respond() has sent
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run run(Bytes(data, size));
  run.operations();
  run.end();
  return 0;
}
