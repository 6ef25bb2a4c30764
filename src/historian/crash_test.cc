// What a store must keep when the power fails, a disk fills up or an operation fails: after the
// next opening every acknowledged sample is there with its value, nothing is there that was not
// appended, and Check is clean. Every case prints the seed that repeats it.

#include <functional>
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fault_file_system.h"
#include "historian/historian.h"

namespace bedplate {
namespace {

constexpr char kDirectory[] = "/data/historian";

/// What one tag may hold: acknowledged samples must be there; of those whose append failed a whole
/// batch may be there or not.
struct Model {
  std::map<std::int64_t, double> acknowledged;
  std::vector<std::map<std::int64_t, double>> unknown;
};

class Workload {
 public:
  /// Of 20 steps `flushes` are flushes, 2 are openings, the others appends of samples that begin
  /// within `hours`.
  Workload(FaultFileSystem& files, std::uint64_t seed, std::uint64_t flushes = 3,
           std::uint64_t hours = 4000)
      : files_(files), random_(seed), flushes_(flushes), hours_(hours) {
    options_.background = false;
    options_.reserve_bytes = 0;
    options_.wal_file_bytes = 4096;
  }

  /// From the next opening on appends are acknowledged before they are synced: a power cut may take
  /// each batch, but only as a whole.
  void AcknowledgeUnsynced(bool survives) {
    options_.durability = Durability::kProcess;
    survives_ = survives;
  }

  Status Open() {
    historian_.reset();
    auto opened = Historian::Open(files_, clock_, kDirectory, options_);
    if (!opened.ok()) return std::move(opened).error();
    historian_ = *std::move(opened);
    return {};
  }
  void Close() { historian_.reset(); }

  /// One random step; its error does not matter, only what the model then says.
  void Step() {
    if (!historian_ && !Open().ok()) return;
    const std::uint64_t dice = random_() % 20;
    if (dice < 18 - flushes_) {
      Append();
    } else if (dice < 18) {
      static_cast<void>(historian_->Flush());
    } else {
      static_cast<void>(Open());
    }
  }

  /// Appends to two tags at once; both or none must be there later.
  void Append() {
    std::vector<TagBatch> batches;
    std::map<std::int64_t, double> samples;
    const std::size_t count = random_() % 40 + 1;
    const auto start = static_cast<std::int64_t>(random_() % hours_);
    for (const char* path : {"plant/a", "plant/b"}) {
      auto tag = historian_->Resolve(path, ValueType::kDouble);
      ASSERT_TRUE(tag.ok());
      batches.push_back({*tag, {}});
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t time = (start + static_cast<std::int64_t>(i)) * 3'600'000'000'000;
      const double value = next_value_++;  // never the same, so every value has one origin
      samples[time] = value;
      for (TagBatch& batch : batches) {
        batch.samples.times.push_back(time);
        batch.samples.doubles.push_back(value);
      }
    }
    if (historian_->Append(batches).ok() && survives_) {
      for (const auto& [time, value] : samples) model_.acknowledged[time] = value;
      // A value that may or may not be there is now overwritten at these times.
      for (auto& unknown : model_.unknown) {
        std::erase_if(unknown, [&](const auto& entry) { return samples.contains(entry.first); });
      }
    } else {
      model_.unknown.push_back(std::move(samples));
    }
  }

  /// Opens what is left and compares it with the model.
  void Verify() {
    const Status opened = Open();
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    const auto a = ReadAll("plant/a");
    const auto b = ReadAll("plant/b");
    EXPECT_EQ(a, b) << "an append was kept for one tag only";
    for (const auto& [time, value] : model_.acknowledged) {
      const auto found = a.find(time);
      ASSERT_TRUE(found != a.end()) << "lost the acknowledged sample at " << time;
      if (found->second != value) {
        EXPECT_TRUE(MayHold(time, found->second)) << "wrong value at " << time;
      }
    }
    for (const auto& [time, value] : a) {
      const auto expected = model_.acknowledged.find(time);
      if (expected == model_.acknowledged.end() || expected->second != value) {
        EXPECT_TRUE(MayHold(time, value)) << "a sample from nowhere at " << time;
      }
    }
    for (const auto& unknown : model_.unknown) ExpectWholeOrNothing(unknown, a);
    const auto info = historian_->Find("plant/a");
    EXPECT_EQ(info ? info->samples : 0, a.size()) << "the count is wrong";
    const auto report = historian_->Check({});
    ASSERT_TRUE(report.ok());
    EXPECT_THAT(report->problems, testing::IsEmpty());
    // From here on what is there is known.
    model_ = {.acknowledged = a, .unknown = {}};
  }

  [[nodiscard]] const Model& model() const { return model_; }
  [[nodiscard]] Historian* historian() { return historian_.get(); }

 private:
  std::map<std::int64_t, double> ReadAll(std::string_view path) {
    std::map<std::int64_t, double> samples;
    const auto info = historian_->Find(path);
    if (!info) return samples;
    const Status scanned = historian_->Scan({.tag = info->id}, [&](const SampleColumns& block) {
      for (std::size_t i = 0; i < block.size(); ++i) samples[block.times[i]] = block.doubles[i];
      return true;
    });
    EXPECT_TRUE(scanned.ok()) << scanned.error().ToString();
    return samples;
  }

  [[nodiscard]] bool MayHold(std::int64_t time, double value) const {
    for (const auto& unknown : model_.unknown) {
      const auto found = unknown.find(time);
      if (found != unknown.end() && found->second == value) return true;
    }
    return false;
  }

  /// Whether the batch is there as a whole, judged by the times that no other batch has.
  void ExpectWholeOrNothing(const std::map<std::int64_t, double>& batch,
                            const std::map<std::int64_t, double>& stored) const {
    std::size_t own = 0;
    std::size_t present = 0;
    for (const auto& [time, value] : batch) {
      if (CountUnknown(time) > 1 || model_.acknowledged.contains(time)) continue;
      ++own;
      const auto found = stored.find(time);
      if (found != stored.end() && found->second == value) ++present;
    }
    EXPECT_TRUE(present == 0 || present == own) << present << " of " << own << " samples kept";
  }

  [[nodiscard]] std::size_t CountUnknown(std::int64_t time) const {
    std::size_t count = 0;
    for (const auto& unknown : model_.unknown) count += unknown.count(time);
    return count;
  }

  FaultFileSystem& files_;
  std::mt19937_64 random_;
  const std::uint64_t flushes_;
  const std::uint64_t hours_;
  ManualClock clock_{Timestamp::FromSeconds(1'600'000'000)};
  HistorianOptions options_;
  bool survives_ = true;  // what is acknowledged survives what the test does
  std::unique_ptr<Historian> historian_;
  Model model_;
  double next_value_ = 0;
};

constexpr int kSteps = 25;

/// How many operations the workload of a seed takes when nothing fails.
std::uint64_t CountOperations(std::uint64_t seed) {
  FaultFileSystem files(seed);
  Workload workload(files, seed);
  for (int i = 0; i < kSteps; ++i) workload.Step();
  return files.operations();
}

TEST(CrashTest, APowerCutAtAnyOperationLosesNothingAcknowledged) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const std::uint64_t operations = CountOperations(seed);
    for (std::uint64_t cut = 0; cut < operations; ++cut) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", power cut at " + std::to_string(cut));
      FaultFileSystem files(seed * 1'000'003 + cut);
      Workload workload(files, seed);
      files.CutPowerAfter(cut);
      for (int i = 0; i < kSteps; ++i) workload.Step();
      workload.Close();
      files.Restart(cut % 3 == 0 ? FaultFileSystem::Unsynced::kLost
                                 : FaultFileSystem::Unsynced::kTorn);
      ASSERT_NO_FATAL_FAILURE(workload.Verify());
      if (testing::Test::HasFailure()) return;
    }
  }
}

/// The machine goes down again and again, also while it recovers.
TEST(CrashTest, RepeatedPowerCutsLoseNothingAcknowledged) {
  for (std::uint64_t seed = 100; seed < 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FaultFileSystem files(seed);
    Workload workload(files, seed);
    std::mt19937_64 random(seed);
    for (int cut = 0; cut < 5; ++cut) {
      files.CutPowerAfter(random() % 60);
      for (int i = 0; i < kSteps; ++i) workload.Step();
      workload.Close();
      files.Restart(FaultFileSystem::Unsynced::kTorn);
      // A cut in the middle of recovery, before the one that has to succeed.
      files.CutPowerAfter(random() % 12);
      static_cast<void>(workload.Open());
      workload.Close();
      files.Restart(FaultFileSystem::Unsynced::kTorn);
      ASSERT_NO_FATAL_FAILURE(workload.Verify());
      if (testing::Test::HasFailure()) return;
    }
  }
}

/// So many flushes that segments are merged, with the power cut while that goes on.
TEST(CrashTest, APowerCutWhileSegmentsAreMergedLosesNothing) {
  constexpr int kManySteps = 60;
  for (std::uint64_t seed = 2000; seed < 2150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FaultFileSystem files(seed);
    Workload workload(files, seed, /*flushes=*/9, /*hours=*/300);
    std::mt19937_64 random(seed);
    for (int cut = 0; cut < 3; ++cut) {
      files.CutPowerAfter(random() % 500);
      for (int i = 0; i < kManySteps; ++i) workload.Step();
      workload.Close();
      files.Restart(FaultFileSystem::Unsynced::kTorn);
      ASSERT_NO_FATAL_FAILURE(workload.Verify());
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_LT(workload.historian()->Stats().segments, 40U);
  }
}

/// Acknowledged before the sync, with a disk that fails now and then: the store opens after every
/// power cut and has each batch as a whole or not at all; without a power cut it has all of them.
TEST(CrashTest, ProcessDurabilityIsWholeAfterFailuresAndPowerCuts) {
  for (std::uint64_t seed = 3000; seed < 3300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const bool power_cuts = seed % 2 == 0;
    FaultFileSystem files(seed);
    Workload workload(files, seed);
    workload.AcknowledgeUnsynced(/*survives=*/!power_cuts);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 4; ++round) {
      files.FailAfter(random() % 40);
      for (int i = 0; i < kSteps; ++i) workload.Step();
      workload.Close();
      if (power_cuts) files.Restart(FaultFileSystem::Unsynced::kTorn);
      ASSERT_NO_FATAL_FAILURE(workload.Verify());
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(CrashTest, AFailedOperationFailsItsCallAndNothingElse) {
  for (std::uint64_t seed = 1000; seed < 1200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FaultFileSystem files(seed);
    Workload workload(files, seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 4; ++round) {
      files.FailAfter(random() % 40);
      for (int i = 0; i < kSteps; ++i) workload.Step();
      workload.Close();
      if (round % 2 == 0) files.Restart(FaultFileSystem::Unsynced::kTorn);
      ASSERT_NO_FATAL_FAILURE(workload.Verify());
      if (testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace bedplate
