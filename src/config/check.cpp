#include "config/check.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "config/settings.hpp"
#include "judge.hpp"

namespace offhook::config {
namespace {

constexpr std::size_t kMaxSuggestions = 50;
constexpr std::int64_t kByIce = 3;          // of account.X.nat.nat_traversal
constexpr std::size_t kMaxFindings = 5000;  // in all; nobody reads more

std::string number_beyond(std::string_view what, unsigned given, unsigned limit, std::string_view model) {
  const std::string count = limit == 0 ? "no" : std::to_string(limit);
  return std::string(what) + " " + std::to_string(given) + " is beyond this model: " + std::string(model) + " has " +
         count;
}

std::string_view what_is(IndexRange range) {
  switch (range) {
    case IndexRange::Accounts: return "account";
    case IndexRange::LineKeys: return "line key";
    case IndexRange::CodecSlots: return "codec slot";
    case IndexRange::ListenAddresses: return "listen address";
    case IndexRange::None:
    case IndexRange::Fixed: return "number";
  }
  return {};
}

class Linter {
 public:
  explicit Linter(const Model& model) : model_(model), settings_(model) {}

  std::vector<Finding> run(std::span<const CheckInput> files) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      file_ = i;
      names_.push_back(files[i].name);
      CfgRead read = read_cfg(files[i].name, files[i].bytes);
      for (Finding& finding : read.findings) add(finding.severity, finding.line, std::move(finding.text));
      for (const CfgEntry& entry : read.file.entries) look_at(entry);
      std::vector<Finding> ignored;  // look_at said it all, with the model in mind
      settings_.add(Layer::make(LayerKind::Common, read.file, ignored));
    }
    look_at_whole();
    std::ranges::stable_sort(found_, {}, [](const Placed& p) { return std::pair(p.file, p.finding.line); });
    std::vector<Finding> out;
    for (Placed& placed : found_) out.push_back(std::move(placed.finding));
    return out;
  }

 private:
  struct Placed {
    std::size_t file;
    Finding finding;
  };
  struct Written {
    std::size_t file;
    std::uint32_t line;
  };

  void add(Severity severity, std::uint32_t line, std::string text) {
    add_at({file_, line}, severity, std::move(text));
  }
  void add_at(Written where, Severity severity, std::string text) {
    if (found_.size() < kMaxFindings)
      found_.push_back({where.file, {severity, names_[where.file], where.line, std::move(text)}});
  }

  void look_at(const CfgEntry& entry) {
    const Verdict verdict = judge(entry, unknown_ < kMaxSuggestions);
    if (!verdict.complaint.empty()) {
      if (!verdict.at) ++unknown_;
      return add(Severity::Error, entry.line, verdict.complaint);
    }
    if (std::string wrong = wrong_for_model(*verdict.at); !wrong.empty())
      return add(Severity::Error, entry.line, entry.name + ": " + wrong);
    if (entry.kind == CfgValue::Blank)
      return add(Severity::Info, entry.line, entry.name + " is blank, which changes nothing");
    if (!verdict.at->row->additive()) look_for_shadow(entry, *verdict.at);
  }

  std::string wrong_for_model(const Located& at) const {
    const Row& row = *at.row;
    if ((row.models & mask_of(model_.id)) == 0) return std::string(model_.name) + " does not have this setting";
    if (const auto limit = x_limit(row, model_); at.index.x > limit)
      return number_beyond(what_is(row.x_range), at.index.x, limit, model_.name);
    if (const auto limit = y_limit(row, model_); at.index.y > limit)
      return number_beyond(what_is(row.y_range), at.index.y, limit, model_.name);
    return {};
  }

  // The earlier line is the one that does nothing, so the finding stands there.
  void look_for_shadow(const CfgEntry& entry, const Located& at) {
    const auto [earlier, is_first] = written_.try_emplace({at.id, at.index}, Written{file_, entry.line});
    if (is_first) return;
    const Written old = std::exchange(earlier->second, Written{file_, entry.line});
    if (old.file == file_) {
      add_at(old, Severity::Warning,
             entry.name + " is written again in line " + std::to_string(entry.line) + ", which wins");
    } else {
      add_at(old, Severity::Info, entry.name + " is overridden by " + names_[file_] + ":" + std::to_string(entry.line));
    }
  }

  // Each line may be fine and the phone still not work.
  void look_at_whole() {
    for (std::uint8_t x = 1; x <= model_.accounts; ++x)
      if (settings_.flag("account.X.enable", {x})) look_at_account({x});
    look_at_forward();
    look_at_turn();
    const auto low = settings_.number("network.port.min_rtpport");
    const auto high = settings_.number("network.port.max_rtpport");
    if (low >= high)
      add_for("network.port.min_rtpport", {}, Severity::Error,
              "no RTP ports: network.port.min_rtpport is " + std::to_string(low) + ", network.port.max_rtpport " +
                  std::to_string(high));
    const auto account = settings_.number("features.default_account");
    if (account > model_.accounts)
      add_for("features.default_account", {}, Severity::Error,
              number_beyond("account", static_cast<unsigned>(account), model_.accounts, model_.name));
  }

  void look_at_account(Index x) {
    const std::string account = "account." + std::to_string(x.x);
    if (settings_.text("account.X.user_name", x).empty())
      add_for("account.X.enable", x, Severity::Error, account + " is enabled but has no user_name");
    if (settings_.text("account.X.sip_server.Y.address", {x.x, 1}).empty() &&
        settings_.text("account.X.sip_server.Y.address", {x.x, 2}).empty() &&
        settings_.text("account.X.sip_server_host", x).empty())
      add_for("account.X.enable", x, Severity::Error, account + " is enabled but has no sip_server.1.address");
  }

  void look_at_turn() {
    if (!settings_.flag("sip.nat_turn.enable")) return;
    if (settings_.text("sip.nat_turn.server").empty())
      return add_for("sip.nat_turn.enable", {}, Severity::Error,
                     "sip.nat_turn.enable is on but has no sip.nat_turn.server");
    bool ice = settings_.flag("ice.enable");
    for (std::uint8_t x = 1; x <= model_.accounts; ++x)
      ice = ice || settings_.number("account.X.nat.nat_traversal", {x}) == kByIce;
    if (!ice)
      add_for("sip.nat_turn.enable", {}, Severity::Warning,
              "sip.nat_turn.enable does nothing without ice.enable: calls use a relay by ICE only");
  }

  void look_at_forward() {
    if (settings_.flag("features.fwd_mode")) {
      for (std::uint8_t x = 1; x <= model_.accounts; ++x)
        for (const char* rule : {"always_fwd", "busy_fwd", "timeout_fwd"})
          forward_needs_target("account.X." + std::string(rule), {x});
    } else {
      for (const char* rule : {"always", "busy", "no_answer"}) forward_needs_target("forward." + std::string(rule), {});
    }
  }

  void forward_needs_target(const std::string& prefix, Index index) {
    if (settings_.flag(prefix + ".enable", index) && settings_.text(prefix + ".target", index).empty())
      add_for(prefix + ".enable", index, Severity::Warning,
              concrete_name(*locate(prefix + ".enable")->row, index) + " is on but has no target");
  }

  // Stands at the line that sets `name`; when only the factory does, at the last file as a whole.
  void add_for(std::string_view name, Index index, Severity severity, std::string text) {
    const Origin origin = settings_.origin(name, index);
    for (std::size_t i = names_.size(); i-- > 0;)
      if (origin.file.empty() || names_[i] == origin.file) return add_at({i, origin.line}, severity, std::move(text));
  }

  const Model& model_;
  Settings settings_;
  std::size_t file_ = 0;
  std::size_t unknown_ = 0;
  std::vector<std::string> names_;
  std::map<std::pair<RowId, Index>, Written> written_;
  std::vector<Placed> found_;
};

}  // namespace

std::vector<Finding> check(std::span<const CheckInput> files, const Model& model) { return Linter(model).run(files); }

}  // namespace offhook::config
