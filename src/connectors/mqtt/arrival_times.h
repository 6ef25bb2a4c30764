#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace bedplate::mqtt {

/// When messages came that are not acknowledged yet. One that a resumed session sends again gets
/// the time of its first coming, so that a value without a time of its own is not stored twice.
class ArrivalTimes {
 public:
  /// Of a message with a packet id, at `now`.
  Timestamp Of(std::uint16_t packet_id, std::string_view topic, std::string_view payload,
               bool is_duplicate, Timestamp now) {
    const std::size_t hash =
        std::hash<std::string_view>()(topic) * 31 + std::hash<std::string_view>()(payload);
    Entry& entry = entries_[packet_id];
    // The id alone says nothing: once acknowledged, it is used for another message.
    if (!is_duplicate || entry.hash != hash || entry.time == Timestamp()) entry = {hash, now};
    return entry.time;
  }

 private:
  struct Entry {
    std::size_t hash = 0;
    Timestamp time;
  };

  std::unordered_map<std::uint16_t, Entry> entries_;  // at most 65,535
};

}  // namespace bedplate::mqtt
