#include "historian/wal_replay.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "historian/sample_applier.h"

namespace bedplate::historian {
namespace {

struct OwnRun {
  Series* series = nullptr;
  const SampleRun* samples = nullptr;
};

Error Undefined(const TagRun& run) {
  return {ErrorCode::kCorruption,
          fmt::format("samples of series {}, which is not defined with type {}", run.tag.value(),
                      ValueTypeName(run.samples.type))};
}

/// Where `may_miss`, what is stored and cannot be read counts as not stored.
Status ReplayRun(const OwnRun& run, bool may_miss, const Snapshot& snapshot, Head& head) {
  PendingRun pending = DescribeRun(*run.series, *run.samples);
  const Status looked_up = LookUpLate(snapshot, pending);
  // Not to be tried again by itself, as an append is.
  if (!looked_up.ok() && !may_miss) return Error(ErrorCode::kIo, looked_up.error().ToString());
  ApplyRun(snapshot, snapshot, pending, head);
  return {};
}

/// The runs of a frame that go to one stripe of the head. Those of series that are not defined are
/// counted in `left_out`, or an error where nothing may be left out.
Result<std::vector<OwnRun>> RunsOf(std::size_t stripe, const FrameContents& frame,
                                   const SeriesRegistry& registry,
                                   WalReplay::UndefinedSamples* left_out) {
  std::vector<OwnRun> own;
  own.reserve(frame.runs.size());
  const SeriesRegistry::Reader series_by_id(registry);
  for (const TagRun& run : frame.runs) {
    if (Head::StripeOf(run.tag) != stripe || run.samples.empty()) continue;
    Series* const series = series_by_id.Find(run.tag);
    if (series != nullptr && series->type() == run.samples.type) {
      own.push_back({series, &run.samples});
    } else if (left_out != nullptr) {
      (*left_out)[{run.tag, run.samples.type}] += run.samples.count;
    } else {
      return Undefined(run);
    }
  }
  return own;
}

}  // namespace

WalReplay::WalReplay(SeriesRegistry& registry, const SegmentSet& segments,
                     std::shared_ptr<Head> head)
    : registry_(registry), segments_(segments), head_(std::move(head)) {
  const SeriesRegistry::Reader series_by_id(registry_);
  for (std::uint64_t id = 1; id <= series_by_id.greatest().value(); ++id) {
    if (series_by_id.Find(TagId(id)) != nullptr) head_->PreparePage(TagId(id));
  }
}

std::optional<WalReplay::Failure> WalReplay::Apply(std::span<const FrameContents> frames) {
  return ApplyAll(frames, nullptr);
}

WalReplay::LeftOut WalReplay::ApplyWhatFits(std::span<const FrameContents> frames) {
  LeftOut left_out;
  const auto failure = ApplyAll(frames, &left_out);
  BEDPLATE_CHECK(!failure.has_value());
  return left_out;
}

/// Where `left_out` is null all must fit.
std::optional<WalReplay::Failure> WalReplay::ApplyAll(std::span<const FrameContents> frames,
                                                      LeftOut* left_out) {
  // Whether a series can be defined depends on the samples before it, so a frame with definitions
  // waits for all before it.
  std::size_t begin = 0;
  while (begin < frames.size()) {
    Status defined = Define(frames[begin]);
    if (!defined.ok()) {
      Failure failure{begin, std::move(defined).error()};
      if (left_out == nullptr) return failure;
      left_out->groups.push_back(std::move(failure));
      ++begin;
      continue;
    }
    std::size_t end = begin + 1;
    while (end < frames.size() && frames[end].series.empty()) ++end;
    if (auto failure = ApplyRuns(frames.subspan(begin, end - begin),
                                 left_out == nullptr ? nullptr : &left_out->samples)) {
      failure->frame += begin;
      return failure;
    }
    begin = end;
  }
  return std::nullopt;
}

Status WalReplay::Define(const FrameContents& frame) {
  for (const SeriesDefinition& definition : frame.series) {
    ASSIGN_OR_RETURN(Series* const series, registry_.Define(definition));
    series->SetLogged();
    head_->PreparePage(definition.id);
  }
  return {};
}

std::optional<WalReplay::Failure> WalReplay::ApplyRuns(std::span<const FrameContents> frames,
                                                       UndefinedSamples* left_out) {
  struct Outcome {
    std::optional<Failure> failure;
    UndefinedSamples left_out;
  };
  std::array<Outcome, Head::kStripes> outcomes;
  const Status applied = helpers_.ForEach(Head::kStripes, [&](std::size_t stripe) -> Status {
    Outcome& outcome = outcomes[stripe];
    outcome.failure =
        ApplyStripe(stripe, frames, left_out == nullptr ? nullptr : &outcome.left_out);
    return {};
  });
  BEDPLATE_CHECK(applied.ok());
  std::optional<Failure> first;
  for (Outcome& outcome : outcomes) {
    if (outcome.failure && (!first || outcome.failure->frame < first->frame)) {
      first = std::move(outcome.failure);
    }
    for (const auto& [series, samples] : outcome.left_out) (*left_out)[series] += samples;
  }
  return first;
}

std::optional<WalReplay::Failure> WalReplay::ApplyStripe(std::size_t stripe,
                                                         std::span<const FrameContents> frames,
                                                         UndefinedSamples* left_out) const {
  for (std::size_t i = 0; i < frames.size(); ++i) {
    Status applied = ApplyStripe(stripe, frames[i], left_out);
    if (!applied.ok()) return Failure{i, std::move(applied).error()};
  }
  return std::nullopt;
}

Status WalReplay::ApplyStripe(std::size_t stripe, const FrameContents& frame,
                              UndefinedSamples* left_out) const {
  ASSIGN_OR_RETURN(const std::vector<OwnRun> own, RunsOf(stripe, frame, registry_, left_out));
  const Snapshot snapshot{segments_.List(), nullptr, head_};
  Status applied;
  ForEachAhead(
      own.size(), *head_, [&](std::size_t i) -> const Series& { return *own[i].series; },
      [&](std::size_t i) {
        if (applied.ok()) applied = ReplayRun(own[i], left_out != nullptr, snapshot, *head_);
      });
  return applied;
}

}  // namespace bedplate::historian
