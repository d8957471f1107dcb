#include "sip/header/challenge.hpp"

#include "auth_params.hpp"

namespace offhook::sip {
namespace {

std::string_view* member(ChallengeView& out, std::string_view name) {
  struct Row {
    std::string_view name;
    std::string_view ChallengeView::* field;
  };
  constexpr Row kRows[]{{"realm", &ChallengeView::realm},      {"domain", &ChallengeView::domain},
                        {"nonce", &ChallengeView::nonce},      {"opaque", &ChallengeView::opaque},
                        {"stale", &ChallengeView::stale},      {"algorithm", &ChallengeView::algorithm},
                        {"qop", &ChallengeView::qop},          {"charset", &ChallengeView::charset},
                        {"userhash", &ChallengeView::userhash}};
  for (const Row& row : kRows)
    if (iequals(row.name, name)) return &(out.*row.field);
  return nullptr;
}

// One Digest challenge off the front; the cursor is left at the next scheme, or where the fault is.
std::optional<ChallengeView> take(Cursor& cursor) {
  ChallengeView out;
  if (!take_digest(cursor)) return std::nullopt;
  const bool good = take_auth_params(cursor, [&out](std::string_view name, std::string_view text) {
    std::string_view* const field = member(out, name);
    if (field == nullptr) return true;
    if (field->data() != nullptr) return false;
    *field = text;
    return true;
  });
  return good ? std::optional(out) : std::nullopt;
}

}  // namespace

Result<ChallengeView> ChallengeView::parse(std::string_view value) {
  Cursor cursor(value);
  const auto out = take(cursor);
  if (!out || !cursor.done()) return fail(Module::Sip, "no Digest challenge", cursor.offset());
  return *out;
}

std::optional<ChallengeView> ChallengeSplitter::next() {
  for (;;) {
    Cursor cursor(rest_);
    skip_commas(cursor);
    if (cursor.done()) return std::nullopt;
    const auto out = take(cursor);
    if (!out) skip_to_scheme(cursor);
    rest_ = cursor.rest;
    if (out) return out;
  }
}

}  // namespace offhook::sip
