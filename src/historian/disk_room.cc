#include "historian/disk_room.h"

#include <fmt/format.h>

namespace bedplate::historian {

Status DiskRoom::Check(std::uint64_t bytes) const {
  ASSIGN_OR_RETURN(const std::uint64_t available, files_.AvailableBytes(directory_));
  if (available >= reserve_bytes_ + bytes) return {};
  return Error(ErrorCode::kResourceExhausted,
               fmt::format("disk full: {} bytes free, {} needed and {} kept in reserve", available,
                           bytes, reserve_bytes_))
      .At(directory_)
      .Retryable();
}

Status DiskRoom::CheckRewrite(std::uint64_t bytes) const {
  Status room = Check(bytes);
  if (room.ok()) return room;
  ASSIGN_OR_RETURN(const std::uint64_t available, files_.AvailableBytes(directory_));
  return bytes <= available / 2 ? Status() : room;
}

}  // namespace bedplate::historian
