// Any bytes as a file, in pieces of any size: the reader never crashes, its rows do not depend on
// the pieces, and each import of it says what became of every row.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "connectors/files/csv_reader.h"
#include "connectors/files/import_plan.h"
#include "connectors/files/piece_source_test_support.h"
#include "connectors/files/row_batcher.h"

namespace {

using namespace bedplate;  // NOLINT(google-build-using-namespace): a program of its own

struct Read {
  std::vector<std::string> rows;
  std::uint64_t samples = 0;
  std::uint64_t letters = 0;
};

ImportMap MapOf(char options) {
  ImportMap map;
  map.csv.header = false;
  map.csv.csv.max_row_bytes = 64;
  map.csv.csv.delimiter = (options & 1) != 0 ? ';' : ',';
  map.csv.numbers.decimal = (options & 1) != 0 ? ',' : '.';
  map.csv.encoding = (options & 2) != 0 ? TextEncoding::kLatin1 : TextEncoding::kUtf8;
  map.time_column = {.name = "1", .line = 1};
  map.time = {.format = (options & 4) != 0 ? "epoch_s" : "%d/%m/%Y %H:%M",
              .zone = "Europe/Berlin",
              .ambiguous = AmbiguousTime::kSequence,
              .nonexistent = NonexistentTime::kShift,
              .midnight = MidnightMeaning::kEndOfDay};
  if ((options & 8) != 0) {
    map.long_layout = LongLayout{.tag = {.name = "2"}, .value = {.name = "3"}};
  } else {
    map.wide = WideLayout{.tag_prefix = "a", .type = static_cast<ValueType>(1 + options / 16 % 4)};
  }
  return map;
}

Read ReadAll(const ImportMap& map, std::string_view text, std::size_t piece_bytes) {
  PieceSource source(text, piece_bytes);
  CsvReader reader(source, map.csv.csv);
  CsvRow row;
  Read read;
  std::optional<ImportPlan> plan;
  std::optional<RowBatcher> batcher;
  while (true) {
    const auto more = reader.Next(row);
    if (!more.ok() || !*more) break;
    BEDPLATE_CHECK(row.text.size() <= std::max<std::size_t>(4096, map.csv.csv.max_row_bytes));
    read.rows.emplace_back(std::to_string(row.line) + row.fault + std::string(row.text));
    if (!plan) {
      const auto planned = PlanImport(map, row);
      if (!planned.ok()) return read;
      plan = *planned;
      batcher.emplace(map, *plan, TimeReader::Make(map.time).value(), "f.csv", "hash");
    }
    batcher->Add(row);
  }
  if (!batcher) return read;
  const std::uint64_t empty_cells = batcher->empty_cells();
  const RowBatcher::Taken taken = batcher->Take();
  read.samples = taken.samples;
  read.letters = taken.letters.size();
  const std::uint64_t cells = plan->long_layout ? 1 : plan->wide.size();
  BEDPLATE_CHECK(taken.samples + taken.letters.size() + empty_cells >=
                 (cells > 0 ? read.rows.size() : 0));
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const ImportMap map = MapOf(static_cast<char>(data[0] & 0x3FU));
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Read whole = ReadAll(map, text, SIZE_MAX);
  const Read pieces = ReadAll(map, text, 1 + data[1] % 16);
  BEDPLATE_CHECK(whole.rows == pieces.rows);
  BEDPLATE_CHECK(whole.samples == pieces.samples && whole.letters == pieces.letters);
  return 0;
}
