#include "agent.hpp"

#include <algorithm>

#include "base/overloaded.hpp"
#include "sip/builder.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::proxy::test {

using sip::HeaderId;

void Agent::register_at(TimePoint now) {
  auto builder = sip::Builder::request(sip::Method::Register, "sip:example.test");
  builder.add(HeaderId::MaxForwards, "70")
      .add(HeaderId::From, "<sip:" + user_ + "@example.test>;tag=" + random_->token(6));
  builder.add(HeaderId::To, "<sip:" + user_ + "@example.test>").add(HeaderId::CallId, "reg-" + user_);
  builder.add(HeaderId::CSeq, std::to_string(++cseq_) + " REGISTER")
      .add(HeaderId::Contact, "<sip:" + user_ + '@' + flow_.local.text() + '>');
  transactions_.start(now, builder.build(), flow_, 0);
  pump(now);
}

void Agent::call(TimePoint now, std::string_view callee) {
  const std::string call_id = random_->token(12);
  auto builder = sip::Builder::request(sip::Method::Invite, "sip:" + std::string(callee) + "@example.test");
  builder.add(HeaderId::MaxForwards, "70")
      .add(HeaderId::From, "<sip:" + user_ + "@example.test>;tag=" + random_->token(6));
  builder.add(HeaderId::To, "<sip:" + std::string(callee) + "@example.test>").add(HeaderId::CallId, call_id);
  builder.add(HeaderId::CSeq, "1 INVITE").add(HeaderId::Contact, "<sip:" + flow_.local.text() + '>');
  Outgoing& call = outgoing_[call_id];
  call.invite = transactions_.start(now, builder.build(), flow_, 0);
  // Not at once: the 487 for a callee that never says anything comes with the proxy's Timer B, and has to arrive within
  // 64*T1 of our CANCEL.
  if (random_->below(3) == 0)
    tasks_.push_back({now + milliseconds(2000 + random_->below(6000)), Chore::Cancel, call_id});
  tasks_.push_back({now + seconds(25), Chore::Cancel, call_id});  // patience ends
  pump(now);
}

void Agent::receive(TimePoint now, std::string bytes) {
  if (auto incoming = transport_.receive(flow_, std::move(bytes))) transactions_.receive(now, std::move(*incoming));
  pump(now);
}

void Agent::wake(TimePoint now) {
  transactions_.wake(now);
  pump(now);
  for (std::size_t i = 0; i < tasks_.size();) {
    if (tasks_[i].at > now) {
      ++i;
      continue;
    }
    const Task task = tasks_[i];
    tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(i));
    run(now, task);
  }
  pump(now);
}

std::optional<TimePoint> Agent::deadline() const {
  auto first = transactions_.deadline();
  for (const Task& task : tasks_)
    if (!first || task.at < *first) first = task.at;
  return first;
}

void Agent::pump(TimePoint now) {
  while (auto event = transactions_.poll()) {
    std::visit(Overloaded{
                   [&](transaction::RequestReceived& e) { on_request(now, e); },
                   [&](const transaction::ResponseReceived& e) { on_response(now, e); },
                   [&](const transaction::ClientTimeout& e) {
                     for (auto& [id, call] : outgoing_)
                       if (call.invite == e.id && !call.ended) call.ended = true, ++results["timeout"];
                   },
                   [](const auto&) {},
               },
               *event);
  }
}

void Agent::on_request(TimePoint now, transaction::RequestReceived& event) {
  const std::string call_id(event.request.call_id());
  const sip::Method method = event.request.method();
  const auto call = incoming_.find(call_id);
  if (method == sip::Method::Invite) {
    Incoming& fresh = incoming_[call_id];
    fresh = {event.id, event.request, std::nullopt, false};
    // One in eight never says anything, the others ring and decide later.
    if (random_->below(8) == 0) return;
    answer(now, fresh, 180);
    tasks_.push_back({now + milliseconds(random_->below(6000)), Chore::Answer, call_id});
  } else if (method == sip::Method::Ack) {
    if (call != incoming_.end()) call->second.acknowledged = true;
  } else if (method == sip::Method::Cancel) {
    transactions_.respond(now, event.id,
                          sip::Builder::response(event.request, event.cancels ? 200 : 481, random_->token(6)).build());
    if (event.cancels && call != incoming_.end() && !transactions_.has_final(event.cancels))
      answer(now, call->second, 487);
  } else {
    transactions_.respond(now, event.id, sip::Builder::response(event.request, 200, random_->token(6)).build());
  }
}

void Agent::answer(TimePoint now, Incoming& call, int status) {
  auto builder = sip::Builder::response(call.request, status, user_ + std::string(call.request.call_id()));
  builder.copy(call.request, HeaderId::RecordRoute).add(HeaderId::Contact, "<sip:" + flow_.local.text() + '>');
  sip::Message response = builder.build();
  transactions_.respond(now, call.invite, response);
  if (status == 200) call.ok = std::move(response);
}

void Agent::on_response(TimePoint now, const transaction::ResponseReceived& event) {
  const int status = event.response.status();
  if (status < 200) return;
  if (event.response.method() == sip::Method::Register) registered += status == 200;
  if (event.response.method() == sip::Method::Bye) bye_failures += status != 200;
  if (event.response.method() != sip::Method::Invite) return;
  const std::string call_id(event.response.call_id());
  Outgoing& call = outgoing_[call_id];
  if (!call.ended) {
    call.ended = true;
    ++results[std::to_string(status)];
    if (status < 300) {
      established_.emplace(call_id, event.response);
      tasks_.push_back({now + milliseconds(500 + random_->below(5000)), Chore::Bye, call_id});
    }
  }
  if (status < 300) acknowledge(now, event.response, call);
}

void Agent::acknowledge(TimePoint, const sip::Message& ok, Outgoing& call) {
  if (call.ack.empty())
    call.ack = transactions_.send_stateless(in_dialog(ok, sip::Method::Ack, 1), flow_);
  else
    transactions_.resend(call.ack, flow_);
}

sip::Message Agent::in_dialog(const sip::Message& ok, sip::Method method, std::uint32_t cseq) const {
  const auto contact = sip::NameAddr::parse(*ok.top(HeaderId::Contact));
  auto builder = sip::Builder::request(method, contact->uri);
  std::vector<std::string_view> routes;
  for (const auto route : ok.values(HeaderId::RecordRoute)) routes.insert(routes.begin(), route);
  for (const auto route : routes) builder.add(HeaderId::Route, route);
  builder.add(HeaderId::MaxForwards, "70").copy(ok, HeaderId::From).copy(ok, HeaderId::To).copy(ok, HeaderId::CallId);
  builder.add(HeaderId::CSeq, std::to_string(cseq) + ' ' + std::string(sip::method_name(method)));
  return builder.build();
}

void Agent::run(TimePoint now, const Task& task) {
  switch (task.chore) {
    case Chore::Answer: {
      Incoming& call = incoming_[task.call_id];
      if (transactions_.has_final(call.invite)) return;
      constexpr int kAnswers[] = {200, 200, 200, 486, 603, 302, 480};
      answer(now, call, kAnswers[random_->below(std::size(kAnswers))]);
      if (call.ok) tasks_.push_back({now + milliseconds(500), Chore::Repeat200, task.call_id, milliseconds(500)});
      return;
    }
    case Chore::Repeat200: {
      Incoming& call = incoming_[task.call_id];
      if (call.acknowledged || task.again > seconds(32)) return;
      transactions_.respond(now, call.invite, *call.ok);
      const Duration next = std::min<Duration>(task.again * 2, seconds(4));
      tasks_.push_back({now + next, Chore::Repeat200, task.call_id, next});
      return;
    }
    case Chore::Cancel: {
      const Outgoing& call = outgoing_[task.call_id];
      if (!call.ended) transactions_.cancel(now, call.invite);
      return;
    }
    case Chore::Bye: transactions_.start(now, in_dialog(established_.at(task.call_id), sip::Method::Bye, 2), flow_, 0);
  }
}

}  // namespace offhook::proxy::test
