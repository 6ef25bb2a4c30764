#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/binary_append.h"
#include "base/check.h"

// Whatever comes in as a binary append: it is read or refused, and what is read is whole and reads
// back the same after being written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto batches = bedplate::ParseBinaryAppend(body);
  if (!batches.ok()) return 0;
  const std::string written = bedplate::FormatBinaryAppend(*batches);
  BEDPLATE_CHECK(written.size() <= size);
  const auto again = bedplate::ParseBinaryAppend(written);
  BEDPLATE_CHECK(again.ok() && again->size() == batches->size());
  BEDPLATE_CHECK(bedplate::FormatBinaryAppend(*again) == written);
  return 0;
}
