// What a repair saves of files whose headers and indexes are damaged, and what it refuses to take.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "historian/segment_format.h"
#include "historian/test_store.h"
#include "historian/wal_salvage.h"

namespace bedplate {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t kDay = 86'400'000'000'000;
constexpr int kSeries = 150;

Result<std::vector<std::string>> Repair(TestStore& store) {
  return Historian::Repair(store.files(), store.clock(), TestStore::kDirectory, {});
}

std::string PathOf(int series) { return fmt::format("plant/{:03}", series); }

/// A segment whose index has several pages.
class SegmentSalvageTest : public testing::Test {
 protected:
  SegmentSalvageTest() {
    TestStore store;
    for (int series = 0; series < kSeries; ++series) {
      std::vector<std::int64_t> times;
      std::vector<double> values;
      for (std::int64_t i = 0; i < 3; ++i) {
        times.push_back(i * i * 1000 + series);
        values.push_back(1.0 / (static_cast<double>(i) + 3.0 + series));
      }
      store.Append(store.Tag(PathOf(series)), times, values);
    }
    EXPECT_TRUE(store.historian().Flush().ok());
    store.Close();
    path_ = store.PathEndingIn(".seg");
    for (const std::string& path : store.files().Paths()) {
      if (!path.ends_with("LOCK")) files_[path] = *store.files().ReadFile(path, 1U << 30U);
    }
    const ByteView content = AsBytes(files_[path_]);
    const auto footer =
        historian::ParseSegmentFooter(content.last(historian::kSegmentFooterBytes), content.size());
    EXPECT_TRUE(footer.ok());
    footer_ = *footer;
    directory_ = *historian::ParseDirectory(
        content.subspan(footer_.directory_offset, footer_.pages * historian::kPageEntryBytes),
        footer_);
  }

  /// How many series are whole after a repair of what `change` makes of the segment.
  int CountSaved(const std::function<void(std::string&)>& change) {
    auto files = files_;
    change(files[path_]);
    TestStore store;
    store.Close();
    for (const auto& [path, content] : files) {
      EXPECT_TRUE(WriteFileAtomically(store.files(), path, content).ok());
    }
    const auto losses = Repair(store);
    EXPECT_TRUE(losses.ok()) << losses.error().ToString();
    losses_ = *losses;
    store.Reopen();
    EXPECT_THAT(store.Problems(), IsEmpty());
    int saved = 0;
    for (int series = 0; series < kSeries; ++series) {
      const SampleColumns read = store.Read(store.historian().Find(PathOf(series))->id);
      for (std::size_t i = 0; i < read.size(); ++i) {
        EXPECT_EQ(read.doubles[i], 1.0 / (static_cast<double>(i) + 3.0 + series));
      }
      saved += read.size() == 3 ? 1 : 0;
    }
    return saved;
  }

  int CountSavedAfterFlip(std::uint64_t offset) {
    return CountSaved([&](std::string& content) { content[offset] ^= 0x10; });
  }

  std::map<std::string, std::string> files_;
  std::string path_;
  historian::SegmentFooter footer_;
  std::vector<historian::PageEntry> directory_;
  std::vector<std::string> losses_;
};

TEST_F(SegmentSalvageTest, AByteOfHeaderOrFooterCostsNothing) {
  ASSERT_GT(footer_.pages, 1U);
  const std::uint64_t footer = files_[path_].size() - historian::kSegmentFooterBytes;
  for (std::uint64_t i = 0; i < historian::kSegmentHeaderBytes; i += 3) {
    SCOPED_TRACE(i);
    EXPECT_EQ(CountSavedAfterFlip(i), kSeries);
    EXPECT_THAT(losses_, Contains(HasSubstr("all of it was saved")));
  }
  for (std::uint64_t i = 0; i < historian::kSegmentFooterBytes; i += 3) {
    SCOPED_TRACE(i);
    EXPECT_EQ(CountSavedAfterFlip(footer + i), kSeries);
    EXPECT_THAT(losses_, Contains(HasSubstr("all of it was saved")));
  }
}

TEST_F(SegmentSalvageTest, AByteOfTheDirectoryCostsNoMoreThanItsPage) {
  const auto series_of_first =
      static_cast<int>(directory_[0].last_tag.value() - directory_[0].first_tag.value() + 1);
  for (std::uint64_t i = 0; i < historian::kPageEntryBytes; i += 3) {
    SCOPED_TRACE(i);
    EXPECT_EQ(CountSavedAfterFlip(footer_.directory_offset + i), kSeries - series_of_first);
    EXPECT_THAT(losses_, ElementsAre(AllOf(HasSubstr(path_), HasSubstr(PathOf(0)))));
  }
}

TEST_F(SegmentSalvageTest, AByteOfAPageCostsItsTagsWhichAreNamed) {
  const historian::PageEntry& page = directory_.back();
  const int first = static_cast<int>(page.first_tag.value()) - 1;
  EXPECT_EQ(CountSavedAfterFlip(page.offset + page.bytes / 2), first);
  EXPECT_THAT(losses_, ElementsAre(AllOf(HasSubstr(path_), HasSubstr(PathOf(first)),
                                         testing::Not(HasSubstr(PathOf(first - 1))))));
}

TEST_F(SegmentSalvageTest, WhatIsCutOffTheFooterOrAddedBehindItCostsNothing) {
  EXPECT_EQ(CountSaved([](std::string& content) { content.resize(content.size() - 10); }), kSeries);
  EXPECT_EQ(CountSaved([](std::string& content) { content += std::string(700, 'x'); }), kSeries);
}

/// Its checksums hold, but what the index tells of a block is not so: a check complains of it, so a
/// repair mends it.
TEST_F(SegmentSalvageTest, ABlockThatIsToldWronglyIsWrittenAnew) {
  const auto tell_wrongly = [&](std::string& content) {
    historian::PageEntry& entry = directory_[0];
    auto page = historian::ParsePage(AsBytes(content).subspan(entry.offset, entry.bytes),
                                     entry.offset, footer_.version);
    ASSERT_TRUE(page.ok()) << page.error().ToString();
    (*page)[1].blocks[0].statistics.max *= 2;
    Bytes changed;
    historian::SeriesBlocks previous;
    for (const historian::SeriesBlocks& series : *page) {
      historian::PutSeriesBlocks(changed, previous, series);
      previous = series;
    }
    ASSERT_EQ(changed.size(), entry.bytes);
    entry.crc = Crc32c(changed);
    Bytes directory;
    for (const historian::PageEntry& each : directory_) historian::PutPageEntry(directory, each);
    footer_.directory_crc = Crc32c(directory);
    Bytes footer;
    historian::PutSegmentFooter(footer, footer_);
    content.replace(entry.offset, changed.size(), AsText(changed));
    content.replace(footer_.directory_offset, directory.size(), AsText(directory));
    content.replace(content.size() - footer.size(), footer.size(), AsText(footer));
  };
  EXPECT_EQ(CountSaved(tell_wrongly), kSeries);
  EXPECT_THAT(losses_, ElementsAre(AllOf(HasSubstr(path_), HasSubstr("does not describe"),
                                         HasSubstr("nothing is lost"))));
}

TEST_F(SegmentSalvageTest, WithoutAnIndexNothingCanBeTold) {
  EXPECT_EQ(CountSaved([&](std::string& content) { content.resize(directory_[0].offset); }), 0);
  EXPECT_THAT(losses_, ElementsAre(AllOf(HasSubstr(path_), HasSubstr("450 samples of 150 tags"))));
}

/// Its samples would come back under a greater generation and win over what replaced them.
TEST(OtherSegmentTest, NothingOfItIsTakenUnderThisName) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1, 2}, {1.0, 2.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  const std::string first = store.PathEndingIn("1.seg");
  store.Append(tag, {1, 2}, {3.0, 4.0});
  ASSERT_TRUE(store.historian().Flush().ok());
  store.Close();
  const std::string second = store.PathEndingIn("2.seg");
  ASSERT_TRUE(
      WriteFileAtomically(store.files(), second, *store.files().ReadFile(first, 1U << 20U)).ok());
  store.Reopen();
  const auto read = [](const SampleColumns&) { return true; };
  EXPECT_EQ(
      store.historian().Scan({.tag = tag, .range = kAllTime, .cancel = {}}, read).error().code(),
      ErrorCode::kCorruption);
  store.Close();
  const auto losses = Repair(store);
  ASSERT_TRUE(losses.ok());
  EXPECT_THAT(*losses, Contains(AllOf(HasSubstr(second), HasSubstr("2 samples of 1 tags"))));
  store.Reopen();
  EXPECT_THAT(store.Read(tag).doubles, ElementsAre(1.0, 2.0));
}

/// A store with three groups in its log, whose header is then changed.
class WalHeaderTest : public testing::Test {
 protected:
  std::vector<std::int64_t> TimesAfter(int appends, std::uint64_t offset, std::size_t bytes) {
    TestStore store;
    const TagId tag = store.Tag("a");
    for (int i = 0; i < appends; ++i) store.Append(tag, {i * kDay}, {1.0});
    const std::string path = store.PathEndingIn(".wal");
    store.Close();
    std::string content = *store.files().ReadFile(path, 1U << 20U);
    for (std::size_t i = 0; i < bytes; ++i) content[offset + i] ^= 0x5A;
    EXPECT_TRUE(WriteFileAtomically(store.files(), path, content).ok());
    const auto losses = Repair(store);
    EXPECT_TRUE(losses.ok()) << losses.error().ToString();
    EXPECT_THAT(*losses, Contains(HasSubstr(path)));
    losses_ = *losses;
    store.Reopen();
    const auto found = store.historian().Find("a");
    return found ? store.Read(found->id).times : std::vector<std::int64_t>();
  }

  std::vector<std::string> losses_;
};

TEST_F(WalHeaderTest, AnyByteOfItCostsNothing) {
  for (std::uint64_t offset = 0; offset < historian::kWalHeaderBytes; ++offset) {
    SCOPED_TRACE(offset);
    EXPECT_THAT(TimesAfter(3, offset, 1), SizeIs(3));
  }
}

TEST_F(WalHeaderTest, FramesThatAgreeOnTheSaltProveEachOther) {
  EXPECT_THAT(TimesAfter(3, 0, historian::kWalHeaderBytes), SizeIs(3));
}

TEST_F(WalHeaderTest, OneFrameAloneProvesNothing) {
  EXPECT_THAT(TimesAfter(1, 0, historian::kWalHeaderBytes), IsEmpty());
  EXPECT_THAT(losses_, Contains(HasSubstr("nothing proves")));
  EXPECT_THAT(TimesAfter(1, 0, 8), SizeIs(1));  // the salt still stands there
}

/// A group that cannot be stored any more is still good enough to say whose it was.
TEST(WalGapTest, TagsAndTimesOfADamagedGroupAreNamed) {
  TestStore store;
  const std::string log = store.PathEndingIn(".wal");
  const TagId tag = store.Tag("plant/a");
  store.Append(tag, {1}, {1.0});
  store.Append(tag, {kDay, 2 * kDay}, {2.0, 3.0});
  const std::uint64_t end = *store.files().FileSize(log);
  store.Append(tag, {3 * kDay}, {4.0});
  store.Close();
  store.files().FlipByte(log, end - 1);
  const auto losses = Repair(store);
  ASSERT_TRUE(losses.ok());
  EXPECT_THAT(*losses, Contains(AllOf(HasSubstr(log), HasSubstr("2 samples of plant/a"),
                                      HasSubstr("from 1970-01-02"), HasSubstr("to 1970-01-03"))));
}

/// The definition of a series is lost, so nobody knows what its samples in later groups belong to.
TEST(WalGapTest, SamplesOfALostDefinitionAreNamedAndTheOthersKept) {
  TestStore store;
  const std::string log = store.PathEndingIn(".wal");
  store.Append(store.Tag("known"), {1}, {1.0});
  store.Append(store.Tag("lost"), {1}, {1.0});
  const std::uint64_t end = *store.files().FileSize(log);
  const std::vector<TagBatch> both = [&] {
    std::vector<TagBatch> batches{{store.Tag("known"), {}}, {store.Tag("lost"), {}}};
    for (TagBatch& batch : batches) batch.samples.Push({Timestamp(2), 2.0, kGood});
    return batches;
  }();
  ASSERT_TRUE(store.historian().Append(both).ok());
  store.Close();
  store.files().FlipByte(log, end - 1);
  const auto losses = Repair(store);
  ASSERT_TRUE(losses.ok());
  EXPECT_THAT(*losses, Contains(AllOf(HasSubstr(log), HasSubstr("1 samples of series 2 are lost"),
                                      HasSubstr("not defined"))));
  store.Reopen();
  EXPECT_FALSE(store.historian().Find("lost"));
  EXPECT_THAT(store.Read(store.historian().Find("known")->id).times, ElementsAre(1, 2));
}

}  // namespace
}  // namespace bedplate
