// application/simple-message-summary: messages that wait. RFC 3842 §5.2.
//
//   Messages-Waiting: yes
//   Message-Account: sip:alice@vmail.example.com
//   Voice-Message: 4/8 (1/2)
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "body/limits.hpp"

namespace offhook::body {

inline constexpr std::string_view kMessageSummaryType = "application/simple-message-summary";

// message-context-class, RFC 3458 §6.2
enum class MessageClass : std::uint8_t { Voice, Fax, Pager, Multimedia, Text, None };

struct MessageSummary {
  struct Urgent {
    std::uint32_t fresh = 0;
    std::uint32_t old = 0;
    bool operator==(const Urgent&) const = default;
  };
  struct Count {
    MessageClass message_class = MessageClass::Voice;
    std::uint32_t fresh = 0;  // "new"
    std::uint32_t old = 0;
    std::optional<Urgent> urgent;
    bool operator==(const Count&) const = default;
  };
  struct Header {
    std::string name;
    std::string value;
    bool operator==(const Header&) const = default;
  };

  bool waiting = false;
  std::string account;  // a URI; "" when the subscription's own account is meant
  std::vector<Count> counts;
  std::vector<std::vector<Header>> messages;  // headers of some new messages, a group each
  bool operator==(const MessageSummary&) const = default;

  // The first line of that class.
  [[nodiscard]] const Count* find(MessageClass message_class) const;
  // Lines of the first part whose name is not known are skipped. Lines may end in a bare LF; Message-Account may be in
  // brackets, as some servers have it.
  [[nodiscard]] static Result<MessageSummary> parse(std::string_view text, const Limits& limits = {});
};

[[nodiscard]] std::string write(const MessageSummary& summary);

}  // namespace offhook::body
