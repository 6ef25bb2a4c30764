#include "ingest/gate.h"

#include <fmt/format.h>

#include <deque>
#include <iterator>
#include <mutex>
#include <set>
#include <span>

#include "ingest/append_piece.h"
#include "ingest/coerce.h"
#include "ingest/refusal.h"
#include "ingest/stored_comparison.h"
#include "ingest/tag_route.h"

namespace bedplate {
namespace {

// The historian refuses a call that is too long for one frame of its log as a whole. A quarter of
// that leaves room and still is one call for all but the largest requests.
constexpr std::uint64_t kMaxAppendBytes = 64ULL << 20U;

bool IsNumeric(ValueType type) { return type == ValueType::kDouble || type == ValueType::kInt64; }

class HistorianGate final : public TrustGate {
 public:
  HistorianGate(Historian& historian, Catalog& catalog, const UnitSystem& units, const Clock& clock)
      : historian_(historian),
        catalog_(catalog),
        units_(units),
        clock_(clock),
        routes_(historian, catalog) {}

  Result<IngestReport> IngestInPlace(std::string_view source, std::span<PathBatch> batches,
                                     std::vector<DeadLetter> letters) override;
  Result<IngestReport> IngestOnce(const NumberedAppend& append,
                                  std::vector<PathBatch> batches) override;
  Result<IngestReport> Preview(std::vector<PathBatch> batches,
                               std::vector<DeadLetter> letters) override;
  void Observe(AppendObserver observer) override;
  std::unique_lock<std::shared_mutex> HoldIngest() override {
    const std::lock_guard turn(turnstile_);
    return std::unique_lock(passing_);
  }
  void PlantChanged() override { routes_.ForgetAll(); }
  Status NoteStoredTags() override;

 private:
  /// Samples of a call that can be stored. They stay where they are: in the batch, or among what
  /// the call has converted.
  struct Storable {
    TagId tag;
    const std::string* path = nullptr;
    const SampleColumns* samples = nullptr;
  };

  /// What one call has gathered so far.
  struct Call {
    std::vector<Storable> storable;
    std::deque<SampleColumns> converted;
    std::vector<Tag> new_tags;
    std::vector<DeadLetter> letters;
  };

  std::shared_lock<std::shared_mutex> Pass() {
    const std::lock_guard turn(turnstile_);
    return std::shared_lock(passing_);
  }
  /// Where a batch may go, and what its samples must become for that.
  struct Admitted {
    std::shared_ptr<const TagRoute> route;
    CoerceTarget target;
  };

  Status LookUpRoutes(std::span<const PathBatch> batches);
  Result<std::shared_ptr<const TagRoute>> RouteOf(const PathBatch& batch,
                                                  std::vector<DeadLetter>& letters);
  Result<std::optional<Admitted>> Admit(const PathBatch& batch, std::vector<DeadLetter>& letters);
  Status PreviewOne(PathBatch batch, IngestReport& report);
  Status Prepare(std::string_view source, PathBatch& batch, Call& call);
  Status SettleRoute(const PathBatch& batch, ValueType type, std::shared_ptr<const TagRoute>& route,
                     Coerced& coerced);
  Result<std::optional<UnitConversion>> ConversionOf(const TagRoute& route,
                                                     const PathBatch& batch) const;
  static void AddToCall(TagId tag, const PathBatch& batch, SampleColumns& samples, Call& call);
  static std::vector<TagRun> RunsOf(std::span<const Storable> storable);
  void ForgetRoutes(const Call& call);
  Status Append(const Call& call, IngestReport& report);
  [[nodiscard]] Status CheckRepeated(const Call& call) const;
  Status AppendOnce(const Call& call, const AppendMark& mark, IngestReport& report);
  Status NoteNewTags(const Call& call, std::vector<std::string>& noted);
  Status StoreLetters(std::string_view source, std::vector<DeadLetter>& letters);
  void Notify(std::span<const Storable> stored);

  Historian& historian_;
  Catalog& catalog_;
  const UnitSystem& units_;
  const Clock& clock_;
  TagRoutes routes_;
  std::mutex turnstile_;       // who waits to hold the gate is not overtaken
  std::shared_mutex passing_;  // shared by the calls under way
  std::mutex observer_mutex_;
  std::shared_ptr<const AppendObserver> observer_;
};

/// For a fault that all samples of a batch share.
void RefuseAll(const PathBatch& batch, const char* code, const std::string& reason,
               std::vector<DeadLetter>& letters) {
  for (std::size_t i = 0; i < batch.samples.size(); ++i) {
    letters.push_back(LetterOf(
        batch,
        {.index = i, .code = code, .reason = reason, .payload = PayloadOf(batch.samples, i)}));
  }
}

/// Moves the samples that were good to those that are refused.
void RefuseKept(Coerced& coerced, const char* code, const std::string& reason) {
  std::vector<Refusal> all;
  auto refused = coerced.refusals.begin();
  for (std::size_t kept = 0; kept < coerced.samples.size();) {
    if (refused != coerced.refusals.end() && refused->index == all.size()) {
      all.push_back(std::move(*refused++));
      continue;
    }
    all.push_back({.index = all.size(),
                   .code = code,
                   .reason = reason,
                   .payload = PayloadOf(coerced.samples, kept++)});
  }
  std::move(refused, coerced.refusals.end(), std::back_inserter(all));
  coerced.refusals = std::move(all);
  coerced.samples.Clear();
}

/// A token's id has no slash, so no two senders have a mark in common.
Result<AppendMark> MarkOf(const NumberedAppend& append) {
  if (append.source.empty() || append.source.size() > kMaxNumberedSourceBytes) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("source of {} bytes, expected 1 to {}", append.source.size(),
                             kMaxNumberedSourceBytes));
  }
  return AppendMark{append.sender + "/" + append.source, append.sequence};
}

Tag WrittenTag(std::string_view source, const PathBatch& batch, ValueType type) {
  Tag tag;
  tag.path = batch.path;
  tag.type = type;
  if (IsNumeric(type)) tag.unit = batch.unit;  // others have none, and it was not checked
  tag.source = source;
  return tag;
}

Result<IngestReport> HistorianGate::IngestInPlace(std::string_view source,
                                                  std::span<PathBatch> batches,
                                                  std::vector<DeadLetter> letters) {
  const auto passing = Pass();
  IngestReport report;
  Call call;
  call.letters = std::move(letters);
  call.storable.reserve(batches.size());
  RETURN_IF_ERROR(LookUpRoutes(batches));
  for (PathBatch& batch : batches) RETURN_IF_ERROR(Prepare(source, batch, call));
  RETURN_IF_ERROR(Append(call, report));
  // After the append: a call that is repeated because the append failed must not leave its letters
  // twice.
  RETURN_IF_ERROR(StoreLetters(source, call.letters));
  report.letters = std::move(call.letters);
  return report;
}

Result<IngestReport> HistorianGate::Preview(std::vector<PathBatch> batches,
                                            std::vector<DeadLetter> letters) {
  const auto passing = Pass();
  IngestReport report;
  report.letters = std::move(letters);
  for (PathBatch& batch : batches) {
    RETURN_IF_ERROR(PreviewOne(std::move(batch), report));
  }
  return report;
}

/// One look at the catalog for all that are new, which the first body of a large plant feels.
Status HistorianGate::LookUpRoutes(std::span<const PathBatch> batches) {
  std::vector<const std::string*> paths;
  for (const PathBatch& batch : batches) {
    if (batch.memo != nullptr && routes_.IsCurrent(*batch.memo)) continue;
    paths.push_back(&batch.path);
  }
  return routes_.LookUp(paths);
}

/// Null when no tag can be at the batch's path; the letters say why.
Result<std::shared_ptr<const TagRoute>> HistorianGate::RouteOf(const PathBatch& batch,
                                                               std::vector<DeadLetter>& letters) {
  const std::shared_ptr<const TagRoute> none;
  if (batch.memo != nullptr && routes_.IsCurrent(*batch.memo)) return batch.memo->route;
  if (const Status valid = CheckPath(batch.path); !valid.ok()) {
    RefuseAll(batch, "bad-path", valid.error().message(), letters);
    return none;
  }
  ASSIGN_OR_RETURN(auto route, routes_.Find(batch.path));
  if (route->is_asset) {
    RefuseAll(batch, "bad-path", "expected the path of a tag, this one is an asset's", letters);
    return none;
  }
  // A route that is not settled changes with the first samples, and no memo would know.
  if (batch.memo != nullptr && route->id && route->tag) batch.memo->route = route;
  return route;
}

/// Where the batch can be stored; empty when it cannot, and the letters say why.
Result<std::optional<HistorianGate::Admitted>> HistorianGate::Admit(
    const PathBatch& batch, std::vector<DeadLetter>& letters) {
  if (batch.samples.empty()) return std::optional<Admitted>();
  ASSIGN_OR_RETURN(auto route, RouteOf(batch, letters));
  if (route == nullptr) return std::optional<Admitted>();
  auto conversion = ConversionOf(*route, batch);
  if (!conversion.ok()) {
    RefuseAll(batch, "bad-unit", conversion.error().message(), letters);
    return std::optional<Admitted>();
  }
  const CoerceTarget target{.type = route->type.value_or(batch.samples.type),
                            .converts_types = route->declared(),
                            .conversion = *conversion};
  return std::optional<Admitted>({std::move(route), target});
}

Status HistorianGate::PreviewOne(PathBatch batch, IngestReport& report) {
  TagPreview preview{.path = batch.path, .unit = batch.unit};
  const std::size_t letters_before = report.letters.size();
  ASSIGN_OR_RETURN(std::optional<Admitted> admitted, Admit(batch, report.letters));
  if (admitted) {
    Coerced coerced = Coerce(std::move(batch.samples), admitted->target);
    const TagRoute& route = *admitted->route;
    if (route.tag && !route.tag->unit.empty()) preview.unit = route.tag->unit;
    const auto series = historian_.Find(batch.path);
    preview.is_new = !series || series->samples == 0;
    if (!preview.is_new && series->type != admitted->target.type) {
      RefuseKept(coerced, "type-conflict", "the samples that are stored have another type");
    }
    for (Refusal& refusal : coerced.refusals) {
      report.letters.push_back(LetterOf(batch, std::move(refusal)));
    }
    RETURN_IF_ERROR(CompareWithStored(historian_, route.id, coerced.samples, preview));
  }
  preview.refused = report.letters.size() - letters_before;
  report.stored += preview.stored;
  report.duplicates += preview.duplicates;
  report.conflicts += preview.conflicts;
  report.preview.push_back(std::move(preview));
  return {};
}

/// A body of one sample for each of very many tags must not cost more than it needs: samples that
/// can be stored as they are stay where they are.
Status HistorianGate::Prepare(std::string_view source, PathBatch& batch, Call& call) {
  ASSIGN_OR_RETURN(std::optional<Admitted> admitted, Admit(batch, call.letters));
  if (!admitted) return {};
  const CoerceTarget& target = admitted->target;
  SampleColumns* samples = &batch.samples;
  if (!admitted->route->id || !IsStorableAsItIs(batch.samples, target)) {
    Coerced coerced = Coerce(std::move(batch.samples), target);
    RETURN_IF_ERROR(SettleRoute(batch, target.type, admitted->route, coerced));
    for (Refusal& refusal : coerced.refusals) {
      call.letters.push_back(LetterOf(batch, std::move(refusal)));
    }
    if (coerced.samples.empty()) return {};
    samples = &call.converted.emplace_back(std::move(coerced.samples));
  }
  if (!admitted->route->tag) call.new_tags.push_back(WrittenTag(source, batch, target.type));
  AddToCall(*admitted->route->id, batch, *samples, call);
  return {};
}

/// Sees to it that there is a series for what can be stored; refuses it where there cannot be one.
Status HistorianGate::SettleRoute(const PathBatch& batch, ValueType type,
                                  std::shared_ptr<const TagRoute>& route, Coerced& coerced) {
  if (route->id || coerced.samples.empty()) return {};
  auto created = routes_.Create(batch.path, type);
  if (created.ok()) {
    route = *created;
  } else if (created.error().code() == ErrorCode::kConflict) {
    RefuseKept(coerced, "type-conflict", created.error().message());
  } else {
    return std::move(created).error();
  }
  return {};
}

void HistorianGate::AddToCall(TagId tag, const PathBatch& batch, SampleColumns& samples,
                              Call& call) {
  if (LogBytes(samples) <= kMaxAppendBytes) {
    call.storable.push_back({.tag = tag, .path = &batch.path, .samples = &samples});
    return;
  }
  for (SampleColumns& piece : CutIntoPieces(std::move(samples), kMaxAppendBytes)) {
    const SampleColumns& kept = call.converted.emplace_back(std::move(piece));
    call.storable.push_back({.tag = tag, .path = &batch.path, .samples = &kept});
  }
}

Result<std::optional<UnitConversion>> HistorianGate::ConversionOf(const TagRoute& route,
                                                                  const PathBatch& batch) const {
  if (batch.unit.empty() || !IsNumeric(batch.samples.type)) return std::optional<UnitConversion>();
  const std::string unit = route.tag ? route.tag->unit : "";
  if (unit == batch.unit) return std::optional<UnitConversion>();
  if (unit.empty()) {
    RETURN_IF_ERROR(units_.Check(batch.unit));
    return std::optional<UnitConversion>();
  }
  ASSIGN_OR_RETURN(const UnitConversion conversion, units_.Convert(batch.unit, unit));
  return std::optional<UnitConversion>(conversion);
}

Result<IngestReport> HistorianGate::IngestOnce(const NumberedAppend& append,
                                               std::vector<PathBatch> batches) {
  ASSIGN_OR_RETURN(const AppendMark mark, MarkOf(append));
  const auto passing = Pass();
  IngestReport report;
  Call call;
  for (PathBatch& batch : batches) {
    // A letter must not come twice either, should this be repeated after a crash.
    batch.origin.key = fmt::format("sequence {} of {}", append.sequence, append.sender);
    RETURN_IF_ERROR(Prepare(append.source, batch, call));
  }
  RETURN_IF_ERROR(AppendOnce(call, mark, report));
  RETURN_IF_ERROR(StoreLetters(append.source, call.letters));
  report.letters = std::move(call.letters);
  return report;
}

/// In one call, as the mark is for all of it.
Status HistorianGate::AppendOnce(const Call& call, const AppendMark& mark, IngestReport& report) {
  const auto result = historian_.AppendRuns(RunsOf(call.storable), mark);
  if (!result.ok()) {
    ForgetRoutes(call);
    return result.error();
  }
  report.repeated = result->repeated;
  report.stored = result->stored;
  report.duplicates = result->duplicates;
  report.conflicts = result->conflicts;
  if (report.repeated) return CheckRepeated(call);
  Notify(call.storable);
  return NoteNewTags(call, report.new_tags);
}

/// Whoever begins his count anew sends other samples under an old number, and must be told.
Status HistorianGate::CheckRepeated(const Call& call) const {
  for (const Storable& each : call.storable) {
    TagPreview compared{.path = *each.path};
    RETURN_IF_ERROR(CompareWithStored(historian_, each.tag, *each.samples, compared));
    if (compared.stored == 0) continue;
    return Error(ErrorCode::kConflict,
                 fmt::format("an append under this sequence is stored, but {} samples of this one "
                             "are not; expected a new number for another body, or a new source "
                             "name if the count began anew",
                             compared.stored))
        .At(*each.path);
  }
  return {};
}

Status HistorianGate::Append(const Call& call, IngestReport& report) {
  const std::span<const Storable> all(call.storable);
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    for (std::uint64_t bytes = 0; end < all.size(); ++end) {
      bytes += LogBytes(*all[end].samples);
      if (end > begin && bytes > kMaxAppendBytes) break;
    }
    const auto part = all.subspan(begin, end - begin);
    const auto result = historian_.AppendRuns(RunsOf(part), std::nullopt);
    if (!result.ok()) {
      ForgetRoutes(call);
      return result.error();
    }
    report.stored += result->stored;
    report.duplicates += result->duplicates;
    report.conflicts += result->conflicts;
    Notify(part);
    begin = end;
  }
  return NoteNewTags(call, report.new_tags);
}

std::vector<TagRun> HistorianGate::RunsOf(std::span<const Storable> storable) {
  std::vector<TagRun> runs;
  runs.reserve(storable.size());
  for (const Storable& each : storable) runs.push_back({each.tag, RunOf(*each.samples)});
  return runs;
}

/// A sample that was not stored does not settle its tag's type.
void HistorianGate::ForgetRoutes(const Call& call) {
  for (const Storable& each : call.storable) routes_.Forget(*each.path);
}

Status HistorianGate::NoteNewTags(const Call& call, std::vector<std::string>& noted) {
  if (call.new_tags.empty()) return {};
  RETURN_IF_ERROR(routes_.Note(call.new_tags));
  std::set<std::string_view> seen;  // two batches may be for one tag
  for (const Tag& tag : call.new_tags) {
    if (seen.insert(tag.path).second) noted.push_back(tag.path);
  }
  return {};
}

Status HistorianGate::NoteStoredTags() {
  std::vector<Tag> tags;
  ASSIGN_OR_RETURN(const Glob all, Glob::Parse("**"));
  for (const SeriesInfo& series : historian_.List(all)) {
    if (series.samples == 0) continue;
    Tag tag;
    tag.path = series.path;
    tag.type = series.type;
    tags.push_back(std::move(tag));
  }
  RETURN_IF_ERROR(catalog_.plant().NoteWrittenTags(tags));
  routes_.ForgetAll();
  return {};
}

Status HistorianGate::StoreLetters(std::string_view source, std::vector<DeadLetter>& letters) {
  if (letters.empty()) return {};
  const Timestamp now = clock_.Now();
  for (DeadLetter& letter : letters) {
    if (letter.source.empty()) letter.source = source;
    if (letter.received == Timestamp()) letter.received = now;
  }
  ASSIGN_OR_RETURN(const std::uint64_t added, catalog_.dead_letters().Add(letters));
  (void)added;
  return {};
}

void HistorianGate::Observe(AppendObserver observer) {
  auto shared = observer ? std::make_shared<const AppendObserver>(std::move(observer)) : nullptr;
  const std::lock_guard lock(observer_mutex_);
  observer_ = std::move(shared);
}

void HistorianGate::Notify(std::span<const Storable> stored) {
  std::shared_ptr<const AppendObserver> observer;
  {
    const std::lock_guard lock(observer_mutex_);
    observer = observer_;
  }
  if (observer == nullptr) return;
  for (const Storable& each : stored) (*observer)(*each.path, *each.samples);
}

}  // namespace

std::unique_ptr<TrustGate> TrustGate::Make(Historian& historian, Catalog& catalog,
                                           const UnitSystem& units, const Clock& clock) {
  return std::make_unique<HistorianGate>(historian, catalog, units, clock);
}

}  // namespace bedplate
