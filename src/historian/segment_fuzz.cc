// Arbitrary bytes as a segment, an index page, a block and a manifest: each decoder either reads
// them or says why not, and what decodes to a block encodes and decodes to the same samples again.

#include <cstdint>
#include <cstring>
#include <string>

#include "base/crc32c.h"
#include "base/fault_file_system.h"
#include "historian/block.h"
#include "historian/check.h"
#include "historian/codecs.h"
#include "historian/format.h"
#include "historian/fuzz_support.h"
#include "historian/manifest.h"
#include "historian/segment_reader.h"

namespace bedplate::historian {
namespace {

constexpr char kDirectory[] = "/segments";

/// What a manifest would say of it, so that the footer is believed.
SegmentInfo InfoOf(ByteView bytes) {
  SegmentInfo info{.id = 1, .bytes = bytes.size()};
  if (bytes.size() < kSegmentFooterBytes) return info;
  const auto footer = ParseSegmentFooter(bytes.last(kSegmentFooterBytes), bytes.size());
  if (!footer.ok()) return info;
  info.series = footer->series;
  info.blocks = footer->blocks;
  info.samples = footer->samples;
  info.first_time = footer->first_time;
  info.last_time = footer->last_time;
  return info;
}

void ReadSegment(ByteView bytes) {
  FaultFileSystem files(1);
  BEDPLATE_CHECK(files.CreateDirectories(kDirectory).ok());
  PutFile(files, JoinPath(kDirectory, SegmentFileName(1)), bytes);
  SegmentCache cache;
  const SegmentReader reader(files, cache, kDirectory, InfoOf(bytes));
  CheckReport report;
  BEDPLATE_CHECK(CheckSegment(reader, {}, {}, report).ok());
  for (std::uint64_t tag = 1; tag < 4; ++tag) static_cast<void>(reader.Find(TagId(tag)));
}

/// One page around the input, with directory and footer that fit: the checksums are right, so the
/// page itself is what is tested.
void ReadPageInSegment(ByteView page) {
  Bytes file;
  PutSegmentHeader(file, 1);
  const Bytes payload(64);
  PutBytes(file, payload);
  const std::uint64_t page_offset = file.size();
  PutBytes(file, page);
  Bytes directory;
  PutPageEntry(directory, {.first_tag = TagId(1),
                           .last_tag = TagId(2),
                           .offset = page_offset,
                           .bytes = static_cast<std::uint32_t>(page.size()),
                           .crc = Crc32c(page)});
  const std::uint64_t directory_offset = file.size();
  PutBytes(file, directory);
  for (const std::uint32_t version : {1U, 2U, 3U}) {
    Bytes whole = file;
    PutSegmentFooter(whole, {.version = version,
                             .directory_offset = directory_offset,
                             .pages = 1,
                             .directory_crc = Crc32c(directory)});
    ReadSegment(whole);
  }
  for (const std::uint32_t version : {1U, 2U, 3U}) {
    static_cast<void>(ParsePage(page, page_offset, version));
  }
}

/// The time that the header must name for the block to be accepted, which a fuzzer cannot guess.
std::int64_t LastTimeOf(const BlockHeader& header, ByteView payload) {
  if (header.even) return header.first_time + std::int64_t{header.count - 1} * 1000;
  ByteReader in(payload);
  const std::uint64_t length = in.Varint();
  ByteReader section(in.Take(length));
  std::vector<std::int64_t> times;
  const bool decodes = DecodeTimes(section, header.count, header.first_time, times);
  return decodes ? times.back() : 0;
}

/// A block for aggregates is the same block.
void CompareNumbers(const BlockHeader& header, const SampleColumns& columns, ByteView payload) {
  if (columns.type == ValueType::kString) return;
  NumberBlock numbers;
  BEDPLATE_CHECK(DecodeNumbers(header, columns.type, payload, numbers).ok());
  BEDPLATE_CHECK(numbers.count == columns.size() && numbers.qualities == columns.qualities);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const double number = columns.NumberAt(i);
    BEDPLATE_CHECK(numbers.TimeAt(i) == columns.times[i]);
    BEDPLATE_CHECK(std::memcmp(&numbers.values[i], &number, sizeof(number)) == 0);
  }
}

void ReadBlock(ByteView input) {
  if (input.size() < 5) return;
  ByteReader in(input);
  BlockHeader header;
  const auto type = static_cast<ValueType>(in.Fixed<std::uint8_t>() % 4 + 1);
  header.count = 1 + in.Fixed<std::uint16_t>() % kMaxBlockSamples;
  header.first_time = in.Fixed<std::int8_t>();
  const auto form = in.Fixed<std::uint8_t>();
  header.version = (form & 1U) != 0 ? 1 : 2;
  header.even = header.version == 2 && (form & 2U) != 0;
  header.has_qualities = header.version == 2 && (form & 4U) != 0;
  header.may_repeat = header.version == 2 && !header.even && (form & 8U) != 0;
  const ByteView payload = in.Rest();
  header.payload_crc = Crc32c(payload);
  header.last_time = LastTimeOf(header, payload);
  const auto decoded = DecodeBlock(header, type, payload);
  if (!decoded.ok()) return;
  CompareNumbers(header, *decoded, payload);
  EncodedBlock again = EncodeBlock(*decoded);
  again.header.may_repeat = header.may_repeat;
  BEDPLATE_CHECK(Describes(again.header, *decoded));
  const auto same = DecodeBlock(again.header, type, again.payload);
  BEDPLATE_CHECK(same.ok() && same->times == decoded->times);
  CompareNumbers(again.header, *same, again.payload);
}

void ReadManifestBytes(ByteView payload) {
  static_cast<void>(ParseManifest(payload));
  Bytes file = EncodeManifest({});
  constexpr std::size_t kHeader = 32;
  file.resize(kHeader);
  StoreFixed(file.data() + 12, Crc32c(payload));
  StoreFixed<std::uint64_t>(file.data() + 16, payload.size());
  StoreFixed(file.data() + 28, Crc32c(ByteView(file).first(28)));
  PutBytes(file, payload);
  const auto manifest = ParseManifest(file);
  if (manifest.ok()) BEDPLATE_CHECK(ParseManifest(EncodeManifest(*manifest)).ok());
}

}  // namespace
}  // namespace bedplate::historian

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bedplate;  // NOLINT(google-build-using-namespace)
  if (size == 0) return 0;
  const ByteView input = std::as_bytes(std::span(data, size));
  const ByteView rest = input.subspan(1);
  switch (std::to_integer<int>(input.front()) % 4) {
    case 0: historian::ReadSegment(rest); break;
    case 1: historian::ReadPageInSegment(rest); break;
    case 2: historian::ReadBlock(rest); break;
    default: historian::ReadManifestBytes(rest); break;
  }
  return 0;
}
