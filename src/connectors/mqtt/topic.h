#pragma once

#include <string_view>

#include "base/result.h"

// Topics and filters of MQTT 5, section 4.7.

namespace bedplate::mqtt {

/// Errors: kInvalidArgument says what a filter breaks: empty, too long, a wildcard that does not
/// stand alone in its level, a '#' that is not the last level, U+0000 or not UTF-8.
Status CheckFilter(std::string_view filter);

/// Whether messages of `topic` come with `filter`, which is valid. A wildcard in the first level
/// does not match a topic that begins with '$'. The group of a shared subscription is looked over.
bool Matches(std::string_view filter, std::string_view topic);

}  // namespace bedplate::mqtt
