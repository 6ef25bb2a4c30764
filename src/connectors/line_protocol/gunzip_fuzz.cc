// Any bytes, in any chunks: inflating never crashes and stays within its limits.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "connectors/line_protocol/gunzip.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kLimit = 1U << 20U;
  if (size == 0) return 0;
  const std::size_t chunk_bytes = 1 + data[0];
  std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  bedplate::Gunzip gunzip({.inflated_bytes = kLimit, .ratio = 50, .ratio_free_bytes = 1000});
  std::uint64_t inflated = 0;
  while (!body.empty()) {
    const auto fed = gunzip.Feed(body.substr(0, chunk_bytes), [&](std::string_view piece) {
      inflated += piece.size();
      return bedplate::Status();
    });
    BEDPLATE_CHECK(inflated <= kLimit);
    if (!fed.ok()) return 0;
    body.remove_prefix(std::min(chunk_bytes, body.size()));
  }
  (void)gunzip.Finish().ok();
  return 0;
}
