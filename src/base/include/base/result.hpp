// Result<T>: a value or an Error, never an exception, for everything that can go wrong with outside input.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace offhook {

enum class Module : std::uint8_t {
  Base,
  Sip,
  Sdp,
  Rtp,
  Config,
  Transport,
  Transaction,
  Dialog,
  Media,
  Ua,
  Proxy,
  Phone,
  Flow,
  Io,
  Sim,
  Api,
  Body,
  Stun
};

// A small value: no heap. `text` points to static storage and reads as "what is wrong".
struct Error {
  Module module = Module::Base;
  std::uint32_t offset = 0;  // byte position in the input where it was noticed; 0 when there is no input
  std::string_view text;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(Module module, std::string_view static_text, std::size_t offset = 0) {
  return tl::unexpected(Error{module, static_cast<std::uint32_t>(offset), static_text});
}

// For start-up, configuration and commands, where a person reads the message: "what is wrong (where)".
struct Complaint {
  std::string what;
  std::string where;  // file:line, an address, a parameter; may be empty

  [[nodiscard]] std::string text() const { return where.empty() ? what : what + " (" + where + ")"; }
};
template <class T>
using Checked = tl::expected<T, Complaint>;
[[nodiscard]] inline tl::unexpected<Complaint> complain(std::string what, std::string where = {}) {
  return tl::unexpected(Complaint{std::move(what), std::move(where)});
}

}  // namespace offhook
