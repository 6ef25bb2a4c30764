#include "services/metrics_text.h"

#include <fmt/format.h>

#include "base/check.h"

namespace bedplate {
namespace {

/// Backslash, newline and, in labels, the quote.
std::string Escape(std::string_view text, bool quotes) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '\n') {
      escaped += "\\n";
      continue;
    }
    if (letter == '\\' || (quotes && letter == '"')) escaped += '\\';
    escaped += letter;
  }
  return escaped;
}

std::string LabelText(const MetricsText::Labels& labels) {
  if (labels.empty()) return {};
  std::string text;
  for (const auto& [name, value] : labels) {
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "{" : ",", name, Escape(value, true));
  }
  return text + "}";
}

}  // namespace

void MetricsText::Head(std::string_view name, std::string_view type, std::string_view help) {
  text_ += fmt::format("# TYPE bedplate_{} {}\n", name, type);
  for (const std::string_view unit : {"bytes", "seconds"}) {
    if (name.ends_with(fmt::format("_{}", unit))) {
      text_ += fmt::format("# UNIT bedplate_{} {}\n", name, unit);
    }
  }
  text_ += fmt::format("# HELP bedplate_{} {}\n", name, Escape(help, true));
}

void MetricsText::Line(std::string_view name, std::string_view suffix, const Labels& labels,
                       double value) {
  text_ += fmt::format("bedplate_{}{}{} {}\n", name, suffix, LabelText(labels), value);
}

void MetricsText::Counter(std::string_view name, std::string_view help, double value) {
  const Point point{.labels = {}, .value = value};
  Counters(name, help, std::span(&point, 1));
}

void MetricsText::Counters(std::string_view name, std::string_view help,
                           std::span<const Point> points) {
  Head(name, "counter", help);
  for (const Point& point : points) Line(name, "_total", point.labels, point.value);
}

void MetricsText::Gauge(std::string_view name, std::string_view help, double value) {
  const Point point{.labels = {}, .value = value};
  Gauges(name, help, std::span(&point, 1));
}

void MetricsText::Gauges(std::string_view name, std::string_view help,
                         std::span<const Point> points) {
  Head(name, "gauge", help);
  for (const Point& point : points) Line(name, "", point.labels, point.value);
}

void MetricsText::Histograms(std::string_view name, std::string_view help,
                             std::span<const Histogram> histograms) {
  Head(name, "histogram", help);
  for (const Histogram& histogram : histograms) {
    BEDPLATE_CHECK(histogram.counts.size() == histogram.bounds.size() + 1);
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
      count += histogram.counts[i];
      Labels labels = histogram.labels;
      const bool is_last = i == histogram.bounds.size();
      labels.emplace_back("le", is_last ? "+Inf" : fmt::to_string(histogram.bounds[i]));
      Line(name, "_bucket", labels, static_cast<double>(count));
    }
    Line(name, "_count", histogram.labels, static_cast<double>(count));
    Line(name, "_sum", histogram.labels, histogram.sum);
  }
}

void MetricsText::Info(std::string_view name, std::string_view help, const Labels& labels) {
  Head(name, "info", help);
  Line(name, "_info", labels, 1);
}

std::string MetricsText::Finish() && { return std::move(text_) + "# EOF\n"; }

}  // namespace bedplate
