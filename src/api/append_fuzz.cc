#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/append_format.h"
#include "base/check.h"

// Whatever comes in as an append body: it is read or refused, and what is read is consistent and
// reads back the same after being written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto body = bedplate::ParseAppend(text);
  if (!body.ok()) return 0;
  bedplate::AppendWriter writer(body.value().source);
  for (const bedplate::PathBatch& batch : body.value().batches) {
    writer.AddSamples(batch, 0, batch.samples.size());
  }
  for (const bedplate::DeadLetter& letter : body.value().letters) writer.AddLetter(letter);
  const auto again = bedplate::ParseAppend(writer.Finish());
  BEDPLATE_CHECK(again.ok());
  BEDPLATE_CHECK(again.value().batches.size() == body.value().batches.size());
  for (std::size_t i = 0; i < again.value().batches.size(); ++i) {
    const bedplate::SampleColumns& a = body.value().batches[i].samples;
    const bedplate::SampleColumns& b = again.value().batches[i].samples;
    BEDPLATE_CHECK(a.times == b.times && a.int64s == b.int64s && a.strings == b.strings);
    BEDPLATE_CHECK(a.doubles.size() == b.doubles.size());
  }
  BEDPLATE_CHECK(again.value().letters.size() == body.value().letters.size());
  return 0;
}
