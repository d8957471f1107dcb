// Calls through the proxy, caller and callee in one thread: INVITE with an offer, 180, 200 with an answer, ACK, and as
// soon as the callee has the ACK the caller says BYE. The next call begins when the 200 to BYE is there. With a proxy
// that challenges, each call starts with 407 and ACK.
#include <poll.h>

#include "io/clock.hpp"
#include "load/job.hpp"

namespace offhook::load {
namespace {

constexpr std::string_view kAllow = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nUser-Agent: offhook load\r\n";

std::string session(std::string_view who) {
  return "v=0\r\no=" + std::string(who) +
         " 3801 3801 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 20000 RTP/AVP 0 8 101\r\n"
         "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";
}

class Calls {
 public:
  explicit Calls(const Job& job)
      : job_(job),
        callers_(job.caller_port, job.sockets, job.proxy_port),
        callees_(job.callee_port, job.sockets, job.proxy_port),
        slots_(job.window),
        offer_(session("caller")),
        reply_(session("callee")) {}

  Counts run(TimePoint end) {
    if (!callers_.ok() || !callees_.ok()) return {};
    TimePoint now = io::now().mono, sweep = now;
    begun_ = now;
    for (std::size_t i = 0; i < slots_.size(); ++i) start(now, i);
    while (counts_.completed + counts_.failed < job_.count && now < end) {
      callers_.flush();
      callees_.flush();
      for (const auto& wire : callees_.all())
        for (const auto datagram : wire->receive()) called(now, *wire, hear(datagram));
      for (const auto& wire : callers_.all())
        for (const auto datagram : wire->receive()) answered(now, hear(datagram));
      if (job_.rate != 0) wait();
      now = io::now().mono;
      if (job_.rate != 0) start_due(now);
      if (now - sweep < milliseconds{50}) continue;
      sweep = now;
      for (std::size_t i = 0; i < slots_.size(); ++i) look_after(now, i);
    }
    return counts_;
  }

 private:
  enum class Step : std::uint8_t { Idle, Inviting, Answered, Closing };
  struct Slot {
    Step step = Step::Idle;
    std::uint64_t generation = 0, from = 0, to = 0;
    std::uint32_t cseq = 1;
    bool invited = false, challenged_bye = false;
    Pending request, accept;  // of the caller; the callee's 200
    std::string routes, target, remote, ack;
  };

  // Calls that should have begun by now.
  std::uint64_t due(TimePoint now) const {
    if (job_.rate == 0) return job_.count;
    return 1 + static_cast<std::uint64_t>((now - begun_).count()) * job_.rate / 1'000'000;
  }
  void start_due(TimePoint now) {
    for (std::size_t i = 0; i < slots_.size() && counts_.started < due(now); ++i)
      if (slots_[i].step == Step::Idle) start(now, i);
  }
  void wait() {
    std::vector<pollfd> wires;
    for (const Wires* side : {&callers_, &callees_})
      for (const auto& wire : side->all()) wires.push_back({wire->fd(), POLLIN, 0});
    ::poll(wires.data(), wires.size(), 1);
  }

  void start(TimePoint now, std::size_t index) {
    Slot& slot = slots_[index];
    const std::uint64_t generation = slot.generation + 1;
    slot = {};
    slot.generation = generation;
    if (counts_.started == job_.count || counts_.started >= due(now)) return;
    slot.step = Step::Inviting;
    slot.from = user_of(job_, counts_.started);
    slot.to = user_of(job_, counts_.started + 1);
    ++counts_.started;
    slot.remote = "<sip:" + user(slot.to) + "@" + job_.domain + ">";
    slot.target = "sip:" + user(slot.to) + "@" + job_.domain;
    request(now, index, "INVITE", {});
  }

  // A request of the caller. ACK of a failure repeats the branch of its INVITE (§17.1.1.3), that of a 200 is a
  // transaction of its own.
  std::string text_of(std::size_t index, std::string_view method, std::string_view branch, std::string_view more,
                      std::string_view body) const {
    const Slot& slot = slots_[index];
    const std::string id = call_id({index, slot.generation}, job_.run),
                      here = "127.0.0.1:" + std::to_string(port_of(job_.caller_port, index, job_.sockets));
    std::string out(method);
    out.append(" ")
        .append(slot.target)
        .append(" SIP/2.0\r\nVia: SIP/2.0/UDP ")
        .append(here)
        .append(";branch=z9hG4bK")
        .append(id, 0, id.find('@'));
    out.append(branch)
        .append(";rport\r\nMax-Forwards: 70\r\n")
        .append(slot.routes)
        .append("From: <sip:")
        .append(user(slot.from))
        .append("@");
    out.append(job_.domain)
        .append(">;tag=f")
        .append(std::to_string(slot.generation))
        .append("\r\nTo: ")
        .append(slot.remote);
    out.append("\r\nCall-ID: ")
        .append(id)
        .append("\r\nCSeq: ")
        .append(std::to_string(slot.cseq))
        .append(" ")
        .append(method);
    out.append("\r\nContact: <sip:")
        .append(user(slot.from))
        .append("@")
        .append(here)
        .append(">\r\n")
        .append(kAllow)
        .append(more);
    out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    return out;
  }

  void request(TimePoint now, std::size_t index, std::string_view method, std::string more) {
    const bool invite = method == "INVITE";
    if (invite) more += "Content-Type: application/sdp\r\n";
    std::string text = text_of(index, method, "n" + std::to_string(slots_[index].cseq), more,
                               invite ? std::string_view(offer_) : std::string_view());
    begin(slots_[index].request, now, text);
    callers_[index].send(std::move(text));
  }

  Slot* slot_of(const Heard& heard, std::size_t& index) {
    const auto ticket = ticket_of(heard.call_id, job_.run);
    if (!ticket || ticket->slot >= slots_.size() || slots_[ticket->slot].generation != ticket->generation)
      return nullptr;
    index = ticket->slot;
    return &slots_[index];
  }

  // At the callee. A BYE whose call is over already (its 200 was lost) is answered all the same.
  void called(TimePoint now, Wire& callee, const Heard& heard) {
    if (heard.status != 0) return;
    std::size_t index = 0;
    Slot* slot = slot_of(heard, index);
    if (heard.method == "BYE") return callee.send(answer(heard, "200 OK", "", kAllow));
    if (slot == nullptr) return;
    if (heard.method == "ACK") {
      settle(slot->accept);
      if (slot->step == Step::Answered) hang_up(now, index);
      return;
    }
    if (heard.method != "INVITE") return;
    if (slot->invited) {
      ++counts_.retransmissions;
      return;
    }
    slot->invited = true;
    const std::string contact = "Contact: <sip:" + user(slot->to) +
                                "@127.0.0.1:" + std::to_string(port_of(job_.callee_port, slot->to, job_.sockets)) +
                                ">\r\n" + std::string(kAllow);
    const std::string tag = "c" + std::to_string(slot->generation);
    callee.send(answer(heard, "180 Ringing", tag, contact));
    std::string accept = answer(heard, "200 OK", tag, contact + "Content-Type: application/sdp\r\n", reply_);
    begin(slot->accept, now, accept);
    callee.send(std::move(accept));
  }

  void hang_up(TimePoint now, std::size_t index) {
    slots_[index].step = Step::Closing;
    ++slots_[index].cseq;
    request(now, index, "BYE", {});
  }

  // At the caller.
  void answered(TimePoint now, const Heard& heard) {
    std::size_t index = 0;
    Slot* slot = heard.status == 0 ? nullptr : slot_of(heard, index);
    if (slot == nullptr) return;
    if (heard.method == "INVITE" && heard.status == 200 && slot->step != Step::Inviting) {  // our ACK was lost or late
      ++counts_.retransmissions;
      return callers_[index].send(slot->ack);
    }
    if (heard.number != slot->cseq) return;
    if (heard.method == "BYE" && slot->step == Step::Closing && heard.status >= 200) {
      if (heard.status == 407 && !slot->challenged_bye) {
        slot->challenged_bye = true;
        ++slot->cseq;
        return request(now, index, "BYE", authorization(*slot, heard, "BYE"));
      }
      ++(heard.status == 200 ? counts_.completed : counts_.failed);
      return start(now, index);
    }
    if (heard.method == "INVITE" && slot->step == Step::Inviting) invite_answered(now, index, heard);
  }

  static std::string authorization(const Slot& slot, const Heard& heard, std::string_view method) {
    return "Proxy-Authorization: " + credentials(heard.challenge, login(slot.from), method, slot.target) + "\r\n";
  }

  void invite_answered(TimePoint now, std::size_t index, const Heard& heard) {
    Slot& slot = slots_[index];
    settle(slot.request);  // any answer stops Timer A
    if (heard.status < 200) return;
    const std::string plain = slot.remote;
    slot.remote = heard.to;
    if (heard.status == 200) {
      slot.step = Step::Answered;
      slot.routes = route_lines(heard.record_routes);
      slot.target = uri_of(heard.contact);
      slot.ack = text_of(index, "ACK", "a", {}, {});
      return callers_[index].send(slot.ack);
    }
    callers_[index].send(text_of(index, "ACK", "n" + std::to_string(slot.cseq), {}, {}));
    if (heard.status == 407 && slot.cseq == 1 && !heard.challenge.empty()) {
      slot.remote = plain;
      ++slot.cseq;
      return request(now, index, "INVITE", authorization(slot, heard, "INVITE"));
    }
    ++counts_.failed;
    start(now, index);
  }

  void look_after(TimePoint now, std::size_t index) {
    Slot& slot = slots_[index];
    if (slot.step == Step::Idle) return;
    if (slot.request.born + kPatience * 2 < now) {
      ++counts_.failed;
      return start(now, index);
    }
    if (overdue(slot.request, now)) {
      ++counts_.retransmissions;
      callers_[index].send(slot.request.text);
    }
    if (overdue(slot.accept, now)) {
      ++counts_.retransmissions;
      callees_[slot.to].send(slot.accept.text);
    }
  }

  const Job& job_;
  TimePoint begun_{};
  Wires callers_, callees_;
  std::vector<Slot> slots_;
  std::string offer_, reply_;
  Counts counts_;
};

}  // namespace

Counts run_calls(const Job& job, TimePoint end) { return Calls(job).run(end); }

}  // namespace offhook::load
