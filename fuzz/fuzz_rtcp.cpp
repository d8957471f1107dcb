// A compound on an RTCP port: what is understood is written in a way that is understood as the same.
#include <utility>

#include "base/overloaded.hpp"
#include "rtp/rtcp.hpp"
#include "steps.hpp"

namespace {
using namespace offhook;

bool comes_back(const std::vector<std::uint8_t>& written, const rtp::RtcpPacket& packet) {
  const auto again = rtp::parse_rtcp(written);
  return again && again->back() == packet;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto compound = rtp::parse_rtcp({data, size});
  if (!compound) return 0;
  require(std::holds_alternative<rtp::SenderReport>(compound->front()) ||
          std::holds_alternative<rtp::ReceiverReport>(compound->front()));
  for (const rtp::RtcpPacket& packet : *compound) {
    std::vector<std::uint8_t> out;
    const auto behind_a_report = [&out](std::uint32_t ssrc) { append(out, rtp::ReceiverReport{ssrc, {}}); };
    std::visit(Overloaded{[&](const rtp::SenderReport& report) {
                            append(out, report);
                            require(comes_back(out, report));
                          },
                          [&](const rtp::ReceiverReport& report) {
                            append(out, report);
                            require(comes_back(out, report));
                          },
                          [&](const rtp::ExtendedReport& report) {
                            behind_a_report(1);
                            append(out, report);
                            require(comes_back(out, report));
                          },
                          [&](const rtp::SourceDescription& said) {
                            for (const auto& chunk : said.chunks) {
                              out.clear();
                              behind_a_report(chunk.ssrc);
                              rtp::append_cname(out, chunk.ssrc, chunk.cname);
                              require(comes_back(out, rtp::SourceDescription{{chunk}}));
                            }
                          },
                          [&](const rtp::Bye& bye) {
                            for (const std::uint32_t ssrc : bye.ssrcs) {
                              out.clear();
                              behind_a_report(ssrc);
                              rtp::append_bye(out, ssrc, bye.reason);
                              require(comes_back(out, rtp::Bye{{ssrc}, bye.reason}));
                            }
                          },
                          [](const rtp::OtherRtcp&) {}},
               packet);
  }
  return 0;
}
