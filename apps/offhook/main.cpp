// offhook: the desk phone in software, and the proxy it talks through. Reads the command line and hands over to one
// subcommand.
#include <cstdio>
#include <exception>
#include <map>

#include "command.hpp"

namespace offhook {

int report(const Complaint& complaint) {
  std::fprintf(stderr, "offhook: %s\n", complaint.text().c_str());
  return kFailed;
}

void log(const Common& common, LogLevel level, const std::string& text) {
  if (level <= common.log_level) std::fprintf(stderr, "offhook: %s\n", text.c_str());
}

namespace {

int run(int argc, char** argv) {
  CLI::App app("The desk phone in software, and the proxy it talks through.", "offhook");
  app.require_subcommand(1);
  app.fallthrough();
  app.get_formatter()->column_width(34);
  Common common;
  static const std::map<std::string, LogLevel> kLevels{
      {"error", LogLevel::Error}, {"warning", LogLevel::Warning}, {"info", LogLevel::Info}, {"debug", LogLevel::Debug}};
  app.add_option("--log-level", common.log_level, "error, warning, info or debug")
      ->transform(CLI::CheckedTransformer(kLevels, CLI::ignore_case))
      ->option_text("LEVEL [info]");

  const std::map<CLI::App*, Run> runs = [&] {
    std::map<CLI::App*, Run> out;
    for (auto* add : {add_demo, add_proxy, add_phone, add_flow, add_check, add_params, add_version}) {
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
