// Any bytes as an import map: parsing never crashes, and a map without a fault can be used.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "connectors/files/import_map.h"
#include "connectors/files/import_plan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kUnits = bedplate::UnitSystem::Load();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = bedplate::ParseImportMap("import.yaml", text, **kUnits);
  if (!parsed.faults.empty()) return 0;
  BEDPLATE_CHECK(parsed.map.wide.has_value() != parsed.map.long_layout.has_value());
  BEDPLATE_CHECK(bedplate::TimeReader::Make(parsed.map.time).ok());
  bedplate::CsvRow header;
  header.fields = {"t", "a", "b"};
  (void)bedplate::PlanImport(parsed.map, header).ok();
  return 0;
}
