// offhook params [NAME]: the parameter table.
#include <cstdio>
#include <memory>

#include "command.hpp"
#include "config/parameter.hpp"

namespace offhook {
namespace {

struct Options {
  std::string name, model;
};

void print_row(const config::Row& row, const config::Model& model) {
  const auto print = [](const char* label, std::string_view text) {
    std::printf("  %-10s %s\n", label, std::string(text).c_str());
  };
  std::printf("%s\n", std::string(row.name).c_str());
  print("meaning", row.help);
  print("values", config::permitted(row));
  const auto fallback = config::factory_default(row, model, {1, 1});
  print("default", fallback.empty() ? "blank" : fallback);
  if (row.unit != config::Unit::None) print("unit", config::to_text(row.unit));
  print("effect", config::to_text(row.effect));
}

int params(const Options& options) {
  const auto model = config::find_model(options.model.empty() ? "T46G" : options.model);
  if (!model) return report({model.error().what, "--model " + options.model});
  if (!options.name.empty()) {
    if (const auto found = config::locate(options.name)) {
      print_row(*found->row, **model);
      return kOk;
    }
  }
  std::size_t shown = 0;
  for (const auto& row : config::rows()) {
    if (!options.model.empty() && (row.models & config::mask_of((*model)->id)) == 0) continue;
    if (row.name.find(options.name) == std::string_view::npos) continue;
    std::printf("%-52s %s\n", std::string(row.name).c_str(), std::string(row.help).c_str());
    ++shown;
  }
  if (shown > 0) return kOk;
  const auto nearest = config::nearest_name(options.name);
  return report({"no parameter has that name" + (nearest ? "; did you mean " + *nearest + "?" : ""), options.name});
}

}  // namespace

Run add_params(CLI::App& app, Common&) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "params", "The parameters that phones know: all, those with a word in their name, or one in full");
  command->add_option("NAME", options->name, "A name (account.1.label) or a part of one (dnd)");
  command->add_option("--model", options->model, "Only those of this model")->option_text("MODEL");
  return [options] { return params(*options); };
}

}  // namespace offhook
