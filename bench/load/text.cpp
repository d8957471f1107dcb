#include "load/text.hpp"

#include <openssl/evp.h>

#include <strings.h>
#include <array>
#include <charconv>

namespace offhook::load {
namespace {

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

template <class T>
T number(std::string_view text) {
  T out{};
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

void take(Heard& heard, std::string_view name, std::string_view value) {
  if (same(name, "Via"))
    heard.vias.push_back(value);
  else if (same(name, "From"))
    heard.from = value;
  else if (same(name, "To"))
    heard.to = value;
  else if (same(name, "Call-ID"))
    heard.call_id = value;
  else if (same(name, "CSeq"))
    heard.cseq = value;
  else if (same(name, "Contact"))
    heard.contact = value;
  else if (same(name, "Record-Route"))
    heard.record_routes.push_back(value);
  else if (same(name, "WWW-Authenticate") || same(name, "Proxy-Authenticate")) {
    // No algorithm parameter means MD5.
    const bool md5 =
        value.find("algorithm=") == std::string_view::npos || value.find("algorithm=MD5") != std::string_view::npos;
    if (heard.challenge.empty() && md5) heard.challenge = value;
  }
}

std::string md5(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr);
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out += "0123456789abcdef"[digest[i] >> 4];
    out += "0123456789abcdef"[digest[i] & 15];
  }
  return out;
}

// The quoted value of one parameter of a challenge.
std::string quoted(std::string_view challenge, std::string_view name) {
  const std::string key = std::string(name) + "=\"";
  const auto at = challenge.find(key);
  if (at == std::string_view::npos) return {};
  challenge.remove_prefix(at + key.size());
  return std::string(challenge.substr(0, challenge.find('"')));
}

}  // namespace

Heard hear(std::string_view datagram) {
  Heard heard;
  const auto start = datagram.substr(0, datagram.find('\n'));
  const bool response = start.starts_with("SIP/2.0 ");
  if (response) heard.status = number<int>(start.substr(8, 3));
  for (auto rest = datagram.substr(std::min(start.size() + 1, datagram.size())); !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) break;  // the empty line: what follows is the body
    take(heard, trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  heard.number = number<std::uint32_t>(heard.cseq);
  const auto space = heard.cseq.find(' ');
  heard.method =
      response ? trim(heard.cseq.substr(std::min(space, heard.cseq.size()))) : start.substr(0, start.find(' '));
  return heard;
}

std::string call_id(const Ticket& ticket, std::string_view run) {
  return "s" + std::to_string(ticket.slot) + "g" + std::to_string(ticket.generation) + "r" + std::string(run) +
         "@127.0.0.1";
}

std::optional<Ticket> ticket_of(std::string_view call_id, std::string_view run) {
  const auto g = call_id.find('g'), r = call_id.find('r'), end = call_id.find('@');
  if (g == std::string_view::npos || r == std::string_view::npos || end == std::string_view::npos ||
      call_id.substr(r + 1, end - r - 1) != run)
    return std::nullopt;
  return Ticket{number<std::size_t>(call_id.substr(1)), number<std::uint64_t>(call_id.substr(g + 1))};
}

std::string_view uri_of(std::string_view address) {
  const auto open = address.find('<');
  if (open == std::string_view::npos) return address.substr(0, address.find(';'));
  address.remove_prefix(open + 1);
  return address.substr(0, address.find('>'));
}

std::string route_lines(const std::vector<std::string_view>& record_routes) {
  std::string out;
  for (std::string_view value : record_routes) {
    while (!value.empty()) {
      const auto close = value.find('>');
      const auto comma = value.find(',', close == std::string_view::npos ? 0 : close);
      out.insert(0, "Route: " + std::string(trim(value.substr(0, comma))) + "\r\n");
      value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
    }
  }
  return out;
}

std::string answer(const Heard& request, std::string_view status_line, std::string_view to_tag, std::string_view more,
                   std::string_view body) {
  std::string out = "SIP/2.0 ";
  out.append(status_line).append("\r\n");
  for (const auto via : request.vias) out.append("Via: ").append(via).append("\r\n");
  for (const auto route : request.record_routes) out.append("Record-Route: ").append(route).append("\r\n");
  out.append("From: ").append(request.from).append("\r\nTo: ").append(request.to);
  if (request.to.find(";tag=") == std::string_view::npos) out.append(";tag=").append(to_tag);
  out.append("\r\nCall-ID: ")
      .append(request.call_id)
      .append("\r\nCSeq: ")
      .append(request.cseq)
      .append("\r\n")
      .append(more);
  out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return out;
}

std::string credentials(std::string_view challenge, const Login& login, std::string_view method, std::string_view uri) {
  const std::string realm = quoted(challenge, "realm"), nonce = quoted(challenge, "nonce");
  const std::string cnonce = "1f8a60", count = "00000001";
  const std::string secret = md5(login.user + ":" + realm + ":" + login.password);
  const std::string subject = md5(std::string(method) + ":" + std::string(uri));
  const bool qop = challenge.find("qop=") != std::string_view::npos;
  const std::string proof =
      md5(secret + ":" + nonce + ":" + (qop ? count + ":" + cnonce + ":auth:" : std::string()) + subject);
  std::string out = "Digest username=\"" + login.user + "\", realm=\"" + realm + "\", nonce=\"" + nonce + "\", uri=\"" +
                    std::string(uri) + "\", response=\"" + proof + "\", algorithm=MD5";
  if (qop) out += ", qop=auth, nc=" + count + ", cnonce=\"" + cnonce + "\"";
  return out;
}

}  // namespace offhook::load
