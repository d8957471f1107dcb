#include "phone/media_driver.hpp"

#include "base/overloaded.hpp"

namespace offhook::phone {

void MediaDriver::add_phone(PhoneId phone, media::AudioIn in) {
  const auto found = parties_.find(phone);
  if (found != parties_.end())
    engine_->set_input(found->second, std::move(in));
  else
    parties_.emplace(phone, engine_->add_party(std::move(in)));
}

void MediaDriver::apply(Now now, const MediaCommand& command) {
  const auto open = [&](const OpenLeg& c) {
    if (!parties_.contains(c.phone)) add_phone(c.phone, media::SilenceIn{});
    // A port that cannot be had leaves the call without audio; the signalling goes on.
    if (const auto session = engine_->open(parties_.at(c.phone), c.local)) sessions_.emplace(c.leg, *session);
  };
  const auto update = [&](const UpdateLeg& c) {
    if (const auto found = session(c.leg)) engine_->update(*found, c.plan);
  };
  const auto close = [&](const CloseLeg& c) {
    if (const auto found = session(c.leg)) engine_->close(*found, now);
    sessions_.erase(c.leg);
  };
  std::visit(Overloaded{open, update, close}, command);
}

std::optional<media::SessionId> MediaDriver::session(std::uint64_t leg) const {
  const auto found = sessions_.find(leg);
  if (found == sessions_.end()) return std::nullopt;
  return found->second;
}

std::optional<media::PartyId> MediaDriver::party(PhoneId phone) const {
  const auto found = parties_.find(phone);
  if (found == parties_.end()) return std::nullopt;
  return found->second;
}

}  // namespace offhook::phone
