// Every name of the table with its enumerator: the table is in the order of the enumeration, and this is who notices
// when it is not.
#include <gtest/gtest.h>

#include "sip/header_id.hpp"

namespace offhook::sip {
namespace {

struct Name {
  std::string_view text;
  HeaderId id;
};

constexpr Name kNames[] = {
    {"Accept", HeaderId::Accept},
    {"Accept-Contact", HeaderId::AcceptContact},
    {"Accept-Encoding", HeaderId::AcceptEncoding},
    {"Accept-Language", HeaderId::AcceptLanguage},
    {"Accept-Resource-Priority", HeaderId::AcceptResourcePriority},
    {"Alert-Info", HeaderId::AlertInfo},
    {"Allow", HeaderId::Allow},
    {"Allow-Events", HeaderId::AllowEvents},
    {"Answer-Mode", HeaderId::AnswerMode},
    {"Authentication-Info", HeaderId::AuthenticationInfo},
    {"Authorization", HeaderId::Authorization},
    {"Call-ID", HeaderId::CallId},
    {"Call-Info", HeaderId::CallInfo},
    {"Contact", HeaderId::Contact},
    {"Content-Disposition", HeaderId::ContentDisposition},
    {"Content-Encoding", HeaderId::ContentEncoding},
    {"Content-ID", HeaderId::ContentId},
    {"Content-Language", HeaderId::ContentLanguage},
    {"Content-Length", HeaderId::ContentLength},
    {"Content-Type", HeaderId::ContentType},
    {"CSeq", HeaderId::CSeq},
    {"Date", HeaderId::Date},
    {"Diversion", HeaderId::Diversion},
    {"Error-Info", HeaderId::ErrorInfo},
    {"Event", HeaderId::Event},
    {"Expires", HeaderId::Expires},
    {"Feature-Caps", HeaderId::FeatureCaps},
    {"Flow-Timer", HeaderId::FlowTimer},
    {"From", HeaderId::From},
    {"Geolocation", HeaderId::Geolocation},
    {"Geolocation-Error", HeaderId::GeolocationError},
    {"Geolocation-Routing", HeaderId::GeolocationRouting},
    {"History-Info", HeaderId::HistoryInfo},
    {"Identity", HeaderId::Identity},
    {"Identity-Info", HeaderId::IdentityInfo},
    {"Info-Package", HeaderId::InfoPackage},
    {"In-Reply-To", HeaderId::InReplyTo},
    {"Join", HeaderId::Join},
    {"Line", HeaderId::Line},
    {"MAC", HeaderId::Mac},
    {"Max-Breadth", HeaderId::MaxBreadth},
    {"Max-Forwards", HeaderId::MaxForwards},
    {"MIME-Version", HeaderId::MimeVersion},
    {"Min-Expires", HeaderId::MinExpires},
    {"Min-SE", HeaderId::MinSE},
    {"Organization", HeaderId::Organization},
    {"P-Access-Network-Info", HeaderId::PAccessNetworkInfo},
    {"P-Asserted-Identity", HeaderId::PAssertedIdentity},
    {"P-Asserted-Service", HeaderId::PAssertedService},
    {"P-Associated-URI", HeaderId::PAssociatedUri},
    {"Path", HeaderId::Path},
    {"P-Called-Party-ID", HeaderId::PCalledPartyId},
    {"P-Charging-Vector", HeaderId::PChargingVector},
    {"P-Early-Media", HeaderId::PEarlyMedia},
    {"P-Preferred-Identity", HeaderId::PPreferredIdentity},
    {"P-Preferred-Service", HeaderId::PPreferredService},
    {"Priority", HeaderId::Priority},
    {"Privacy", HeaderId::Privacy},
    {"Priv-Answer-Mode", HeaderId::PrivAnswerMode},
    {"Proxy-Authenticate", HeaderId::ProxyAuthenticate},
    {"Proxy-Authorization", HeaderId::ProxyAuthorization},
    {"Proxy-Require", HeaderId::ProxyRequire},
    {"P-Visited-Network-ID", HeaderId::PVisitedNetworkId},
    {"RAck", HeaderId::RAck},
    {"Reason", HeaderId::Reason},
    {"Record", HeaderId::Record},
    {"Record-Route", HeaderId::RecordRoute},
    {"Recv-Info", HeaderId::RecvInfo},
    {"Refer-Events-At", HeaderId::ReferEventsAt},
    {"Referred-By", HeaderId::ReferredBy},
    {"Refer-Sub", HeaderId::ReferSub},
    {"Refer-To", HeaderId::ReferTo},
    {"Reject-Contact", HeaderId::RejectContact},
    {"Remote-Party-ID", HeaderId::RemotePartyId},
    {"Replaces", HeaderId::Replaces},
    {"Reply-To", HeaderId::ReplyTo},
    {"Request-Disposition", HeaderId::RequestDisposition},
    {"Require", HeaderId::Require},
    {"Resource-Priority", HeaderId::ResourcePriority},
    {"Retry-After", HeaderId::RetryAfter},
    {"Route", HeaderId::Route},
    {"RSeq", HeaderId::RSeq},
    {"Security-Client", HeaderId::SecurityClient},
    {"Security-Server", HeaderId::SecurityServer},
    {"Security-Verify", HeaderId::SecurityVerify},
    {"Server", HeaderId::Server},
    {"Service-Route", HeaderId::ServiceRoute},
    {"Session-Expires", HeaderId::SessionExpires},
    {"Session-ID", HeaderId::SessionId},
    {"SIP-ETag", HeaderId::SipETag},
    {"SIP-If-Match", HeaderId::SipIfMatch},
    {"Subject", HeaderId::Subject},
    {"Subscription-State", HeaderId::SubscriptionState},
    {"Supported", HeaderId::Supported},
    {"Suppress-If-Match", HeaderId::SuppressIfMatch},
    {"Target-Dialog", HeaderId::TargetDialog},
    {"Timestamp", HeaderId::Timestamp},
    {"To", HeaderId::To},
    {"Unsupported", HeaderId::Unsupported},
    {"User-Agent", HeaderId::UserAgent},
    {"User-to-User", HeaderId::UserToUser},
    {"Via", HeaderId::Via},
    {"Warning", HeaderId::Warning},
    {"WWW-Authenticate", HeaderId::WwwAuthenticate},
};

TEST(HeaderNames, belongToTheirIds) {
  EXPECT_EQ(std::size(kNames) + 1, static_cast<std::size_t>(HeaderId::kCount));
  for (const auto& [text, id] : kNames) {
    EXPECT_EQ(header_id(text), id) << text;
    EXPECT_EQ(header_name(id), text);
  }
}

// RFC 3261 §7.3.1: a comma separates values only where the grammar of the field says so.
TEST(HeaderNames, tellWhereCommasSeparate) {
  for (const HeaderId id :
       {HeaderId::Via, HeaderId::Route, HeaderId::Contact, HeaderId::Supported, HeaderId::HistoryInfo,
        HeaderId::PAccessNetworkInfo, HeaderId::RecvInfo, HeaderId::Geolocation})
    EXPECT_TRUE(is_list(id)) << header_name(id);
  for (const HeaderId id : {HeaderId::Date, HeaderId::Subject, HeaderId::Privacy, HeaderId::WwwAuthenticate,
                            HeaderId::Authorization, HeaderId::ReferTo, HeaderId::Replaces, HeaderId::UserAgent,
                            HeaderId::RetryAfter, HeaderId::Event, HeaderId::Identity, HeaderId::ContentType})
    EXPECT_FALSE(is_list(id)) << header_name(id);
}

}  // namespace
}  // namespace offhook::sip
