#include "publication.hpp"

#include "capabilities.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::ua {

using sip::HeaderId;
using sip::Method;

void Publications::publish(Now now, AccountId account, const Publication& publication) {
  const LocalAccount* local = core_->account(account);
  if (local == nullptr) return;
  const Account& settings = local->settings;
  const std::string address =
      sip::name_addr(settings.display_name, "sip:" + sip::escape_user(settings.user) + '@' + settings.domain);
  sip::Builder builder = sip::Builder::request(Method::Publish, publication.uri);
  builder.add(HeaderId::MaxForwards, "70")
      .add(HeaderId::From, address + ";tag=" + core_->new_tag())
      .add(HeaderId::To, '<' + publication.uri + '>')
      .add(HeaderId::CallId, core_->new_call_id())
      .add(HeaderId::CSeq, "1 PUBLISH")
      .add(HeaderId::Contact, core_->contact(account))
      .add(HeaderId::Event, publication.event);
  add_user_agent(builder, settings);
  Sent sent;
  sent.use = Use::Publish;
  sent.account = account;
  sent.request = builder.body(publication.type, publication.body).build();
  sent.next_hop = Core::destination(publication.uri);
  if (!sent.next_hop) return;
  open_.emplace(core_->send(now, std::move(sent)), Open{});
}

void Publications::response(Now now, Key key, const sip::Message& response) {
  if (response.status() < 200) return;
  auto sent = core_->take(key);
  auto open = open_.extract(key);
  if (!sent || open.empty()) return;
  const int status = response.status();
  const LocalAccount* account = core_->account(sent->account);
  if ((status != 401 && status != 407) || account == nullptr) return;
  Open& state = open.mapped();
  auto again = state.authenticator.answer(account->settings, core_->random(), *sent, response, state.cseq + 1);
  if (!again) return;
  ++state.cseq;
  sent->request = std::move(*again);
  open.key() = core_->send(now, std::move(*sent));
  open_.insert(std::move(open));
}

void Publications::failed(Key key) {
  core_->forget(key);
  open_.erase(key);
}

}  // namespace offhook::ua
