#include "historian/wal_format.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/crc32c.h"
#include "historian/format.h"
#include "historian/numbered_file.h"

namespace bedplate::historian {
namespace {

constexpr std::string_view kWalMagic = "BEDPLWAL";
constexpr std::uint32_t kWalVersion = 2;           // 1 has no marks
constexpr std::uint32_t kFrameMagic = 0x4D524642;  // "BFRM"
constexpr std::size_t kHeaderCrcOffset = kWalHeaderBytes - sizeof(std::uint32_t);
constexpr std::size_t kFrameCrcOffset = kFrameHeaderBytes - sizeof(std::uint32_t);

enum RecordType : std::uint8_t { kSeriesRecord = 1, kSamplesRecord = 2, kMarkRecord = 3 };
constexpr std::uint8_t kHasQualities = 1;  // the only flag of a samples record

Error Damaged(std::string message) { return Error(ErrorCode::kCorruption, std::move(message)); }

std::uint32_t FrameHeaderCrc(ByteView header, std::uint32_t salt_checksum) {
  return Crc32c(header.first(kFrameCrcOffset), salt_checksum);
}

/// Reserves a record's type and length, and fills the length in at the end of its scope.
class RecordScope {
 public:
  RecordScope(Bytes& out, RecordType type) : out_(out) {
    out_.push_back(std::byte{type});
    PutFixed<std::uint32_t>(out_, 0);
    start_ = out_.size();
  }
  ~RecordScope() {
    StoreFixed(out_.data() + start_ - sizeof(std::uint32_t),
               static_cast<std::uint32_t>(out_.size() - start_));
  }
  RecordScope(const RecordScope&) = delete;
  RecordScope& operator=(const RecordScope&) = delete;

 private:
  Bytes& out_;
  std::size_t start_ = 0;
};

bool TakeStrings(ByteReader& in, std::size_t count, std::vector<std::string>& column) {
  if (count > in.remaining()) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view text = in.Text();
    if (!in.ok() || text.size() > kMaxStringBytes) return false;
    column.emplace_back(text);
  }
  return true;
}

/// The place of a column of `count` numbers of `width` bytes, or null when it is not all there.
const std::byte* TakeColumn(ByteReader& in, std::size_t count, std::size_t width) {
  if (count > in.remaining() / width) return nullptr;
  return in.Take(count * width).data();
}

bool AreBools(const std::byte* values, std::size_t count) {
  return std::all_of(values, values + count,
                     [](std::byte value) { return std::to_integer<unsigned>(value) <= 1; });
}

bool AreStorable(const SampleRun& samples) {
  bool all = true;
  for (std::size_t i = 0; i < samples.count; ++i) {
    all &= IsStorable(Timestamp(samples.TimeAt(i)));
  }
  return all;
}

bool TakeValues(ByteReader& in, SampleRun& samples, std::vector<std::vector<std::string>>& texts) {
  if (samples.type == ValueType::kString) {
    std::vector<std::string>& column = texts.emplace_back();
    const bool fits = TakeStrings(in, samples.count, column);
    samples.texts = column.data();
    return fits;
  }
  samples.values = TakeColumn(in, samples.count, ValueBytes(samples.type));
  if (samples.values == nullptr) return samples.count == 0;
  return samples.type != ValueType::kBool || AreBools(samples.values, samples.count);
}

bool IsValueType(std::uint8_t number) {
  return number >= static_cast<std::uint8_t>(ValueType::kDouble) &&
         number <= static_cast<std::uint8_t>(ValueType::kString);
}

Result<SeriesDefinition> ParseSeriesRecord(ByteView body) {
  ByteReader in(body);
  SeriesDefinition definition;
  definition.id = TagId(in.Varint());
  const auto type = in.Fixed<std::uint8_t>();
  definition.path = in.Text();
  if (!in.ok() || !in.AtEnd() || !IsValueType(type) || definition.id.value() == 0) {
    return Damaged("a series record does not decode");
  }
  definition.type = static_cast<ValueType>(type);
  if (const Status path = CheckPath(definition.path); !path.ok()) {
    return Damaged(fmt::format("a series record has a bad path: {}", path.error().ToString()));
  }
  return definition;
}

Status ParseSamplesRecord(ByteView body, FrameContents& contents) {
  ByteReader in(body);
  TagRun run;
  run.tag = TagId(in.Varint());
  const auto type = in.Fixed<std::uint8_t>();
  const auto flags = in.Fixed<std::uint8_t>();
  SampleRun& samples = run.samples;
  samples.count = in.Varint();
  const bool head_fits = in.ok() && IsValueType(type) && flags <= kHasQualities;
  if (!head_fits) return Damaged("a samples record does not decode");
  samples.type = static_cast<ValueType>(type);
  samples.times = TakeColumn(in, samples.count, sizeof(std::int64_t));
  bool fits =
      (samples.times != nullptr || samples.count == 0) && TakeValues(in, samples, contents.texts);
  if (fits && flags != 0) {
    samples.qualities = TakeColumn(in, samples.count, sizeof(std::uint32_t));
    fits = samples.qualities != nullptr || samples.count == 0;
  }
  if (!fits || !in.AtEnd()) return Damaged("a samples record's columns do not fit its count");
  if (!AreStorable(samples)) return Damaged("a samples record has a time that is not storable");
  contents.runs.push_back(run);
  return {};
}

Result<FrameContents::Mark> ParseMarkRecord(ByteView body) {
  ByteReader in(body);
  FrameContents::Mark mark;
  mark.source = in.Text();
  mark.marks.greatest = in.Fixed<std::uint64_t>();
  mark.marks.recent = in.Fixed<std::uint64_t>();
  const bool good = in.ok() && in.AtEnd() && !mark.source.empty() &&
                    mark.source.size() <= kMaxMarkSourceBytes && (mark.marks.recent & 1U) != 0;
  if (!good) return Damaged("a mark record does not decode");
  return mark;
}

}  // namespace

std::string WalFileName(std::uint64_t sequence) { return NumberedFileName(sequence, ".wal"); }

std::uint64_t ParseWalFileName(std::string_view name) {
  return ParseNumberedFileName(name, ".wal");
}

void PutWalHeader(Bytes& out, const WalHeader& header) {
  const std::size_t start = out.size();
  PutBytes(out, AsBytes(kWalMagic));
  PutFixed(out, kWalVersion);
  PutFixed<std::uint32_t>(out, 0);
  PutFixed(out, header.sequence);
  PutFixed(out, header.salt);
  PutFixed(out, header.previous_end);
  PutFixed(out, header.published_end);
  out.resize(start + kHeaderCrcOffset);
  PutFixed(out, Crc32c(ByteView(out).subspan(start)));
}

Result<WalHeader> ParseWalHeader(ByteView bytes) {
  if (bytes.size() < kWalHeaderBytes) {
    return Damaged(fmt::format("{} bytes, expected a header of {}", bytes.size(), kWalHeaderBytes));
  }
  if (AsText(bytes.first(kWalMagic.size())) != kWalMagic) return Damaged("not a WAL file");
  if (Crc32c(bytes.first(kHeaderCrcOffset)) !=
      LoadFixed<std::uint32_t>(bytes.data() + kHeaderCrcOffset)) {
    return Damaged("the header's checksum does not match");
  }
  ByteReader in(bytes.subspan(kWalMagic.size()));
  if (const auto version = in.Fixed<std::uint32_t>(); version == 0 || version > kWalVersion) {
    return Error(ErrorCode::kUnsupported,
                 fmt::format("WAL version {}, this program reads 1 to {}", version, kWalVersion));
  }
  in.Take(sizeof(std::uint32_t));
  WalHeader header;
  header.sequence = in.Fixed<std::uint64_t>();
  header.salt = in.Fixed<std::uint64_t>();
  header.previous_end = in.Fixed<std::uint64_t>();
  header.published_end = in.Fixed<std::uint64_t>();
  return header;
}

void PutFrameHeader(Bytes& out, const FrameHeader& header, std::uint64_t salt) {
  const std::size_t start = out.size();
  PutFixed(out, kFrameMagic);
  PutFixed(out, header.payload_bytes);
  PutFixed(out, header.group);
  PutFixed(out, header.durable_group);
  PutFixed(out, header.payload_crc);
  PutFixed(out, FrameHeaderCrc(ByteView(out).subspan(start), SaltChecksum(salt)));
}

bool LooksLikeFrame(ByteView bytes) noexcept {
  return bytes.size() >= kFrameHeaderBytes && LoadFixed<std::uint32_t>(bytes.data()) == kFrameMagic;
}

std::uint32_t SaltChecksum(std::uint64_t salt) noexcept {
  std::byte bytes[sizeof(salt)];
  StoreFixed(bytes, salt);
  return Crc32c(bytes);
}

std::uint32_t SaltChecksumOfFrame(ByteView bytes) {
  BEDPLATE_CHECK(bytes.size() >= kFrameHeaderBytes);
  return Crc32cBefore(bytes.first(kFrameCrcOffset),
                      LoadFixed<std::uint32_t>(bytes.data() + kFrameCrcOffset));
}

std::optional<FrameHeader> ParseFrameHeader(ByteView bytes, std::uint64_t salt) {
  return ParseSaltedFrameHeader(bytes, SaltChecksum(salt));
}

std::optional<FrameHeader> ParseSaltedFrameHeader(ByteView bytes, std::uint32_t salt_checksum) {
  if (!LooksLikeFrame(bytes)) return std::nullopt;
  if (FrameHeaderCrc(bytes.first(kFrameHeaderBytes), salt_checksum) !=
      LoadFixed<std::uint32_t>(bytes.data() + kFrameCrcOffset)) {
    return std::nullopt;
  }
  ByteReader in(bytes.subspan(sizeof(kFrameMagic)));
  FrameHeader header;
  header.payload_bytes = in.Fixed<std::uint32_t>();
  header.group = in.Fixed<std::uint64_t>();
  header.durable_group = in.Fixed<std::uint64_t>();
  header.payload_crc = in.Fixed<std::uint32_t>();
  return header;
}

void PutSeriesRecord(Bytes& out, const SeriesDefinition& definition) {
  const RecordScope record(out, kSeriesRecord);
  PutVarint(out, definition.id.value());
  out.push_back(static_cast<std::byte>(definition.type));
  PutText(out, definition.path);
}

void PutSamplesRecord(Bytes& out, const TagRun& run) {
  const RecordScope record(out, kSamplesRecord);
  const SampleRun& samples = run.samples;
  PutVarint(out, run.tag.value());
  out.push_back(static_cast<std::byte>(samples.type));
  out.push_back(samples.qualities == nullptr ? std::byte{0} : std::byte{kHasQualities});
  PutVarint(out, samples.count);
  PutBytes(out, {samples.times, samples.count * sizeof(std::int64_t)});
  if (samples.type == ValueType::kString) {
    for (std::size_t i = 0; i < samples.count; ++i) PutText(out, samples.texts[i]);
  } else {
    PutBytes(out, {samples.values, samples.count * ValueBytes(samples.type)});
  }
  if (samples.qualities != nullptr) {
    PutBytes(out, {samples.qualities, samples.count * sizeof(std::uint32_t)});
  }
}

std::size_t SamplesRecordBound(const SampleRun& samples) noexcept {
  constexpr std::size_t kHeadBytes = 32;
  constexpr std::size_t kTextLengthBytes = 5;
  std::size_t each = sizeof(std::int64_t) + ValueBytes(samples.type);
  if (samples.qualities != nullptr) each += sizeof(std::uint32_t);
  std::size_t bytes = kHeadBytes + samples.count * each;
  if (samples.type != ValueType::kString) return bytes;
  for (std::size_t i = 0; i < samples.count; ++i) {
    bytes += kTextLengthBytes + samples.texts[i].size();
  }
  return bytes;
}

void PutMarkRecord(Bytes& out, std::string_view source, const SourceMarks& marks) {
  const RecordScope record(out, kMarkRecord);
  PutText(out, source);
  PutFixed(out, marks.greatest);
  PutFixed(out, marks.recent);
}

bool SourceMarks::Has(std::uint64_t sequence) const noexcept {
  if (recent == 0 || sequence > greatest) return false;
  const std::uint64_t behind = greatest - sequence;
  return behind < kMarkWindow && ((recent >> behind) & 1U) != 0;
}

bool SourceMarks::Forgot(std::uint64_t sequence) const noexcept {
  return recent != 0 && sequence < greatest && greatest - sequence >= kMarkWindow;
}

void SourceMarks::Add(std::uint64_t sequence) noexcept { Add({sequence, 1}); }

void SourceMarks::Add(const SourceMarks& other) noexcept {
  if (recent == 0) {
    *this = other;
    return;
  }
  const bool is_ahead = other.greatest > greatest;
  const SourceMarks ahead = is_ahead ? other : *this;
  const SourceMarks behind = is_ahead ? *this : other;
  const std::uint64_t distance = ahead.greatest - behind.greatest;
  greatest = ahead.greatest;
  recent = ahead.recent | (distance < kMarkWindow ? behind.recent << distance : 0);
}

Result<FrameContents> ParseFramePayload(ByteView payload) {
  FrameContents contents;
  RETURN_IF_ERROR(ParseFramePayload(payload, contents));
  return contents;
}

Status ParseFramePayload(ByteView payload, FrameContents& contents) {
  contents.series.clear();
  contents.runs.clear();
  contents.marks.clear();
  contents.texts.clear();
  ByteReader in(payload);
  while (!in.AtEnd()) {
    const auto type = in.Fixed<std::uint8_t>();
    const auto length = in.Fixed<std::uint32_t>();
    const ByteView body = in.Take(length);
    if (!in.ok()) return Damaged("a record is cut off inside its frame");
    if (type == kSeriesRecord) {
      ASSIGN_OR_RETURN(auto definition, ParseSeriesRecord(body));
      contents.series.push_back(std::move(definition));
    } else if (type == kSamplesRecord) {
      RETURN_IF_ERROR(ParseSamplesRecord(body, contents));
    } else if (type == kMarkRecord) {
      ASSIGN_OR_RETURN(const auto mark, ParseMarkRecord(body));
      contents.marks.push_back(mark);
    } else {
      return Damaged(fmt::format("a record has the unknown type {}", type));
    }
  }
  return {};
}

}  // namespace bedplate::historian
