// Several texts in one allocation that is just as large as they are.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace offhook::proxy {

// F is an enumeration of the texts, counted from 0; N of them, each below 64 KiB.
template <class F, std::size_t N>
class PackedText {
 public:
  using Texts = std::array<std::string_view, N>;

  PackedText() = default;
  explicit PackedText(const Texts& texts) { assign(texts); }

  [[nodiscard]] std::string_view operator[](F which) const {
    std::size_t at = 0;
    const auto end = static_cast<std::size_t>(which);
    for (std::size_t i = 0; i < end; ++i) at += sizes_[i];
    return std::string_view(bytes_.get() + at, sizes_[end]);
  }
  // Views, good until the next change.
  [[nodiscard]] Texts texts() const {
    Texts out;
    for (std::size_t i = 0, at = 0; i < N; at += sizes_[i++]) out[i] = std::string_view(bytes_.get() + at, sizes_[i]);
    return out;
  }
  // `texts` may be views into itself.
  void assign(const Texts& texts) {
    std::size_t size = 0;
    for (const auto text : texts) size += text.size();
    auto bytes = size == 0 ? nullptr : std::make_unique_for_overwrite<char[]>(size);
    for (std::size_t i = 0, at = 0; i < N; at += texts[i++].size()) {
      std::ranges::copy(texts[i], bytes.get() + at);
      sizes_[i] = static_cast<std::uint16_t>(texts[i].size());
    }
    bytes_ = std::move(bytes);
  }
  [[nodiscard]] std::size_t octets() const {
    std::size_t out = 0;
    for (const auto size : sizes_) out += size;
    return out;
  }

 private:
  std::unique_ptr<char[]> bytes_;  // null: all are empty
  std::array<std::uint16_t, N> sizes_{};
};

}  // namespace offhook::proxy
