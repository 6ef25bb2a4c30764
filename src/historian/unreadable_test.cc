// Disks lose sectors: reading one place of a file fails for good. That is damage as any other.

#include <cmath>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/forwarding_file_system.h"
#include "historian/manifest.h"
#include "historian/salvage_file.h"
#include "historian/test_store.h"

namespace bedplate {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A file of which one sector cannot be read.
class BadSectorFile final : public RandomAccessFile {
 public:
  BadSectorFile(std::unique_ptr<RandomAccessFile> file, std::uint64_t bad)
      : file_(std::move(file)), bad_(bad) {}

  Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const override {
    if (offset < bad_ + kSectorBytes && bad_ < offset + out.size()) {
      return Error(ErrorCode::kIo, "cannot read: Input/output error");
    }
    return file_->ReadAt(offset, out);
  }
  [[nodiscard]] std::uint64_t size() const override { return file_->size(); }

 private:
  static constexpr std::uint64_t kSectorBytes = 512;

  const std::unique_ptr<RandomAccessFile> file_;
  const std::uint64_t bad_;
};

class BadSectors final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  /// The sector at `offset` of the file cannot be read from now on.
  void Lose(const std::string& path, std::uint64_t offset) { bad_[path] = offset; }

  Result<std::unique_ptr<RandomAccessFile>> OpenRandomAccess(const std::string& path) override {
    auto file = ForwardingFileSystem::OpenRandomAccess(path);
    const auto bad = bad_.find(path);
    if (!file.ok() || bad == bad_.end()) return file;
    return std::unique_ptr<RandomAccessFile>(
        std::make_unique<BadSectorFile>(*std::move(file), bad->second));
  }
  Result<std::string> ReadFile(const std::string& path, std::uint64_t limit) override {
    if (bad_.count(path) == 0) return ForwardingFileSystem::ReadFile(path, limit);
    return Error(ErrorCode::kIo, "cannot read: Input/output error").At(path);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    RETURN_IF_ERROR(ForwardingFileSystem::Rename(from, to));
    // The sectors go with the file.
    bad_.erase(to);
    if (auto moved = bad_.extract(from)) {
      moved.key() = to;
      bad_.insert(std::move(moved));
    }
    return {};
  }

 private:
  std::map<std::string, std::uint64_t> bad_;
};

class UnreadableTest : public testing::Test {
 protected:
  UnreadableTest() {
    SampleColumns samples;
    for (std::int64_t time = 1; time <= 5000; ++time) {
      samples.Push({Timestamp(time), std::sqrt(static_cast<double>(time)), kGood});
    }
    store_.Append(tag_, std::move(samples));
    EXPECT_TRUE(store_.historian().Flush().ok());
    for (std::int64_t i = 0; i < 300; ++i) {
      SampleColumns group;
      for (std::int64_t j = 0; j < 10; ++j) {
        group.Push({Timestamp(10'000 + 10 * i + j), static_cast<double>(i), kGood});
      }
      store_.Append(tag_, std::move(group));
    }
    // One that is late: replaying the log looks it up in the segment.
    store_.Append(tag_, {7}, {7.5});
    store_.Close();
  }

  Result<std::vector<std::string>> Repair() {
    return Historian::Repair(files_, store_.clock(), TestStore::kDirectory, {});
  }

  /// Opens what is repaired and returns how many samples are read, which the totals say too.
  std::uint64_t CountRepaired() {
    const auto opened =
        Historian::Open(files_, store_.clock(), TestStore::kDirectory, store_.options());
    EXPECT_TRUE(opened.ok()) << opened.error().ToString();
    if (!opened.ok()) return 0;
    std::uint64_t samples = 0;
    const Status scanned = (*opened)->Scan({.tag = tag_}, [&](const SampleColumns& block) {
      samples += block.size();
      return true;
    });
    EXPECT_TRUE(scanned.ok()) << scanned.error().ToString();
    EXPECT_EQ((*opened)->Find(tag_)->samples, samples);
    EXPECT_THAT((*opened)->Check({})->problems, IsEmpty());
    return samples;
  }

  /// Where a file of that suffix is kept, or nothing.
  std::string KeptPath(std::string_view suffix) {
    for (const std::string& path : store_.files().Paths()) {
      if (path.find("/quarantine/") != std::string::npos && path.ends_with(suffix)) return path;
    }
    return "";
  }

  TestStore store_;
  const TagId tag_ = store_.Tag("a");
  BadSectors files_{store_.files()};
};

TEST_F(UnreadableTest, ASectorOfABlockCostsTheBlock) {
  const std::string segment = store_.PathEndingIn(".seg");
  files_.Lose(segment, 1024);
  EXPECT_THAT(Historian::CheckFiles(files_, store_.clock(), TestStore::kDirectory, {})->problems,
              Contains(AllOf(HasSubstr("Input/output error"), HasSubstr("4096 samples of a "))));
  const auto losses = Repair();
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, Contains(HasSubstr("4096 samples of a ")));
  // The late sample is one of those that were there.
  EXPECT_EQ(CountRepaired(), 904U + 3000U + 1U);
  EXPECT_NE(KeptPath(".seg"), "");
}

TEST_F(UnreadableTest, ASectorOfASegmentsEndCostsNoMoreThanItsDamageWould) {
  const std::string segment = store_.PathEndingIn(".seg");
  const std::uint64_t bytes = *store_.files().FileSize(segment);
  files_.Lose(segment, bytes - 64);
  const auto losses = Repair();
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, Contains(HasSubstr("all of it was saved")));
  EXPECT_EQ(CountRepaired(), 8000U);
}

TEST_F(UnreadableTest, ASectorOfTheLogCostsItsGroups) {
  const std::string log = store_.PathEndingIn(".wal");
  files_.Lose(log, 20'480);
  const std::string content = *store_.files().ReadFile(log, 1U << 20U);
  const auto before =
      Historian::Open(files_, store_.clock(), TestStore::kDirectory, store_.options());
  ASSERT_FALSE(before.ok());
  EXPECT_EQ(before.error().code(), ErrorCode::kCorruption);
  EXPECT_THAT(Historian::CheckFiles(files_, store_.clock(), TestStore::kDirectory, {})->problems,
              Contains(AllOf(HasSubstr(log), HasSubstr("cannot be read"))));
  const auto losses = Repair();
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, Contains(AllOf(HasSubstr(log), HasSubstr("4096 bytes"))));
  const std::uint64_t samples = CountRepaired();
  EXPECT_LT(samples, 8000U);
  EXPECT_GT(samples, 7700U);
  // The file itself is kept and not only what could be read of it.
  EXPECT_EQ(*store_.files().ReadFile(KeptPath(".wal"), 1U << 20U), content);
}

TEST_F(UnreadableTest, SectorsOfTheSmallFilesCostNothing) {
  files_.Lose("/data/historian/wal/NEWEST", 0);
  files_.Lose(historian::ManifestPaths(TestStore::kDirectory)[0], 0);
  const auto losses = Repair();
  ASSERT_TRUE(losses.ok()) << losses.error().ToString();
  EXPECT_THAT(*losses, Not(IsEmpty()));
  EXPECT_EQ(CountRepaired(), 8000U);
}

TEST(SalvageFileTest, OnlyThePiecesThatCannotBeReadAreZeros) {
  FaultFileSystem memory(1);
  const std::string content(3 * historian::kSalvagePieceBytes, 'x');
  ASSERT_TRUE(memory.CreateDirectories("/d").ok());
  ASSERT_TRUE(WriteFileAtomically(memory, "/d/file", content).ok());
  BadSectors files(memory);
  files.Lose("/d/file", historian::kSalvagePieceBytes + 100);
  const auto read = historian::ReadSalvage(files, "/d/file", content.size());
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  std::string expected = content;
  expected.replace(historian::kSalvagePieceBytes, historian::kSalvagePieceBytes,
                   historian::kSalvagePieceBytes, '\0');
  EXPECT_EQ(read->content, expected);
  EXPECT_EQ(read->unreadable_bytes, historian::kSalvagePieceBytes);
  EXPECT_EQ(historian::ReadSalvage(files, "/d/file", 10).error().code(),
            ErrorCode::kResourceExhausted);
}

/// One that fails once may succeed the next time.
TEST(SalvageFileTest, APassingFailureCostsNothing) {
  FaultFileSystem files(1);
  ASSERT_TRUE(files.CreateDirectories("/d").ok());
  ASSERT_TRUE(WriteFileAtomically(files, "/d/file", "text").ok());
  files.FailAfter(FaultFileSystem::Operation::kRead, 0);
  const auto read = historian::ReadSalvage(files, "/d/file", 100);
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_EQ(read->content, "text");
  EXPECT_EQ(read->unreadable_bytes, 0U);
}

}  // namespace
}  // namespace bedplate
