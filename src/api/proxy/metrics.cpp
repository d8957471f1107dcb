// What is counted, for Prometheus.
#include <array>

#include "families.hpp"
#include "proxy/figures.hpp"
#include "proxy/resources.hpp"
#include "sip/method.hpp"

namespace offhook::api {
namespace {

double number(std::uint64_t value) { return static_cast<double>(value); }
double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

void add_transport(Families& out, const transport::Counters& c) {
  out.counter("messages_received_total", "SIP messages that came in, keep-alives not counted", number(c.received));
  out.counter("messages_sent_total", "SIP messages that went out", number(c.sent));
  out.counter("keepalives_total", "Keep-alives that came in (CRLF, empty datagrams)", number(c.keepalives));
  out.counter("stun_total", "STUN requests on SIP ports", number(c.stun));
  out.counters("messages_refused_total", "What came in and was no message to act on", "why",
               {{"bad_request", number(c.bad_requests)},
                {"bad_response", number(c.bad_responses)},
                {"garbage", number(c.garbage)},
                {"too_large", number(c.over_limit[static_cast<std::size_t>(sip::Limit::Message)])},
                {"too_many_fields", number(c.over_limit[static_cast<std::size_t>(sip::Limit::Headers)])},
                {"long_fields", number(c.over_limit[static_cast<std::size_t>(sip::Limit::HeaderLength)])},
                {"nested_too_deep", number(c.nested_too_deep)},
                {"unroutable", number(c.unroutable)}});
}

void add_transactions(Families& out, const transaction::Counters& c) {
  Families::Labelled requests, responses;
  for (std::size_t i = 0; i < c.requests.size(); ++i) {
    const auto name = sip::method_name(static_cast<sip::Method>(i));
    requests.emplace_back(name.empty() ? "other" : std::string(name), number(c.requests.at(i)));
  }
  for (std::size_t i = 1; i < c.responses.size(); ++i)
    responses.emplace_back(std::to_string(i) + "xx", number(c.responses.at(i)));
  out.counters("requests_total", "Requests that came in and began a transaction, by method", "method", requests);
  out.counters("responses_total", "Responses that answer them, by class", "class", responses);
  out.counter("client_transactions_total", "Transactions that we began", number(c.client_started));
  out.counters("retransmissions_total", "Messages that were sent, or came, again", "what",
               {{"request_sent", number(c.request_retransmits_sent)},
                {"request_received", number(c.request_retransmits_received)},
                {"response_sent", number(c.response_retransmits_sent)},
                {"response_received", number(c.response_retransmits_received)}});
  out.counter("timeouts_total", "Requests that nobody answered in time", number(c.timeouts));
  out.counter("stray_responses_total", "Responses to nothing that we have asked", number(c.strays));
  out.counter("unmatched_acks_total", "ACKs to nothing that we know of", number(c.unmatched_acks));
}

void add_proxy(Families& out, const proxy::Figures& all) {
  const proxy::Counters& c = all.proxy;
  out.counter("registers_total", "REGISTER requests", number(c.registers));
  out.counter("registered_total", "REGISTER requests that were answered with 200 after a change", number(c.registered));
  out.counter("challenges_total", "Requests that were asked for credentials", number(c.challenges));
  out.counter("bad_credentials_total", "Credentials that were wrong", number(c.bad_credentials));
  const proxy::GuardCounters& g = all.guard;
  out.counter("bans_total", "Sources that were banned, each time counted", number(g.bans));
  out.counters("guarded_total", "Messages that were not acted on because of bans and limits", "how",
               {{"dropped", number(g.dropped)}, {"refused", number(g.limited)}, {"silenced", number(g.silenced)}});
  out.counter("notifies_total", "NOTIFY requests of our own", number(c.notifies));
  out.counter("dead_bindings_total", "Bindings that were taken out because nothing gets there",
              number(c.dead_bindings));
  out.counter("forwarded_requests_total", "Requests that went on, each branch counted", number(c.forwarded_requests));
  out.counter("forwarded_responses_total", "Responses that went on", number(c.forwarded_responses));
  out.counter("loops_total", "Requests that came round again", number(c.loops));
  out.counter("not_found_total", "Requests for whom nobody is there", number(c.not_found));
  out.counter("store_failures_total", "Writes that the store refused", number(c.store_failures));
  out.gauge("bindings", "Contacts that are registered", number(all.bindings));
  out.gauge("calls", "Calls that are kept, from INVITE to BYE", number(all.calls));
  const proxy::RecordCounters& records = all.records;
  out.counters("call_records_total",
               "Records of calls (with [cdr]): calls that ended, writes that failed, answers that did not wait", "what",
               {{"ended", number(records.calls)}, {"failed", number(records.failed)}, {"late", number(records.late)}});
  out.gauge("transactions", "Transactions under way", number(all.transactions_now));
  out.gauge("relays", "Requests on their way, or answered a moment ago", number(all.relays));
  out.gauge("subscriptions", "Subscriptions to events of ours", number(all.subscriptions));
  out.gauge("timers", "Timers that run", number(all.timers));
  out.gauge("draining", "1 when no new calls are taken", all.draining ? 1 : 0);
}

// The first shard's: it alone registers.
void add_trunks(Families& out, const proxy::Core& core) {
  Families::Labelled registered;
  for (const proxy::TrunkState& trunk : core.trunks())
    if (trunk.registers) registered.emplace_back(trunk.name, trunk.registered ? 1 : 0);
  if (!registered.empty())
    out.gauges("trunk_registered", "1 while the registration at that trunk stands", "trunk", registered);
}

// How the work is spread over the threads; nothing where there is one.
void add_shards(Families& out, const std::vector<proxy::Figures>& shards) {
  if (shards.size() < 2) return;
  Families::Labelled received, calls;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    received.emplace_back(std::to_string(i), number(shards[i].transport.received));
    calls.emplace_back(std::to_string(i), number(shards[i].calls));
  }
  out.counters("shard_messages_received_total", "SIP messages that came in, by the shard that has read them", "shard",
               received);
  out.gauges("shard_calls", "Calls that are kept, by shard", "shard", calls);
}

void add_world(Families& out, const WorldFigures& figures) {
  out.gauge("connections", "Stream connections that are open", number(figures.connections));
  out.counters("connections_total", "Stream connections by what became of them", "what",
               {{"accepted", number(figures.accepted)},
                {"opened", number(figures.opened)},
                {"refused", number(figures.refused)},
                {"failed", number(figures.failed)}});
  if (figures.commits) out.histogram("store_commit_seconds", "How long commits of the store took", *figures.commits);
  if (figures.record_commits)
    out.histogram("record_commit_seconds", "How long commits of the records of calls took", *figures.record_commits);
  if (figures.captured) {
    out.gauge("capture_messages", "SIP messages that are kept for ladders and captures",
              number(figures.captured->first));
    out.gauge("capture_bytes", "Memory that they take", number(figures.captured->second));
  }
  out.gauge("process_resident_memory_bytes", "Memory that is resident", number(figures.resident_bytes));
  out.counter("process_cpu_seconds_total", "Processor time, user and system",
              in_seconds(figures.cpu_user + figures.cpu_system));
  out.gauge("process_open_fds", "Descriptors that are open", number(figures.open_files));
  out.gauge("uptime_seconds", "Since the start", in_seconds(figures.uptime));
}

Response get_metrics(const Asked& asked) {
  Families out;
  out.gauges("build_info", "Always 1; says which version this is", "version", {{OFFHOOK_VERSION, 1}});
  std::vector<proxy::Figures> shards;
  asked.world.each_core([&shards](const proxy::Core& core) { shards.push_back(proxy::figures_of(core)); });
  proxy::Figures all;
  for (const proxy::Figures& shard : shards) all += shard;
  add_transport(out, all.transport);
  add_transactions(out, all.transactions);
  add_proxy(out, all);
  add_trunks(out, asked.core());
  add_shards(out, shards);
  add_world(out, asked.world.figures());
  return out.page();
}

}  // namespace

std::span<const Resource> metric_resources() {
  static constexpr std::array kResources{Resource{"GET", "/metrics", Access::Reader, get_metrics}};
  return kResources;
}

}  // namespace offhook::api
