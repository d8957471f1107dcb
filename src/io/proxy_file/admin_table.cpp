// [admin], [capture], [cdr], [drain]
#include "io/files.hpp"
#include "tables.hpp"

namespace offhook::io {
namespace {

constexpr std::size_t kShortest = 16;
constexpr std::size_t kCaptureMegabytes = 64, kCaptureMinutes = 30;

}  // namespace

Checked<Endpoint> parse_admin(std::string_view text) {
  if (const auto endpoint = Endpoint::parse(text)) return *endpoint;
  return complain("not an address and port; write 127.0.0.1:8088", std::string(text));
}

Checked<void> AdminSettings::complete() {
  const auto wrong = [this](const Complaint& complaint) {
    return place.empty() ? tl::unexpected(complaint) : complain(complaint.text(), place);
  };
  if (!token_file.empty()) {
    const auto read = read_file(token_file);
    if (!read) return wrong(read.error());
    token = read->substr(0, read->find_first_of("\r\n"));
  }
  if ((!token.empty() || !token_file.empty()) && token.size() < kShortest)
    return wrong({"the token of [admin] must have at least " + std::to_string(kShortest) + " characters", token_file});
  if (listen && token.empty() && !listen->address.is_loopback())
    return wrong({"[admin] listens where others get: set token or token_file, or listen at 127.0.0.1", listen->text()});
  return {};
}

Checked<void> read_admin(const Fields& fields, const toml::node& node, ProxySettings& out) {
  const auto field = [&](std::string_view name, const toml::node& value) -> Checked<void> {
    if (name == "token") return fields.text(name, value, out.admin.token);
    if (name == "token_file") return fields.text(name, value, out.admin.token_file);
    if (name != "listen") return fields.unknown(name, "[admin]", "listen, token, token_file", value);
    if (!value.is_string()) return fields.wrong("listen", "an address and port", value);
    const auto listen = parse_admin(value.as_string()->get());
    if (!listen) return fields.at(listen.error(), value);
    out.admin.listen = *listen;
    return {};
  };
  out.admin.place = fields.place(node.source());
  if (auto read = fields.table("admin", node, field); !read) return read;
  if (!out.admin.token.empty() && !out.admin.token_file.empty())
    return complain("token and token_file do not go together", fields.place(node.source()));
  return {};
}

Checked<void> read_cdr(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.table("cdr", node, [&](std::string_view name, const toml::node& value) -> Checked<void> {
    if (name == "sqlite") return fields.text(name, value, out.call_log.sqlite);
    if (name == "json") return fields.text(name, value, out.call_log.json);
    return fields.unknown(name, "[cdr]", "sqlite, json", value);
  });
}

// Off without the table.
Checked<void> read_capture(const Fields& fields, const toml::node& node, ProxySettings& out) {
  constexpr std::int64_t kMostMegabytes = 4096, kMostMinutes = std::int64_t{24} * 60;
  std::size_t megabytes = kCaptureMegabytes, most_minutes = kCaptureMinutes;
  const auto field = [&](std::string_view name, const toml::node& value) -> Checked<void> {
    if (name == "megabytes") return fields.number(name, value, 0, kMostMegabytes, megabytes);
    if (name == "minutes") return fields.number(name, value, 1, kMostMinutes, most_minutes);
    return fields.unknown(name, "[capture]", "megabytes, minutes", value);
  };
  if (auto read = fields.table("capture", node, field); !read) return read;
  out.capture = {megabytes << 20U, minutes(most_minutes)};
  return {};
}

Checked<void> read_drain(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.table("drain", node, [&](std::string_view name, const toml::node& value) -> Checked<void> {
    if (name == "seconds") return fields.period_or_never(name, value, out.drain_limit, "ends at once");
    if (name == "retry_after") return fields.period(name, value, out.drain.retry_after);
    return fields.unknown(name, "[drain]", "seconds, retry_after", value);
  });
}

}  // namespace offhook::io
