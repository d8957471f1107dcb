// What became of the calls of a rack: the newest ones one by one, and figures of all of them for Prometheus.
#pragma once
#include <deque>
#include <nlohmann/json.hpp>

#include "families.hpp"
#include "phone/ended_call.hpp"

namespace offhook::api {

class EndedCalls {
 public:
  static constexpr std::size_t kKept = 1000;

  EndedCalls();
  void add(phone::EndedCall call);
  // The newest first, at most kKept.
  [[nodiscard]] nlohmann::json json() const;
  void write(Families& out) const;

 private:
  struct Classes {
    std::vector<double> bounds;
    std::vector<std::uint64_t> counts{};  // the last one: above all bounds
    double sum = 0;
    void add(double value);
  };
  std::deque<phone::EndedCall> newest_;
  std::uint64_t answered_ = 0, unanswered_ = 0, encrypted_ = 0;
  Duration talked_{0};
  std::uint64_t packets_ = 0, lost_ = 0, late_ = 0, frames_ = 0, concealed_ = 0, gaps_ = 0;
  Classes mos_, delay_, jitter_;
};

}  // namespace offhook::api
