#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bedplate {

/// Figures as OpenMetrics text (version 1.0.0). Every name is given without `bedplate_` and
/// without `_total`; a name that ends in `_bytes` or `_seconds` has that unit. A family is written
/// once.
class MetricsText {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string>>;
  /// One value of a family, told apart by its labels.
  struct Point {
    Labels labels;
    double value = 0;
  };
  /// counts[i] is of what took up to bounds[i] seconds, the last of what took longer.
  struct Histogram {
    Labels labels;
    std::span<const double> bounds;
    std::span<const std::uint64_t> counts;  // one more than bounds
    double sum = 0;                         // seconds
  };

  void Counter(std::string_view name, std::string_view help, double value);
  void Counters(std::string_view name, std::string_view help, std::span<const Point> points);
  void Gauge(std::string_view name, std::string_view help, double value);
  void Gauges(std::string_view name, std::string_view help, std::span<const Point> points);
  void Histograms(std::string_view name, std::string_view help,
                  std::span<const Histogram> histograms);
  void Info(std::string_view name, std::string_view help, const Labels& labels);

  /// The whole text, with the line that ends it.
  std::string Finish() &&;

 private:
  void Head(std::string_view name, std::string_view type, std::string_view help);
  void Line(std::string_view name, std::string_view suffix, const Labels& labels, double value);

  std::string text_;
};

}  // namespace bedplate
