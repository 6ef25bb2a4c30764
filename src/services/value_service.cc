#include "services/value_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/check.h"
#include "services/initiative_data.h"
#include "services/tag_directory.h"

namespace bedplate {
namespace {

constexpr double kShownDigits = 3;

/// Digits in groups of three: -14200 as -14,200. `amount` is whole.
std::string GroupThousands(double amount) {
  std::string digits = fmt::format("{:.0f}", std::abs(amount));
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return (amount < 0 ? "-" : "") + digits;
}

/// The three figures to the same, sensible, number of digits.
std::string DescribeMoney(const Interval& money, const std::string& currency) {
  const double largest =
      std::max({std::abs(money.low), std::abs(money.middle), std::abs(money.high), 1.0});
  const double unit =
      std::pow(10, std::max(0.0, std::floor(std::log10(largest)) + 1 - kShownDigits));
  // Adding zero turns a negative zero into a plain one.
  const auto show = [unit](double amount) {
    return GroupThousands(std::round(amount / unit) * unit + 0.0);
  };
  return fmt::format("{} {} a year (90 %: {} to {})", show(money.middle), currency, show(money.low),
                     show(money.high));
}

/// Empty when there is a verdict.
std::string WhyNoVerdict(const Evaluation& evaluation) {
  if (evaluation.verdict != Verdict::kNoVerdict) return {};
  for (const Finding& finding : evaluation.findings) {
    if (finding.severity == Severity::kDisqualifies) return finding.message;
  }
  return "the data do not carry one";
}

/// Every tag that an initiative reads.
std::set<std::string> TagsOf(const Initiative& initiative) {
  std::set<std::string> tags{initiative.kpi.tag};
  for (const Driver& driver : initiative.drivers) {
    if (!driver.tag.empty()) tags.insert(driver.tag);
  }
  return tags;
}

/// Where the part of the initiative's periods ends that has ended itself: no later sample counts.
Result<Timestamp> EndOfData(const Initiative& initiative, Timestamp as_of) {
  ASSIGN_OR_RETURN(const PlantCalendar calendar, PlantCalendar::ForZone(initiative.zone));
  ASSIGN_OR_RETURN(const Buckets buckets,
                   PlanBuckets(initiative.reporting, initiative.granularity, calendar));
  const std::size_t ended = buckets.Ended(as_of);
  return ended > 0 ? buckets.edges[ended] : initiative.baseline.stop;
}

/// How many samples of any quality there are before `end`.
Result<std::uint64_t> CountBefore(const Historian& historian, TagId tag, Timestamp end,
                                  const CancelToken& cancel) {
  AggregateRequest request;
  request.tag = tag;
  request.range = {kMinTimestamp, end};
  request.bucket = end - kMinTimestamp;
  request.functions = static_cast<std::uint32_t>(AggregateFunction::kCount);
  request.quality = QualityPolicy::kAll;
  request.cancel = cancel;
  ASSIGN_OR_RETURN(const AggregateColumns columns, historian.Aggregate(request));
  return columns.count.at(0);
}

}  // namespace

/// Differs whenever the figures of the tag before `end` might. The counters of the series alone
/// would differ with every new sample, though it lies behind all that is judged.
Result<std::string> ValueService::VersionOf(const std::string& tag, Timestamp end,
                                            const CancelToken& cancel) const {
  const auto view = TagDirectory(plant_, historian_).Find(tag);
  if (!view.ok()) return tag + " absent";
  const Tag& declared = view.value().tag;
  std::string version = fmt::format("{} {} {} {}", tag, declared.unit,
                                    declared.interval_seconds.value_or(0), declared.on_change);
  if (!view.value().HasSamples()) return version;
  const SeriesInfo& series = *view.value().series;
  ASSIGN_OR_RETURN(const std::uint64_t count, CountBefore(historian_, series.id, end, cancel));
  return version + fmt::format(" {} {}", count, series.conflicts);
}

Result<std::string> ValueService::VersionOf(const Initiative& initiative, Timestamp as_of,
                                            const CancelToken& cancel) const {
  ASSIGN_OR_RETURN(const Timestamp end, EndOfData(initiative, as_of));
  std::string version = fmt::format("\n{} {}", initiative.zone, end.nanoseconds());
  for (const std::string& tag : TagsOf(initiative)) {
    ASSIGN_OR_RETURN(const std::string of_tag, VersionOf(tag, end, cancel));
    version += '\n' + of_tag;
  }
  return version;
}

std::string VerdictSentence(const Initiative& initiative, const Evaluation& evaluation) {
  BEDPLATE_CHECK(evaluation.effect.has_value());
  BEDPLATE_CHECK(evaluation.verdict != Verdict::kNoVerdict);
  const std::string money =
      DescribeMoney(evaluation.effect->annual_money, initiative.unit_value.currency);
  const std::string caveat = evaluation.caveat.empty() ? "" : "; but " + evaluation.caveat;
  switch (evaluation.verdict) {
    case Verdict::kProvenGain: return fmt::format("Proven: {}{}", money, caveat);
    case Verdict::kProvenLoss: return fmt::format("Proven loss: {}{}", money, caveat);
    case Verdict::kNotSignificant:
    case Verdict::kNoVerdict: break;
  }
  return fmt::format("Not significant: {}; less than these data can tell from chance{}", money,
                     caveat);
}

ProvenValue SumProven(std::span<const ValueService::Measured> list) {
  ProvenValue proven;
  for (const ValueService::Measured& measured : list) {
    if (!measured->evaluation || !measured->evaluation->effect) continue;
    const Verdict verdict = measured->evaluation->verdict;
    if (verdict != Verdict::kProvenGain && verdict != Verdict::kProvenLoss) continue;
    ++proven.initiatives;
    proven.money_per_year[measured->initiative.unit_value.currency] +=
        measured->evaluation->effect->annual_money.middle;
  }
  return proven;
}

Result<std::vector<ValueService::Measured>> ValueService::List(const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const std::vector<InitiativeText> texts, plant_.ListInitiatives());
  ASSIGN_OR_RETURN(const PlantDirectory plant, PlantDirectory::Read(plant_));
  std::vector<Measured> list;
  std::set<std::string, std::less<>> names;
  for (const InitiativeText& text : texts) {
    ASSIGN_OR_RETURN(Measured measured, Measure(text, plant, cancel));
    list.push_back(std::move(measured));
    names.insert(text.name);
  }
  const std::lock_guard guard(mutex_);
  std::erase_if(kept_, [&names](const auto& entry) { return !names.contains(entry.first); });
  return list;
}

Result<ValueService::Measured> ValueService::Find(std::string_view name,
                                                  const CancelToken& cancel) {
  ASSIGN_OR_RETURN(const std::vector<InitiativeText> texts, plant_.ListInitiatives());
  const auto found = std::ranges::find(texts, name, &InitiativeText::name);
  if (found == texts.end()) {
    return Error(ErrorCode::kNotFound, fmt::format("there is no initiative '{}'", name));
  }
  ASSIGN_OR_RETURN(const PlantDirectory plant, PlantDirectory::Read(plant_));
  return Measure(*found, plant, cancel);
}

Result<ValueService::Measured> ValueService::Measure(const InitiativeText& text,
                                                     const PlantDirectory& plant,
                                                     const CancelToken& cancel) {
  // The scope decides the zone, and the text says the scope; so it is read twice where they differ.
  ParsedInitiative parsed = ParseInitiative(text.name, text.yaml, plant.main_zone());
  const std::string zone = plant.ZoneOf(parsed.initiative.scope);
  if (zone != plant.main_zone()) parsed = ParseInitiative(text.name, text.yaml, zone);
  const Timestamp as_of = clock_.Now();
  std::string version = text.yaml;
  if (parsed.ok()) {
    const auto of_data = VersionOf(parsed.initiative, as_of, cancel);
    if (!of_data.ok() && of_data.error().code() == ErrorCode::kCancelled) return of_data.error();
    // What else stands in the way stands in the way of measuring, too, which says so.
    version += of_data.ok() ? of_data.value() : of_data.error().ToString();
  }
  {
    const std::lock_guard guard(mutex_);
    const auto found = kept_.find(text.name);
    if (found != kept_.end() && found->second.version == version) return found->second.measured;
  }
  ASSIGN_OR_RETURN(MeasuredInitiative anew, MeasureAnew(text, std::move(parsed), as_of, cancel));
  auto measured = std::make_shared<const MeasuredInitiative>(std::move(anew));
  const std::lock_guard guard(mutex_);
  kept_[text.name] = {version, measured};
  return measured;
}

Result<MeasuredInitiative> ValueService::MeasureAnew(const InitiativeText& text,
                                                     ParsedInitiative parsed, Timestamp as_of,
                                                     const CancelToken& cancel) const {
  MeasuredInitiative measured{text.name, text.yaml, std::move(parsed.initiative), {}, {}, {}, {}};
  if (!parsed.faults.empty()) {
    measured.error = parsed.faults.front().ToString();
  } else {
    const auto data =
        InitiativeDataReader(plant_, historian_, units_).Read(measured.initiative, cancel);
    if (!data.ok() && data.error().code() == ErrorCode::kCancelled) return data.error();
    if (data.ok()) {
      measured.evaluation = Evaluate(measured.initiative, data.value(), as_of);
    } else {
      measured.error = data.error().ToString();
    }
  }
  measured.reason = measured.evaluation ? WhyNoVerdict(*measured.evaluation) : measured.error;
  measured.verdict_text = measured.reason.empty()
                              ? VerdictSentence(measured.initiative, *measured.evaluation)
                              : "No verdict: " + measured.reason;
  return measured;
}

}  // namespace bedplate
