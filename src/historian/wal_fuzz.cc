// Arbitrary bytes as the last WAL file of a store: opening it recovers or refuses it, and what it
// recovers survives a second opening unchanged.

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "base/crc32c.h"
#include "base/fault_file_system.h"
#include "historian/fuzz_support.h"
#include "historian/historian.h"
#include "historian/manifest.h"
#include "historian/wal_format.h"

namespace bedplate::historian {
namespace {

constexpr char kDirectory[] = "/store";
constexpr std::uint64_t kSalt = 7;

Bytes WithValidFrames(ByteView input) {
  Bytes file;
  PutWalHeader(file, {.sequence = 1, .salt = kSalt, .previous_end = 0, .published_end = 64});
  PutFrames(file, input, 2, kSalt);
  return file;
}

std::map<std::string, std::uint64_t> CountSamples(const Historian& historian) {
  std::map<std::string, std::uint64_t> counts;
  for (const SeriesInfo& info : historian.List(*Glob::Parse("**"))) {
    std::uint64_t samples = 0;
    const Status scanned = historian.Scan({.tag = info.id}, [&](const SampleColumns& block) {
      samples += block.size();
      return true;
    });
    BEDPLATE_CHECK(scanned.ok() && samples == info.samples);
    counts[info.path] = samples;
  }
  return counts;
}

void Run(ByteView wal) {
  FaultFileSystem files(1);
  const ManualClock clock(Timestamp::FromSeconds(1'600'000'000));
  HistorianOptions options;
  options.background = false;
  options.reserve_bytes = 0;
  for (const char* folder : {"/wal", "/segments"}) {
    BEDPLATE_CHECK(files.CreateDirectories(std::string(kDirectory) + folder).ok());
  }
  BEDPLATE_CHECK(WriteManifest(files, kDirectory, {}).ok());
  PutFile(files, std::string(kDirectory) + "/wal/0000000001.wal", wal);
  std::map<std::string, std::uint64_t> counts;
  {
    auto historian = Historian::Open(files, clock, kDirectory, options);
    if (!historian.ok()) return;
    counts = CountSamples(**historian);
    BEDPLATE_CHECK((*historian)->Flush().ok());
    BEDPLATE_CHECK(CountSamples(**historian) == counts);
  }
  auto again = Historian::Open(files, clock, kDirectory, options);
  BEDPLATE_CHECK(again.ok() && CountSamples(**again) == counts);
}

}  // namespace
}  // namespace bedplate::historian

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bedplate;  // NOLINT(google-build-using-namespace)
  if (size == 0) return 0;
  const ByteView input = std::as_bytes(std::span(data, size));
  if (std::to_integer<int>(input.front()) % 2 == 0) {
    historian::Run(input.subspan(1));
  } else {
    historian::Run(historian::WithValidFrames(input.subspan(1)));
  }
  return 0;
}
