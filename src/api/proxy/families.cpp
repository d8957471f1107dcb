#include "proxy/families.hpp"

#include <prometheus/text_serializer.h>

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
  auto& out = add(name, help, prometheus::MetricType::Histogram).metric.emplace_back().histogram;
  out.sample_count = histogram.total();
  out.sample_sum = in_seconds(histogram.sum());
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
    below += histogram.count(i);
    out.bucket.push_back({below, in_seconds(Histogram::kBounds.at(i))});
  }
  out.bucket.push_back({histogram.total(), std::numeric_limits<double>::infinity()});
}

std::string Families::text() const { return prometheus::TextSerializer().Serialize(families_); }

}  // namespace offhook::api
