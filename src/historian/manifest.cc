#include "historian/manifest.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/crc32c.h"
#include "historian/format.h"

namespace bedplate::historian {
namespace {

constexpr std::string_view kManifestMagic = "BEDPLMAN";
constexpr std::uint32_t kManifestVersion = 3;
constexpr std::uint32_t kOldestManifestVersion = 1;
constexpr std::uint32_t kFirstWithDeletions = 2;
constexpr std::uint32_t kFirstWithEdition = 3;  // and with two copies
constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kHeaderCrcOffset = kHeaderBytes - sizeof(std::uint32_t);
constexpr std::uint64_t kMaxManifestBytes = 4ULL << 30U;
/// The least that one entry takes; bounds what a hostile count may allocate.
constexpr std::size_t kMinSeriesBytes = 6;
constexpr std::size_t kMinSegmentBytes = 9;
constexpr std::size_t kMinTombstoneBytes = 4;

Error Damaged(std::string message) { return Error(ErrorCode::kCorruption, std::move(message)); }

std::size_t SharedPrefix(std::string_view a, std::string_view b) {
  const auto differs = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(differs.first - a.begin());
}

void PutSeries(Bytes& out, const SeriesRecord& record, const SeriesDefinition& previous) {
  const SeriesDefinition& definition = record.definition;
  PutVarint(out, definition.id.value() - previous.id.value());
  out.push_back(static_cast<std::byte>(definition.type));
  const std::size_t shared = SharedPrefix(previous.path, definition.path);
  PutVarint(out, shared);
  PutText(out, std::string_view(definition.path).substr(shared));
  const SeriesTotals totals = Consistent(record.totals);
  PutVarint(out, totals.conflicts);
  PutVarint(out, totals.samples);
  if (totals.samples == 0) return;
  PutVarint(out, static_cast<std::uint64_t>(totals.first_time));
  PutVarint(out, static_cast<std::uint64_t>(totals.last_time - totals.first_time));
}

bool TakeSpan(ByteReader& in, std::int64_t& first_time, std::int64_t& last_time) {
  const std::uint64_t first = in.Varint();
  const std::uint64_t duration = in.Varint();
  const auto limit = static_cast<std::uint64_t>(kMaxTimestamp.nanoseconds());
  if (!in.ok() || first >= limit || duration >= limit - first) return false;
  first_time = static_cast<std::int64_t>(first);
  last_time = static_cast<std::int64_t>(first + duration);
  return true;
}

bool TakeDefinition(ByteReader& in, const SeriesDefinition& previous,
                    SeriesDefinition& definition) {
  const std::uint64_t step = in.Varint();
  const auto type = in.Fixed<std::uint8_t>();
  const std::uint64_t shared = in.Varint();
  const std::string_view suffix = in.Text();
  if (!in.ok() || step == 0 || step > UINT64_MAX - previous.id.value()) return false;
  if (type < static_cast<std::uint8_t>(ValueType::kDouble) ||
      type > static_cast<std::uint8_t>(ValueType::kString) || shared > previous.path.size()) {
    return false;
  }
  definition.id = TagId(previous.id.value() + step);
  definition.type = static_cast<ValueType>(type);
  definition.path = previous.path.substr(0, shared).append(suffix);
  return CheckPath(definition.path).ok();
}

bool TakeSeries(ByteReader& in, const SeriesDefinition& previous, SeriesRecord& record) {
  if (!TakeDefinition(in, previous, record.definition)) return false;
  record.totals.conflicts = in.Varint();
  record.totals.samples = in.Varint();
  if (record.totals.samples == 0) return in.ok();
  return TakeSpan(in, record.totals.first_time, record.totals.last_time);
}

void PutSegment(Bytes& out, const SegmentInfo& segment) {
  for (const std::uint64_t value :
       {segment.id, segment.generation, std::uint64_t{segment.level}, segment.bytes, segment.series,
        segment.blocks, segment.samples}) {
    PutVarint(out, value);
  }
  PutVarint(out, static_cast<std::uint64_t>(segment.first_time));
  PutVarint(out, static_cast<std::uint64_t>(segment.last_time - segment.first_time));
  PutVarint(out, segment.cleaned);
}

void PutTombstone(Bytes& out, const Tombstone& tombstone) {
  PutVarint(out, tombstone.tag.value());
  PutVarint(out, tombstone.generation);
  PutVarint(out, static_cast<std::uint64_t>(tombstone.first_time));
  PutVarint(out, static_cast<std::uint64_t>(tombstone.last_time - tombstone.first_time));
}

bool TakeTombstone(ByteReader& in, Tombstone& tombstone) {
  tombstone.tag = TagId(in.Varint());
  tombstone.generation = in.Varint();
  return TakeSpan(in, tombstone.first_time, tombstone.last_time);
}

bool TakeSegment(ByteReader& in, std::uint32_t version, SegmentInfo& segment) {
  segment.id = in.Varint();
  segment.generation = in.Varint();
  const std::uint64_t level = in.Varint();
  segment.bytes = in.Varint();
  segment.series = in.Varint();
  segment.blocks = in.Varint();
  segment.samples = in.Varint();
  if (!in.ok() || segment.id == 0 || level > UINT32_MAX) return false;
  segment.level = static_cast<std::uint32_t>(level);
  if (!TakeSpan(in, segment.first_time, segment.last_time)) return false;
  if (version >= kFirstWithDeletions) segment.cleaned = in.Varint();
  return in.ok();
}

Status TakeAllSeries(ByteReader& in, std::vector<SeriesRecord>& series) {
  const std::uint64_t count = in.Varint();
  if (!in.ok() || count > in.remaining() / kMinSeriesBytes) {
    return Damaged("the number of series does not fit");
  }
  series.reserve(count);
  SeriesDefinition previous;
  for (std::uint64_t i = 0; i < count; ++i) {
    SeriesRecord record;
    if (!TakeSeries(in, previous, record)) {
      return Damaged(fmt::format("series entry {} does not decode", i));
    }
    previous = record.definition;
    series.push_back(std::move(record));
  }
  return {};
}

Status TakeAllSegments(ByteReader& in, std::uint32_t version, std::vector<SegmentInfo>& segments) {
  const std::uint64_t count = in.Varint();
  if (!in.ok() || count > in.remaining() / kMinSegmentBytes) {
    return Damaged("the number of segments does not fit");
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    SegmentInfo segment;
    if (!TakeSegment(in, version, segment)) {
      return Damaged(fmt::format("segment entry {} does not decode", i));
    }
    segments.push_back(segment);
  }
  return {};
}

Status TakeAllTombstones(ByteReader& in, std::vector<Tombstone>& tombstones) {
  const std::uint64_t count = in.Varint();
  if (!in.ok() || count > in.remaining() / kMinTombstoneBytes) {
    return Damaged("the number of tombstones does not fit");
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    Tombstone tombstone;
    if (!TakeTombstone(in, tombstone)) {
      return Damaged(fmt::format("tombstone entry {} does not decode", i));
    }
    tombstones.push_back(tombstone);
  }
  return {};
}

/// Returns the version.
Result<std::uint32_t> CheckHeader(ByteView bytes) {
  if (bytes.size() < kHeaderBytes || AsText(bytes.first(kManifestMagic.size())) != kManifestMagic) {
    return Damaged("not a manifest");
  }
  if (Crc32c(bytes.first(kHeaderCrcOffset)) !=
      LoadFixed<std::uint32_t>(bytes.data() + kHeaderCrcOffset)) {
    return Damaged("the header's checksum does not match");
  }
  ByteReader in(bytes.subspan(kManifestMagic.size()));
  const auto version = in.Fixed<std::uint32_t>();
  if (version < kOldestManifestVersion || version > kManifestVersion) {
    return Error(ErrorCode::kUnsupported,
                 fmt::format("manifest version {}, this program reads {} to {}", version,
                             kOldestManifestVersion, kManifestVersion));
  }
  const auto payload_crc = in.Fixed<std::uint32_t>();
  const auto payload_bytes = in.Fixed<std::uint64_t>();
  const ByteView payload = bytes.subspan(kHeaderBytes);
  if (payload_bytes != payload.size() || Crc32c(payload) != payload_crc) {
    return Damaged("the checksum does not match");
  }
  return version;
}

Result<Manifest> ReadCopy(FileSystem& files, const std::string& path) {
  auto content = files.ReadFile(path, kMaxManifestBytes);
  // One that long is not ours.
  if (!content.ok() && content.error().code() == ErrorCode::kResourceExhausted) {
    return Damaged(content.error().message()).At(path);
  }
  if (!content.ok()) return std::move(content).error();
  auto manifest = ParseManifest(AsBytes(*content));
  if (!manifest.ok()) return std::move(manifest).error().At(path);
  return manifest;
}

/// Whether the other copy may stand in for one with this error. Not so for one of a later version,
/// which knows more, nor for one that is only not allowed to be read.
bool MayBeReplaced(const Error& error) {
  return error.code() == ErrorCode::kNotFound || error.code() == ErrorCode::kCorruption ||
         error.code() == ErrorCode::kIo;
}

/// What is wrong when neither copy can be read. One that is not there says less than one that is
/// damaged, as a backup has one only.
Error ErrorOfBoth(const Error& first, const Error& second) {
  if (first.code() == ErrorCode::kNotFound) return second;
  if (second.code() == ErrorCode::kNotFound) return first;
  return {first.code(), fmt::format("{}; nor can the other copy be read, {}", first.ToString(),
                                    second.ToString())};
}

/// What is wrong with the copy that does not count, if anything is. That the second one is missing
/// is not: a backup has one only, and so had version 2. Nor is one that is a single edition behind,
/// or none: it could not be written however often that was tried, or the power failed before.
std::optional<Error> DamageOf(const Result<Manifest>& other, const Manifest& best,
                              const std::string& path) {
  if (other.ok()) {
    if (other->edition + 1 >= best.edition) return std::nullopt;
    return Error(ErrorCode::kCorruption,
                 fmt::format("edition {} of the manifest, but there is edition {}", other->edition,
                             best.edition))
        .At(path);
  }
  const bool is_missing = other.error().code() == ErrorCode::kNotFound;
  if (!is_missing) return other.error();
  if (path.ends_with(JoinPath(kSegmentDirectory, kManifestName))) return std::nullopt;
  return Error(ErrorCode::kCorruption, "the file is missing").At(path);
}

/// A bug in what is written must not cost the copies that there are.
Status CheckReadsBack(ByteView bytes, const Manifest& manifest) {
  const auto read = ParseManifest(bytes);
  if (read.ok() && *read == manifest) return {};
  return Error(ErrorCode::kInternal,
               fmt::format("the manifest would not read back, so it is not written: {}",
                           read.ok() ? "it differs" : read.error().ToString()));
}

}  // namespace

SeriesTotals Consistent(SeriesTotals totals) {
  const bool any_left = totals.first_time <= totals.last_time &&
                        IsStorable(Timestamp(totals.first_time)) &&
                        IsStorable(Timestamp(totals.last_time));
  if (!any_left) return {.conflicts = totals.conflicts};
  totals.samples = std::max<std::uint64_t>(totals.samples, 1);
  return totals;
}

Bytes EncodeManifest(const Manifest& manifest) {
  Bytes payload;
  PutVarint(payload, manifest.edition);
  PutVarint(payload, manifest.wal_low_water);
  PutVarint(payload, manifest.next_segment_id);
  PutVarint(payload, manifest.series.size());
  SeriesDefinition previous;
  for (const SeriesRecord& record : manifest.series) {
    PutSeries(payload, record, previous);
    previous = record.definition;
  }
  PutVarint(payload, manifest.segments.size());
  for (const SegmentInfo& segment : manifest.segments) PutSegment(payload, segment);
  PutVarint(payload, manifest.tombstones.size());
  for (const Tombstone& tombstone : manifest.tombstones) PutTombstone(payload, tombstone);

  Bytes out;
  PutBytes(out, AsBytes(kManifestMagic));
  PutFixed(out, kManifestVersion);
  PutFixed(out, Crc32c(payload));
  PutFixed<std::uint64_t>(out, payload.size());
  PutFixed<std::uint32_t>(out, 0);
  PutFixed(out, Crc32c(out));
  PutBytes(out, payload);
  return out;
}

Result<Manifest> ParseManifest(ByteView bytes) {
  ASSIGN_OR_RETURN(const std::uint32_t version, CheckHeader(bytes));
  ByteReader in(bytes.subspan(kHeaderBytes));
  Manifest manifest;
  if (version >= kFirstWithEdition) manifest.edition = in.Varint();
  manifest.wal_low_water = in.Varint();
  manifest.next_segment_id = in.Varint();
  RETURN_IF_ERROR(TakeAllSeries(in, manifest.series));
  RETURN_IF_ERROR(TakeAllSegments(in, version, manifest.segments));
  if (version >= kFirstWithDeletions) {
    RETURN_IF_ERROR(TakeAllTombstones(in, manifest.tombstones));
  }
  if (!in.AtEnd()) return Damaged("bytes are left over at the end");
  return manifest;
}

std::array<std::string, 2> ManifestPaths(const std::string& directory) {
  return {JoinPath(directory, kManifestName),
          JoinPath(JoinPath(directory, kSegmentDirectory), kManifestName)};
}

Status WriteManifest(FileSystem& files, const std::string& directory, const Manifest& manifest) {
  const Bytes bytes = EncodeManifest(manifest);
  RETURN_IF_ERROR(CheckReadsBack(bytes, manifest));
  for (const std::string& path : ManifestPaths(directory)) {
    RETURN_IF_ERROR(WriteFileAtomically(files, path, AsText(bytes)));
  }
  return {};
}

Status WriteFirstManifest(FileSystem& files, const std::string& directory,
                          const Manifest& manifest) {
  const Bytes bytes = EncodeManifest(manifest);
  RETURN_IF_ERROR(CheckReadsBack(bytes, manifest));
  return WriteFileAtomically(files, ManifestPaths(directory).front(), AsText(bytes));
}

Result<StoredManifest> ReadManifest(FileSystem& files, const std::string& directory) {
  const auto paths = ManifestPaths(directory);
  std::array<Result<Manifest>, 2> copies{ReadCopy(files, paths[0]), ReadCopy(files, paths[1])};
  for (const auto& copy : copies) {
    if (!copy.ok() && !MayBeReplaced(copy.error())) return copy.error();
  }
  if (!copies[0].ok() && !copies[1].ok()) return ErrorOfBoth(copies[0].error(), copies[1].error());
  const bool second_counts =
      !copies[0].ok() || (copies[1].ok() && copies[1]->edition > copies[0]->edition);
  const std::size_t best = second_counts ? 1 : 0;
  const Result<Manifest>& other = copies[1 - best];
  StoredManifest stored;
  stored.is_in_both = other.ok() && *other == *copies[best];
  if (auto damage = DamageOf(other, *copies[best], paths[1 - best])) {
    stored.damaged.push_back(*std::move(damage));
  }
  stored.manifest = *std::move(copies[best]);
  return stored;
}

}  // namespace bedplate::historian
