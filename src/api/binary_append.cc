#include "api/binary_append.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/check.h"
#include "historian/sample_run.h"

namespace bedplate {
namespace {

constexpr std::string_view kMagic = "BEDPLAPP";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint8_t kHasQualities = 1;  // the only flag
constexpr std::size_t kAlignment = 8;
constexpr std::size_t kZerosOfBlock = 6;

Error BadBody(std::string message) { return {ErrorCode::kInvalidArgument, std::move(message)}; }

template <typename T>
bool TakeColumn(ByteReader& in, std::size_t count, std::vector<T>& column) {
  if (!in.ok() || count > in.remaining() / sizeof(T)) return false;
  const ByteView bytes = in.Take(count * sizeof(T));
  column.resize(count);
  std::memcpy(column.data(), bytes.data(), bytes.size());
  return true;
}

bool TakeStrings(ByteReader& in, std::size_t count, std::vector<std::string>& column) {
  std::vector<std::uint32_t> lengths;
  if (!TakeColumn(in, count, lengths)) return false;
  column.reserve(count);
  for (const std::uint32_t length : lengths) {
    if (length > in.remaining()) return false;
    column.emplace_back(AsText(in.Take(length)));
  }
  return true;
}

bool TakeValues(ByteReader& in, std::size_t count, SampleColumns& samples) {
  switch (samples.type) {
    case ValueType::kDouble: return TakeColumn(in, count, samples.doubles);
    case ValueType::kInt64: return TakeColumn(in, count, samples.int64s);
    case ValueType::kBool: return TakeColumn(in, count, samples.bools);
    case ValueType::kString: break;
  }
  return TakeStrings(in, count, samples.strings);
}

void SkipPadding(ByteReader& in) {
  const std::size_t beyond = in.position() % kAlignment;
  if (beyond > 0) in.Take(kAlignment - beyond);
}

std::optional<ValueType> TypeOfNumber(std::uint8_t number) {
  if (number < static_cast<std::uint8_t>(ValueType::kDouble) ||
      number > static_cast<std::uint8_t>(ValueType::kString)) {
    return std::nullopt;
  }
  return static_cast<ValueType>(number);
}

/// Reads the blocks of one body.
class Reader {
 public:
  explicit Reader(std::string_view body) : in_(AsBytes(body)) {}

  Result<std::vector<PathBatch>> Run() {
    RETURN_IF_ERROR(ReadHeader());
    std::vector<PathBatch> batches;
    while (!in_.AtEnd()) {
      ++block_;
      PathBatch& batch = batches.emplace_back();
      RETURN_IF_ERROR(ReadBlock(batch));
      batch.origin.prefix = fmt::format("block {} sample ", block_);
      batch.origin.numbered = true;
    }
    return batches;
  }

 private:
  Status ReadHeader() {
    const std::string_view magic = AsText(in_.Take(kMagic.size()));
    const auto version = in_.Fixed<std::uint32_t>();
    in_.Fixed<std::uint32_t>();
    if (!in_.ok() || magic != kMagic) {
      return BadBody(fmt::format("expected a body that begins with {} and a version", kMagic));
    }
    if (version == kVersion) return {};
    return BadBody(fmt::format("version: expected {}, got {}", kVersion, version));
  }

  Status ReadBlock(PathBatch& batch) {
    const std::size_t count = in_.Fixed<std::uint32_t>();
    const auto path_bytes = in_.Fixed<std::uint16_t>();
    const auto unit_bytes = in_.Fixed<std::uint16_t>();
    const auto type = in_.Fixed<std::uint8_t>();
    const auto flags = in_.Fixed<std::uint8_t>();
    in_.Take(kZerosOfBlock);
    batch.path = AsText(in_.Take(path_bytes));
    batch.unit = AsText(in_.Take(unit_bytes));
    SkipPadding(in_);
    if (!in_.ok()) return CutOff();
    if (count == 0) return Bad("expected at least 1 sample, got 0");
    if (flags > kHasQualities) return Bad(fmt::format("flags: expected 0 or 1, got {}", flags));
    const auto value_type = TypeOfNumber(type);
    if (!value_type) return Bad(fmt::format("value type: expected 1 to 4, got {}", type));
    batch.samples.type = *value_type;
    return ReadColumns(count, flags == kHasQualities, batch.samples);
  }

  Status ReadColumns(std::size_t count, bool has_qualities, SampleColumns& samples) {
    if (!TakeColumn(in_, count, samples.times)) return CutOff();
    if (!TakeValues(in_, count, samples)) return CutOff();
    SkipPadding(in_);
    if (has_qualities && !TakeColumn(in_, count, samples.qualities)) return CutOff();
    SkipPadding(in_);
    if (!in_.ok()) return CutOff();
    for (const std::uint8_t value : samples.bools) {
      if (value > 1) return Bad(fmt::format("bool: expected 0 or 1, got {}", value));
    }
    return {};
  }

  [[nodiscard]] Error Bad(const std::string& message) const {
    return BadBody(fmt::format("block {}: {}", block_, message));
  }
  [[nodiscard]] Error CutOff() const {
    return Bad(fmt::format("expected more bytes than the {} that are left", in_.remaining()));
  }

  ByteReader in_;
  std::size_t block_ = 0;  // from 1
};

void PutPadding(Bytes& out) { out.resize((out.size() + kAlignment - 1) / kAlignment * kAlignment); }

void PutValues(Bytes& out, const SampleColumns& samples) {
  if (samples.type != ValueType::kString) {
    PutBytes(out, {RunOf(samples).values, samples.size() * ValueBytes(samples.type)});
    return;
  }
  for (const std::string& text : samples.strings) {
    PutFixed(out, static_cast<std::uint32_t>(text.size()));
  }
  for (const std::string& text : samples.strings) PutBytes(out, AsBytes(text));
}

void PutBlock(Bytes& out, const PathBatch& batch) {
  BEDPLATE_CHECK(batch.path.size() <= std::numeric_limits<std::uint16_t>::max());
  BEDPLATE_CHECK(batch.unit.size() <= std::numeric_limits<std::uint16_t>::max());
  const SampleColumns& samples = batch.samples;
  PutFixed(out, static_cast<std::uint32_t>(samples.size()));
  PutFixed(out, static_cast<std::uint16_t>(batch.path.size()));
  PutFixed(out, static_cast<std::uint16_t>(batch.unit.size()));
  PutFixed(out, static_cast<std::uint8_t>(samples.type));
  PutFixed(out, static_cast<std::uint8_t>(samples.qualities.empty() ? 0 : kHasQualities));
  out.resize(out.size() + kZerosOfBlock);
  PutBytes(out, AsBytes(batch.path));
  PutBytes(out, AsBytes(batch.unit));
  PutPadding(out);
  PutBytes(out, std::as_bytes(std::span(samples.times)));
  PutValues(out, samples);
  PutPadding(out);
  PutBytes(out, std::as_bytes(std::span(samples.qualities)));
  PutPadding(out);
}

}  // namespace

Result<std::vector<PathBatch>> ParseBinaryAppend(std::string_view body) {
  return Reader(body).Run();
}

std::string FormatBinaryAppend(const std::vector<PathBatch>& batches) {
  Bytes out;
  PutBytes(out, AsBytes(kMagic));
  PutFixed(out, kVersion);
  PutFixed<std::uint32_t>(out, 0);
  for (const PathBatch& batch : batches) {
    if (!batch.samples.empty()) PutBlock(out, batch);
  }
  return std::string(AsText(out));
}

}  // namespace bedplate
