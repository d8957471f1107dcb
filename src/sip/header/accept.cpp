#include "sip/header/accept.hpp"

#include "rule.hpp"

namespace offhook::sip {
namespace {

std::optional<int> quality(const Params& params) {
  const auto text = params.find("q");
  return text ? rule::qvalue(*text) : std::optional(1000);
}

}  // namespace

std::optional<int> AcceptRange::q() const { return quality(params); }
std::optional<int> AcceptEncoding::q() const { return quality(params); }
std::optional<int> AcceptLanguage::q() const { return quality(params); }

Result<AcceptRange> AcceptRange::parse(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  AcceptRange out;
  out.type = cursor.take_token();
  cursor.skip_space();
  if (out.type.empty() || !cursor.take('/')) return fail(Module::Sip, "media range without a type", cursor.offset());
  cursor.skip_space();
  out.subtype = cursor.take_token();
  // '*' is a token character: "*/sdp" would pass as two tokens.
  if (out.subtype.empty() || (out.type == "*" && out.subtype != "*"))
    return fail(Module::Sip, "media range without a subtype", cursor.offset());
  const auto params = rule::params(cursor, "bad parameters of a media range");
  if (!params) return tl::unexpected(params.error());
  out.params = *params;
  if (!out.q()) return fail(Module::Sip, "bad q of a media range", cursor.offset());
  return out;
}

Result<AcceptEncoding> AcceptEncoding::parse(std::string_view value) {
  const auto read = rule::worded(value, "bad Accept-Encoding");
  if (!read) return tl::unexpected(read.error());
  const AcceptEncoding out{read->word, read->params};
  if (!out.q()) return fail(Module::Sip, "bad q of a content coding");
  return out;
}

Result<AcceptLanguage> AcceptLanguage::parse(std::string_view value) {
  const auto read = rule::worded(value, "bad Accept-Language");
  if (!read) return tl::unexpected(read.error());
  const AcceptLanguage out{read->word, read->params};
  if (out.range != "*" && !rule::is_language_tag(out.range)) return fail(Module::Sip, "bad language range");
  if (!out.q()) return fail(Module::Sip, "bad q of a language range");
  return out;
}

int accepts(const Message& message, std::string_view type, std::string_view subtype) {
  if (!message.find(HeaderId::Accept)) return iequals(type, "application") && iequals(subtype, "sdp") ? 1000 : 0;
  int best = 0, rank = 0;
  for (const std::string_view element : message.values(HeaderId::Accept)) {
    const auto range = AcceptRange::parse(element);
    if (!range) continue;
    const bool same_type = iequals(range->type, type);
    const int fit = same_type && iequals(range->subtype, subtype) ? 3
                    : same_type && range->subtype == "*"          ? 2
                    : range->type == "*"                          ? 1
                                                                  : 0;
    if (fit > rank) {
      rank = fit;
      best = *range->q();
    }
  }
  return best;
}

}  // namespace offhook::sip
