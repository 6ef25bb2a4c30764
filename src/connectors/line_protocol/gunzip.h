#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace bedplate {

struct GunzipLimits {
  std::uint64_t inflated_bytes = 4ULL << 30U;
  /// Inflated over compressed bytes. Looked at beyond `ratio_free_bytes`, as a short text of one
  /// repeated line may honestly compress very well.
  std::uint64_t ratio = 300;
  std::uint64_t ratio_free_bytes = 16ULL << 20U;
};

/// Inflates a gzip body (RFC 1952, one or more members) as it arrives, in pieces of 64 KiB.
/// Errors, all kInvalidArgument: not gzip, damaged data, a limit reached, the end missing, bytes
/// after the end. The stream is not to be used after an error.
class Gunzip {
 public:
  /// Takes inflated bytes; an error of it ends the call and is returned.
  using Sink = std::function<Status(std::string_view)>;

  explicit Gunzip(GunzipLimits limits);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  Status Feed(std::string_view compressed, const Sink& sink);
  /// To be called once when the body has ended.
  Status Finish();

 private:
  struct Stream;
  Status FeedMember(const Sink& sink);
  Status CheckLimits() const;
  Status StartNextMember();
  [[nodiscard]] Error Damaged() const;

  GunzipLimits limits_;
  std::unique_ptr<Stream> stream_;
  std::uint64_t compressed_bytes_ = 0;
  std::uint64_t inflated_bytes_ = 0;
  bool member_ended_ = false;
};

}  // namespace bedplate
