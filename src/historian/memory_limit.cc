#include "historian/memory_limit.h"

#include <string>

#include <fmt/format.h>

namespace bedplate {

Error TooMuchMemory(const MemoryLimit& limit, std::uint64_t bytes, std::string_view purpose) {
  std::string allowed = fmt::format("a request may use {} bytes", limit.bytes());
  std::string later;
  if (limit.whole() != nullptr) {
    allowed += fmt::format(" and all requests at once {}, of which {} are taken",
                           limit.whole()->bytes(), limit.whole()->taken());
    later = ", or again when fewer requests are under way";
  }
  return Error(ErrorCode::kResourceExhausted,
               fmt::format("{} {} bytes of memory, but {}; ask for wider buckets, fewer functions "
                           "or tags or a shorter range{}",
                           purpose, bytes, allowed, later));
}

}  // namespace bedplate
