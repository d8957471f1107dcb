#include "families.hpp"

#include <prometheus/text_serializer.h>

#include <array>
#include <limits>

namespace offhook::api {
namespace {

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

prometheus::MetricFamily& Families::add(std::string_view name, std::string_view help, prometheus::MetricType type) {
  auto& family = families_.emplace_back();
  family.name = (name.starts_with("process_") ? "" : "offhook_") + std::string(name);
  family.help = help;
  family.type = type;
  return family;
}

void Families::counter(std::string_view name, std::string_view help, double value) {
  add(name, help, prometheus::MetricType::Counter).metric.emplace_back().counter.value = value;
}

void Families::gauge(std::string_view name, std::string_view help, double value) {
  add(name, help, prometheus::MetricType::Gauge).metric.emplace_back().gauge.value = value;
}

void Families::counters(std::string_view name, std::string_view help, std::string_view label, const Labelled& values) {
  auto& family = add(name, help, prometheus::MetricType::Counter);
  for (const auto& [of, value] : values) {
    auto& metric = family.metric.emplace_back();
    metric.label.push_back({std::string(label), of});
    metric.counter.value = value;
  }
}

void Families::gauges(std::string_view name, std::string_view help, std::string_view label, const Labelled& values) {
  auto& family = add(name, help, prometheus::MetricType::Gauge);
  for (const auto& [of, value] : values) {
    auto& metric = family.metric.emplace_back();
    metric.label.push_back({std::string(label), of});
    metric.gauge.value = value;
  }
}

void Families::histogram(std::string_view name, std::string_view help, const Histogram& histogram) {
  std::array<double, Histogram::kBounds.size()> bounds{};
  std::array<std::uint64_t, bounds.size() + 1> counts{};
  counts.back() = histogram.total();
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    bounds.at(i) = in_seconds(Histogram::kBounds.at(i));
    counts.at(i) = histogram.count(i);
    counts.back() -= counts.at(i);
  }
  this->histogram(name, help, bounds, counts, in_seconds(histogram.sum()));
}

void Families::histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                         std::span<const std::uint64_t> counts, double sum) {
  auto& out = add(name, help, prometheus::MetricType::Histogram).metric.emplace_back().histogram;
  out.sample_sum = sum;
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    if (i < counts.size()) out.sample_count += counts[i];
    out.bucket.push_back({out.sample_count, i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity()});
  }
}

std::string Families::text() const { return prometheus::TextSerializer().Serialize(families_); }

}  // namespace offhook::api
