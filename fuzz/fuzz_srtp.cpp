// What arrives at an encrypted port: good packets that are cut, changed, doubled and out of order, and garbage between
// them. Only what was sealed comes out, each once, and as it was.
//
// Input: one byte for the suite and options, then steps: one byte for what happens, more for where.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "rtp/packet.hpp"
#include "rtp/rtcp.hpp"
#include "rtp/srtp.hpp"
#include "steps.hpp"

namespace {

using namespace offhook::rtp;

using Packet = std::vector<std::uint8_t>;

Packet plain_packet(bool rtcp, std::uint16_t number) {
  Packet out;
  if (rtcp) {
    append(out, ReceiverReport{0xCAFE, {}});
    append_cname(out, 0xCAFE, "a@" + std::to_string(number));
  } else {
    append_header(out, {false, 0, number, RtpTime(160U * number), 0xCAFE});
    out.insert(out.end(), number % 64, static_cast<std::uint8_t>(number));
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in{data, data + size};
  const std::uint8_t kind = in.next();
  const auto suite = static_cast<SrtpSuite>(kind % 6);
  const bool aead = suite == SrtpSuite::AeadAes128Gcm || suite == SrtpSuite::AeadAes256Gcm;
  const SrtpOptions options{(kind & 32U) != 0 ? "mki" : "", (kind & 64U) != 0 && !aead, (kind & 128U) != 0 && !aead};
  const std::vector<std::uint8_t> key(srtp_key_size(suite), kind);
  auto sender = SrtpSender::make(suite, key, options);
  auto receiver = SrtpReceiver::make(suite, key, options);
  require(sender && receiver);
  struct Sealed {
    bool rtcp;
    Packet plain, bytes;
  };
  std::vector<Sealed> sealed;
  std::set<Packet> taken;
  SrtpBuffer buffer;
  for (int step = 0; step < 64 && in.at != in.end; ++step) {
    const std::uint8_t what = in.next();
    const bool rtcp = (what & 1U) != 0;
    if (sealed.empty() || what % 4 < 2) {
      const Packet plain = plain_packet(rtcp, static_cast<std::uint16_t>(step));
      Packet bytes = plain;
      require(rtcp ? sender->protect_rtcp(bytes) : sender->protect_rtp(bytes));
      sealed.push_back({rtcp, plain, std::move(bytes)});
    }
    const Sealed& from = sealed[in.next() % sealed.size()];
    Packet bytes = from.bytes;
    for (std::uint8_t changes = in.next() % 4; changes > 0 && !bytes.empty(); --changes) {
      const std::size_t at = (in.next() * 256U + in.next()) % bytes.size();
      if (what % 3 == 0)
        bytes.resize(at);
      else
        bytes[at] ^= in.next();
    }
    const bool as_rtcp = (what & 16U) != 0 ? !from.rtcp : from.rtcp;
    const auto out = as_rtcp ? receiver->unprotect_rtcp(bytes, buffer) : receiver->unprotect_rtp(bytes, buffer);
    require((out.verdict == SrtpVerdict::Good) == !out.packet.empty());
    if (out.verdict != SrtpVerdict::Good) continue;
    const auto is_it = [&](const Sealed& s) { return s.rtcp == as_rtcp && s.bytes == bytes; };
    const auto found = std::find_if(sealed.begin(), sealed.end(), is_it);
    require(found != sealed.end());
    require(found->plain == Packet(out.packet.begin(), out.packet.end()));
    require(taken.insert(bytes).second);
  }
  return 0;
}
