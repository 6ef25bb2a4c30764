// Damage of the fuzzer's choice: a log file without its header is salvaged or refused, and a store
// with changed bytes is repaired, opens, and gives no value that was not appended.

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/crc32c.h"
#include "base/fault_file_system.h"
#include "historian/fuzz_support.h"
#include "historian/historian.h"
#include "historian/wal_salvage.h"

namespace bedplate::historian {
namespace {

constexpr char kDirectory[] = "/data/store";
constexpr std::uint64_t kSalt = 7;
constexpr std::uint64_t kSequence = 3;
constexpr std::int64_t kSeries = 3;
constexpr std::int64_t kTimes = 40;

/// The header of the file is as the fuzzer gave it.
Bytes WithValidFrames(ByteView input) {
  const ByteView header = input.first(std::min(input.size(), kWalHeaderBytes));
  Bytes file(header.begin(), header.end());
  file.resize(kWalHeaderBytes);
  PutFrames(file, input.subspan(header.size()), 1, kSalt);
  return file;
}

void Salvage(ByteView file) {
  const auto salvaged = SalvageWal(file, kSequence, std::nullopt);
  if (!salvaged.ok()) return;
  for (const WalGroup& group : salvaged->groups) {
    BEDPLATE_CHECK(group.end <= file.size() && group.payload.size() <= group.end);
    static_cast<void>(ParseFramePayload(group.payload));
  }
  for (const WalGap& gap : salvaged->gaps) {
    BEDPLATE_CHECK(gap.begin < gap.end && gap.end <= file.size());
  }
}

HistorianOptions Options() {
  HistorianOptions options;
  options.background = false;
  options.reserve_bytes = 0;
  return options;
}

/// The value of a series at a time, in the store that is damaged.
double ValueAt(std::int64_t series, std::int64_t time) {
  return static_cast<double>(series * 1000 + time);
}

std::string PathOf(std::int64_t series) { return "plant/" + std::to_string(series); }

void AppendTimes(Historian& historian, std::int64_t first, std::int64_t last) {
  for (std::int64_t series = 0; series < kSeries; ++series) {
    TagBatch batch{*historian.Resolve(PathOf(series), ValueType::kDouble), {}};
    for (std::int64_t time = first; time < last; ++time) {
      batch.samples.Push({Timestamp(time), ValueAt(series, time), kGood});
    }
    BEDPLATE_CHECK(historian.Append(std::span(&batch, 1)).ok());
  }
}

/// The files of a store: half of the samples in a segment, half in the log.
std::map<std::string, std::string> MakeStore() {
  FaultFileSystem files(1);
  const ManualClock clock(Timestamp::FromSeconds(1'600'000'000));
  auto historian = Historian::Open(files, clock, kDirectory, Options());
  BEDPLATE_CHECK(historian.ok());
  AppendTimes(**historian, 0, kTimes / 2);
  BEDPLATE_CHECK((*historian)->Flush().ok());
  AppendTimes(**historian, kTimes / 2, kTimes);
  historian->reset();
  std::map<std::string, std::string> contents;
  for (const std::string& path : files.Paths()) contents[path] = *files.ReadFile(path, 1U << 30U);
  return contents;
}

/// Two bytes of place in the file and one to add to what stands there, again and again.
void Change(ByteView changes, std::string& content) {
  constexpr std::size_t kChangeBytes = 3;
  while (changes.size() >= kChangeBytes && !content.empty()) {
    const std::size_t at = LoadFixed<std::uint16_t>(changes.data()) % content.size();
    content[at] = static_cast<char>(content[at] ^ std::to_integer<char>(changes[2]));
    changes = changes.subspan(kChangeBytes);
  }
}

void CheckValues(const Historian& historian) {
  for (std::int64_t series = 0; series < kSeries; ++series) {
    const auto info = historian.Find(PathOf(series));
    if (!info) continue;
    const Status scanned = historian.Scan(
        {.tag = info->id, .range = kAllTime, .cancel = {}}, [&](const SampleColumns& block) {
          for (std::size_t i = 0; i < block.size(); ++i) {
            BEDPLATE_CHECK(block.doubles[i] == ValueAt(series, block.times[i]));
          }
          return true;
        });
    BEDPLATE_CHECK(scanned.ok());
  }
}

void RepairDamaged(ByteView input) {
  static const std::map<std::string, std::string> kStore = MakeStore();
  if (input.empty()) return;
  std::map<std::string, std::string> contents = kStore;
  auto target = contents.begin();
  std::advance(target, std::to_integer<std::size_t>(input.front()) % contents.size());
  Change(input.subspan(1), target->second);
  FaultFileSystem files(1);
  for (const char* part : {"/wal", "/segments"}) {
    BEDPLATE_CHECK(files.CreateDirectories(std::string(kDirectory) + part).ok());
  }
  for (const auto& [path, content] : contents) PutFile(files, path, AsBytes(content));
  const ManualClock clock(Timestamp::FromSeconds(1'700'000'000));
  BEDPLATE_CHECK(Historian::CheckFiles(files, clock, kDirectory, {}).ok());
  BEDPLATE_CHECK(Historian::Repair(files, clock, kDirectory, {}).ok());
  const auto historian = Historian::Open(files, clock, kDirectory, Options());
  BEDPLATE_CHECK(historian.ok());
  CheckValues(**historian);
}

}  // namespace
}  // namespace bedplate::historian

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bedplate;  // NOLINT(google-build-using-namespace)
  if (size == 0) return 0;
  const ByteView input = std::as_bytes(std::span(data, size));
  const ByteView rest = input.subspan(1);
  switch (std::to_integer<int>(input.front()) % 3) {
    case 0: historian::Salvage(rest); break;
    case 1: historian::Salvage(historian::WithValidFrames(rest)); break;
    default: historian::RepairDamaged(rest); break;
  }
  return 0;
}
