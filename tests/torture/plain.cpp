#include "plain.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::torture {
namespace {

std::string take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  std::string line(rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1));
  rest.remove_prefix(line.size());
  return line;
}

std::string without(std::string text, const std::string& part) {
  if (const auto at = text.find(part); at != std::string::npos) text.erase(at, part.size());
  return text;
}

// As the proxy receives it: a received parameter that is there already gets the true address.
std::string with_source(std::string field, const std::string& source) {
  const auto at = field.find(";received=");
  if (at == std::string::npos) return field;
  const auto begin = at + 10;
  return field.replace(begin, field.find_first_of(";\r\n", begin) - begin, source);
}

// The rport of RFC 3581 with the port that it was given.
std::string without_stamp(std::string field, const std::string& before, const Forwarding& allowed) {
  if (before.find(";received=") == std::string::npos) field = without(std::move(field), ";received=" + allowed.source);
  const auto rport = field.find(";rport=");
  if (rport == std::string::npos) return field;
  const auto end = field.find_first_not_of("0123456789", rport + 7);
  return field.replace(rport, end - rport, ";rport");
}

bool is_empty_line(std::string_view line) { return line == "\r\n" || line == "\n"; }

// Fields that the proxy may add: its Via, its Record-Route, a Max-Forwards where there was none.
std::vector<std::string> without_additions(const Plain& original, const Plain& forwarded, const Forwarding& allowed) {
  std::vector<std::string> out;
  bool via = false, record_route = false;
  const bool had_max_forwards = std::any_of(original.fields.begin(), original.fields.end(),
                                            [](const auto& f) { return name_of(f) == "max-forwards"; });
  for (const auto& field : forwarded.fields) {
    if (!via && name_of(field) == "via") {
      EXPECT_TRUE(field.starts_with(allowed.via)) << "the proxy's Via is not on top: " << field;
      via = true;
    } else if (!record_route && field.starts_with("Record-Route: ") && field.find(";lr") != std::string::npos) {
      record_route = true;
    } else if (!had_max_forwards && field == "Max-Forwards: 70\r\n") {
      continue;
    } else {
      out.push_back(field);
    }
  }
  EXPECT_TRUE(via);
  return out;
}

}  // namespace

Plain take_apart(std::string_view bytes) {
  Plain out;
  out.start = take_line(bytes);
  while (!bytes.empty()) {
    std::string line = take_line(bytes);
    if (is_empty_line(line)) break;
    if ((line.front() == ' ' || line.front() == '\t') && !out.fields.empty())
      out.fields.back() += line;
    else
      out.fields.push_back(std::move(line));
  }
  out.body = bytes;
  return out;
}

std::string name_of(std::string_view field) {
  std::string name = to_lower(trim(field.substr(0, field.find(':'))));
  if (name == "v") return "via";
  return name == "l" ? "content-length" : name;
}

std::string value_of(std::string_view field) { return std::string(trim(field.substr(field.find(':') + 1))); }

void expect_forwarded(std::string_view original, std::string_view forwarded, const Forwarding& allowed) {
  Plain before = take_apart(original);
  const Plain after = take_apart(forwarded);
  if (!allowed.request_uri.empty()) {
    const auto from = before.start.find(' ') + 1, to = before.start.find(' ', from);
    before.start.replace(from, to - from, allowed.request_uri);
  }
  EXPECT_EQ(after.start, before.start);
  if (!allowed.own_route.empty())
    std::erase_if(before.fields, [&](const auto& f) {
      return name_of(f) == "route" && f.find(allowed.own_route) != std::string::npos;
    });

  const auto fields = without_additions(before, after, allowed);
  ASSERT_EQ(fields.size(), before.fields.size()) << forwarded;
  bool first_via = true;
  std::size_t length = before.body.size();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string name = name_of(before.fields[i]);
    if (name == "content-length") length = parse_number<std::size_t>(value_of(before.fields[i])).value_or(length);
    if (name == "max-forwards") {
      EXPECT_EQ(name_of(fields[i]), name);
      EXPECT_EQ(std::stoul(value_of(fields[i])) + 1, std::stoul(value_of(before.fields[i])));
    } else if (name == "via" && first_via) {
      first_via = false;
      EXPECT_EQ(without_stamp(fields[i], before.fields[i], allowed), with_source(before.fields[i], allowed.source));
    } else {
      EXPECT_EQ(fields[i], before.fields[i]);
    }
  }
  EXPECT_EQ(after.body, before.body.substr(0, length));
}

}  // namespace offhook::torture
