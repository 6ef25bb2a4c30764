// Every image that a power cut may leave is recovered. A workload runs over files in memory; at
// each operation that changes one of them the power is cut, and of what was not synced then any
// part is left (memory_disk.h says what there may be): all combinations where they are few, else
// some that are drawn. Some of the images are cut again at each operation of their own recovery.
// Whatever is left, the store opens and holds exactly what was acknowledged, with or without the
// one step that was under way; the marks of what it holds are known and no others; it takes
// appends, its check is clean, and it opens again with the same contents.
//
// BEDPLATE_SEED=N begins with another seed than 1, which is printed with each failure.
// BEDPLATE_LONG=1 takes at least 100,000 images instead of a few thousand.

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <span>
#include <unordered_set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fault_file_system.h"
#include "historian/store_workload_test_support.h"

namespace bedplate {
namespace {

constexpr char kDirectory[] = "/data/historian";
constexpr int kSteps = 45;

/// How much is tried at each cut.
struct Effort {
  std::uint64_t images = 3000;       // at least, over all seeds
  std::uint64_t enumerated = 24;     // up to so many combinations all are taken
  std::uint64_t drawn = 6;           // of more than those
  std::uint64_t recovery_each = 20;  // each so many cuts a recovery is cut at each operation
};

bool IsLong() { return std::getenv("BEDPLATE_LONG") != nullptr; }  // NOLINT(concurrency-mt-unsafe)

std::uint64_t FirstSeed() {
  const char* const text = std::getenv("BEDPLATE_SEED");  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

Effort ChooseEffort() {
  if (!IsLong()) return {};
  return {.images = 100'000, .enumerated = 512, .drawn = 48, .recovery_each = 2};
}

/// Counts over all seeds.
struct Tally {
  std::uint64_t images = 0;         // recovered, each different in content or in what it must hold
  std::uint64_t cuts = 0;           // operations at which the power was cut
  std::uint64_t recovery_cuts = 0;  // of them, of a recovery
};

/// Runs the workload of one seed and recovers what cuts leave of it.
class PowerCutRun {
 public:
  PowerCutRun(std::uint64_t seed, Durability durability, const Effort& effort, Tally& tally)
      : seed_(seed), effort_(effort), tally_(tally), files_(seed), maker_(seed) {
    options_.background = false;
    options_.reserve_bytes = 0;
    options_.wal_file_bytes = 4096;
    options_.durability = durability;
  }

  void Run() {
    files_.Observe([this](const MemoryDisk& disk) { Cut(disk); });
    Reopen();
    for (step_ = 1; step_ <= kSteps && !testing::Test::HasFailure(); ++step_) DoStep();
    step_under_way_.reset();
    historian_.reset();
    Reopen();
  }

 private:
  void DoStep() {
    const WorkStep step = maker_.Next();
    StoreContents after = history_.back();
    ApplyStep(step, after);
    const bool changes = after != history_.back() || step.mark;
    if (changes) history_.push_back(std::move(after));
    step_under_way_ = step;
    const Status done = Perform(step);
    ASSERT_TRUE(done.ok()) << "seed " << seed_ << ": " << done.error().ToString();
    // From here on it is acknowledged.
    step_under_way_.reset();
    if (step.mark) last_marked_ = step;
    if (options_.durability == Durability::kPower) history_ = {history_.back()};
    EXPECT_EQ(ReadContents(*historian_), history_.back()) << "seed " << seed_;
  }

  Status Perform(const WorkStep& step) {
    if (step.kind == WorkStep::Kind::kReopen) {
      Reopen();
      return {};
    }
    if (step.kind == WorkStep::Kind::kBackup) return BackUpAndRestore();
    return PerformStep(*historian_, step);
  }

  void Reopen() {
    historian_.reset();
    auto opened = Historian::Open(files_, clock_, kDirectory, options_);
    ASSERT_TRUE(opened.ok()) << "seed " << seed_ << ": " << opened.error().ToString();
    historian_ = *std::move(opened);
  }

  /// A backup that ended before the cut holds what was acknowledged before it began.
  Status BackUpAndRestore() {
    MemoryDisk target;
    target.AddDirectory("/data");
    target.AddDirectory(kDirectory);
    FaultFileSystem restored(seed_, target);
    const auto copy = [&](const BackupFile& file) -> Status {
      std::string content = file.content;
      if (!file.path.empty()) {
        ASSIGN_OR_RETURN(content, files_.ReadFile(file.path, UINT64_MAX));
      }
      content.resize(file.bytes);
      const std::string path = JoinPath(kDirectory, file.name);
      RETURN_IF_ERROR(restored.CreateDirectories(DirectoryOf(path)));
      return WriteFileAtomically(restored, path, content);
    };
    RETURN_IF_ERROR(historian_->Backup(copy));
    ASSIGN_OR_RETURN(const auto opened, Historian::Open(restored, clock_, kDirectory, options_));
    EXPECT_EQ(ReadContents(*opened), history_.back());
    return {};
  }

  /// Called with the disk as it is before an operation.
  void Cut(const MemoryDisk& disk) {
    if (testing::Test::HasFailure()) return;
    ++tally_.cuts;
    EveryChoice every;
    MemoryDisk image = disk.Image(every);
    if (every.combinations() <= effort_.enumerated) {
      RecoverOnce(image);
      while (every.Next()) RecoverOnce(disk.Image(every));
    } else {
      for (std::uint64_t i = 0; i < effort_.drawn; ++i) RecoverOnce(Draw(disk));
    }
    if (tally_.cuts % effort_.recovery_each == 0) CutRecovery(Draw(disk));
  }

  MemoryDisk Draw(const MemoryDisk& disk) {
    DrawnChoices drawn(seed_ * 1'000'003 + draws_++);
    return disk.Image(drawn);
  }

  /// The power goes once more, at each operation of the recovery of `image`.
  void CutRecovery(const MemoryDisk& image) {
    FaultFileSystem files(seed_, image);
    files.Observe([this](const MemoryDisk& disk) {
      if (testing::Test::HasFailure()) return;
      ++tally_.cuts;
      ++tally_.recovery_cuts;
      for (int i = 0; i < 2; ++i) RecoverOnce(Draw(disk));
    });
    const auto opened = Historian::Open(files, clock_, kDirectory, options_);
    EXPECT_TRUE(opened.ok()) << Where() << opened.error().ToString();
  }

  /// Does nothing for an image that was recovered already in the same step.
  void RecoverOnce(const MemoryDisk& image) {
    const std::uint64_t print = image.Fingerprint() + static_cast<std::uint64_t>(step_);
    if (testing::Test::HasFailure() || !recovered_.insert(print).second) return;
    ++tally_.images;
    SCOPED_TRACE(Where());
    Recover(image);
  }

  void Recover(const MemoryDisk& image) {
    FaultFileSystem files(seed_, image);
    StoreContents contents;
    {
      auto opened = Historian::Open(files, clock_, kDirectory, options_);
      ASSERT_TRUE(opened.ok()) << opened.error().ToString();
      contents = ReadContents(**opened);
      ASSERT_THAT(history_, testing::Contains(contents))
          << Describe(contents) << "\nexpected:" << Describe(history_.back());
      ExpectClean(**opened);
      if (options_.durability == Durability::kPower) GoOn(**opened, contents);
      Probe(**opened, contents);
      EXPECT_EQ(ReadContents(**opened), contents);
    }
    auto opened = Historian::Open(files, clock_, kDirectory, options_);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    EXPECT_EQ(ReadContents(**opened), contents);
    ExpectClean(**opened);
  }

  /// What was acknowledged is known when it is sent again; what was under way is stored when it is
  /// sent again, once.
  void GoOn(Historian& historian, StoreContents& contents) {
    if (last_marked_) {
      const auto again = PerformAppend(historian, *last_marked_);
      ASSERT_TRUE(again.ok()) << again.error().ToString();
      EXPECT_TRUE(again->repeated) << "the mark of an acknowledged append is lost";
    }
    if (!step_under_way_ || step_under_way_->kind != WorkStep::Kind::kAppend) return;
    const bool was_kept = contents == history_.back();
    const auto again = PerformAppend(historian, *step_under_way_);
    ASSERT_TRUE(again.ok()) << again.error().ToString();
    if (history_.front() != history_.back()) {
      EXPECT_EQ(again->repeated, was_kept && step_under_way_->mark.has_value());
    }
    contents = history_.back();
  }

  static void Probe(Historian& historian, StoreContents& contents) {
    WorkStep step;
    SampleColumns samples;
    samples.Push({Timestamp::FromSeconds(1'700'000'000), 7.25, kGood});
    step.runs.emplace_back("probe", std::move(samples));
    const auto appended = PerformAppend(historian, step);
    ASSERT_TRUE(appended.ok()) << appended.error().ToString();
    EXPECT_EQ(appended->stored, 1U);
    ApplyStep(step, contents);
  }

  static void ExpectClean(const Historian& historian) {
    const auto report = historian.Check({});
    ASSERT_TRUE(report.ok()) << report.error().ToString();
    EXPECT_THAT(report->problems, testing::IsEmpty());
    EXPECT_TRUE(historian.Health().ok()) << historian.Health().error().ToString();
  }

  [[nodiscard]] std::string Where() const {
    return fmt::format("seed {}, step {}, operation {}, image {}", seed_, step_, tally_.cuts,
                       tally_.images);
  }

  const std::uint64_t seed_;
  const Effort effort_;
  Tally& tally_;
  FaultFileSystem files_;
  StepMaker maker_;
  ManualClock clock_{Timestamp::FromSeconds(1'600'000'000)};
  HistorianOptions options_;
  int step_ = 0;
  std::uint64_t draws_ = 0;
  /// What a store may hold after a cut: any of these. The last is what it holds with the step that
  /// is under way; the one before is all that was acknowledged, and what stands before that may
  /// come back only if acknowledging does not wait for the sync.
  std::vector<StoreContents> history_{StoreContents()};
  std::optional<WorkStep> step_under_way_;
  std::optional<WorkStep> last_marked_;
  std::unordered_set<std::uint64_t> recovered_;
  std::unique_ptr<Historian> historian_;  // the last one, as closing it writes, which is cut, too
};

void RecoverEveryImage(std::string_view name, Durability durability, const Effort& effort) {
  const auto begun = std::chrono::steady_clock::now();
  const std::uint64_t first_seed = FirstSeed();
  std::uint64_t seed = first_seed;
  Tally tally;
  while (tally.images < effort.images && !testing::Test::HasFailure()) {
    PowerCutRun(seed++, durability, effort, tally).Run();
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  std::cout << fmt::format(
      "power cut, {}: seeds {} to {}, {} images recovered of {} cuts, {} of them while recovering, "
      "{:.1f} s\n",
      name, first_seed, seed - 1, tally.images, tally.cuts, tally.recovery_cuts, taken.count());
}

TEST(PowerCutTest, EveryImageHoldsWhatWasAcknowledged) {
  RecoverEveryImage("durability power", Durability::kPower, ChooseEffort());
}

/// Acknowledged before the sync an append may be lost, but as a whole, and with all that came after
/// it: what is left is what there was at some moment.
TEST(PowerCutTest, EveryImageIsOfOneMomentWhereNothingWaitsForTheSync) {
  Effort effort = ChooseEffort();
  effort.images /= 5;
  RecoverEveryImage("durability process", Durability::kProcess, effort);
}

}  // namespace
}  // namespace bedplate
