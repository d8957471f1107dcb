// offhook flow list | run: the guide's call flows as files that run.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "builtin_files.hpp"
#include "command.hpp"
#include "flow/runner.hpp"
#include "flow/script.hpp"
#include "flow_output.hpp"
#include "flow_sim.hpp"
#include "io/files.hpp"
#include "io/real_world.hpp"

namespace offhook {
namespace {

struct Options {
  std::vector<std::string> names;
  bool all = false, sim = false;
  FlowOutput output;
  SimChoice choice;
};

Checked<std::vector<flow::Script>> builtin_scripts() {
  std::vector<flow::Script> out;
  for (const auto& file : builtin_files()) {
    if (!file.name.starts_with("flows/")) continue;
    auto script = flow::load_script(file.name, file.text);
    if (!script) return tl::unexpected(script.error());
    out.push_back(std::move(*script));
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.guide < b.guide; });
  return out;
}

// Names of built-in flows, or files (with a '/' or '.' in them).
Checked<std::vector<flow::Script>> chosen_scripts(const Options& options) {
  auto known = builtin_scripts();
  if (!known) return known;
  std::vector<flow::Script> out;
  if (options.all)
    std::copy_if(known->begin(), known->end(), std::back_inserter(out),
                 [](const auto& script) { return !script.planned; });
  for (const auto& name : options.names) {
    if (name.find_first_of("/.") != std::string::npos) {
      const auto text = io::read_file(name);
      if (!text) return tl::unexpected(text.error());
      auto script = flow::load_script(name, *text);
      if (!script) return tl::unexpected(script.error());
      out.push_back(std::move(*script));
      continue;
    }
    const auto found =
        std::find_if(known->begin(), known->end(), [&](const auto& script) { return script.name == name; });
    if (found == known->end())
      return complain("no flow has that name; offhook flow list names them, a file is given with its path", name);
    if (found->planned) return complain("this flow is not there yet", name);
    out.push_back(*found);
  }
  return out;
}

int list() {
  const auto scripts = builtin_scripts();
  if (!scripts) return report(scripts.error());
  for (const auto& script : *scripts) {
    if (script.planned)
      std::printf("%-5s %-22s %s (not there yet)\n", script.guide.c_str(), script.name.c_str(), script.title.c_str());
    else
      std::printf("%-5s %-22s %s, F1…F%zu\n", script.guide.c_str(), script.name.c_str(), script.title.c_str(),
                  script.milestone_count());
  }
  return kOk;
}

int run_real(const Options& options, const std::vector<flow::Script>& scripts) {
  std::size_t failed = 0;
  for (const auto& script : scripts) {
    auto world =
        io::RealWorld::start(script.parties, {.record_packets = !options.output.pcap.empty(), .authenticate = false});
    if (!world) return report(world.error());
    const auto outcome = flow::run(script, **world);
    failed += outcome.passed() ? 0 : 1;
    if (const auto written = write_flow(options.output, scripts.size() > 1, outcome, (*world)->record()); !written)
      return report(written.error());
  }
  if (scripts.size() > 1 && !options.output.json)
    std::printf("%zu flows, %zu passed, %zu failed\n", scripts.size(), scripts.size() - failed, failed);
  return failed == 0 ? kOk : kFailed;
}

int run(const Options& options) {
  if (options.names.empty() == !options.all)
    return report({options.all ? "name flows or say --all, not both" : "name a flow or say --all (offhook flow list)",
                   ""}),
           kUsage;
  const auto scripts = chosen_scripts(options);
  if (!scripts) return report(scripts.error());
  return options.sim ? run_sim(options.choice, options.output, *scripts) : run_real(options, *scripts);
}

}  // namespace

Run add_flow(CLI::App& app, Common&) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("flow", "Call flows of the guide: list them, run them, draw them");
  command->require_subcommand(1);
  auto* list_command = command->add_subcommand("list", "Name the flows");
  auto* run_command =
      command->add_subcommand("run", "Run flows on real loopback sockets (or --sim) and check every step");
  run_command->add_option("NAME", options->names, "Flows by name, or files of your own by path");
  run_command->add_flag("--all", options->all, "Every flow");
  run_command->add_flag("--sim", options->sim, "In virtual time instead of real sockets");
  run_command
      ->add_option("--seeds", options->choice.seeds, "With --sim: how many seeds; more than one means a lossy network")
      ->option_text("N [1]")
      ->needs("--sim");
  run_command->add_option("--seed", options->choice.first_seed, "With --sim: the first seed")
      ->option_text("N [1]")
      ->needs("--sim");
  run_command->add_option("--loss", options->choice.loss, "With --sim: share of datagrams lost, 0 to 0.5")
      ->option_text("P")
      ->check(CLI::Range(0.0, 0.5))
      ->needs("--sim");
  run_command->add_option("--duplication", options->choice.duplication, "With --sim: share delivered twice")
      ->option_text("P")
      ->check(CLI::Range(0.0, 0.5))
      ->needs("--sim");
  run_command->add_option("--reordering", options->choice.reordering, "With --sim: share delivered late, behind others")
      ->option_text("P")
      ->check(CLI::Range(0.0, 0.5))
      ->needs("--sim");
  run_command
      ->add_flag("--rough", options->choice.rough,
                 "With --sim: a lossy network also for one seed (5 % lost, 2 % twice, reordering)")
      ->needs("--sim");
  run_command->add_flag("--json", options->output.json, "The messages as JSON instead of the ladder");
  run_command->add_flag("--quiet", options->output.quiet, "The outcome only");
  run_command->add_option("--svg", options->output.svg, "Write the ladder as a picture")->option_text("FILE");
  run_command->add_option("--html", options->output.html, "Write the ladder as a page")->option_text("FILE");
  run_command->add_option("--pcap", options->output.pcap, "Write a capture with SIP and RTP")->option_text("FILE");
  return [options, list_command] { return list_command->parsed() ? list() : run(*options); };
}

}  // namespace offhook
