// A subcommand of the one binary: one file each, all listed in main.cpp.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"

namespace offhook {

// Exit codes: 0 ok, 1 failed, 2 usage.
inline constexpr int kOk = 0, kFailed = 1, kUsage = 2;

struct Common {
  // As the flags say; nothing without them: Info, and lines as log() writes them.
  std::optional<LogLevel> log_level;
  std::optional<LogFormat> log_format;
};

// Adds the subcommand with its flags to the application; what it returns runs it once the line has been read. `common`
// outlives it.
using Run = std::function<int()>;
Run add_demo(CLI::App& app, Common& common);
Run add_proxy(CLI::App& app, Common& common);
Run add_phone(CLI::App& app, Common& common);
Run add_flow(CLI::App& app, Common& common);
Run add_check(CLI::App& app, Common& common);
Run add_params(CLI::App& app, Common& common);
Run add_devices(CLI::App& app, Common& common);
Run add_version(CLI::App& app, Common& common);

// offhook proxy user …, below `proxy`; what it returns says nothing when the line asks for something else.
std::function<std::optional<int>()> add_proxy_user(CLI::App& proxy);

// "offhook: what is wrong (where)" on stderr; returns kFailed.
int report(const Complaint& complaint);
// A line on stderr when the level lets it through: "offhook: text", or as --log-format says.
void log(const Common& common, LogLevel level, const std::string& text);

}  // namespace offhook
