// Files kept as they were first written, or written by hand from the format's document: this and
// every later program must read them.

#include <cctype>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "historian/check.h"
#include "historian/manifest.h"
#include "historian/segment_reader.h"
#include "historian/segment_writer.h"
#include "historian/test_store.h"
#include "historian/wal_reader.h"
#include "historian/wal_writer.h"

namespace bedplate::historian {
namespace {

constexpr std::int64_t kQuarterHour = 900'000'000'000;
const Timestamp kStart = Timestamp::FromSeconds(1'514'764'800);  // 2018-01-01

/// The bytes of a file of hex digits; `#` begins a comment to the end of the line.
std::string ReadHex(const std::string& name) {
  std::ifstream file(std::string(BEDPLATE_SOURCE_DIR) + "/src/historian/testdata/" + name);
  EXPECT_TRUE(file.is_open()) << name;
  std::string digits;
  for (std::string line; std::getline(file, line);) {
    for (const char c : line.substr(0, line.find('#'))) {
      if (std::isxdigit(static_cast<unsigned char>(c)) != 0) digits += c;
    }
  }
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

/// As in the golden files, for a message that can be compared and copied.
std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) hex += i % 32 == 0 ? "\n" : (i % 8 == 0 ? "  " : " ");
    hex += fmt::format("{:02x}", static_cast<unsigned char>(bytes[i]));
  }
  return hex;
}

std::vector<std::pair<TagId, SampleColumns>> GoldenSamples() {
  SampleColumns doubles;
  SampleColumns integers;
  integers.type = ValueType::kInt64;
  SampleColumns bools;
  bools.type = ValueType::kBool;
  SampleColumns strings;
  strings.type = ValueType::kString;
  const double values[] = {3.17, 4.0, 3.24, -0.0, 1e300, 3.31};
  for (std::int64_t i = 0; i < 6; ++i) {
    const Timestamp time = kStart + std::chrono::nanoseconds(i * kQuarterHour + (i == 3 ? 1 : 0));
    doubles.Push({time, values[i], i == 4 ? kBadOutOfRange : kGood});
    integers.Push({time, i * i - 10, kGood});
    bools.Push({time, i > 2, kGood});
    strings.Push({time, std::string(i < 4 ? "Light_Load" : "Größe"), kGood});
  }
  return {{TagId(1), doubles}, {TagId(2), integers}, {TagId(5), bools}, {TagId(300), strings}};
}

void ExpectSamples(const SampleColumns& actual, const SampleColumns& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(actual.At(i), expected.At(i)) << i;
}

void ExpectGoldenGroups(const WalFile& file) {
  EXPECT_EQ(file.header.sequence, 7U);
  EXPECT_EQ(file.header.previous_end, 4096U);
  const auto expected = GoldenSamples();
  ASSERT_GE(file.groups.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& [tag, samples] = expected[i];
    const auto contents = ParseFramePayload(file.groups[i].payload);
    ASSERT_TRUE(contents.ok());
    EXPECT_EQ(contents->series.at(0).path, fmt::format("mill/tag-{}", tag.value()));
    EXPECT_EQ(contents->runs.at(0).tag, tag);
    ExpectSamples(ColumnsOf(contents->runs.at(0).samples), samples);
  }
}

TEST(FormatGoldenTest, WriteAheadLogOfVersion1IsRead) {
  const std::string golden = ReadHex("wal_v1.hex");
  const auto file = ReadWal(AsBytes(golden), std::nullopt);
  ASSERT_TRUE(file.ok()) << file.error().ToString();
  EXPECT_EQ(file->groups.size(), GoldenSamples().size());
  ExpectGoldenGroups(*file);
}

TEST(FormatGoldenTest, WriteAheadLog) {
  FaultFileSystem files(1);
  const ManualClock clock(kStart - std::chrono::nanoseconds(7 * kSaltStep));
  ASSERT_TRUE(files.CreateDirectories("/wal").ok());
  auto writer = WalWriter::Create(files, clock, "/wal", {.sequence = 7, .previous_end = 4096});
  ASSERT_TRUE(writer.ok());
  for (const auto& [tag, samples] : GoldenSamples()) {
    Bytes frame = WalWriter::NewFrame();
    PutSeriesRecord(frame, {tag, samples.type, fmt::format("mill/tag-{}", tag.value())});
    PutSamplesRecord(frame, {tag, RunOf(samples)});
    ASSERT_TRUE((*writer)->AppendFrame(frame, true).ok());
  }
  const SourceMarks marks{.greatest = 12, .recent = 0b101};
  Bytes frame = WalWriter::NewFrame();
  PutMarkRecord(frame, "line-3/gateway", marks);
  ASSERT_TRUE((*writer)->AppendFrame(frame, true).ok());
  const std::string golden = ReadHex("wal_v2.hex");
  EXPECT_EQ(ToHex(*files.ReadFile("/wal/0000000007.wal", 1U << 20U)), ToHex(golden));

  const auto file = ReadWal(AsBytes(golden), std::nullopt);
  ASSERT_TRUE(file.ok()) << file.error().ToString();
  ExpectGoldenGroups(*file);
  ASSERT_EQ(file->groups.size(), GoldenSamples().size() + 1);
  const auto last = ParseFramePayload(file->groups.back().payload);
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(last->marks.at(0).source, "line-3/gateway");
  EXPECT_EQ(last->marks.at(0).marks, marks);
}

/// Reads a golden segment file, which must be whole, and checks every block against its header.
class GoldenSegment {
 public:
  GoldenSegment(const std::string& golden, const SegmentInfo& expected) : files_(1) {
    EXPECT_TRUE(files_.CreateDirectories(kDirectory).ok());
    auto file = files_.OpenWritable(JoinPath(kDirectory, SegmentFileName(expected.id)),
                                    OpenMode::kTruncate);
    EXPECT_TRUE(file.ok() && (*file)->Append(AsBytes(golden)).ok());
    SegmentInfo info = expected;
    info.bytes = golden.size();
    reader_ = std::make_unique<SegmentReader>(files_, cache_, kDirectory, info);
    CheckReport report;
    EXPECT_TRUE(CheckSegment(*reader_, {}, {}, report).ok());
    EXPECT_THAT(report.problems, testing::IsEmpty());
  }

  [[nodiscard]] FoundSeries Find(std::uint64_t tag) const {
    auto found = reader_->Find(TagId(tag));
    EXPECT_TRUE(found.ok());
    return *std::move(found);
  }
  /// All samples of a series.
  [[nodiscard]] SampleColumns Read(std::uint64_t tag) const {
    const FoundSeries found = Find(tag);
    return ReadAll(*found.series);
  }
  /// What they took the place of.
  [[nodiscard]] SampleColumns ReadReplaced(std::uint64_t tag) const {
    const FoundSeries found = Find(tag);
    return found.replaced != nullptr ? ReadAll(*found.replaced) : SampleColumns();
  }

 private:
  static constexpr char kDirectory[] = "/segments";

  [[nodiscard]] SampleColumns ReadAll(const SeriesBlocks& series) const {
    SampleColumns all;
    all.type = series.type;
    for (const BlockHeader& block : series.blocks) {
      const auto columns = reader_->Read(all.type, block);
      EXPECT_TRUE(columns.ok()) << columns.error().ToString();
      for (std::size_t i = 0; i < columns->size(); ++i) all.Push(columns->At(i));
    }
    return all;
  }

  FaultFileSystem files_;
  SegmentCache cache_;
  std::unique_ptr<SegmentReader> reader_;
};

TEST(FormatGoldenTest, SegmentOfVersion1) {
  const Timestamp last = kStart + std::chrono::nanoseconds(5 * kQuarterHour);
  const GoldenSegment segment(ReadHex("segment_v1.hex"), {.id = 3,
                                                          .series = 4,
                                                          .blocks = 4,
                                                          .samples = 24,
                                                          .first_time = kStart.nanoseconds(),
                                                          .last_time = last.nanoseconds()});
  for (const auto& [tag, samples] : GoldenSamples()) {
    ExpectSamples(segment.Read(tag.value()), samples);
  }
  EXPECT_EQ(segment.Find(4).series, nullptr);
}

/// Samples a quarter of an hour apart.
template <typename T>
SampleColumns EvenSamples(ValueType type, const std::vector<T>& values) {
  SampleColumns samples;
  samples.type = type;
  for (const T& value : values) {
    const auto step = static_cast<std::int64_t>(samples.size()) * kQuarterHour;
    samples.Push({kStart + std::chrono::nanoseconds(step), value, kGood});
  }
  return samples;
}

TEST(FormatGoldenTest, SegmentOfVersion2WrittenByHand) {
  const Timestamp last = kStart + std::chrono::nanoseconds(7 * kQuarterHour);
  const GoldenSegment segment(ReadHex("segment_v2.hex"), {.id = 5,
                                                          .series = 8,
                                                          .blocks = 9,
                                                          .samples = 43,
                                                          .first_time = kStart.nanoseconds(),
                                                          .last_time = last.nanoseconds()});
  ExpectSamples(segment.Read(1), EvenSamples<double>(ValueType::kDouble,
                                                     {3.17, 4, 3.24, 3.31, 3.31, 4, 3.17, 3.24}));
  ExpectSamples(segment.Read(2), EvenSamples(ValueType::kDouble, std::vector<double>(8, 21.5)));
  SampleColumns corrected;
  const std::int64_t steps[] = {1, 4, 5, 9};
  const double values[] = {0.1, 0.30000000000000004, 0.7, -0.0};
  for (std::size_t i = 0; i < 4; ++i) {
    corrected.Push(
        {kStart + std::chrono::nanoseconds(steps[i]), values[i], i == 3 ? kBadOutOfRange : kGood});
  }
  ExpectSamples(segment.Read(7), corrected);
  ExpectSamples(segment.Read(300),
                EvenSamples<std::int64_t>(ValueType::kInt64, {5, -7, 5, -7, -9}));
  SampleColumns ordered;
  ordered.Push({kStart, 1.5, kGood});
  ordered.Push({kStart + std::chrono::nanoseconds(kQuarterHour), -2.0, kGood});
  ordered.Push({kStart + std::chrono::nanoseconds(3 * kQuarterHour), 0.25, kGood});
  ExpectSamples(segment.Read(301), ordered);
  ExpectSamples(segment.Read(302),
                EvenSamples<std::int64_t>(ValueType::kInt64, {1000, 7, 7, 1003, 1001}));
  ExpectSamples(segment.Read(303),
                EvenSamples<bool>(ValueType::kBool, {true, false, true, true, false}));
  ExpectSamples(segment.Read(304), EvenSamples<std::string>(ValueType::kString,
                                                            {"Idle", "Idle", "Run", "Run", "Run"}));
}

TEST(FormatGoldenTest, SegmentOfVersion3WrittenByHand) {
  const Timestamp last = kStart + std::chrono::nanoseconds(kQuarterHour);
  const GoldenSegment segment(ReadHex("segment_v3.hex"), {.id = 6,
                                                          .series = 2,
                                                          .blocks = 3,
                                                          .samples = 3,
                                                          .first_time = kStart.nanoseconds(),
                                                          .last_time = last.nanoseconds()});
  ExpectSamples(segment.Read(1), EvenSamples(ValueType::kDouble, std::vector<double>(2, 21.5)));
  ExpectSamples(segment.Read(2), EvenSamples<std::int64_t>(ValueType::kInt64, {7}));
  SampleColumns replaced;
  replaced.Push({kStart, 20.0, kGood});
  replaced.Push({kStart, 20.5, kGood});
  replaced.Push({last, 22.0, kGood});
  ExpectSamples(segment.ReadReplaced(1), replaced);
  EXPECT_EQ(segment.Find(2).replaced, nullptr);
}

TEST(FormatGoldenTest, OnlyReplacedValuesMakeASegmentOfVersion3) {
  for (const bool replaces : {false, true}) {
    TestStore store;
    const TagId tag = store.Tag("a");
    store.Append(tag, {1, 2}, {1, 2});
    if (replaces) store.Append(tag, {2}, {3});
    ASSERT_TRUE(store.historian().Flush().ok());
    const auto content = store.files().ReadFile(store.PathEndingIn(".seg"), 1U << 20U);
    ASSERT_TRUE(content.ok());
    EXPECT_TRUE(content->ends_with(replaces ? "BLS3" : "BLS2"));
  }
}

TEST(FormatGoldenTest, ASegmentIsReadAsItWasWritten) {
  FaultFileSystem files(1);
  ASSERT_TRUE(files.CreateDirectories("/segments").ok());
  auto writer = SegmentWriter::Create(files, "/segments", 3);
  ASSERT_TRUE(writer.ok());
  for (const auto& [tag, samples] : GoldenSamples()) {
    ASSERT_TRUE((*writer)->Add(tag, samples).ok());
  }
  const auto info = (*writer)->Finish();
  ASSERT_TRUE(info.ok());
  const auto written = files.ReadFile("/segments/0000000003.seg", 1U << 20U);
  ASSERT_TRUE(written.ok());
  const GoldenSegment segment(*written, *info);
  for (const auto& [tag, samples] : GoldenSamples()) {
    ExpectSamples(segment.Read(tag.value()), samples);
  }
}

/// What manifest_v1.hex holds.
Manifest GoldenManifest() {
  Manifest manifest;
  manifest.wal_low_water = 8;
  manifest.next_segment_id = 4;
  manifest.series = {{{TagId(1), ValueType::kDouble, "mill/furnace/energy"}, {35'040, 2, 5, 900}},
                     {{TagId(2), ValueType::kString, "mill/furnace/load"}, {}},
                     {{TagId(300), ValueType::kBool, "mill/motor"},
                      {1, 0, kStart.nanoseconds(), kStart.nanoseconds()}}};
  manifest.segments = {{.id = 3,
                        .generation = 2,
                        .level = 1,
                        .bytes = 999,
                        .series = 4,
                        .blocks = 4,
                        .samples = 24,
                        .first_time = 5,
                        .last_time = kStart.nanoseconds()}};
  return manifest;
}

TEST(FormatGoldenTest, ManifestOfVersion1) {
  const auto parsed = ParseManifest(AsBytes(ReadHex("manifest_v1.hex")));
  ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
  EXPECT_EQ(*parsed, GoldenManifest());
}

/// What manifest_v2.hex holds.
Manifest GoldenManifestWithDeletions() {
  Manifest manifest = GoldenManifest();
  manifest.segments.front().cleaned = 2;
  manifest.tombstones = {{TagId(300), 1000, 2500, 3}};
  return manifest;
}

TEST(FormatGoldenTest, ManifestOfVersion2) {
  const auto parsed = ParseManifest(AsBytes(ReadHex("manifest_v2.hex")));
  ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
  EXPECT_EQ(*parsed, GoldenManifestWithDeletions());
}

TEST(FormatGoldenTest, ManifestOfVersion3) {
  Manifest manifest = GoldenManifestWithDeletions();
  manifest.edition = 7;
  const std::string golden = ReadHex("manifest_v3.hex");
  EXPECT_EQ(ToHex(AsText(EncodeManifest(manifest))), ToHex(golden));
  const auto parsed = ParseManifest(AsBytes(golden));
  ASSERT_TRUE(parsed.ok()) << parsed.error().ToString();
  EXPECT_EQ(*parsed, manifest);
}

}  // namespace
}  // namespace bedplate::historian
