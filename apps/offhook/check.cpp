// offhook check FILE.cfg …: what a phone would make of these configuration files.
#include <cstdio>
#include <memory>

#include "command.hpp"
#include "config/check.hpp"
#include "io/files.hpp"

namespace offhook {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string model = "T46G";
  bool quiet = false;
};

int check(const Options& options) {
  const auto model = config::find_model(options.model);
  if (!model) return report({model.error().what, "--model " + options.model});
  std::vector<std::string> texts;
  for (const auto& file : options.files) {
    auto text = io::read_file(file);
    if (!text) return report(text.error());
    texts.push_back(std::move(*text));
  }
  std::vector<config::CheckInput> inputs;
  for (std::size_t i = 0; i < texts.size(); ++i) inputs.push_back({options.files[i], texts[i]});
  const auto findings = config::check(inputs, **model);
  std::size_t errors = 0, warnings = 0;
  for (const auto& finding : findings) {
    errors += finding.severity == config::Severity::Error ? 1 : 0;
    warnings += finding.severity == config::Severity::Warning ? 1 : 0;
    if (!options.quiet || finding.severity == config::Severity::Error)
      std::printf("%s\n", config::format(finding).c_str());
  }
  std::printf("%zu file%s for %s: %zu error%s, %zu warning%s\n", texts.size(), texts.size() == 1 ? "" : "s",
              std::string((*model)->name).c_str(), errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
  return errors == 0 ? kOk : kFailed;
}

}  // namespace

Run add_check(CLI::App& app, Common&) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("check", "Lint configuration files of a phone, in order of precedence (the last one wins)");
  command->add_option("FILE", options->files, "Configuration files (.cfg)")->required();
  command->add_option("--model", options->model, "Phone model, e.g. T46G")->option_text("MODEL [T46G]");
  command->add_flag("--quiet", options->quiet, "Errors only");
  return [options] { return check(*options); };
}

}  // namespace offhook
