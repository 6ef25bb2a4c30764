#include "services/coverage_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "services/own_metrics.h"

namespace bedplate {
namespace {

using std::chrono::nanoseconds;

bool Longer(const TimeRange& a, const TimeRange& b) { return a.stop - a.start > b.stop - b.start; }

/// Where part `index` of `parts` begins, without overflow for any storable range.
std::int64_t PartStart(std::int64_t length, std::size_t parts, std::size_t index) {
  const auto count = static_cast<std::int64_t>(parts);
  const auto at = static_cast<std::int64_t>(index);
  return length / count * at + length % count * at / count;
}

std::uint64_t CountNotGood(const SampleColumns& block) {
  return static_cast<std::uint64_t>(
      std::count_if(block.qualities.begin(), block.qualities.end(),
                    [](std::uint32_t code) { return !Quality(code).IsGood(); }));
}

Status CheckSize(std::size_t tags, std::size_t cells) {
  if (tags > kMaxCoverageTags) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("expected at most {} tags, but {} match; ask for fewer",
                             kMaxCoverageTags, tags));
  }
  if (tags * cells <= kMaxAnswerCells) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("expected an answer of at most {} cells, but {} tags x {} cells are "
                           "more; ask for fewer tags or cells",
                           kMaxAnswerCells, tags, cells));
}

/// Figures of Bedplate's own are measured only for who asks for them.
void DropOwnMetrics(const std::vector<Glob>& globs, std::vector<TagView>& views) {
  const auto asks = [](const Glob& glob) { return IsOwnMetric(glob.pattern()); };
  if (std::any_of(globs.begin(), globs.end(), asks)) return;
  std::erase_if(views, [](const TagView& view) { return IsOwnMetric(view.tag.path); });
}

class KeepingSink final : public CoverageSink {
 public:
  explicit KeepingSink(CoverageAnswer& answer) : answer_(answer) {}
  void Begin(TimeRange range) override { answer_.range = range; }
  void Take(const TagCoverage& coverage) override { answer_.tags.push_back(coverage); }

 private:
  CoverageAnswer& answer_;
};

}  // namespace

std::size_t GapsPerTag(std::size_t tags) noexcept {
  return std::clamp<std::size_t>(kMaxAnswerGaps / std::max<std::size_t>(tags, 1), 1, kMaxGaps);
}

CoverageMeter::CoverageMeter(TimeRange range, Timestamp from, nanoseconds interval,
                             std::size_t cells, std::size_t gaps)
    : start_(range.start.nanoseconds()),
      from_(from.nanoseconds()),
      stop_(range.stop.nanoseconds()),
      interval_(interval.count()),
      max_gaps_(gaps),
      cells_(cells) {
  BEDPLATE_CHECK(interval_ > 0);
  BEDPLATE_CHECK(cells >= 1);
  BEDPLATE_CHECK(cells <= kMaxCoverageCells);
  BEDPLATE_CHECK(gaps > 0);
  BEDPLATE_CHECK(start_ <= from_);
  BEDPLATE_CHECK(from_ <= stop_);
}

void CoverageMeter::Add(std::int64_t time) {
  Step(previous_.value_or(from_), time, previous_.has_value());
  previous_ = time;
}

void CoverageMeter::Step(std::int64_t from, std::int64_t to, bool from_sample) {
  const std::int64_t step = to - from;
  if (step - interval_ <= interval_ / 2) {
    Cover(from, to);
    return;
  }
  const std::int64_t missing_from = from_sample ? from + interval_ : from;
  Cover(from, missing_from);
  NoteGap({Timestamp(missing_from), Timestamp(to)});
}

void CoverageMeter::Cover(std::int64_t from, std::int64_t to) {
  covered_ += to - from;
  const std::int64_t length = stop_ - start_;
  // At or before the right one, as it divides by a width rounded up; the loop steps over the rest.
  const std::int64_t width = length / static_cast<std::int64_t>(cells_.size()) + 1;
  for (auto cell = static_cast<std::size_t>((from - start_) / width);
       cell < cells_.size() && from < to; ++cell) {
    const std::int64_t cell_stop = start_ + PartStart(length, cells_.size(), cell + 1);
    const std::int64_t until = std::min(to, cell_stop);
    if (until <= from) continue;
    cells_[cell] += until - from;
    from = until;
  }
}

void CoverageMeter::NoteGap(TimeRange gap) {
  ++gap_count_;
  longest_.push_back(gap);
  std::push_heap(longest_.begin(), longest_.end(), Longer);
  if (longest_.size() <= max_gaps_) return;
  std::pop_heap(longest_.begin(), longest_.end(), Longer);
  longest_.pop_back();
}

void CoverageMeter::Finish(TagCoverage& out) {
  if (previous_) {
    Step(*previous_, stop_, true);
  } else if (stop_ > from_) {
    NoteGap({Timestamp(from_), Timestamp(stop_)});
  }
  const std::int64_t length = stop_ - from_;
  out.expected = static_cast<std::uint64_t>(length / interval_ + (length % interval_ != 0 ? 1 : 0));
  out.coverage.reset();
  if (length > 0) out.coverage = static_cast<double>(covered_) / static_cast<double>(length);
  out.gap_count = gap_count_;
  out.gaps = longest_;
  std::ranges::sort(out.gaps, {}, &TimeRange::start);
  WriteCells(out);
}

void CoverageMeter::WriteCells(TagCoverage& out) const {
  out.cells.clear();
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const std::int64_t cell_start = start_ + PartStart(stop_ - start_, cells_.size(), i);
    const std::int64_t cell_stop = start_ + PartStart(stop_ - start_, cells_.size(), i + 1);
    const std::int64_t width = cell_stop - std::max(cell_start, from_);
    out.cells.push_back(width <= 0 ? std::optional<double>()
                                   : static_cast<double>(cells_[i]) / static_cast<double>(width));
  }
}

Result<CoverageAnswer> CoverageService::Measure(const CoverageQuery& query) const {
  CoverageAnswer answer;
  KeepingSink sink(answer);
  RETURN_IF_ERROR(Measure(query, sink));
  return answer;
}

Status CoverageService::Measure(const CoverageQuery& query, CoverageSink& sink) const {
  ASSIGN_OR_RETURN(std::vector<TagView> views, tags_.Match(query.tags));
  DropOwnMetrics(query.tags, views);
  RETURN_IF_ERROR(CheckSize(views.size(), query.cells));
  ASSIGN_OR_RETURN(const TimeRange range, SampleService::Close(query.range, views));
  ASSIGN_OR_RETURN(const std::vector<DeadLetterCount> counts, letters_.CountByTag());
  std::unordered_map<std::string, std::uint64_t> letters;
  for (const DeadLetterCount& count : counts) letters[count.tag] = count.letters;
  sink.Begin(range);
  const std::size_t gaps = GapsPerTag(views.size());
  for (const TagView& view : views) {
    ASSIGN_OR_RETURN(TagCoverage coverage, MeasureOne(view, range, gaps, query));
    coverage.dead_letters = letters[view.tag.path];
    sink.Take(coverage);
  }
  return {};
}

Result<TagCoverage> CoverageService::MeasureOne(const TagView& view, TimeRange range,
                                                std::size_t gaps,
                                                const CoverageQuery& query) const {
  TagCoverage coverage;
  coverage.tag = view.tag.path;
  coverage.interval = intervals_.Of(view);
  coverage.on_change = view.tag.on_change;
  coverage.from = range.start;
  if (view.HasSamples()) coverage.from = std::clamp(*view.series->first, range.start, range.stop);
  coverage.cells.assign(query.cells, std::nullopt);
  std::optional<CoverageMeter> meter;
  if (coverage.interval) meter.emplace(range, coverage.from, *coverage.interval, query.cells, gaps);
  if (view.HasSamples()) {
    const ScanRequest request{.tag = view.series->id, .range = range, .cancel = query.cancel};
    RETURN_IF_ERROR(historian_.Scan(request, [&](const SampleColumns& block) {
      coverage.samples += block.size();
      coverage.bad += CountNotGood(block);
      for (const std::int64_t time : block.times) {
        if (meter) meter->Add(time);
      }
      return true;
    }));
  }
  if (meter) meter->Finish(coverage);
  return coverage;
}

}  // namespace bedplate
