#include "model/unit.h"

#include <fmt/format.h>
#include <udunits2.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/spelling.h"
#include "base/utf8.h"
#include "model/unit_aliases.h"

namespace bedplate {
namespace {

constexpr std::size_t kUnitLimitBytes = 128;
constexpr std::size_t kCacheLimit = 4096;

/// UDUNITS-2 keeps its parser's state in globals, so all systems of the process share one lock.
std::mutex& UdunitsMutex() {
  static std::mutex mutex;
  return mutex;
}

struct FreeUnit {
  void operator()(ut_unit* unit) const { ut_free(unit); }
};
struct FreeSystem {
  void operator()(ut_system* system) const { ut_free_system(system); }
};
struct FreeConverter {
  void operator()(cv_converter* converter) const { cv_free(converter); }
};
using UnitPointer = std::unique_ptr<ut_unit, FreeUnit>;
using SystemPointer = std::unique_ptr<ut_system, FreeSystem>;
using ConverterPointer = std::unique_ptr<cv_converter, FreeConverter>;

Error Invalid(std::string message) { return {ErrorCode::kInvalidArgument, std::move(message)}; }

UnitPointer Parse(ut_system* system, std::string_view unit) {
  return UnitPointer(ut_parse(system, ExpandPlantUnits(unit).c_str(), UT_UTF8));
}

/// `unit` with each unknown name replaced by the nearest known one, if that makes it valid.
std::optional<std::string> Suggest(ut_system* system, std::string_view unit) {
  std::string better(unit);
  for (const std::string& name : UnitNames(unit)) {
    if (Parse(system, name) != nullptr) continue;
    const auto nearest = NearestSpelling(name, KnownUnitSpellings());
    if (!nearest) return std::nullopt;
    better.replace(better.find(name), name.size(), *nearest);
  }
  if (better == unit || Parse(system, better) == nullptr) return std::nullopt;
  return better;
}

Result<UnitPointer> ParseOrExplain(ut_system* system, std::string_view unit) {
  const bool has_control = std::any_of(unit.begin(), unit.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (unit.size() > kUnitLimitBytes || has_control || !IsValidUtf8(unit)) {
    return Invalid(fmt::format("expected a unit of at most {} bytes of plain text, got '{}'",
                               kUnitLimitBytes, ToValidUtf8(unit, 40)));
  }
  UnitPointer parsed = Parse(system, unit);
  if (parsed != nullptr) return parsed;
  const auto suggestion = Suggest(system, unit);
  return Invalid(suggestion
                     ? fmt::format("unknown unit '{}'; did you mean '{}'?", unit, *suggestion)
                     : fmt::format("unknown unit '{}'", unit));
}

/// The power of the radian in a unit's definition. UDUNITS-2 holds angles to be dimensionless, so
/// it would turn 60 rpm into 6.28 Hz; we do not.
int AnglePower(const ut_unit* unit) {
  char text[512];
  const int length = ut_format(unit, text, sizeof text, UT_ASCII | UT_DEFINITION);
  if (length < 0 || length >= static_cast<int>(sizeof text)) return 0;
  const std::string_view definition(text, static_cast<std::size_t>(length));
  const std::size_t radian = definition.find("rad");
  if (radian == std::string_view::npos) return 0;
  int power = 1;
  std::from_chars(text + radian + 3, text + length, power);
  return power;
}

/// A factor such as 0.001 that came out one rounding beside its decimal is put back on it.
double SnapToDecimal(double factor) {
  const std::string text = fmt::format("{:.11e}", factor);
  double decimal = factor;
  std::from_chars(text.data(), text.data() + text.size(), decimal);
  return std::abs(factor - decimal) <= 4e-16 * std::abs(factor) ? decimal : factor;
}

/// UDUNITS-2 has logarithmic units too; those are no UnitConversion.
bool IsLinear(const cv_converter* converter, const UnitConversion& conversion) {
  for (const double x : {-40.0, 2.0, 1000.0, 1e6}) {
    const double expected = cv_convert_double(converter, x);
    const double tolerance = 1e-9 * (std::abs(conversion.offset) + std::abs(expected));
    if (!(std::abs(conversion.Apply(x) - expected) <= tolerance)) return false;
  }
  return std::isfinite(conversion.scale) && conversion.scale != 0;
}

class UdunitsSystem final : public UnitSystem {
 public:
  explicit UdunitsSystem(SystemPointer system) : system_(std::move(system)) {}
  ~UdunitsSystem() override {
    const std::lock_guard lock(UdunitsMutex());
    system_.reset();
  }

  Status Check(std::string_view unit) const override {
    const std::lock_guard lock(UdunitsMutex());
    auto parsed = ParseOrExplain(system_.get(), unit);
    if (!parsed.ok()) return std::move(parsed).error();
    return {};
  }

  Result<UnitConversion> Convert(std::string_view from, std::string_view to) const override {
    const std::lock_guard lock(UdunitsMutex());
    std::pair<std::string, std::string> key(from, to);
    if (const auto known = cache_.find(key); known != cache_.end()) return known->second;
    ASSIGN_OR_RETURN(const UnitConversion conversion, Compute(from, to));
    if (cache_.size() >= kCacheLimit) cache_.clear();
    cache_.emplace(std::move(key), conversion);
    return conversion;
  }

 private:
  Result<UnitConversion> Compute(std::string_view from, std::string_view to) const {
    ASSIGN_OR_RETURN(const UnitPointer source, ParseOrExplain(system_.get(), from));
    ASSIGN_OR_RETURN(const UnitPointer target, ParseOrExplain(system_.get(), to));
    if (from == to) return UnitConversion{};
    if (ut_are_convertible(source.get(), target.get()) == 0 ||
        AnglePower(source.get()) != AnglePower(target.get())) {
      return Invalid(fmt::format("'{}' and '{}' measure different things", from, to));
    }
    const ConverterPointer converter(ut_get_converter(source.get(), target.get()));
    if (converter == nullptr) return Invalid(fmt::format("no way from '{}' to '{}'", from, to));
    UnitConversion conversion;
    conversion.offset = cv_convert_double(converter.get(), 0.0);
    // Far from zero the offset's own rounding does not spoil the slope.
    const double far = conversion.offset == 0 ? 1.0 : 1e6;
    conversion.scale =
        SnapToDecimal((cv_convert_double(converter.get(), far) - conversion.offset) / far);
    if (!IsLinear(converter.get(), conversion)) {
      return Invalid(fmt::format("'{}' to '{}' is no straight line", from, to));
    }
    return conversion;
  }

  SystemPointer system_;
  mutable std::map<std::pair<std::string, std::string>, UnitConversion> cache_;
};

}  // namespace

Result<std::unique_ptr<UnitSystem>> UnitSystem::Load() {
  const std::lock_guard lock(UdunitsMutex());
  ut_set_error_message_handler(ut_ignore);
  SystemPointer system(ut_read_xml(nullptr));
  if (system == nullptr) {
    return Error(ErrorCode::kInternal,
                 fmt::format("the UDUNITS-2 database cannot be read (status {})",
                             static_cast<int>(ut_get_status())));
  }
  for (const char* name : kPlantBaseUnits) {
    const UnitPointer unit(ut_new_base_unit(system.get()));
    BEDPLATE_CHECK(unit != nullptr);
    BEDPLATE_CHECK(ut_map_name_to_unit(name, UT_ASCII, unit.get()) == UT_SUCCESS);
    BEDPLATE_CHECK(ut_map_unit_to_name(unit.get(), name, UT_ASCII) == UT_SUCCESS);
  }
  return std::unique_ptr<UnitSystem>(std::make_unique<UdunitsSystem>(std::move(system)));
}

}  // namespace bedplate
