// A repair that ends early is made again: nothing that it found is forgotten, totals are right, and
// what a repair has kept aside stays as it was.

#include <algorithm>
#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/manifest.h"
#include "historian/test_store.h"
#include "historian/wal_format.h"

namespace bedplate {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kQuarantine[] = "/data/historian/quarantine/";

Result<std::vector<std::string>> Repair(TestStore& store) {
  return Historian::Repair(store.files(), store.clock(), TestStore::kDirectory, {});
}

SampleColumns Roots(std::int64_t first, int count) {
  SampleColumns samples;
  for (int i = 0; i < count; ++i) {
    const std::int64_t time = first + i;
    samples.Push({Timestamp(time), std::sqrt(static_cast<double>(time)), kGood});
  }
  return samples;
}

std::vector<std::string> KeptPaths(TestStore& store, std::string_view suffix) {
  std::vector<std::string> kept;
  for (const std::string& path : store.files().Paths()) {
    if (path.starts_with(kQuarantine) && path.ends_with(suffix)) kept.push_back(path);
  }
  return kept;
}

/// A store with a bad block in its segment and, where `in_log`, a bad group of appends in the log
/// and a log file that is missing; it has 904 of 5000 samples of "a" and 2 of 3 of "b".
std::unique_ptr<TestStore> MakeDamaged(bool in_log) {
  auto store = std::make_unique<TestStore>();
  store->Append(store->Tag("a"), Roots(1, 5000));
  const TagId second = store->Tag("b");
  store->Append(second, {0}, {0.5});
  EXPECT_TRUE(store->historian().Flush().ok());
  const std::string log = store->PathEndingIn(".wal");
  store->Append(second, {1}, {1.5});
  const std::uint64_t end = *store->files().FileSize(log);
  store->Append(second, {2}, {2.5});
  store->Append(second, {3}, {3.5});
  store->Close();
  store->files().FlipByte(store->PathEndingIn(".seg"), 200);
  if (in_log) store->files().FlipByte(log, end + historian::kFrameHeaderBytes + 3);
  return store;
}

void ExpectRepaired(TestStore& store, bool in_log, const std::vector<std::string>& losses) {
  EXPECT_THAT(losses, Contains(AllOf(HasSubstr("4096 samples of a "), HasSubstr("are lost"))));
  if (in_log) {
    EXPECT_THAT(losses, Contains(AllOf(HasSubstr(".wal"), HasSubstr("1 groups"))));
  }
  EXPECT_THAT(losses, SizeIs(in_log ? 2 : 1));
  ASSERT_NO_FATAL_FAILURE(store.Reopen());
  EXPECT_EQ(store.Read(store.Tag("a")).size(), 904U);
  EXPECT_EQ(store.historian().Find("a")->samples, 904U);
  EXPECT_EQ(store.Read(store.Tag("b")).size(), in_log ? 3U : 4U);
  EXPECT_EQ(store.historian().Find("b")->samples, in_log ? 3U : 4U);
  EXPECT_THAT(store.Problems(), IsEmpty());
  EXPECT_THAT(KeptPaths(store, ".seg"), SizeIs(1));
  EXPECT_THAT(KeptPaths(store, "LOSSES"), SizeIs(1));
  store.Close();
  // Where the power fails at the very end all is told once more, which is better than never.
  ASSERT_TRUE(Repair(store).ok());
  EXPECT_THAT(*Repair(store), IsEmpty());
}

/// Lets the repair end at each operation that changes something, by `fail`, and makes it again.
void FailEverywhere(bool in_log, const std::function<void(TestStore&, std::uint64_t)>& fail,
                    const std::function<void(TestStore&)>& go_on) {
  constexpr std::uint64_t kMostOperations = 1000;
  for (std::uint64_t operation = 0; operation < kMostOperations; ++operation) {
    SCOPED_TRACE("operation " + std::to_string(operation));
    const auto store = MakeDamaged(in_log);
    const std::uint64_t before = store->files().operations();
    fail(*store, operation);
    const auto first = Repair(*store);
    const std::uint64_t done = store->files().operations() - before;
    go_on(*store);
    const auto second = first.ok() ? first : Repair(*store);
    ASSERT_TRUE(second.ok()) << second.error().ToString();
    ASSERT_NO_FATAL_FAILURE(ExpectRepaired(*store, in_log, *second));
    if (done <= operation) return;
  }
  FAIL() << "a repair of more than " << kMostOperations << " operations";
}

class RepairAgainTest : public testing::TestWithParam<bool> {};

TEST_P(RepairAgainTest, NothingIsForgottenWhicheverOperationFails) {
  FailEverywhere(
      GetParam(), [](TestStore& store, std::uint64_t count) { store.files().FailAfter(count); },
      [](TestStore& store) { store.files().FailAfter(UINT64_MAX / 2); });
}

TEST_P(RepairAgainTest, NothingIsForgottenWheneverThePowerFails) {
  FailEverywhere(
      GetParam(), [](TestStore& store, std::uint64_t count) { store.files().CutPowerAfter(count); },
      [](TestStore& store) { store.files().Restart(FaultFileSystem::Unsynced::kLost); });
}

INSTANTIATE_TEST_SUITE_P(DamageInLog, RepairAgainTest, testing::Bool());

/// The end of the log that a closed store noted is overwritten by the repair that misses it.
TEST(RepairAgainTest, AMissingLogFileIsNamedByTheNextRepairToo) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  store.Reopen();
  store.Append(tag, {2}, {2.0});
  store.Close();
  const std::string missing = "/data/historian/wal/" + historian::WalFileName(2);
  ASSERT_TRUE(store.files().Remove(missing).ok());
  store.files().FailAfter(FaultFileSystem::Operation::kOpen, 12);
  ASSERT_FALSE(Repair(store).ok());
  const auto losses = Repair(store);
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, Contains(HasSubstr(missing)));
}

TEST(RepairAgainTest, WrongTotalsAreCountedAgainAndNamed) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, Roots(1, 10));
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Close();
  auto stored = historian::ReadManifest(store.files(), TestStore::kDirectory);
  ASSERT_TRUE(stored.ok());
  stored->manifest.series[0].totals.samples = 11;
  ASSERT_TRUE(
      historian::WriteManifest(store.files(), TestStore::kDirectory, stored->manifest).ok());
  EXPECT_THAT(*Repair(store), ElementsAre(AllOf(HasSubstr("totals of a "), HasSubstr("11"))));
  store.Reopen();
  EXPECT_EQ(store.historian().Find(tag)->samples, 10U);
}

TEST(QuarantineTest, EveryRepairHasAFolderOfItsOwn) {
  TestStore store;
  const auto paths = historian::ManifestPaths(TestStore::kDirectory);
  store.Append(store.Tag("a"), {1}, {1.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  std::vector<std::string> damaged;
  for (int repair = 0; repair < 2; ++repair) {
    store.Append(store.Tag("b"), {repair}, {1.0});
    ASSERT_TRUE(store.historian().Flush().ok());
    store.Close();
    store.files().FlipByte(paths[0], *store.files().FileSize(paths[0]) - 1);
    damaged.push_back(*store.files().ReadFile(paths[0], 1U << 20U));
    ASSERT_THAT(*Repair(store), ElementsAre(HasSubstr(paths[0])));
    store.Reopen();
  }
  const std::vector<std::string> kept = KeptPaths(store, "/MANIFEST");
  ASSERT_THAT(kept, SizeIs(2));
  std::vector<std::string> contents;
  for (const std::string& path : kept) {
    contents.push_back(*store.files().ReadFile(path, 1U << 20U));
  }
  EXPECT_THAT(contents, testing::UnorderedElementsAreArray(damaged));
  EXPECT_FALSE(store.files().Exists(std::string(kQuarantine) + "UNFINISHED"));
}

TEST(QuarantineTest, OpeningKeepsADamagedManifestBeforeItIsWrittenAnew) {
  TestStore store;
  store.Append(store.Tag("a"), {1}, {1.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  for (const std::string& path : historian::ManifestPaths(TestStore::kDirectory)) {
    store.Close();
    store.files().FlipByte(path, *store.files().FileSize(path) - 1);
    const std::string damaged = *store.files().ReadFile(path, 1U << 20U);
    store.Reopen();
    const auto findings = store.historian().Findings();
    ASSERT_THAT(findings, ElementsAre(AllOf(HasSubstr(path), HasSubstr("it is kept in "))));
    const std::string kept = findings[0].substr(findings[0].rfind(' ') + 1);
    EXPECT_THAT(kept, testing::StartsWith(kQuarantine));
    EXPECT_EQ(*store.files().ReadFile(kept, 1U << 20U), damaged);
  }
}

}  // namespace
}  // namespace bedplate
