// offhook: the desk phone in software, and the proxy it talks through. Reads the command line and hands over to one
// subcommand.
#include <cstdio>
#include <exception>
#include <map>

#include "base/ascii.hpp"
#include "command.hpp"
#include "io/clock.hpp"

namespace offhook {

int report(const Complaint& complaint) {
  std::fprintf(stderr, "offhook: %s\n", complaint.text().c_str());
  return kFailed;
}

void log(const Common& common, LogLevel level, const std::string& text) {
  if (level > common.log_level.value_or(LogLevel::Info)) return;
  const std::string line = common.log_format
                               ? log_line(*common.log_format, io::now().wall, {level, "offhook", text, {}})
                               : "offhook: " + text;
  std::fprintf(stderr, "%s\n", line.c_str());
}

namespace {

// A checked word of a flag.
template <class T>
std::optional<T> word(const std::string& text, std::optional<T> (*parse)(std::string_view)) {
  return parse(to_lower(text));
}

int run(int argc, char** argv) {
  CLI::App app("The desk phone in software, and the proxy it talks through.", "offhook");
  app.require_subcommand(1);
  app.fallthrough();
  app.get_formatter()->column_width(34);
  Common common;
  app.add_option("--log-level", "error, warning, info or debug")
      ->option_text("LEVEL [info]")
      ->each([&common](const std::string& text) { common.log_level = word(text, parse_log_level); })
      ->check(CLI::IsMember({"error", "warning", "info", "debug"}, CLI::ignore_case));
  app.add_option("--log-format", "text, json or logfmt: one line an event (docs/operations.md)")
      ->option_text("FORMAT")
      ->each([&common](const std::string& text) { common.log_format = word(text, parse_log_format); })
      ->check(CLI::IsMember({"text", "json", "logfmt"}, CLI::ignore_case));

  const std::map<CLI::App*, Run> runs = [&] {
    std::map<CLI::App*, Run> out;
    for (auto* add : {add_demo, add_proxy, add_phone, add_flow, add_check, add_params, add_devices, add_version}) {
      Run run = add(app, common);
      out[app.get_subcommands([](CLI::App*) { return true; }).back()] = std::move(run);
    }
    return out;
  }();

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    const auto used = app.get_subcommands();
    std::fprintf(stderr, "offhook: %s (see offhook %s%s--help)\n", error.what(),
                 used.empty() ? "" : used.front()->get_name().c_str(), used.empty() ? "" : " ");
    return kUsage;
  }
  return runs.at(app.get_subcommands().front())();
}

}  // namespace
}  // namespace offhook

int main(int argc, char** argv) {
  try {
    return offhook::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "offhook: unexpected failure: %s\n", error.what());
    return offhook::kFailed;
  }
}
