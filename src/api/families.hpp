// A page of metrics in Prometheus's text format, put together from numbers that are kept elsewhere: nothing is counted
// twice, and nothing costs anything until somebody asks.
#pragma once
#include <prometheus/metric_family.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/service.hpp"
#include "base/histogram.hpp"

namespace offhook::api {

class Families {
 public:
  // Names get "offhook_" in front, unless they are the ones that every program has ("process_…").
  void counter(std::string_view name, std::string_view help, double value);
  void gauge(std::string_view name, std::string_view help, double value);
  // One counter by a label: {"2xx", 17}.
  using Labelled = std::vector<std::pair<std::string, double>>;
  void counters(std::string_view name, std::string_view help, std::string_view label, const Labelled& values);
  void gauges(std::string_view name, std::string_view help, std::string_view label, const Labelled& values);
  void histogram(std::string_view name, std::string_view help, const Histogram& histogram);
  // `counts`: of each class up to its bound, and of what is above all of them; shorter: the rest is 0.
  void histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                 std::span<const std::uint64_t> counts, double sum);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] Response page() const { return {200, "text/plain; version=0.0.4; charset=utf-8", text(), {}, {}}; }

 private:
  prometheus::MetricFamily& add(std::string_view name, std::string_view help, prometheus::MetricType type);
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace offhook::api
