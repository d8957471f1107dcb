// What `offhook flow run` writes of a run: ladder, picture, data, capture.
#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"
#include "flow/recorder.hpp"
#include "flow/report.hpp"

namespace offhook {

struct FlowOutput {
  bool json = false, quiet = false;
  std::string svg, html, pcap;  // file names; with several flows the flow's name is put before the ending
};

// Prints and writes; `several` tells that more than one flow runs.
[[nodiscard]] Checked<void> write_flow(const FlowOutput& output, bool several, const flow::Report& report,
                                       const flow::Recorder& record);

}  // namespace offhook
