#include "app/line_write.h"

#include <fmt/format.h>

#include <utility>

#include "app/keyed_sink.h"
#include "connectors/line_protocol/gunzip.h"
#include "connectors/line_protocol/influx_answer.h"
#include "connectors/line_protocol/line_parser.h"
#include "connectors/line_protocol/line_series.h"
#include "connectors/line_protocol/line_writer.h"

namespace bedplate {
namespace {

InfluxVersion VersionOf(const LineWriteRequest& request) {
  return request.version == 1 ? InfluxVersion::kV1 : InfluxVersion::kV2;
}

HttpResponse ToResponse(InfluxAnswer answer) {
  if (answer.body.empty()) {
    HttpResponse response = HttpResponse::NoContent();
    response.status = answer.status;
    return response;
  }
  HttpResponse response = HttpResponse::Json(std::move(answer.body));
  response.status = answer.status;
  return response;
}

/// One body on its way into the stores.
class LineBody final : public BodyConsumer {
 public:
  LineBody(IngestSink& sink, const LineWriteRequest& request, LineWriteOptions options)
      : version_(VersionOf(request)),
        cancel_(request.cancel),
        keyed_sink_(sink, request.letter_key),
        writer_(request.letter_key.empty() ? sink : keyed_sink_, std::move(options)) {
    if (request.gzip) gunzip_.emplace(GunzipLimits{});
  }

  Status Consume(std::string_view chunk) override {
    if (cancel_.cancelled()) return Error(ErrorCode::kCancelled, "the sender went away");
    if (!gunzip_) return writer_.Feed(chunk);
    Status fed = gunzip_->Feed(chunk, [this](std::string_view text) { return Feed(text); });
    if (fed.ok() || writer_failed_) return fed;
    return BrokenOff(fed.error());
  }

  HttpResponse Finish() override {
    if (gunzip_) {
      const Status ended = gunzip_->Finish();
      if (!ended.ok()) return ToResponse(AnswerError(version_, BrokenOff(ended.error())));
    }
    const Result<LineWriteSummary> summary = writer_.Finish();
    if (!summary.ok()) return ToResponse(AnswerError(version_, summary.error()));
    is_settled_ = true;
    return ToResponse(AnswerWrite(version_, *summary));
  }

  [[nodiscard]] bool IsSettled() const override { return is_settled_; }

 private:
  Status Feed(std::string_view text) {
    Status fed = writer_.Feed(text);
    writer_failed_ = !fed.ok();
    return fed;
  }

  /// The error of a body that cannot be read to its end, with what of it is stored.
  Error BrokenOff(const Error& why) {
    const Result<LineWriteSummary> summary = writer_.FinishBroken();
    if (!summary.ok()) return summary.error();
    return {why.code(), fmt::format("{}; {} samples of the lines before that are stored",
                                    why.message(), summary->stored + summary->duplicates)};
  }

  const InfluxVersion version_;
  const CancelToken cancel_;
  KeyedSink keyed_sink_;  // of a write with a key
  LineWriter writer_;
  bool writer_failed_ = false;
  bool is_settled_ = false;
  std::optional<Gunzip> gunzip_;
};

}  // namespace

LineProtocolWriterFactory MakeLineWriterFactory(IngestSink& sink, const Clock& clock) {
  // What is known of keys outlives the body that brought them.
  const auto series = std::make_shared<LineSeriesPool>();
  return [&sink, &clock,
          series](const LineWriteRequest& request) -> Result<std::unique_ptr<BodyConsumer>> {
    const auto precision = request.precision.empty() ? std::optional(LinePrecision::kNanoseconds)
                                                     : ParseLinePrecision(request.precision);
    if (!precision) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("precision '{}' is none of n, ns, u, us, ms, s, m, h",
                               request.precision.substr(0, 16)));
    }
    LineWriteOptions options;
    options.precision = *precision;
    options.received = clock.Now();
    options.series = series.get();
    return std::unique_ptr<BodyConsumer>(
        std::make_unique<LineBody>(sink, request, std::move(options)));
  };
}

}  // namespace bedplate
