#pragma once

#include <string>
#include <string_view>

namespace bedplate {

/// Decodes base64 (RFC 4648, section 4) with or without padding; nothing for other letters.
bool DecodeBase64(std::string_view text, std::string& decoded);

}  // namespace bedplate
