#include "sip/tel_uri.hpp"

#include <algorithm>
#include <vector>

#include "escaped.hpp"
#include "phone_digits.hpp"
#include "scan.hpp"

namespace offhook::sip {
namespace {

constexpr std::size_t kParameters = 32;  // more than these are refused: nobody has them, and order costs their square

// 1*phonedigit or, with `hex`, 1*phonedigit-hex of which one is more than a separator.
bool are_digits(std::string_view text, bool hex) {
  bool any = false;
  for (EscapedReader reader(text); !reader.done();) {
    const char c = ascii_lower(reader.next().value);
    if (is_visual_separator(c)) continue;
    if (!is_digit(c) && !(hex && ((c >= 'a' && c <= 'f') || c == '*' || c == '#'))) return false;
    any = true;
  }
  return any;
}

bool is_global_number(std::string_view text) {
  return !text.empty() && text.front() == '+' && are_digits(text.substr(1), false);
}

// domainname = *( domainlabel "." ) toplabel [ "." ]
bool is_domain_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  for (;;) {
    const std::size_t end = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, end);
    if (label.empty() || label.front() == '-' || label.back() == '-') return false;
    if (!std::all_of(label.begin(), label.end(), [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; }))
      return false;
    if (end == text.size()) return is_alpha(label.front());
    text.remove_prefix(end + 1);
  }
}

bool is_parameter_name(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; });
}

// paramchar, and for isub uric; escapes must be whole.
bool is_parameter_value(std::string_view value, bool subaddress) {
  constexpr std::string_view kParam = "[]/:&+$-_.!~*'()";
  constexpr std::string_view kUric = ";/?:@&=+$,-_.!~*'()";
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '%') {
      if (escaped_octet(value, i) < 0) return false;
      i += 2;
    } else if (!is_alpha(c) && !is_digit(c) && (subaddress ? kUric : kParam).find(c) == std::string_view::npos) {
      return false;
    }
  }
  return !value.empty();
}

// isub 0, ext 1, phone-context 2, others 3: the order of §3.
int rank(std::string_view name) {
  return iequals(name, "isub") ? 0 : iequals(name, "ext") ? 1 : iequals(name, "phone-context") ? 2 : 3;
}

std::vector<Param> list(const Params& params) {
  std::vector<Param> out;
  std::string_view rest = params.text();
  while (const auto param = Params::next(rest)) out.push_back(*param);
  return out;
}

// Whether the parameters are those of the grammar; what has a member goes into it.
bool read_parameters(TelUri& out) {
  std::string_view rest = out.params.text();
  std::string_view seen[kParameters];
  std::size_t count = 0;
  while (const auto param = Params::next(rest)) {
    const int which = rank(param->name);
    if (count == kParameters || !is_parameter_name(param->name)) return false;
    for (std::size_t i = 0; i < count; ++i)
      if (iequals(seen[i], param->name)) return false;
    seen[count++] = param->name;
    if (param->value ? !is_parameter_value(*param->value, which == 0) : which < 3) return false;
    if (which == 0) out.isub = *param->value;
    if (which == 1) out.ext = *param->value;
    if (which == 2) out.phone_context = *param->value;
  }
  return out.ext.empty() || are_digits(out.ext, false);
}

std::string lower_value(std::string_view value, bool digits) { return digits ? phone_digits(value) : to_lower(value); }

}  // namespace

std::string TelUri::number() const { return phone_digits(digits); }

bool TelUri::in_order() const {
  std::optional<Param> previous;
  std::string_view rest = params.text();
  while (const auto param = Params::next(rest)) {
    if (previous) {
      const int before = rank(previous->name), here = rank(param->name);
      if (here < before || (here == 3 && before == 3 && to_lower(param->name) < to_lower(previous->name))) return false;
    }
    previous = param;
  }
  return true;
}

Result<TelUri> TelUri::parse(std::string_view uri) {
  constexpr std::string_view kScheme = "tel:";
  if (!iequals(uri.substr(0, kScheme.size()), kScheme)) return fail(Module::Sip, "not a tel URI");
  auto out = parse_subscriber(uri.substr(kScheme.size()));
  if (!out) return fail(Module::Sip, out.error().text, kScheme.size() + out.error().offset);
  return out;
}

Result<TelUri> TelUri::parse_subscriber(std::string_view text) {
  const std::size_t end = std::min(text.find(';'), text.size());
  TelUri out;
  out.digits = text.substr(0, end);
  out.global = out.digits.starts_with('+');
  if (out.global ? !is_global_number(out.digits) : !are_digits(out.digits, true))
    return fail(Module::Sip, "not a telephone number");
  out.params = Params(text.substr(end));
  if (!out.params.well_formed() || !read_parameters(out))
    return fail(Module::Sip, "bad parameters of a telephone number", end);
  if (!out.global && !is_global_number(out.phone_context) && !is_domain_name(out.phone_context))
    return fail(Module::Sip, "local number without a good phone-context", end);
  return out;
}

bool equal(const TelUri& a, const TelUri& b) { return same_telephone(a.digits, a.params, b.digits, b.params); }

std::optional<TelUri> telephone(const Uri& uri) {
  std::string_view text;
  if (uri.scheme == Scheme::Tel)
    text = uri.text.substr(uri.text.find(':') + 1);
  else if (const auto user = uri.params.find("user"); uri.is_sip() && user && iequals(*user, "phone"))
    text = uri.user;
  else
    return std::nullopt;
  const auto out = TelUri::parse_subscriber(text);
  return out ? std::optional(*out) : std::nullopt;
}

std::string telephone_subscriber(const TelUri& tel) {
  std::vector<Param> params = list(tel.params);
  const auto place = [](const Param& param) {
    return iequals(param.name, "isub") ? 0 : iequals(param.name, "postd") ? 1 : 2;
  };
  std::stable_sort(params.begin(), params.end(), [&](const Param& a, const Param& b) {
    return place(a) != place(b) ? place(a) < place(b) : to_lower(a.name) < to_lower(b.name);
  });
  std::string out = tel.number();
  for (const Param& param : params) {
    out += ';' + to_lower(param.name);
    if (!param.value) continue;
    const int which = rank(param.name);
    const bool digits = which == 1 || (which == 2 && is_global_number(*param.value));
    out += '=' + lower_value(*param.value, digits);
  }
  std::string user;
  for (const char c : out) user += c == '#' ? "%23" : std::string(1, c);
  return user;
}

}  // namespace offhook::sip
