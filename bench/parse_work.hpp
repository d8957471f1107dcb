// The work that is measured on the six messages of bench/messages: the same functions for time (parse_bench) and for
// instructions (parse_count). Each returns a sum over what it read, so that no reading can be optimised away.
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sip/message.hpp"

namespace offhook::bench {

struct Sample {
  std::string name;  // file name without folder
  std::string bytes;
};
// The files *.sip of a folder in the order of their names; empty when there are none.
[[nodiscard]] std::vector<Sample> load_samples(const std::string& folder);

// The bare copy of the bytes into a buffer of their own, which every parse begins with: the base line.
[[nodiscard]] std::size_t copy(const Sample& sample);
// Start line, every header field, body: found, none decoded. Includes the copy and freeing.
[[nodiscard]] std::size_t index(const Sample& sample);
// index, and typed form of all that a phone reads of this message.
[[nodiscard]] std::size_t typed(const Sample& sample);
// typed, and the credentials, which a server reads and a phone does not: the peers' figures have them in.
[[nodiscard]] std::size_t typed_with_auth(const Sample& sample);
// typed with credentials, and the session description where the body is one.
[[nodiscard]] std::size_t typed_with_sdp(const Sample& sample);
// What a proxy changes in a message that it passes on (RFC 3261 §16.6, §16.7), written out as bytes; index included.
[[nodiscard]] std::size_t forward(const Sample& sample);

struct Work {
  std::string_view name;
  std::size_t (*run)(const Sample&);
};
inline constexpr std::array kWorks{Work{"copy", copy},           Work{"index", index},
                                   Work{"typed", typed},         Work{"typed+auth", typed_with_auth},
                                   Work{"+sdp", typed_with_sdp}, Work{"forward", forward}};

}  // namespace offhook::bench
