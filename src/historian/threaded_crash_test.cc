// Many threads append, flush and read while the power fails: what was acknowledged to any of them
// is there afterwards, and nothing else. The threads make the order different in each run; the seed
// is that of the cut.

#include <functional>
#include <random>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fault_file_system.h"
#include "historian/historian.h"

namespace bedplate {
namespace {

constexpr char kDirectory[] = "/data/historian";
constexpr std::size_t kWriters = 3;
constexpr std::int64_t kAppends = 60;

/// What one writer knows of its own tag: values ascend with time, so one number says all.
struct Written {
  std::int64_t acknowledged = 0;  // times below this must be there
  std::int64_t tried = 0;         // times from here on must not
};

void Write(Historian& historian, std::size_t number, Written& written) {
  const auto tag = historian.Resolve("plant/" + std::to_string(number), ValueType::kDouble);
  if (!tag.ok()) return;
  for (std::int64_t i = 0; i < kAppends; ++i) {
    TagBatch batch{*tag, {}};
    for (int k = 0; k < 5; ++k) {
      const std::int64_t time = written.tried++;
      batch.samples.Push({Timestamp(time), static_cast<double>(time), kGood});
    }
    // The first refusal ends it, so that what is acknowledged has no gap.
    if (!historian.Append(std::span(&batch, 1)).ok()) return;
    written.acknowledged = written.tried;
  }
}

void ExpectKept(Historian& historian, std::size_t number, const Written& written) {
  const auto info = historian.Find("plant/" + std::to_string(number));
  const std::uint64_t samples = info ? info->samples : 0;
  EXPECT_GE(samples, static_cast<std::uint64_t>(written.acknowledged));
  EXPECT_LE(samples, static_cast<std::uint64_t>(written.tried));
  if (!info) return;
  std::int64_t expected = 0;
  const Status scanned = historian.Scan({.tag = info->id}, [&](const SampleColumns& block) {
    for (std::size_t i = 0; i < block.size(); ++i, ++expected) {
      EXPECT_EQ(block.times[i], expected);
      EXPECT_EQ(block.doubles[i], static_cast<double>(expected));
    }
    return true;
  });
  EXPECT_TRUE(scanned.ok()) << scanned.error().ToString();
  EXPECT_EQ(static_cast<std::uint64_t>(expected), samples);
}

/// Three writers and flushes at once, until `fail` makes the disk fail; then what is left.
void RunThreads(std::uint64_t seed, const std::function<void(FaultFileSystem&)>& fail,
                const std::function<void(const Historian&)>& look) {
  const ManualClock clock{Timestamp::FromSeconds(1'600'000'000)};
  FaultFileSystem files(seed);
  HistorianOptions options;
  options.reserve_bytes = 0;
  options.wal_file_bytes = 4096;
  options.head_limit_bytes = 4096;
  std::vector<Written> written(kWriters);
  {
    auto opened = Historian::Open(files, clock, kDirectory, options);
    ASSERT_TRUE(opened.ok());
    fail(files);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kWriters; ++i) {
      threads.emplace_back([&, i] { Write(**opened, i, written[i]); });
    }
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) static_cast<void>((*opened)->Flush());
    });
    for (std::thread& thread : threads) thread.join();
    look(**opened);
  }
  files.Restart(FaultFileSystem::Unsynced::kTorn);
  auto opened = Historian::Open(files, clock, kDirectory, options);
  ASSERT_TRUE(opened.ok()) << opened.error().ToString();
  for (std::size_t i = 0; i < kWriters; ++i) ExpectKept(**opened, i, written[i]);
  EXPECT_THAT((*opened)->Check({})->problems, testing::IsEmpty());
}

TEST(ThreadedCrashTest, NothingAcknowledgedToAnyThreadIsLost) {
  for (std::uint64_t seed = 1; seed <= 60 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    RunThreads(
        seed, [&](FaultFileSystem& files) { files.CutPowerAfter(random() % 400); },
        [](const Historian&) {});
  }
}

/// The sync that fails is that of one group; whatever any thread was told before stays true.
TEST(ThreadedCrashTest, ASyncThatFailsMakesNoAcknowledgementFalse) {
  for (std::uint64_t seed = 1; seed <= 60 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    RunThreads(
        seed,
        [&](FaultFileSystem& files) {
          files.FailAfter(FaultFileSystem::Operation::kSync, random() % 30);
        },
        [](const Historian& historian) {
          ASSERT_FALSE(historian.Health().ok());
          EXPECT_THAT(historian.Health().error().ToString(), testing::HasSubstr("read-only"));
        });
  }
}

}  // namespace
}  // namespace bedplate
