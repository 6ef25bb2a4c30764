#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "historian/historian.h"

namespace bedplate::historian {

// The write-ahead log's bytes (docs/formats/wal.md).

inline constexpr std::size_t kWalHeaderBytes = 64;
inline constexpr std::size_t kFrameHeaderBytes = 32;
inline constexpr std::uint64_t kMaxFrameBytes = 256ULL << 20U;  // payload
/// No WAL file grows beyond this; a larger one was not written by this program.
inline constexpr std::uint64_t kMaxWalFileBytes = 4ULL << 30U;

struct WalHeader {
  std::uint64_t sequence = 0;       // the number in the file's name
  std::uint64_t salt = 0;           // goes into each frame header's checksum
  std::uint64_t previous_end = 0;   // bytes of the preceding file that count; 0: there is none
  std::uint64_t published_end = 0;  // bytes of this file that were durable when it got its name

  bool operator==(const WalHeader&) const = default;
};

/// A group of records that was written, and is recovered, as a whole.
struct FrameHeader {
  std::uint32_t payload_bytes = 0;
  std::uint32_t payload_crc = 0;
  std::uint64_t group = 0;          // from 1 in each file, without gaps
  std::uint64_t durable_group = 0;  // groups up to this were durable when this one was written

  bool operator==(const FrameHeader&) const = default;
};

struct SeriesDefinition {
  TagId id;
  ValueType type = ValueType::kDouble;
  std::string path;

  bool operator==(const SeriesDefinition&) const = default;
};

/// Which sequences of one source are stored: bit i of `recent` is for `greatest` - i, and nobody
/// knows it of those further behind.
struct SourceMarks {
  std::uint64_t greatest = 0;
  std::uint64_t recent = 0;

  [[nodiscard]] bool Has(std::uint64_t sequence) const noexcept;
  /// Whether `sequence` is so far behind that nobody knows whether it is stored.
  [[nodiscard]] bool Forgot(std::uint64_t sequence) const noexcept;
  void Add(std::uint64_t sequence) noexcept;
  /// What either has; `greatest` of the result is the greater one.
  void Add(const SourceMarks& other) noexcept;
  bool operator==(const SourceMarks&) const = default;
};

/// "0000000007.wal".
std::string WalFileName(std::uint64_t sequence);
/// The sequence number in a name of that form, or 0.
std::uint64_t ParseWalFileName(std::string_view name);

void PutWalHeader(Bytes& out, const WalHeader& header);
/// Errors: kCorruption, kUnsupported for a later version.
Result<WalHeader> ParseWalHeader(ByteView bytes);

void PutFrameHeader(Bytes& out, const FrameHeader& header, std::uint64_t salt);
/// The frame header at the start of `bytes`, if a whole and valid one is there.
std::optional<FrameHeader> ParseFrameHeader(ByteView bytes, std::uint64_t salt);

// All that frames know of the salt is the checksum of it, which theirs go on from. So where the
// file's header is damaged the frames can be proven by agreeing on it.

std::uint32_t SaltChecksum(std::uint64_t salt) noexcept;
/// ParseFrameHeader with the checksum of a salt that nobody knows.
std::optional<FrameHeader> ParseSaltedFrameHeader(ByteView bytes, std::uint32_t salt_checksum);
/// The salt's checksum with which the frame header that `bytes` begin with is valid. There must be
/// that many bytes (CHECK).
std::uint32_t SaltChecksumOfFrame(ByteView bytes);

/// Whether these bytes begin as a frame does; cheap, before ParseFrameHeader.
bool LooksLikeFrame(ByteView bytes) noexcept;

void PutSeriesRecord(Bytes& out, const SeriesDefinition& definition);
void PutSamplesRecord(Bytes& out, const TagRun& run);
/// At least the bytes that PutSamplesRecord adds.
std::size_t SamplesRecordBound(const SampleRun& samples) noexcept;
void PutMarkRecord(Bytes& out, std::string_view source, const SourceMarks& marks);

/// What one frame holds, in order; series stand before the samples that need them. The runs point
/// into the payload and into `texts`, so a copy's would point into the original.
struct FrameContents {
  struct Mark {
    std::string_view source;
    SourceMarks marks;
  };

  FrameContents() = default;
  FrameContents(FrameContents&&) noexcept = default;
  FrameContents& operator=(FrameContents&&) noexcept = default;

  std::vector<SeriesDefinition> series;
  std::vector<TagRun> runs;
  std::vector<Mark> marks;
  std::vector<std::vector<std::string>> texts;
};

/// Errors: kCorruption saying what does not fit; hostile bytes allocate no more than their size
/// warrants.
Result<FrameContents> ParseFramePayload(ByteView payload);
/// The same into `contents`, whatever it held, whose memory is used again.
Status ParseFramePayload(ByteView payload, FrameContents& contents);

}  // namespace bedplate::historian
