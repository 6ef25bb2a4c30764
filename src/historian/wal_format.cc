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
constexpr std::uint32_t kWalVersion = 1;
constexpr std::uint32_t kFrameMagic = 0x4D524642;  // "BFRM"
constexpr std::size_t kHeaderCrcOffset = kWalHeaderBytes - sizeof(std::uint32_t);
constexpr std::size_t kFrameCrcOffset = kFrameHeaderBytes - sizeof(std::uint32_t);

enum RecordType : std::uint8_t { kSeriesRecord = 1, kSamplesRecord = 2 };
constexpr std::uint8_t kHasQualities = 1;  // the only flag of a samples record

Error Damaged(std::string message) { return Error(ErrorCode::kCorruption, std::move(message)); }

std::uint32_t FrameHeaderCrc(ByteView header, std::uint64_t salt) {
  std::byte salt_bytes[sizeof(salt)];
  StoreFixed(salt_bytes, salt);
  return Crc32c(header.first(kFrameCrcOffset), Crc32c(salt_bytes));
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

template <typename T>
void PutColumn(Bytes& out, const std::vector<T>& column) {
  PutBytes(out, std::as_bytes(std::span(column)));
}

void PutValues(Bytes& out, const SampleColumns& samples) {
  switch (samples.type) {
    case ValueType::kDouble: return PutColumn(out, samples.doubles);
    case ValueType::kInt64: return PutColumn(out, samples.int64s);
    case ValueType::kBool: return PutColumn(out, samples.bools);
    case ValueType::kString:
      for (const std::string& text : samples.strings) PutText(out, text);
  }
}

template <typename T>
bool TakeColumn(ByteReader& in, std::size_t count, std::vector<T>& column) {
  if (count > in.remaining() / sizeof(T)) return false;
  const ByteView bytes = in.Take(count * sizeof(T));
  column.resize(count);
  if (count > 0) std::memcpy(column.data(), bytes.data(), bytes.size());
  return in.ok();
}

bool TakeStrings(ByteReader& in, std::size_t count, std::vector<std::string>& column) {
  if (count > in.remaining()) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view text = in.Text();
    if (!in.ok() || text.size() > kMaxStringBytes) return false;
    column.emplace_back(text);
  }
  return true;
}

bool TakeBools(ByteReader& in, std::size_t count, std::vector<std::uint8_t>& column) {
  return TakeColumn(in, count, column) &&
         std::all_of(column.begin(), column.end(), [](std::uint8_t value) { return value <= 1; });
}

bool TakeValues(ByteReader& in, std::size_t count, SampleColumns& samples) {
  switch (samples.type) {
    case ValueType::kDouble: return TakeColumn(in, count, samples.doubles);
    case ValueType::kInt64: return TakeColumn(in, count, samples.int64s);
    case ValueType::kBool: return TakeBools(in, count, samples.bools);
    case ValueType::kString: return TakeStrings(in, count, samples.strings);
  }
  return false;
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

Result<TagBatch> ParseSamplesRecord(ByteView body) {
  ByteReader in(body);
  TagBatch batch;
  batch.tag = TagId(in.Varint());
  const auto type = in.Fixed<std::uint8_t>();
  const auto flags = in.Fixed<std::uint8_t>();
  const std::uint64_t count = in.Varint();
  const bool head_fits = in.ok() && IsValueType(type) && flags <= kHasQualities;
  if (!head_fits) return Damaged("a samples record does not decode");
  batch.samples.type = static_cast<ValueType>(type);
  const bool fits = TakeColumn(in, count, batch.samples.times) &&
                    TakeValues(in, count, batch.samples) &&
                    (flags == 0 || TakeColumn(in, count, batch.samples.qualities)) && in.AtEnd();
  if (!fits) return Damaged("a samples record's columns do not fit its count");
  const auto storable = [](std::int64_t time) { return IsStorable(Timestamp(time)); };
  if (!std::all_of(batch.samples.times.begin(), batch.samples.times.end(), storable)) {
    return Damaged("a samples record has a time that is not storable");
  }
  return batch;
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
  if (const auto version = in.Fixed<std::uint32_t>(); version != kWalVersion) {
    return Error(ErrorCode::kUnsupported,
                 fmt::format("WAL version {}, this program reads {}", version, kWalVersion));
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
  PutFixed(out, FrameHeaderCrc(ByteView(out).subspan(start), salt));
}

bool LooksLikeFrame(ByteView bytes) noexcept {
  return bytes.size() >= kFrameHeaderBytes && LoadFixed<std::uint32_t>(bytes.data()) == kFrameMagic;
}

std::optional<FrameHeader> ParseFrameHeader(ByteView bytes, std::uint64_t salt) {
  if (!LooksLikeFrame(bytes)) return std::nullopt;
  if (FrameHeaderCrc(bytes.first(kFrameHeaderBytes), salt) !=
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

void PutSamplesRecord(Bytes& out, const TagBatch& batch) {
  const RecordScope record(out, kSamplesRecord);
  const SampleColumns& samples = batch.samples;
  PutVarint(out, batch.tag.value());
  out.push_back(static_cast<std::byte>(samples.type));
  out.push_back(samples.qualities.empty() ? std::byte{0} : std::byte{kHasQualities});
  PutVarint(out, samples.size());
  PutColumn(out, samples.times);
  PutValues(out, samples);
  PutColumn(out, samples.qualities);
}

Result<FrameContents> ParseFramePayload(ByteView payload) {
  FrameContents contents;
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
      ASSIGN_OR_RETURN(auto batch, ParseSamplesRecord(body));
      contents.batches.push_back(std::move(batch));
    } else {
      return Damaged(fmt::format("a record has the unknown type {}", type));
    }
  }
  return contents;
}

}  // namespace bedplate::historian
