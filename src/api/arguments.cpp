#include "arguments.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/ascii.hpp"

namespace offhook::api {
namespace {

using nlohmann::json;

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// application/x-www-form-urlencoded: %XX and + for a space.
std::string decode_form(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped =
        text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0;
    if (escaped) {
      out.push_back(static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

std::optional<std::string> plain(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_integer()) return value.dump();
  if (value.is_null()) return "";
  return std::nullopt;
}

}  // namespace

Checked<Arguments> Arguments::read(const Request& request) {
  Arguments out;
  out.read_form(request.query);
  const auto body = trim(request.body);
  if (body.empty()) return out;
  // `curl -d` calls everything a form: what it is shows in its first character.
  const bool form = request.content_type.starts_with("application/x-www-form-urlencoded") && body.front() != '{';
  if (form) {
    out.read_form(body);
  } else if (auto read = out.read_json(body); !read) {
    return tl::unexpected(std::move(read.error()));
  }
  return out;
}

void Arguments::read_form(std::string_view form) {
  while (!form.empty()) {
    const auto field = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(field.size() + 1, form.size()));
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    values_[decode_form(field.substr(0, equals))] = decode_form(field.substr(equals + 1));
  }
}

Checked<void> Arguments::read_json(std::string_view body) {
  const json object = json::parse(body, nullptr, false);
  if (object.is_discarded()) return complain("the body is not JSON");
  if (!object.is_object()) return complain("the body is not a JSON object");
  for (const auto& [name, value] : object.items()) {
    auto text = plain(value);
    if (!text) return complain("\"" + name + "\" is neither text, a whole number, true nor false");
    values_[name] = std::move(*text);
  }
  return {};
}

Checked<void> Arguments::only(std::initializer_list<std::string_view> names) const {
  for (const auto& [name, value] : values_) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    std::string known;
    for (const auto field : names) known += (known.empty() ? "" : ", ") + std::string(field);
    return complain("there is no field \"" + name + "\" here; known: " + known);
  }
  return {};
}

std::optional<std::string> Arguments::text(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || trim(found->second).empty()) return std::nullopt;
  return std::string(trim(found->second));
}

Checked<std::string> Arguments::required(std::string_view name) const {
  auto value = text(name);
  if (!value) return complain("\"" + std::string(name) + "\" is missing");
  return std::move(*value);
}

Checked<int> Arguments::number(std::string_view name) const {
  const auto value = text(name);
  if (!value) return 0;
  const auto number = parse_number<int>(*value);
  if (!number || *number < 1) return complain("\"" + std::string(name) + "\" is not a number from 1: " + *value);
  return *number;
}

Checked<std::optional<bool>> Arguments::flag(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::optional<bool>();
  const auto is = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return iequals(word, *value); });
  };
  if (is({"true", "on", "yes", "1"})) return std::optional(true);
  if (is({"false", "off", "no", "0"})) return std::optional(false);
  return complain("\"" + std::string(name) + "\" is neither true nor false: " + *value);
}

}  // namespace offhook::api
