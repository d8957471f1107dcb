#include "keep_alive.hpp"

#include "sip/header/name_addr.hpp"

namespace offhook::ua {
namespace {

using sip::HeaderId;
using sip::Method;

constexpr std::string_view kPing = "\r\n\r\n";
constexpr Duration kPongTime = seconds(10);  // RFC 5626 §4.4.1

}  // namespace

void KeepAlives::begin(Now now, AccountId account, const transport::Flow& flow) {
  if (core_->account(account)->settings.keep_alive == KeepAlive::Off) return;
  Watched& watched = watched_[account];
  const bool same = watched.alarm != 0 && transport::concerns(watched.flow, flow);
  watched.flow = flow;
  if (!same) arm(now, account, watched);
}

void KeepAlives::end(AccountId account) {
  const auto it = watched_.find(account);
  if (it == watched_.end()) return;
  core_->disarm(it->second.alarm);
  core_->disarm(it->second.overdue);
  watched_.erase(it);
}

void KeepAlives::arm(Now now, AccountId account, Watched& watched) {
  core_->disarm(watched.alarm);
  watched.alarm =
      core_->arm(now, core_->account(account)->settings.keep_alive_interval, {AlarmKind::KeepAliveDue, account, {}, 0});
}

void KeepAlives::due(Now now, AccountId account) {
  const auto it = watched_.find(account);
  if (it == watched_.end()) return;
  it->second.alarm = 0;
  ping(now, account, it->second);
  arm(now, account, it->second);
}

void KeepAlives::ping(Now now, AccountId account, Watched& watched) {
  const KeepAlive kind = core_->account(account)->settings.keep_alive;
  // A stream has its own ping, whose pong tells whether anybody is there.
  if (transport::is_reliable(watched.flow.protocol)) {
    core_->port().transport->send(watched.flow, std::string(kPing));
    if (watched.overdue == 0) watched.overdue = core_->arm(now, kPongTime, {AlarmKind::PongOverdue, account, {}, 0});
    return;
  }
  if (kind == KeepAlive::Blank) return core_->port().transport->send(watched.flow, std::string(kPing));
  Sent sent;
  sent.use = Use::KeepAlive;
  sent.account = account;
  sent.request = request(account, kind == KeepAlive::Options ? Method::Options : Method::Notify);
  core_->send(now, std::move(sent));
}

sip::Message KeepAlives::request(AccountId account, Method method) const {
  const Account& settings = core_->account(account)->settings;
  const std::string server = "sip:" + settings.domain;
  const std::string address =
      sip::name_addr(settings.display_name, "sip:" + sip::escape_user(settings.user) + '@' + settings.domain);
  sip::Builder builder = sip::Builder::request(method, server);
  if (!settings.route().empty()) builder.add(HeaderId::Route, settings.route());
  builder.add(HeaderId::MaxForwards, "70")
      .add(HeaderId::From, address + ";tag=" + core_->new_tag())
      .add(HeaderId::To, '<' + server + '>')
      .add(HeaderId::CallId, core_->new_call_id())
      .add(HeaderId::CSeq, "1 " + std::string(sip::method_name(method)))
      .add(HeaderId::Contact, core_->contact(account));
  if (method == Method::Notify) builder.add(HeaderId::Event, "keep-alive");
  return builder.build();
}

std::size_t KeepAlives::timers() const {
  std::size_t out = 0;
  for (const auto& [account, watched] : watched_)
    out += (watched.alarm != 0 ? 1U : 0U) + (watched.overdue != 0 ? 1U : 0U);
  return out;
}

void KeepAlives::pong(const transport::Flow& flow) {
  for (auto& [account, watched] : watched_)
    if (transport::concerns(flow, watched.flow)) core_->disarm(watched.overdue);
}

std::vector<AccountId> KeepAlives::lost(const transport::Flow& flow) {
  std::vector<AccountId> out;
  for (const auto& [account, watched] : watched_)
    if (transport::is_reliable(flow.protocol) && transport::concerns(flow, watched.flow)) out.push_back(account);
  for (const AccountId account : out) end(account);
  return out;
}

}  // namespace offhook::ua
