#include "api/server_metrics_text.h"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace bedplate {
namespace {

double Number(std::uint64_t value) { return static_cast<double>(value); }

void AddOperations(const std::vector<OperationMetrics>& operations, MetricsText& text) {
  std::vector<MetricsText::Point> answers;
  std::vector<MetricsText::Histogram> times;
  for (const OperationMetrics& operation : operations) {
    for (const auto& [status, count] : operation.answers) {
      answers.push_back(
          {.labels = {{"operation", operation.operation},
                      {"status", status == 0 ? std::string("other") : fmt::to_string(status)}},
           .value = Number(count)});
    }
    times.push_back({.labels = {{"operation", operation.operation}},
                     .bounds = kAnswerBoundsSeconds,
                     .counts = operation.times,
                     .sum = operation.seconds});
  }
  text.Counters("http_answers", "Answers by operation of the API and HTTP status.", answers);
  text.Histograms("http_answer_seconds", "Time from a request's header to its answer.", times);
}

}  // namespace

void AddServerMetrics(const ServerMetrics& metrics, MetricsText& text) {
  text.Gauge("http_connections", "Open connections.", Number(metrics.connections));
  text.Gauge("http_connections_limit", "Of these.", Number(metrics.connection_limit));
  text.Counter("http_requests", "Requests since the start.", Number(metrics.requests));
  text.Counter("http_refused_connections", "Connections beyond the limit.",
               Number(metrics.refused_connections));
  text.Counter("http_refused_requests",
               "Requests beyond the queue or the memory for bodies and answers; they got 503.",
               Number(metrics.refused_requests));
  text.Gauge("http_queue", "Requests that wait for a worker.", Number(metrics.queued));
  text.Gauge("http_queue_limit", "Of these.", Number(metrics.queue_limit));
  text.Gauge("http_body_bytes", "Request bodies in memory.", Number(metrics.body_bytes));
  text.Gauge("http_body_limit_bytes", "Of these.", Number(metrics.body_budget_bytes));
  text.Gauge("http_answer_bytes", "Answers that are being sent.", Number(metrics.answer_bytes));
  text.Gauge("http_answer_limit_bytes", "Of these.", Number(metrics.answer_budget_bytes));
  AddOperations(metrics.operations, text);
}

}  // namespace bedplate
