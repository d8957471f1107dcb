// History-Info = hi-entry *(COMMA hi-entry) ;  hi-entry = hi-targeted-to-uri *(SEMI hi-param). RFC 7044 §5.
//   hi-targeted-to-uri = name-addr ;  hi-param = hi-index / hi-target-param / generic-param
//   hi-index = "index" EQUAL index-val ;  index-val = number *("." number)
//   hi-target-param = ( "rc" / "mp" / "np" ) EQUAL index-val
// Why a target was left stands as an escaped Reason in the URI's headers, whether the entry is private as a Privacy
// there; ;cause= in the URI: RFC 4458 §2.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::sip {

struct HistoryInfo {
  NameAddr address;
  Uri uri;

  [[nodiscard]] std::string_view index() const { return text("index"); }
  // How this target came about: the index of the entry it was derived from; "" when absent. rc: a change by the same
  // user, mp: mapped to another user, np: nothing changed.
  [[nodiscard]] std::string_view rc() const { return text("rc"); }
  [[nodiscard]] std::string_view mp() const { return text("mp"); }
  [[nodiscard]] std::string_view np() const { return text("np"); }
  [[nodiscard]] std::optional<std::string> reason() const;   // the Reason value in the URI, unescaped
  [[nodiscard]] std::optional<std::string> privacy() const;  // the Privacy value in the URI, unescaped
  // SIP cause of that Reason; else the URI's cause parameter.
  [[nodiscard]] std::optional<int> cause() const;
  // One element. Errors: no brackets, no or a bad index, a bad rc, mp or np.
  [[nodiscard]] static Result<HistoryInfo> parse(std::string_view value);

 private:
  [[nodiscard]] std::string_view text(std::string_view name) const {
    return address.params.find(name).value_or(std::string_view{});
  }
};

struct HistoryEntry {
  std::string_view display, uri;  // the URI without headers
  std::string_view index;
  std::string_view reason, privacy;       // unescaped values for the URI's headers; "" leaves them out
  std::string_view target, target_index;  // "rc", "mp" or "np" and its index; "" leaves it out
};
// One element.
[[nodiscard]] std::string history_info_text(const HistoryEntry& entry);

}  // namespace offhook::sip
