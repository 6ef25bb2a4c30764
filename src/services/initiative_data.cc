#include "services/initiative_data.h"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "services/tag_directory.h"
#include "value/gather.h"

namespace bedplate {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMaxTexts = 10'000'000;  // of one driver in one period

Error WrongType(const std::string& tag, std::string_view expected, ValueType got) {
  return {ErrorCode::kInvalidArgument, fmt::format("tag {}: expected {}, but its type is {}", tag,
                                                   expected, ValueTypeName(got))};
}

std::vector<double> AllMissing(const Buckets& buckets) {
  return std::vector<double>(buckets.size(), std::numeric_limits<double>::quiet_NaN());
}

struct Texts {
  std::vector<std::int64_t> times;
  std::vector<std::string> texts;
};

}  // namespace

struct InitiativeDataReader::Source {
  TagView view;

  [[nodiscard]] bool IsText() const { return view.tag.type == ValueType::kString; }
};

Result<InitiativeDataReader::Source> InitiativeDataReader::Resolve(const std::string& tag) const {
  ASSIGN_OR_RETURN(TagView view, TagDirectory(plant_, historian_).Find(tag));
  return Source{std::move(view)};
}

Result<InitiativeData> InitiativeDataReader::Read(const Initiative& initiative,
                                                  const CancelToken& cancel) const {
  InitiativeData data;
  ASSIGN_OR_RETURN(data.baseline, ReadPeriod(initiative, initiative.baseline, nullptr, cancel));
  ASSIGN_OR_RETURN(data.reporting,
                   ReadPeriod(initiative, initiative.reporting, &data.baseline, cancel));
  return data;
}

Result<UnitConversion> InitiativeDataReader::KpiConversion(const Kpi& kpi,
                                                           const Source& source) const {
  const std::string& unit = source.view.tag.unit;
  const bool integral = kpi.aggregate == Aggregate::kIntegral;
  // A tag of which no unit is known is believed to be in the KPI's.
  if (!integral && (unit == kpi.unit || unit.empty())) return UnitConversion{};
  // The historian integrates over seconds.
  const std::string figure = !integral ? unit : unit.empty() ? "s" : fmt::format("({}).s", unit);
  const auto converted = units_.Convert(figure, kpi.unit);
  if (!converted.ok()) {
    return Error(converted.error().code(),
                 fmt::format("kpi.unit: tag {} cannot be told in '{}': {}", kpi.tag, kpi.unit,
                             converted.error().message()));
  }
  const UnitConversion& conversion = converted.value();
  if (conversion.offset == 0 || kpi.aggregate == Aggregate::kMean) return conversion;
  return Error(
      ErrorCode::kInvalidArgument,
      fmt::format("kpi.unit: tag {}: a sum of '{}' cannot be told in '{}', whose zero differs",
                  kpi.tag, unit, kpi.unit));
}

Result<PeriodData> InitiativeDataReader::ReadPeriod(const Initiative& initiative, TimeRange period,
                                                    const PeriodData* baseline,
                                                    const CancelToken& cancel) const {
  ASSIGN_OR_RETURN(const PlantCalendar calendar, PlantCalendar::ForZone(initiative.zone));
  PeriodData data;
  ASSIGN_OR_RETURN(data.buckets, PlanBuckets(period, initiative.granularity, calendar));
  ASSIGN_OR_RETURN(const Source kpi, Resolve(initiative.kpi.tag));
  ASSIGN_OR_RETURN(const UnitConversion conversion, KpiConversion(initiative.kpi, kpi));
  ASSIGN_OR_RETURN(data.kpi, ReadNumeric(kpi, initiative.kpi.aggregate, data.buckets,
                                         initiative.granularity, cancel));
  for (double& figure : data.kpi) figure = conversion.Apply(figure);
  for (std::size_t d = 0; d < initiative.drivers.size(); ++d) {
    const auto known =
        baseline != nullptr ? baseline->drivers[d].levels : std::vector<std::string>();
    ASSIGN_OR_RETURN(DriverData column,
                     ReadDriver(initiative.drivers[d], initiative, data.buckets, known, cancel));
    data.drivers.push_back(std::move(column));
  }
  return data;
}

Result<DriverData> InitiativeDataReader::ReadDriver(const Driver& driver,
                                                    const Initiative& initiative,
                                                    const Buckets& buckets,
                                                    const std::vector<std::string>& known_levels,
                                                    const CancelToken& cancel) const {
  DriverData data;
  if (driver.kind == DriverKind::kCalendar) return data;
  ASSIGN_OR_RETURN(const Source source, Resolve(driver.tag));
  if (driver.kind != DriverKind::kNumeric) {
    return ReadTexts(driver, source, buckets, known_levels, cancel);
  }
  ASSIGN_OR_RETURN(data.values,
                   ReadNumeric(source, driver.aggregate, buckets, initiative.granularity, cancel));
  return data;
}

Result<std::vector<double>> InitiativeDataReader::ReadNumeric(const Source& source,
                                                              Aggregate aggregate,
                                                              const Buckets& buckets,
                                                              nanoseconds granularity,
                                                              const CancelToken& cancel) const {
  if (source.IsText()) return WrongType(source.view.tag.path, "a number", source.view.tag.type);
  if (!source.view.HasSamples() || buckets.size() == 0) return AllMissing(buckets);
  AggregateRequest request;
  request.tag = source.view.series->id;
  request.range = {buckets.edges.front(), buckets.edges.back()};
  request.bucket = FetchStep(granularity);
  request.functions = static_cast<std::uint32_t>(AggregateFunction::kCount);
  request.cancel = cancel;
  if (aggregate == Aggregate::kIntegral) return ReadIntegral(source, buckets, request);
  // A mean is made of sums, so that the steps of a bucket can be put together.
  request.functions |= static_cast<std::uint32_t>(AggregateFunction::kSum);
  ASSIGN_OR_RETURN(const AggregateColumns columns, historian_.Aggregate(request));
  return GatherNumeric(buckets, aggregate, {columns.starts, columns.count, columns.sum, {}});
}

/// Counts first, as they tell how long a value may be held.
Result<std::vector<double>> InitiativeDataReader::ReadIntegral(const Source& source,
                                                               const Buckets& buckets,
                                                               AggregateRequest request) const {
  ASSIGN_OR_RETURN(const AggregateColumns counted, historian_.Aggregate(request));
  if (!source.view.tag.on_change) {
    request.hold = HoldOf({counted.starts, counted.count, {}, {}}, request.bucket,
                          source.view.tag.interval_seconds);
  }
  request.functions = static_cast<std::uint32_t>(AggregateFunction::kIntegral) |
                      static_cast<std::uint32_t>(AggregateFunction::kKnownSeconds);
  ASSIGN_OR_RETURN(const AggregateColumns columns, historian_.Aggregate(request));
  return GatherNumeric(buckets, Aggregate::kIntegral,
                       {columns.starts, counted.count, columns.integral, columns.known_seconds});
}

Result<DriverData> InitiativeDataReader::ReadTexts(const Driver& driver, const Source& source,
                                                   const Buckets& buckets,
                                                   const std::vector<std::string>& known_levels,
                                                   const CancelToken& cancel) const {
  if (!source.IsText()) return WrongType(driver.tag, "text", source.view.tag.type);
  Texts samples;
  if (source.view.HasSamples() && buckets.size() > 0) {
    const ScanRequest request{.tag = source.view.series->id,
                              .range = {buckets.edges.front(), buckets.edges.back()},
                              .limit = kMaxTexts + 1,
                              .cancel = cancel};
    RETURN_IF_ERROR(historian_.Scan(request, [&samples](const SampleColumns& block) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        if (!block.QualityAt(i).IsGood()) continue;
        samples.times.push_back(block.times[i]);
        samples.texts.push_back(block.strings[i]);
      }
      return true;
    }));
  }
  if (samples.times.size() > kMaxTexts) {
    return Error(
        ErrorCode::kResourceExhausted,
        fmt::format("tag {} has more than {} samples in one period", driver.tag, kMaxTexts));
  }
  const FetchedTexts fetched{samples.times, samples.texts};
  return driver.kind == DriverKind::kCategory ? GatherCategory(buckets, known_levels, fetched)
                                              : GatherShare(buckets, driver.value, fetched);
}

}  // namespace bedplate
