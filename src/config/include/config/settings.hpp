// Layered settings of one phone: factory < common file < MAC file < local changes (guide, precedence).
//
// A Layer is what one file says, checked and packed: it is immutable, and a common file's layer is owned by every
// phone that reads it, hence the shared_ptr. A phone's Settings is little more than one pointer a layer, so 100,000
// phones with one common file pay for it once. Not for concurrent change; concurrent reads are fine.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "config/cfg_file.hpp"
#include "config/finding.hpp"
#include "config/model.hpp"
#include "config/parameter.hpp"

namespace offhook::config {

enum class LayerKind : std::uint8_t { Factory, Common, Mac, Local };
[[nodiscard]] std::string_view to_text(LayerKind kind);

class Layer {
 public:
  struct Value {
    std::string_view text;  // empty when it was %NULL%
    std::uint32_t line;
    bool is_static;
  };

  // Takes the values that a phone takes: known name, permitted value; blank values change nothing. The rest ends in
  // `findings` with file:line: a value that is not permitted is an error, a name that is not known a warning.
  [[nodiscard]] static std::shared_ptr<const Layer> make(LayerKind kind, const CfgFile& file,
                                                         std::vector<Finding>& findings);

  // The last value written for it; nothing when the layer does not speak of it.
  [[nodiscard]] std::optional<Value> find(RowId row, Index index) const;
  // All values in file order, for additive rows.
  [[nodiscard]] std::vector<Value> find_all(RowId row, Index index) const;

  [[nodiscard]] LayerKind kind() const { return kind_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t memory() const;  // bytes, this object included

 private:
  struct Entry {
    std::uint32_t key;  // row, x and y packed; the vector is sorted by it
    std::uint32_t offset;
    std::uint32_t line;
    std::uint16_t length;
    bool is_static;
  };
  [[nodiscard]] Value value_of(const Entry& entry) const;

  LayerKind kind_ = LayerKind::Common;
  std::string file_;
  std::string text_;  // all values behind each other
  std::vector<Entry> entries_;
};

// Where a value comes from.
struct Origin {
  LayerKind layer = LayerKind::Factory;
  std::string_view file;  // empty for the factory default
  std::uint32_t line = 0;

  [[nodiscard]] std::string text() const;  // "MAC file a.cfg:12", "factory default"
};

// Reads take a concrete name, or a pattern and the numbers for it: number("account.X.sip_server.Y.port", {1, 2}).
// A name that is not in the table, or a read of the wrong kind, is a bug of the caller (assert).
// Views live as long as the Settings (or a copy of it) does.
class Settings {
 public:
  explicit Settings(const Model& model) : model_(&model) {}
  // Puts a layer above those that are there; a null pointer is left out.
  void add(std::shared_ptr<const Layer> layer);

  [[nodiscard]] const Model& model() const { return *model_; }

  [[nodiscard]] std::string_view text(std::string_view name, Index index = {}) const;
  [[nodiscard]] std::int64_t number(std::string_view name, Index index = {}) const;  // Integer, Choice of numbers, Flag
  [[nodiscard]] bool flag(std::string_view name, Index index = {}) const;
  [[nodiscard]] Duration duration(std::string_view name,
                                  Index index = {}) const;  // Integer or Decimal with a time unit
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name,
                                                  Index index = {}) const;  // additive rows, lowest layer first

  // Whether any layer above the factory speaks of it (also when it repeats the default).
  [[nodiscard]] bool is_set(std::string_view name, Index index = {}) const;
  [[nodiscard]] Origin origin(std::string_view name, Index index = {}) const;
  [[nodiscard]] const std::vector<std::shared_ptr<const Layer>>& layers() const { return layers_; }  // lowest first

 private:
  struct Found {
    Located at;
    std::optional<Layer::Value> value;
    const Layer* layer = nullptr;
  };
  [[nodiscard]] Located at(std::string_view name, Index index) const;
  [[nodiscard]] Found find(std::string_view name, Index index) const;

  const Model* model_;
  std::vector<std::shared_ptr<const Layer>> layers_;
};

// Settings from files in precedence order, lowest first, and all there is to say about them. A file that is refused
// makes no layer. The kind of a layer is told by the name: y0000….cfg is common, …-local.cfg local, any other a MAC
// file.
struct LoadedSettings {
  Settings settings;
  std::vector<Finding> findings;
};
[[nodiscard]] LoadedSettings load_settings(std::span<const CfgSource> files, const Model& model);

}  // namespace offhook::config
