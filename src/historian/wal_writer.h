#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/result.h"
#include "historian/wal_format.h"

namespace bedplate::historian {

/// The salt of a file is the time of its making, ns since 1970, plus its sequence times this: no
/// two files of a store share it, even where the clock stands still.
inline constexpr std::uint64_t kSaltStep = 1'000'003;

/// Where a new WAL file stands in the sequence and what it takes over.
struct WalStart {
  std::uint64_t sequence = 1;
  std::uint64_t previous_end = 0;
  ByteView preface;                   // payload of the first frame; empty: none
  std::span<const ByteView> carried;  // payloads to be written anew before the file is published
};

/// Writes one WAL file. Not safe for concurrent use.
class WalWriter {
 public:
  /// The file appears under its name when its header and what it carries are durable.
  static Result<std::unique_ptr<WalWriter>> Create(FileSystem& files, const Clock& clock,
                                                   const std::string& directory,
                                                   const WalStart& start);

  /// A buffer for AppendFrame: room for the frame's header, to be followed by records.
  static Bytes NewFrame() { return Bytes(kFrameHeaderBytes); }

  /// Writes one frame, made from NewFrame, and syncs it when `sync` is set. After an error the file
  /// must not be written again: what is behind counted_end() is not known.
  Status AppendFrame(Bytes& frame, bool sync);

  /// Makes every frame durable.
  Status Sync();

  [[nodiscard]] std::uint64_t sequence() const noexcept { return header_.sequence; }
  /// Behind the last frame that was written, and synced where that was asked for, without error.
  [[nodiscard]] std::uint64_t counted_end() const noexcept { return counted_end_; }
  /// Behind the header and the preface.
  [[nodiscard]] std::uint64_t preface_end() const noexcept { return preface_end_; }
  /// Behind the last frame that is known to be durable.
  [[nodiscard]] std::uint64_t durable_end() const noexcept { return durable_end_; }

 private:
  WalWriter(std::unique_ptr<WritableFile> file, const WalHeader& header, std::uint64_t preface_end,
            std::uint64_t groups)
      : file_(std::move(file)),
        header_(header),
        preface_end_(preface_end),
        counted_end_(header.published_end),
        durable_end_(header.published_end),
        group_(groups),
        durable_group_(groups) {}

  void NoteDurable() noexcept;

  std::unique_ptr<WritableFile> file_;
  WalHeader header_;
  std::uint64_t preface_end_;
  std::uint64_t counted_end_;
  std::uint64_t durable_end_;
  std::uint64_t group_;
  std::uint64_t durable_group_;
};

}  // namespace bedplate::historian
