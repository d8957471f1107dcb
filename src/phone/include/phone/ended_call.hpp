// What is left of a call when it is over: for records, and for figures of many calls. A plain value.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "media/quality.hpp"

namespace offhook::phone {

struct EndedCall {
  std::string phone;  // its name
  int id = 0;         // CallView::id
  bool outgoing = false;
  std::string peer_name, peer_number, peer_uri;
  WallTime begun{};
  std::optional<WallTime> answered;  // nothing: never
  WallTime ended{};
  bool encrypted = false;
  std::string note;                                   // CallView::note
  std::shared_ptr<const media::CallQuality> quality;  // of its last leg, the last report; null: nothing was measured

  [[nodiscard]] Duration talked() const { return answered ? ended - *answered : Duration{0}; }
};

}  // namespace offhook::phone
