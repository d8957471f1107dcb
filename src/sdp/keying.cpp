// How a stream is protected: keys of the description or a DTLS association, and the ICE that goes with the latter.
#include <algorithm>

#include "base/ascii.hpp"
#include "negotiation.hpp"
#include "sdp/grouping.hpp"
#include "sdp/ice.hpp"

namespace offhook::sdp {
namespace {

bool may_do_dtls(const LocalAudio& ours) { return ours.srtp != Srtp::Off && ours.dtls; }

// Peers that know no a=tls-id (RFC 5763 alone) mean the same association by the same certificate, and are known to say
// another role of it in passing.
void keep_role(DtlsTerms& terms, const DtlsTerms& known) {
  if (terms.remote_id.empty() && terms.remote == known.remote && terms.role != Setup::HoldConn &&
      known.role != Setup::HoldConn)
    terms.role = known.role;
}

// An association that stands keeps our role (RFC 8842 §5.3), unless the peer asks for its own.
DtlsTerms answer_to(RemoteDtls offered, const LocalDtls& ours, const std::optional<Negotiated>& before) {
  DtlsTerms out{answer_setup(offered.setup), std::move(offered.digests), {}, std::move(offered.tls_id)};
  const DtlsTerms* known = before && before->dtls ? &*before->dtls : nullptr;
  const bool goes_on = known != nullptr && known->remote == out.remote && known->remote_id == out.remote_id;
  if (goes_on && offered.setup == Setup::ActPass && known->role != Setup::HoldConn) out.role = known->role;
  // Only who hears a name names its own; another association has another name.
  if (!out.remote_id.empty()) out.local_id = goes_on && out.role == known->role ? known->local_id : ours.tls_id;
  return out;
}

Result<Keying> by_dtls(const SessionDescription& description, const Media& offer, const LocalAudio& ours,
                       const std::optional<Negotiated>& before) {
  auto dtls = read_dtls(description, offer, Setup::Active);
  if (!dtls) return tl::unexpected(dtls.error());
  if (!*dtls) return fail(Module::Sdp, "DTLS without a fingerprint", offer.offset);
  return Keying{std::nullopt, answer_to(std::move(**dtls), *ours.dtls, before)};
}

}  // namespace

Result<Keying> choose_keying(const SessionDescription& description, const Media& offer, const LocalAudio& ours,
                             const std::optional<Negotiated>& before) {
  const auto profile = profile_of(offer);
  if (profile == Profile::Dtls) {
    if (!may_do_dtls(ours)) return fail(Module::Sdp, "DTLS-SRTP offered, which we do not want", offer.offset);
    return by_dtls(description, offer, ours, before);
  }
  // RFC 8643: the other profiles may carry both, and we take the one that we would offer.
  if (may_do_dtls(ours) && ours.dtls->offered && offer.has_attribute("fingerprint"))
    if (auto keying = by_dtls(description, offer, ours, before)) return keying;
  auto crypto = choose_crypto(offer, ours, before);
  if (crypto && *crypto) return Keying{std::move(*crypto), std::nullopt};
  if (may_do_dtls(ours) && (offer.has_attribute("fingerprint") || description.session().has_attribute("fingerprint")))
    if (auto keying = by_dtls(description, offer, ours, before)) return keying;
  if (!crypto) return tl::unexpected(crypto.error());
  return Keying{};
}

Result<Keying> match_keying(const SessionDescription& description, const Media& answer, const LocalAudio& ours,
                            const std::optional<Negotiated>& before) {
  if (ours.srtp != Srtp::Off && ours.dtls) {
    auto dtls = read_dtls(description, answer, Setup::Passive);
    if (!dtls) return tl::unexpected(dtls.error());
    if (*dtls) {
      RemoteDtls& theirs = **dtls;
      if (theirs.setup == Setup::ActPass) return fail(Module::Sdp, "answer leaves the DTLS roles open", answer.offset);
      DtlsTerms out{answer_setup(theirs.setup), std::move(theirs.digests), {}, std::move(theirs.tls_id)};
      if (!out.remote_id.empty()) out.local_id = ours.dtls->tls_id;
      if (before && before->dtls) keep_role(out, *before->dtls);
      return Keying{std::nullopt, std::move(out)};
    }
    if (ours.srtp == Srtp::Mandatory) return fail(Module::Sdp, "answer has no fingerprint", answer.offset);
  }
  auto crypto = match_crypto(answer, ours);
  if (!crypto) return tl::unexpected(crypto.error());
  return Keying{std::move(*crypto), std::nullopt};
}

bool speaks_ice(const SessionDescription& description, const Media& m) {
  return ice_credentials(description, m).has_value();
}

std::optional<IceTerms> read_ice(const SessionDescription& description, const Media& m, const LocalDtls& ours) {
  const auto theirs = ice_credentials(description, m);
  if (!theirs || description.session().has_attribute("ice-lite")) return std::nullopt;
  return IceTerms{ours.ice_ufrag, ours.ice_password, std::string(theirs->ufrag), std::string(theirs->password)};
}

bool heads_bundle(const SessionDescription& description, std::string_view mid) {
  if (mid.empty()) return false;
  for (const Attribute& line : description.session().attributes("group")) {
    const auto group = Group::parse(line.value, line.offset);
    if (group && iequals(group->semantics, "BUNDLE") && !group->mids.empty() && group->mids.front() == mid) return true;
  }
  return false;
}

}  // namespace offhook::sdp
