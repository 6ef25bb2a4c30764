// Writing, reading, merging, deleting, checking and backing up at the same time: nothing that is
// kept is lost, nothing that was deleted comes back, and every backup restores.

#include <atomic>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "historian/test_store.h"

namespace bedplate {
namespace {

constexpr std::int64_t kBatches = 600;
constexpr std::int64_t kBatchSamples = 20;

/// Appends ascending times to a tag of its own.
void Write(Historian& historian, const std::string& path) {
  const TagId tag = *historian.Resolve(path, ValueType::kDouble);
  for (std::int64_t i = 0; i < kBatches; ++i) {
    TagBatch batch{tag, {}};
    for (std::int64_t k = 0; k < kBatchSamples; ++k) {
      const std::int64_t time = i * kBatchSamples + k;
      batch.samples.Push({Timestamp(time), static_cast<double>(time), kGood});
    }
    EXPECT_TRUE(historian.Append(std::span(&batch, 1)).ok());
  }
}

void AppendStates(Historian& historian, TagId tag) {
  TagBatch batch{tag, {}};
  batch.samples.type = ValueType::kString;
  batch.samples.Push({Timestamp(1), Value(std::string("run")), kGood});
  batch.samples.Push({Timestamp(2), Value(std::string("stop")), kGood});
  batch.samples.Push({Timestamp(3), Value(std::string("run")), kGood});
  EXPECT_TRUE(historian.Append(std::span(&batch, 1)).ok());
}

/// What is read ascends and has the value of its time, whatever goes on.
void Read(const Historian& historian, const std::string& path) {
  const auto info = historian.Find(path);
  if (!info) return;
  std::int64_t last = -1;
  const Status scanned = historian.Scan({.tag = info->id}, [&](const SampleColumns& block) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      EXPECT_GT(block.times[i], last);
      last = block.times[i];
      EXPECT_EQ(block.doubles[i], static_cast<double>(last));
    }
    return true;
  });
  EXPECT_TRUE(scanned.ok()) << scanned.error().ToString();
}

/// Aggregates, states and last values agree with each other and with what may be there by now.
void Evaluate(const Historian& historian, const std::string& path) {
  const auto info = historian.Find(path);
  if (!info) return;
  const TimeRange all{Timestamp(0), Timestamp(kBatches * kBatchSamples)};
  AggregateRequest request{.tag = info->id, .range = all, .bucket = all.stop - all.start};
  request.functions = static_cast<std::uint32_t>(AggregateFunction::kCount) |
                      static_cast<std::uint32_t>(AggregateFunction::kMax) |
                      static_cast<std::uint32_t>(AggregateFunction::kTimeWeightedMean) |
                      static_cast<std::uint32_t>(AggregateFunction::kPercentile);
  const auto columns = historian.Aggregate(request);
  ASSERT_TRUE(columns.ok()) << columns.error().ToString();
  const auto last = historian.Last(info->id);
  ASSERT_TRUE(last.ok()) << last.error().ToString();
  const std::uint64_t count = columns->count.front();
  if (count == 0) return;
  // The writer goes upwards without a gap, and the last value was read later.
  EXPECT_EQ(columns->max.front(), static_cast<double>(count - 1));
  EXPECT_GE((*last)->time.nanoseconds(), static_cast<std::int64_t>(count) - 1);
  const auto states = historian.TimeInState(
      {.tag = historian.Find("doomed-state")->id, .range = all, .bucket = all.stop - all.start});
  EXPECT_TRUE(states.ok()) << states.error().ToString();
}

/// Writes a backup to `directory` of the same files.
Status BackUp(FaultFileSystem& files, Historian& historian, const std::string& directory) {
  RETURN_IF_ERROR(files.CreateDirectories(JoinPath(directory, "wal")));
  RETURN_IF_ERROR(files.CreateDirectories(JoinPath(directory, "segments")));
  return historian.Backup([&](const BackupFile& file) -> Status {
    std::string content = file.content;
    if (!file.path.empty()) {
      ASSIGN_OR_RETURN(content, files.ReadFile(file.path, 1U << 30U));
    }
    content.resize(file.bytes);
    return WriteFileAtomically(files, JoinPath(directory, file.name), content);
  });
}

TEST(ConcurrentOperationsTest, NothingIsLostAndNothingComesBack) {
  TestStore store;
  store.Close();
  store.options().background = true;
  store.options().head_limit_bytes = 16'384;
  store.options().wal_file_bytes = 32'768;
  store.Reopen();
  Historian& historian = store.historian();
  const TagId doomed = store.Tag("doomed");
  store.Append(doomed, {1, 2, 3}, {1.0, 2.0, 3.0});
  const TagId state = store.Tag("doomed-state", ValueType::kString);
  AppendStates(historian, state);
  std::atomic<bool> done = false;
  std::vector<std::thread> others;
  others.emplace_back([&] {
    while (!done) Read(historian, "a");
  });
  others.emplace_back([&] {
    while (!done) Evaluate(historian, "b");
  });
  others.emplace_back([&] {
    while (!done) {
      EXPECT_TRUE(historian.Flush().ok());
      EXPECT_LE(historian.Stats().samples, 2U * kBatches * kBatchSamples + 6);
      EXPECT_TRUE(historian.Health().ok()) << historian.Health().error().ToString();
      EXPECT_FALSE(historian.List(*Glob::Parse("**")).empty());
    }
  });
  others.emplace_back([&] {
    while (!done) EXPECT_TRUE(historian.CompactStep({}).ok());
  });
  others.emplace_back([&] {
    const std::vector<TagRange> ranges = {{doomed, kAllTime}, {state, kAllTime}};
    while (!done) {
      EXPECT_TRUE(historian.Delete(ranges).ok());
      store.Append(doomed, {1, 2, 3}, {1.0, 2.0, 3.0});
      AppendStates(historian, state);
    }
  });
  std::string newest;
  others.emplace_back([&] {
    for (int i = 0; !done; ++i) {
      newest = "/backup/" + std::to_string(i);
      EXPECT_TRUE(BackUp(store.files(), historian, newest).ok());
      EXPECT_THAT(historian.Check({})->problems, testing::IsEmpty());
    }
  });
  std::thread one([&] { Write(historian, "a"); });
  std::thread two([&] { Write(historian, "b"); });
  one.join();
  two.join();
  done = true;
  for (std::thread& thread : others) thread.join();
  const std::size_t expected = kBatches * kBatchSamples;
  EXPECT_EQ(store.Read(*historian.Resolve("a", ValueType::kDouble)).size(), expected);
  EXPECT_EQ(historian.Find("b")->samples, expected);
  EXPECT_EQ(*historian.Delete(std::vector<TagRange>{{doomed, kAllTime}}), 3U);
  const auto restored =
      Historian::Open(store.files(), store.clock(), newest, HistorianOptions{.reserve_bytes = 0});
  ASSERT_TRUE(restored.ok()) << restored.error().ToString();
  EXPECT_THAT((*restored)->Check({})->problems, testing::IsEmpty());
  store.Reopen();
  EXPECT_EQ(store.historian().Find("a")->samples, expected);
  EXPECT_EQ(store.historian().Find("doomed")->samples, 0U);
  EXPECT_THAT(store.Problems(), testing::IsEmpty());
}

}  // namespace
}  // namespace bedplate
