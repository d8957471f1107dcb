// REGISTER, and again with credentials when asked for them; each address-of-record gets one binding at the callee's
// port.
#include "io/clock.hpp"
#include "load/job.hpp"

namespace offhook::load {
namespace {

class Registrations {
 public:
  explicit Registrations(const Job& job)
      : job_(job), wires_(job.callee_port, job.sockets, job.proxy_port), slots_(job.window) {}

  Counts run(TimePoint end) {
    if (!wires_.ok()) return {};
    TimePoint now = io::now().mono, sweep = now;
    for (std::size_t i = 0; i < slots_.size(); ++i) start(now, i);
    while (counts_.completed + counts_.failed < job_.count && now < end) {
      wires_.flush();
      for (const auto& wire : wires_.all())
        for (const auto datagram : wire->receive()) take(now, hear(datagram));
      now = io::now().mono;
      if (now - sweep < milliseconds{50}) continue;
      sweep = now;
      for (std::size_t i = 0; i < slots_.size(); ++i) look_after(now, i);
    }
    return counts_;
  }

 private:
  struct Slot {
    std::uint64_t generation = 0, user = 0;
    int attempt = 1;
    Pending request;
  };

  void start(TimePoint now, std::size_t index) {
    Slot& slot = slots_[index];
    ++slot.generation;
    slot.attempt = 1;
    if (counts_.started == job_.count) return settle(slot.request);
    slot.user = user_of(job_, counts_.started++);
    send(now, index, {});
  }

  void send(TimePoint now, std::size_t index, std::string_view authorization) {
    Slot& slot = slots_[index];
    const std::string id = call_id({index, slot.generation}, job_.run),
                      aor = "<sip:" + user(slot.user) + "@" + job_.domain + ">";
    const std::string here = "127.0.0.1:" + std::to_string(port_of(job_.callee_port, slot.user, job_.sockets)),
                      attempt = std::to_string(slot.attempt);
    std::string text = "REGISTER sip:" + job_.domain + " SIP/2.0\r\nVia: SIP/2.0/UDP " + here + ";branch=z9hG4bK" +
                       id.substr(0, id.find('@')) + "n" + attempt + ";rport\r\nMax-Forwards: 70\r\nFrom: " + aor +
                       ";tag=f" + std::to_string(slot.generation) + "\r\nTo: " + aor + "\r\nCall-ID: " + id +
                       "\r\nCSeq: " + attempt + " REGISTER\r\nContact: <sip:" + user(slot.user) + "@" + here +
                       ">\r\nExpires: 3600\r\nUser-Agent: offhook load\r\n";
    if (!authorization.empty()) text.append("Authorization: ").append(authorization).append("\r\n");
    text += "Content-Length: 0\r\n\r\n";
    begin(slot.request, now, text);
    wires_[slot.user].send(std::move(text));
  }

  void take(TimePoint now, const Heard& heard) {
    const auto ticket = ticket_of(heard.call_id, job_.run);
    if (!ticket || ticket->slot >= slots_.size() || heard.status < 200) return;
    Slot& slot = slots_[ticket->slot];
    if (slot.generation != ticket->generation || heard.number != static_cast<std::uint32_t>(slot.attempt)) return;
    if (heard.status == 401 && slot.attempt == 1 && !heard.challenge.empty()) {
      ++slot.attempt;
      return send(now, ticket->slot, credentials(heard.challenge, login(slot.user), "REGISTER", "sip:" + job_.domain));
    }
    ++(heard.status == 200 ? counts_.completed : counts_.failed);
    start(now, ticket->slot);
  }

  void look_after(TimePoint now, std::size_t index) {
    Pending& request = slots_[index].request;
    if (!overdue(request, now)) return;
    if (now - request.born > kPatience) {
      ++counts_.failed;
      return start(now, index);
    }
    ++counts_.retransmissions;
    wires_[slots_[index].user].send(request.text);
  }

  const Job& job_;
  Wires wires_;
  std::vector<Slot> slots_;
  Counts counts_;
};

}  // namespace

Counts run_registrations(const Job& job, TimePoint end) { return Registrations(job).run(end); }

}  // namespace offhook::load
