#include "flow_output.hpp"

#include <cstdio>

#include "flow/ladder.hpp"
#include "flow/pcap.hpp"
#include "io/files.hpp"

namespace offhook {
namespace {

// out.svg and busy give out-busy.svg.
std::string file_name(const std::string& wanted, const std::string& flow, bool several) {
  if (!several) return wanted;
  const auto dot = wanted.rfind('.');
  const auto slash = wanted.rfind('/');
  if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return wanted + "-" + flow;
  return wanted.substr(0, dot) + "-" + flow + wanted.substr(dot);
}

}  // namespace

Checked<void> write_flow(const FlowOutput& output, bool several, const flow::Report& report,
                         const flow::Recorder& record) {
  const auto options = flow::ladder_options(report);
  const auto ladder = flow::make_ladder(record.sip(), options);
  if (output.json)
    std::printf("%s\n", flow::to_json(record.sip(), options).c_str());
  else if (!output.quiet)
    std::printf("%s\n", flow::to_text(ladder).c_str());
  if (!output.json) std::printf("%s\n", report.text().c_str());
  std::fflush(stdout);
  const auto write = [&](const std::string& name, const std::string& bytes) -> Checked<void> {
    return name.empty() ? Checked<void>{} : io::write_file(file_name(name, report.flow, several), bytes);
  };
  if (auto done = write(output.svg, output.svg.empty() ? "" : flow::to_svg(ladder)); !done) return done;
  if (auto done = write(output.html, output.html.empty() ? "" : flow::to_html(ladder)); !done) return done;
  return write(output.pcap, output.pcap.empty() ? "" : flow::to_pcap(record, report.first, report.last));
}

}  // namespace offhook
