#include "model/unit_aliases.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "base/ascii.h"

namespace bedplate {
namespace {

struct Alias {
  std::string_view spelling;
  std::string_view meaning;   // in UDUNITS-2 text
  std::string_view prefixes;  // one letter each, that may stand before the spelling
};

constexpr Alias kAliases[] = {
    {"Wh", "W.h", "mkMGT"},
    {"Ah", "A.h", "mk"},
    {"Nm", "N.m", "mk"},
    {"var", "reactive_voltampere", "kMG"},
    {"Var", "reactive_voltampere", "kMG"},
    {"VAr", "reactive_voltampere", "kMG"},
    {"VAR", "reactive_voltampere", "kMG"},
    {"varh", "reactive_voltampere.h", "kMG"},
    {"Varh", "reactive_voltampere.h", "kMG"},
    {"VArh", "reactive_voltampere.h", "kMG"},
    {"VARh", "reactive_voltampere.h", "kMG"},
    {"VA", "apparent_voltampere", "kMG"},
    {"VAh", "apparent_voltampere.h", "kMG"},
    {"Nm3", "normal_cubic_meter", "k"},
    {"Nl", "1e-3 normal_cubic_meter", ""},
    {"NL", "1e-3 normal_cubic_meter", ""},
    // At 15 degC and 101.325 kPa (ISO 13443); 273.15 / 288.15 of a normal cubic metre.
    {"Sm3", "0.947943779281624 normal_cubic_meter", "k"},
    {"barg", "gauge_bar", "m"},
    {"psig", "0.0689475729316836 gauge_bar", ""},
    {"tCO2", "carbon_dioxide_tonne", "k"},
    {"tCO2e", "carbon_dioxide_tonne", "k"},
    {"kgCO2", "1e-3 carbon_dioxide_tonne", ""},
    {"kgCO2e", "1e-3 carbon_dioxide_tonne", ""},
    {"gCO2", "1e-6 carbon_dioxide_tonne", ""},
    {"gCO2e", "1e-6 carbon_dioxide_tonne", ""},
    {"pcs", "piece", "k"},
    {"pc", "piece", ""},
    {"pieces", "piece", ""},
    {"Stk", "piece", ""},
    // UDUNITS-2 reads this one as a picohenry, and the next as a hundredth of a metre per s2.
    {"pH", "ph_value", ""},
    {"gal", "US_liquid_gallon", ""},
    {"gpm", "US_liquid_gallon/min", ""},
    {"cfm", "ft3/min", ""},
    {"cP", "mPa.s", ""},
    {"deg", "arc_degree", ""},
    {"°Bx", "brix_degree", ""},
    {"Brix", "brix_degree", ""},
    {"NTU", "nephelometric_unit", ""},
    {"FNU", "nephelometric_unit", ""},
    {"%rH", "%", ""},
    {"%RH", "%", ""},
    {"EUR", "euro", "k"},
    {"USD", "us_dollar", "k"},
    {"GBP", "pound_sterling", "k"},
    {"CHF", "swiss_franc", "k"},
};

std::string_view PrefixFactor(char prefix) {
  switch (prefix) {
    case 'm': return "1e-3";
    case 'k': return "1e3";
    case 'M': return "1e6";
    case 'G': return "1e9";
    default: return "1e12";
  }
}

using AliasMap = std::map<std::string, std::string, std::less<>>;

AliasMap MakeAliases() {
  AliasMap aliases;
  for (const Alias& alias : kAliases) {
    aliases.emplace(alias.spelling, fmt::format("({})", alias.meaning));
    for (const char prefix : alias.prefixes) {
      aliases.emplace(fmt::format("{}{}", prefix, alias.spelling),
                      fmt::format("({} {})", PrefixFactor(prefix), alias.meaning));
    }
  }
  return aliases;
}

const AliasMap& Aliases() {
  static const AliasMap kTable = MakeAliases();
  return kTable;
}

/// The bytes of a letter at the front of `text`: ASCII, `_`, `%`, the degree and micro signs.
std::size_t LetterBytes(std::string_view text) {
  if (text.empty()) return 0;
  const char c = text.front();
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '%') return 1;
  const bool two_bytes =
      text.starts_with("°") || text.starts_with("µ") || text.starts_with("\u03BC");
  return two_bytes ? 2 : 0;
}

/// A name starts with a letter and goes on with letters and digits; empty when none stands there.
std::string_view NameAt(std::string_view text) {
  std::size_t end = LetterBytes(text);
  if (end == 0) return {};
  while (end < text.size()) {
    const std::size_t step = IsDigit(text[end]) ? 1 : LetterBytes(text.substr(end));
    if (step == 0) break;
    end += step;
  }
  return text.substr(0, end);
}

/// `m³` means the same as `m3`, and then `Nm³` is found as `Nm3`.
std::string WithPlainExponents(std::string_view unit) {
  std::string plain;
  while (!unit.empty()) {
    const bool square = unit.starts_with("²");
    if (square || unit.starts_with("³")) {
      plain += square ? '2' : '3';
      unit.remove_prefix(2);
    } else {
      plain += unit.front();
      unit.remove_prefix(1);
    }
  }
  return plain;
}

std::string ExpandName(std::string_view name) {
  if (const auto whole = Aliases().find(name); whole != Aliases().end()) return whole->second;
  std::size_t stem = name.size();
  while (IsDigit(name[stem - 1])) --stem;
  const auto powered = Aliases().find(name.substr(0, stem));
  if (powered == Aliases().end()) return std::string(name);
  return powered->second + std::string(name.substr(stem));
}

/// Calls `on_name` for each name and `on_other` for each byte between names.
void Walk(std::string_view unit, const std::function<void(std::string_view)>& on_name,
          const std::function<void(char)>& on_other) {
  while (!unit.empty()) {
    const std::string_view name = NameAt(unit);
    if (name.empty()) {
      on_other(unit.front());
      unit.remove_prefix(1);
    } else {
      on_name(name);
      unit.remove_prefix(name.size());
    }
  }
}

}  // namespace

std::string ExpandPlantUnits(std::string_view unit) {
  std::string expanded;
  Walk(
      WithPlainExponents(unit), [&](std::string_view name) { expanded += ExpandName(name); },
      [&](char other) { expanded += other; });
  return expanded;
}

std::vector<std::string> UnitNames(std::string_view unit) {
  std::vector<std::string> names;
  Walk(unit, [&](std::string_view name) { names.emplace_back(name); }, [](char) {});
  return names;
}

const std::vector<std::string>& KnownUnitSpellings() {
  static const std::vector<std::string> kKnown = [] {
    // The order decides between equally near ones: the most common first.
    std::vector<std::string> spellings{
        "kW",     "MW",    "W",     "kWh",       "MWh",      "GWh",    "degC",   "°C",    "K",
        "degF",   "%",     "bar",   "mbar",      "Pa",       "kPa",    "MPa",    "hPa",   "psi",
        "l",      "ml",    "hl",    "l/min",     "l/h",      "m3",     "m3/h",   "Nm3",   "Nm3/h",
        "kg",     "g",     "t",     "kg/h",      "t/h",      "m",      "mm",     "cm",    "km",
        "m/s",    "mm/s",  "m/min", "s",         "ms",       "min",    "h",      "d",     "Hz",
        "kHz",    "rpm",   "A",     "mA",        "V",        "mV",     "kV",     "kVA",   "kvar",
        "kvarh",  "kVAh",  "J",     "kJ",        "MJ",       "GJ",     "kcal",   "N",     "kN",
        "Nm",     "pcs",   "ppm",   "ppb",       "tCO2",     "kgCO2",  "lux",    "ohm",   "S/m",
        "mol",    "m2",    "kg/m3", "g/l",       "percent",  "second", "minute", "hour",  "day",
        "week",   "month", "year",  "fortnight", "kilogram", "gram",   "meter",  "liter", "celsius",
        "kelvin", "watt",  "joule", "pascal",    "volt",     "ampere", "newton", "hertz", "inch",
        "foot",   "pound"};
    for (const auto& [spelling, meaning] : Aliases()) spellings.push_back(spelling);
    return spellings;
  }();
  return kKnown;
}

}  // namespace bedplate
