#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "historian/format.h"
#include "historian/manifest.h"
#include "historian/segment_salvage.h"
#include "historian/test_store.h"
#include "historian/wal_format.h"
#include "historian/wal_reader.h"

namespace bedplate::historian {

/// The files of a store by path.
using FileContents = std::map<std::string, std::string>;

inline FileContents ReadFiles(FaultFileSystem& files) {
  FileContents contents;
  for (const std::string& path : files.Paths()) {
    if (path.ends_with(kLockName)) continue;
    contents[path] = *files.ReadFile(path, 1U << 30U);
  }
  return contents;
}

inline void WriteFiles(const FileContents& contents, FaultFileSystem& files) {
  const std::string directory = TestStore::kDirectory;
  for (const char* part : {kWalDirectory, kSegmentDirectory}) {
    ASSERT_TRUE(files.CreateDirectories(JoinPath(directory, part)).ok());
  }
  for (const auto& [path, content] : contents) {
    auto file = files.OpenWritable(path, OpenMode::kTruncate);
    ASSERT_TRUE(file.ok() && (*file)->Append(AsBytes(content)).ok() && (*file)->Sync().ok());
  }
}

/// Every value that was appended at one time of one series since it was deleted, in order: the last
/// one counts.
using History = std::map<std::string, std::map<std::int64_t, std::vector<Sample>>>;

/// A store with all that there is to damage: series of all types, index pages, segments that
/// overlap, a deletion, samples that were replaced, marks and several files of the log. Half of
/// them end with a power cut, the others are closed. The same seed gives the same store.
class Specimen {
 public:
  explicit Specimen(std::uint64_t seed) : random_(seed), store_(seed), is_closed_(seed % 2 == 0) {
    store_.options().wal_file_bytes = 4096;
    store_.Reopen();
    Fill();
    if (is_closed_) {
      store_.Close();
    } else {
      store_.files().CutPowerAfter(0);
      store_.Close();
      store_.files().Restart(FaultFileSystem::Unsynced::kLost);
    }
    files_ = ReadFiles(store_.files());
    FindHolders();
  }

  [[nodiscard]] const FileContents& files() const { return files_; }
  /// The same store at earlier moments.
  [[nodiscard]] const std::vector<FileContents>& earlier() const { return earlier_; }
  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] bool is_closed() const { return is_closed_; }

  [[nodiscard]] std::string newest_log() const {
    std::string newest;
    for (const auto& [path, content] : files_) {
      if (path.ends_with(".wal")) newest = path;
    }
    return newest;
  }

  /// The files that hold a sample at that time, each with the values of it.
  using Holders = std::map<std::string, std::vector<Sample>>;
  [[nodiscard]] const Holders& HoldersOf(const std::string& series, std::int64_t time) const {
    return holders_.at({series, time});
  }

 private:
  static constexpr std::int64_t kHour = 3600 * kNanosecondsPerSecond;
  static constexpr int kWideSeries = 110;

  void Fill() {
    AppendWide();
    AppendAll(0, 40);
    Flush();
    AppendAll(40, 30);
    Flush();
    Delete("mill/double0", 0, 10 * kHour);
    Keep();
    AppendAll(0, 20);  // replaces some, and some of them stand in what was deleted
    Flush();
    AppendAll(1000, 25);
    for (int i = 0; i < 3; ++i) AppendAll(static_cast<std::int64_t>(random_() % 60), 12);
    store_.clock().Advance(std::chrono::seconds(1));
    store_.Reopen();
    Keep();
    for (int i = 0; i < 4; ++i) AppendAll(static_cast<std::int64_t>(random_() % 1040), 9);
    AppendNew();
  }

  /// So many series that the index of a segment has several pages.
  void AppendWide() {
    std::vector<TagBatch> batches;
    for (int i = 0; i < kWideSeries; ++i) {
      const std::string path = "wide/" + std::to_string(i);
      TagBatch batch{store_.Tag(path), {}};
      for (const std::int64_t time : {kHour, 2 * kHour + i, 5 * kHour}) {
        Push(path, {Timestamp(time), std::sqrt(static_cast<double>(random_() % 100'000)), kGood},
             batch.samples);
      }
      batches.push_back(std::move(batch));
    }
    ASSERT_TRUE(store_.historian().Append(batches).ok());
  }

  /// `count` samples of each of the main series from that hour on.
  void AppendAll(std::int64_t hour, int count) {
    for (int number = 0; number < 2; ++number) {
      for (const ValueType type :
           {ValueType::kDouble, ValueType::kInt64, ValueType::kBool, ValueType::kString}) {
        const std::string path =
            "mill/" + std::string(ValueTypeName(type)) + std::to_string(number);
        SampleColumns samples;
        samples.type = type;
        for (int i = 0; i < count; ++i) {
          const Quality quality = random_() % 8 == 0 ? Quality(0x80000000U) : kGood;
          Push(path, {Timestamp((hour + i) * kHour), RandomValue(type), quality}, samples);
        }
        store_.Append(store_.Tag(path, type), std::move(samples));
        // The salt of a file of the log is the time when it was made.
        store_.clock().Advance(std::chrono::seconds(1));
      }
    }
  }

  /// A series that only the newest file of the log knows, with each value in another's place: if
  /// the file were applied twice, what was replaced would tell.
  void AppendNew() {
    for (const double part : {0.0, 0.25, 0.5}) {
      SampleColumns samples;
      for (std::int64_t i = 0; i < 3; ++i) {
        Push("new", {Timestamp(i), static_cast<double>(i) + part, kGood}, samples);
      }
      store_.Append(store_.Tag("new"), std::move(samples));
    }
  }

  Value RandomValue(ValueType type) {
    const std::uint64_t number = random_() % 1000;
    switch (type) {
      case ValueType::kDouble: return static_cast<double>(number) / 100.0;
      case ValueType::kInt64: return static_cast<std::int64_t>(number);
      case ValueType::kBool: return number % 2 == 0;
      case ValueType::kString: return "state " + std::to_string(number % 50);
    }
    return 0.0;
  }

  void Push(const std::string& path, const Sample& sample, SampleColumns& samples) {
    samples.Push(sample);
    history_[path][sample.time.nanoseconds()].push_back(sample);
  }

  void Delete(const std::string& path, std::int64_t start, std::int64_t stop) {
    const TagRange range{store_.Tag(path), {Timestamp(start), Timestamp(stop)}};
    ASSERT_TRUE(store_.historian().Delete(std::span(&range, 1)).ok());
    auto& times = history_[path];
    times.erase(times.lower_bound(start), times.lower_bound(stop));
  }

  void Flush() {
    store_.clock().Advance(std::chrono::seconds(1));
    ASSERT_TRUE(store_.historian().Flush().ok());
    Keep();
  }
  void Keep() { earlier_.push_back(ReadFiles(store_.files())); }

  void FindHolders() {
    const auto stored = ReadManifest(store_.files(), TestStore::kDirectory);
    ASSERT_TRUE(stored.ok());
    for (const SeriesRecord& record : stored->manifest.series) {
      paths_[record.definition.id] = record.definition.path;
    }
    SegmentCache cache;
    for (const SegmentInfo& info : stored->manifest.segments) {
      const SegmentReader segment(store_.files(), cache,
                                  JoinPath(TestStore::kDirectory, kSegmentDirectory), info);
      HoldIn(segment);
    }
    // In descending order, as each says how much of the one before it counts.
    std::optional<std::uint64_t> counted_bytes;
    for (auto file = files_.rbegin(); file != files_.rend(); ++file) {
      if (!file->first.ends_with(".wal")) continue;
      HoldIn(file->first, file->second, counted_bytes);
      counted_bytes = ParseWalHeader(AsBytes(file->second))->previous_end;
    }
  }

  void HoldIn(const SegmentReader& segment) {
    const auto index = ReadIndex(segment);
    ASSERT_TRUE(index.ok() && index->damage.empty());
    for (const IndexPage& page : index->pages) {
      for (const SeriesBlocks& series : page) {
        for (const BlockHeader& header : series.blocks) {
          const auto columns = segment.Read(series.type, header);
          ASSERT_TRUE(columns.ok());
          for (std::size_t i = 0; i < columns->size(); ++i) {
            Hold(series.tag, columns->At(i), segment.path());
          }
        }
      }
    }
  }

  void HoldIn(const std::string& path, const std::string& content,
              std::optional<std::uint64_t> counted_bytes) {
    const auto file = ReadWal(AsBytes(content), counted_bytes);
    ASSERT_TRUE(file.ok());
    for (const WalGroup& group : file->groups) {
      const auto contents = ParseFramePayload(group.payload);
      ASSERT_TRUE(contents.ok());
      for (const SeriesDefinition& definition : contents->series) {
        paths_[definition.id] = definition.path;
      }
      for (const TagRun& run : contents->runs) {
        const SampleColumns columns = ColumnsOf(run.samples);
        for (std::size_t i = 0; i < columns.size(); ++i) Hold(run.tag, columns.At(i), path);
      }
    }
  }

  void Hold(TagId tag, const Sample& sample, const std::string& path) {
    holders_[{paths_[tag], sample.time.nanoseconds()}][path].push_back(sample);
  }

  std::mt19937_64 random_;
  TestStore store_;
  const bool is_closed_;
  History history_;
  FileContents files_;
  std::vector<FileContents> earlier_;
  std::map<TagId, std::string> paths_;
  std::map<std::pair<std::string, std::int64_t>, Holders> holders_;
};

}  // namespace bedplate::historian
