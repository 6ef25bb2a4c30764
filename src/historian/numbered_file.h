#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bedplate::historian {

/// Ten digits, then `suffix`: NumberedFileName(7, ".wal") is "0000000007.wal".
std::string NumberedFileName(std::uint64_t number, std::string_view suffix);

/// The number in a name of exactly that form, or 0.
std::uint64_t ParseNumberedFileName(std::string_view name, std::string_view suffix);

}  // namespace bedplate::historian
