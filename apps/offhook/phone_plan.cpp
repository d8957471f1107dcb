#include "phone_plan.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "config/settings.hpp"
#include "io/files.hpp"
#include "io/proxy_file.hpp"
#include "media/codec.hpp"
#include "media/wav.hpp"

namespace offhook {

std::optional<std::string> device_of(const std::string& text) {
  constexpr std::string_view kWord = "device";
  if (text == kWord) return std::string();
  if (text.starts_with("device:")) return text.substr(kWord.size() + 1);
  return std::nullopt;
}

Checked<media::AudioIn> parse_audio_in(const std::string& text) {
  if (text == "silence") return media::SilenceIn{};
  if (text == "echo") return media::EchoIn{};
  if (device_of(text)) return media::SilenceIn{};  // until the card is there
  if (text.starts_with("tone:")) {
    const auto hz = parse_number<unsigned>(std::string_view(text).substr(5));
    if (!hz || *hz < 50 || *hz > 3800)
      return complain("a tone is written tone:HZ, from 50 to 3800", "--audio-in " + text);
    return media::ToneIn{static_cast<double>(*hz)};
  }
  const auto bytes = io::read_file(text);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes->data());
  const std::span<const std::uint8_t> wav(data, bytes->size());
  if (const auto decoded = media::decode_wav(wav); !decoded) return complain(std::string(decoded.error().text), text);
  return media::WavIn{{wav.begin(), wav.end()}};
}

namespace {

// Whether a file switches the codec on, by its slot or by its name; what the phone has on by itself is nobody's wish.
bool is_asked_for(const config::Settings& settings, const config::Model& model, int account, std::string_view codec) {
  const auto x = static_cast<std::uint8_t>(account);
  std::string late = "account.X.codec." + to_lower(codec) + ".enable";
  std::ranges::replace(late, '-', '_');
  if (settings.is_set(late, {x})) return true;
  for (std::uint8_t y = 1; y <= model.codecs.size(); ++y)
    if (settings.text("account.X.codec.Y.payload_type", {x, y}) == codec &&
        settings.is_set("account.X.codec.Y.enable", {x, y}))
      return true;
  return false;
}

// What a file asks for and is not built in is not offered, and pages in it are refused.
void warn_of_codecs(const config::Settings& settings, const config::PhoneConfig& phone, const Common& common) {
  for (const auto& account : phone.accounts)
    for (const auto& codec : account.codecs)
      if (const auto why = media::why_missing(codec.name);
          !why.empty() && is_asked_for(settings, *phone.model, account.index, codec.name))
        log(common, LogLevel::Warning,
            "account " + std::to_string(account.index) + " does not offer " + codec.name + ": " + std::string(why));
  if (const auto why = media::why_missing(phone.paging.codec); !why.empty() && !phone.paging.send.empty())
    log(common, LogLevel::Warning,
        "multicast.codec = " + phone.paging.codec + ": no page can be sent, for " + std::string(why));
}

// As offhook check says it.
void warn_of_relay(const config::Settings& settings, const config::PhoneConfig& phone, const Common& common) {
  if (!settings.flag("sip.nat_turn.enable")) return;
  const bool ice = std::ranges::any_of(phone.accounts, [](const auto& account) { return account.nat.ice; });
  const auto at = settings.origin("sip.nat_turn.enable");
  const std::string where = std::string(at.file) + ":" + std::to_string(at.line) + ": sip.nat_turn.enable ";
  if (phone.turn.server.empty())
    log(common, LogLevel::Warning, where + "is on but has no sip.nat_turn.server");
  else if (!ice)
    log(common, LogLevel::Warning, where + "does nothing without ice.enable: calls use a relay by ICE only");
}

}  // namespace

Checked<io::PhonePlan> plan_phone(const PhoneFlags& flags, const Common& common) {
  const auto model = config::find_model(flags.model);
  if (!model) return complain(model.error().what, "--model " + flags.model);
  std::string mac;
  if (!flags.mac.empty()) {
    const auto parsed = config::parse_mac(flags.mac);
    if (!parsed) return tl::unexpected(parsed.error());
    mac = *parsed;
  }
  std::vector<std::string> texts;
  for (const auto& file : flags.files) {
    auto text = io::read_file(file);
    if (!text) return tl::unexpected(text.error());
    texts.push_back(std::move(*text));
  }
  std::vector<config::CfgSource> sources;
  for (std::size_t i = 0; i < texts.size(); ++i) sources.push_back({flags.files[i], texts[i]});
  const auto loaded = config::load_settings(sources, **model);
  for (const auto& finding : loaded.findings) {
    if (finding.severity == config::Severity::Error)
      return complain(finding.text, finding.file + (finding.line > 0 ? ":" + std::to_string(finding.line) : ""));
    log(common, finding.severity == config::Severity::Warning ? LogLevel::Warning : LogLevel::Debug,
        config::format(finding));
  }
  io::PhonePlan plan;
  plan.name = flags.name;
  plan.config = config::make_phone_config(loaded.settings, **model, mac);
  if (plan.config.accounts.empty())
    return complain(
        "no account is switched on: account.1.enable = 1 and its user_name and sip_server.1.address are needed",
        flags.files.empty() ? "" : flags.files.back());
  warn_of_codecs(loaded.settings, plan.config, common);
  warn_of_relay(loaded.settings, plan.config, common);
  plan.local = {flags.address, plan.config.listen_port};
  if (!flags.listen.empty()) {
    const auto listen = io::parse_listen(flags.listen);
    if (!listen) return tl::unexpected(listen.error());
    // A phone listens by UDP and, at the same port, by TCP; its accounts say which way it calls.
    if (listen->protocol != transport::Protocol::Udp)
      return complain("a phone listens on udp:ADDRESS:PORT", flags.listen);
    plan.local = listen->endpoint;
  }
  if (plan.local.address.is_unspecified())
    return complain("a phone needs a specific address, which it writes into Contact and SDP", plan.local.text());
  for (const auto& path : flags.ringers) {
    const auto bytes = io::read_file(path);
    if (!bytes) return tl::unexpected(bytes.error());
    const std::string name = path.substr(path.find_last_of('/') + 1);
    std::vector<std::uint8_t> wav(bytes->begin(), bytes->end());
    if (const auto decoded = media::decode_wav(wav); !decoded)
      return complain(std::string(decoded.error().text), "--ringer " + path);
    plan.config.ringers.files.push_back(name);
    plan.ringers.emplace_back(name, std::move(wav));
  }
  auto audio = parse_audio_in(flags.audio_in);
  if (!audio) return tl::unexpected(audio.error());
  plan.audio_in = std::move(*audio);
  if (const auto* tone = std::get_if<media::ToneIn>(&plan.audio_in)) plan.pilot_hz = tone->hz;
  return plan;
}

}  // namespace offhook
