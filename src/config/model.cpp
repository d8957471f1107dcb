#include "config/model.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"

namespace offhook::config {
namespace {

// Codec slots by family (guide, codecs by model). The T40/T23/T21/T19 list is the V81 one, with opus in the last slot.
constexpr std::array<std::string_view, 11> kWideCodecs = {"PCMU", "PCMA",    "G723_53", "G723_63", "G729",   "G722",
                                                          "iLBC", "G726-16", "G726-24", "G726-32", "G726-40"};
constexpr std::array<std::string_view, 10> kBasicCodecs = {"PCMU",    "PCMA",    "G729",    "G722",    "iLBC",
                                                           "G726-16", "G726-24", "G726-32", "G726-40", "opus"};
constexpr std::span<const std::string_view> kT27Codecs{kBasicCodecs.data(), 9};

constexpr Screen kTouch7{800, 480, ScreenKind::Touch};
constexpr Screen kColour43{480, 272, ScreenKind::Colour};
constexpr Screen kMono192{192, 64, ScreenKind::Mono};
constexpr Screen kMono132{132, 64, ScreenKind::Mono};
constexpr Screen kMono240{240, 120, ScreenKind::Mono};

// Firmware is the example version of the guide's common-file table; the two G models came with V81.
constexpr std::array<Model, 14> kModels = {{
    {ModelId::T48G, "T48G", "SIP-T48G", 16, 29, 11, kTouch7, "35.80.0.95", "y000000000035.cfg", kWideCodecs},
    {ModelId::T46G, "T46G", "SIP-T46G", 16, 27, 10, kColour43, "28.80.0.95", "y000000000028.cfg", kWideCodecs},
    {ModelId::T42G, "T42G", "SIP-T42G", 12, 15, 6, kMono192, "29.80.0.95", "y000000000029.cfg", kWideCodecs},
    {ModelId::T41P, "T41P", "SIP-T41P", 6, 15, 6, kMono192, "36.80.0.95", "y000000000036.cfg", kWideCodecs},
    {ModelId::T40P, "T40P", "SIP-T40P", 3, 3, 3, kMono132, "54.80.0.95", "y000000000054.cfg", kBasicCodecs},
    {ModelId::T40G, "T40G", "SIP-T40G", 3, 3, 3, kMono132, "76.81.0.110", "y000000000076.cfg", kBasicCodecs},
    {ModelId::T29G, "T29G", "SIP-T29G", 16, 27, 10, kColour43, "46.80.0.95", "y000000000046.cfg", kWideCodecs},
    {ModelId::T27P, "T27P", "SIP-T27P", 6, 21, 8, kMono240, "45.80.0.95", "y000000000045.cfg", kT27Codecs},
    {ModelId::T27G, "T27G", "SIP-T27G", 6, 21, 8, kMono240, "69.81.0.110", "y000000000069.cfg", kT27Codecs},
    {ModelId::T23P, "T23P", "SIP-T23P", 3, 3, 3, kMono132, "44.80.0.95", "y000000000044.cfg", kBasicCodecs},
    {ModelId::T23G, "T23G", "SIP-T23G", 3, 3, 3, kMono132, "44.80.0.95", "y000000000044.cfg", kBasicCodecs},
    {ModelId::T21PE2, "T21P_E2", "SIP-T21P_E2", 2, 2, 2, kMono132, "52.80.0.95", "y000000000052.cfg", kBasicCodecs},
    {ModelId::T19PE2, "T19P_E2", "SIP-T19P_E2", 1, 0, 0, kMono132, "53.80.0.95", "y000000000053.cfg", kBasicCodecs},
    {ModelId::CP860, "CP860", "CP860", 1, 0, 0, kMono192, "37.80.0.95", "y000000000037.cfg", kWideCodecs},
}};

// People write "SIP-T19(P) E2" as well as "t19p_e2": only letters and digits count, and "SIP-" in front does not.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (is_alpha(c) || is_digit(c)) out += ascii_lower(c);
  return out.starts_with("sip") ? out.substr(3) : out;
}

}  // namespace

int Model::firmware_prefix() const { return parse_number<int>(firmware.substr(0, firmware.find('.'))).value_or(0); }

bool Model::is_v81() const {
  const auto version = firmware.substr(firmware.find('.') + 1);
  return parse_number<int>(version.substr(0, version.find('.'))).value_or(0) >= 81;
}

std::span<const Model> models() { return kModels; }

const Model& model(ModelId id) { return kModels[static_cast<std::size_t>(id)]; }

Checked<const Model*> find_model(std::string_view name) {
  const std::string wanted = folded(name);
  for (const Model& m : kModels)
    if (folded(m.name) == wanted) return &m;
  std::string known;
  for (const Model& m : kModels) known.append(known.empty() ? "" : ", ").append(m.name);
  return complain("unknown model \"" + std::string(name) + "\"; known are " + known);
}

std::string user_agent(const Model& model) {
  return std::string("Yealink ").append(model.user_agent_name).append(" ").append(model.firmware);
}

Checked<std::string> parse_mac(std::string_view text) {
  std::string out;
  for (const char c : trim(text)) {
    const char low = ascii_lower(c);
    if (is_digit(low) || (low >= 'a' && low <= 'f')) {
      out += low;
    } else if (c != ':' && c != '-' && c != '.') {
      out.clear();
      break;
    }
  }
  if (out.size() != 12)
    return complain("\"" + std::string(text) + "\" is not a MAC address: twelve hex digits are needed");
  return out;
}

}  // namespace offhook::config
