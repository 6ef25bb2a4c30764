// A check of a store that works: what it writes meanwhile is no damage.

#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fault_file_system.h"
#include "base/forwarding_file_system.h"
#include "historian/historian.h"

namespace bedplate {
namespace {

/// Files that do something after one of them was read, once.
class BusyFiles final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  void AfterReading(std::string path, std::function<void()> act) {
    path_ = std::move(path);
    act_ = std::move(act);
  }
  [[nodiscard]] bool has_acted() const { return !act_; }

  Result<std::string> ReadFile(const std::string& path, std::uint64_t limit_bytes) override {
    auto content = ForwardingFileSystem::ReadFile(path, limit_bytes);
    if (act_ && path == path_) std::exchange(act_, nullptr)();
    return content;
  }

 private:
  std::string path_;
  std::function<void()> act_;
};

/// The copies of the manifest are read one after the other. A flush that may write between them
/// makes the first one look as if it had been left behind.
TEST(CheckRaceTest, FlushesBetweenTheCopiesOfTheManifestAreNoDamage) {
  FaultFileSystem disk(1);
  BusyFiles files(disk);
  const ManualClock clock(Timestamp::FromSeconds(1'600'000'000));
  const HistorianOptions options{.reserve_bytes = 0, .background = false};
  const auto historian = *Historian::Open(files, clock, "/data/historian", options);
  const TagId tag = *historian->Resolve("a", ValueType::kDouble);
  const auto flush_often = [&] {
    for (std::int64_t time = 1; time <= 3; ++time) {
      TagBatch batch{tag, {}};
      batch.samples.Push({Timestamp(time), 1.0, kGood});
      EXPECT_TRUE(historian->Append(std::span(&batch, 1)).ok());
      EXPECT_TRUE(historian->Flush().ok());
    }
  };
  std::future<void> flushes;
  files.AfterReading("/data/historian/MANIFEST", [&] {
    flushes = std::async(std::launch::async, flush_often);
    // Flushes that the check holds up are done after it.
    flushes.wait_for(std::chrono::milliseconds(100));
  });
  const auto report = historian->Check({});
  ASSERT_TRUE(files.has_acted());
  flushes.get();
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(report->problems, testing::IsEmpty());
}

}  // namespace
}  // namespace bedplate
