#include <cstddef>
#include <cstdint>

#include "api/url.h"
#include "base/check.h"
#include "base/utf8.h"

// What was read is clean, and survives being written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = bedplate::ParseTarget(text);
  if (!target.ok()) return 0;
  BEDPLATE_CHECK(bedplate::IsValidUtf8(target->path));
  BEDPLATE_CHECK(target->path.find('\0') == std::string::npos);
  BEDPLATE_CHECK(target->path.find("/../") == std::string::npos);
  const auto again = bedplate::ParseTarget(bedplate::FormatTarget(*target));
  BEDPLATE_CHECK(again.ok());
  BEDPLATE_CHECK(again->path == target->path && again->params == target->params);
  return 0;
}
