// Header field names that the house knows; every other one is Other and kept as it is. RFC 3261 §20 and the guide's
// list.
#pragma once
#include <cstdint>
#include <string_view>

namespace offhook::sip {

enum class HeaderId : std::uint8_t {
  Other,
  Accept,
  AcceptEncoding,
  AcceptLanguage,
  AlertInfo,
  Allow,
  AllowEvents,
  AuthenticationInfo,
  Authorization,
  CallId,
  CallInfo,
  Contact,
  ContentDisposition,
  ContentEncoding,
  ContentLanguage,
  ContentLength,
  ContentType,
  CSeq,
  Date,
  Diversion,
  ErrorInfo,
  Event,
  Expires,
  From,
  HistoryInfo,
  InReplyTo,
  MaxForwards,
  MimeVersion,
  MinExpires,
  MinSE,
  Organization,
  PAssertedIdentity,
  PPreferredIdentity,
  Path,
  Priority,
  Privacy,
  ProxyAuthenticate,
  ProxyAuthorization,
  ProxyRequire,
  RAck,
  RSeq,
  Reason,
  RecordRoute,
  ReferTo,
  ReferredBy,
  RemotePartyId,
  Replaces,
  ReplyTo,
  Require,
  RetryAfter,
  Route,
  Server,
  ServiceRoute,
  SessionExpires,
  SipETag,
  SipIfMatch,
  Subject,
  SubscriptionState,
  Supported,
  Timestamp,
  To,
  Unsupported,
  UserAgent,
  Via,
  Warning,
  WwwAuthenticate,
  kCount,
};

// Case-insensitive; compact forms are known (§7.3.3 and the registry: a b c d e f i j k l m n o r s t u v x y).
[[nodiscard]] HeaderId header_id(std::string_view name);
// The canonical long form; "" for Other.
[[nodiscard]] std::string_view header_name(HeaderId id);
// True for fields whose value is a comma-separated list (§7.3.1), Via and Contact among them.
[[nodiscard]] bool is_list(HeaderId id);

}  // namespace offhook::sip
