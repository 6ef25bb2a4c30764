#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/sample.h"

namespace bedplate {

/// How a file writes numbers.
struct NumberStyle {
  char decimal = '.';
  char thousands = '\0';  // none
};

/// `text` without the spaces and tabs around it.
std::string_view Trim(std::string_view text);

/// The value of a cell as `type`. Numbers: a sign, digits with or without thousands marks (then in
/// groups of three), decimals, an exponent; leading zeros are fine, NaN and infinity are not.
/// int64: also with decimals that are 0. bool: true false t f yes no y n on off in any case, and
/// the numbers 1 and 0.
/// string: the text as it is. Spaces around all but strings are ignored. Errors: kInvalidArgument
/// saying what was expected and what came.
Result<Value> ReadCell(std::string_view text, ValueType type, const NumberStyle& style);

/// Latin-1 (ISO 8859-1) as UTF-8.
std::string Latin1ToUtf8(std::string_view text);
/// Windows-1252 as UTF-8; the five bytes that it leaves open are those of Latin-1, as browsers do
/// (https://encoding.spec.whatwg.org/#windows-1252).
std::string Windows1252ToUtf8(std::string_view text);

}  // namespace bedplate
