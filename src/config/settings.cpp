#include "config/settings.hpp"

#include <algorithm>
#include <cassert>

#include "judge.hpp"

namespace offhook::config {
namespace {

constexpr std::size_t kMaxSuggestions = 20;  // a file of wrong names must not cost a walk over the table each

constexpr std::uint32_t key_of(RowId row, Index index) {
  return std::uint32_t{row} << 16u | std::uint32_t{index.x} << 8u | index.y;
}

// Value of an Integer, Choice of numbers or Flag. Rows and layers hold only text that passes, but for cleared values.
std::int64_t to_number(std::string_view text) {
  const auto number = parse_integer(text);
  return number.value_or(0);
}

LayerKind kind_of(std::string_view file) {
  file.remove_prefix(file.rfind('/') + 1);  // npos + 1 is 0
  if (file.ends_with("-local.cfg")) return LayerKind::Local;
  return file.starts_with("y0000") ? LayerKind::Common : LayerKind::Mac;
}

}  // namespace

std::string_view to_text(LayerKind kind) {
  switch (kind) {
    case LayerKind::Factory: return "factory";
    case LayerKind::Common: return "common";
    case LayerKind::Mac: return "MAC";
    case LayerKind::Local: return "local";
  }
  return {};
}

std::shared_ptr<const Layer> Layer::make(LayerKind kind, const CfgFile& file, std::vector<Finding>& findings) {
  auto layer = std::make_shared<Layer>();
  layer->kind_ = kind;
  layer->file_ = file.name;
  std::size_t unknown = 0;
  for (const CfgEntry& entry : file.entries) {
    const Verdict verdict = judge(entry, unknown < kMaxSuggestions);
    if (!verdict.complaint.empty()) {
      if (!verdict.at) ++unknown;
      findings.push_back({verdict.at ? Severity::Error : Severity::Warning, file.name, entry.line, verdict.complaint});
      continue;
    }
    if (entry.kind == CfgValue::Blank || entry.value.size() > UINT16_MAX) continue;
    layer->entries_.push_back({key_of(verdict.at->id, verdict.at->index),
                               static_cast<std::uint32_t>(layer->text_.size()), entry.line,
                               static_cast<std::uint16_t>(entry.value.size()), entry.is_static});
    layer->text_ += entry.value;
  }
  // Stable: what was written later stays behind, and the last of its kind is the one that counts.
  std::ranges::stable_sort(layer->entries_, {}, &Entry::key);
  layer->entries_.shrink_to_fit();
  layer->text_.shrink_to_fit();
  return layer;
}

Layer::Value Layer::value_of(const Entry& entry) const {
  return {std::string_view(text_).substr(entry.offset, entry.length), entry.line, entry.is_static};
}

std::optional<Layer::Value> Layer::find(RowId row, Index index) const {
  const auto key = key_of(row, index);
  const auto behind = std::ranges::upper_bound(entries_, key, {}, &Entry::key);
  if (behind == entries_.begin() || std::prev(behind)->key != key) return std::nullopt;
  return value_of(*std::prev(behind));
}

std::vector<Layer::Value> Layer::find_all(RowId row, Index index) const {
  std::vector<Value> out;
  for (const Entry& entry : std::ranges::equal_range(entries_, key_of(row, index), {}, &Entry::key))
    out.push_back(value_of(entry));
  return out;
}

std::size_t Layer::memory() const {
  return sizeof(Layer) + file_.capacity() + text_.capacity() + entries_.capacity() * sizeof(Entry);
}

std::string Origin::text() const {
  if (file.empty()) return "factory default";
  return std::string(to_text(layer)).append(" file ").append(file).append(":").append(std::to_string(line));
}

void Settings::add(std::shared_ptr<const Layer> layer) {
  if (layer) layers_.push_back(std::move(layer));
}

Located Settings::at(std::string_view name, Index index) const {
  auto found = locate(name);
  assert(found && "no such parameter");
  if (found->index.x == 0) found->index.x = index.x;
  if (found->index.y == 0) found->index.y = index.y;
  assert((found->row->x_range == IndexRange::None) == (found->index.x == 0) &&
         "the first number is missing or too much");
  assert((found->row->y_range == IndexRange::None) == (found->index.y == 0) &&
         "the second number is missing or too much");
  return *found;
}

Settings::Found Settings::find(std::string_view name, Index index) const {
  Found out{at(name, index), std::nullopt, nullptr};
  for (auto layer = layers_.rbegin(); layer != layers_.rend() && !out.value; ++layer) {
    out.value = (*layer)->find(out.at.id, out.at.index);
    out.layer = layer->get();
  }
  return out;
}

std::string_view Settings::text(std::string_view name, Index index) const {
  const Found found = find(name, index);
  const Kind kind = found.at.row->kind;
  const bool clearable =
      kind == Kind::Text || kind == Kind::Host || kind == Kind::Address || kind == Kind::Group || kind == Kind::Tone;
  // A cleared number or choice has no empty value to fall to: it is the factory's again.
  if (found.value && (clearable || !found.value->text.empty())) return found.value->text;
  return factory_default(*found.at.row, *model_, found.at.index);
}

std::int64_t Settings::number(std::string_view name, Index index) const { return to_number(text(name, index)); }

bool Settings::flag(std::string_view name, Index index) const { return text(name, index) == "1"; }

Duration Settings::duration(std::string_view name, Index index) const {
  const Row& row = *at(name, index).row;
  const auto value = text(name, index);
  const std::int64_t thousandths =
      row.kind == Kind::Decimal ? parse_thousandths(value).value_or(0) : to_number(value) * 1000;
  assert((row.unit == Unit::Seconds || row.unit == Unit::Milliseconds) && "not a time");
  return row.unit == Unit::Milliseconds ? Duration(thousandths) : Duration(milliseconds(thousandths));
}

std::vector<std::string_view> Settings::all(std::string_view name, Index index) const {
  const Located where = at(name, index);
  std::vector<std::string_view> out;
  for (const auto& layer : layers_)
    for (const auto& value : layer->find_all(where.id, where.index)) {
      // %NULL% takes back what stood before it.
      if (value.text.empty())
        out.clear();
      else
        out.push_back(value.text);
    }
  return out;
}

bool Settings::is_set(std::string_view name, Index index) const { return find(name, index).value.has_value(); }

Origin Settings::origin(std::string_view name, Index index) const {
  const Found found = find(name, index);
  if (!found.value) return {};
  return {found.layer->kind(), found.layer->file(), found.value->line};
}

LoadedSettings load_settings(std::span<const CfgSource> files, const Model& model) {
  LoadedSettings out{Settings(model), {}};
  for (const CfgSource& source : files) {
    CfgRead read = read_cfg(source.name, source.bytes);
    out.findings.insert(out.findings.end(), read.findings.begin(), read.findings.end());
    if (read.accepted) out.settings.add(Layer::make(kind_of(source.name), read.file, out.findings));
  }
  return out;
}

}  // namespace offhook::config
