#include "app/keyed_sink.h"

#include <gmock/gmock.h>

#include "ingest/memory_sink.h"

namespace bedplate {
namespace {

using testing::StartsWith;

DeadLetter Letter(const std::string& payload, const std::string& key) {
  DeadLetter letter;
  letter.place = "line 3";
  letter.code = "bad-line";
  letter.payload = payload;
  letter.key = key;
  return letter;
}

PathBatch Batch(const std::string& path, const std::string& key) {
  PathBatch batch;
  batch.path = path;
  batch.samples.Push({Timestamp::FromSeconds(1), 1.0, kGood});
  batch.origin.key = key;
  batch.origin.lines = {3};
  return batch;
}

/// The same twice has the same key, anything else another, and a key that was there stays.
TEST(KeyedSinkTest, AKeyStandsForWhatItIsOf) {
  MemorySink memory;
  KeyedSink sink(memory, "k");
  for (int attempt = 0; attempt < 2; ++attempt) {
    ASSERT_TRUE(sink.Ingest("test", {Batch("a", ""), Batch("b", ""), Batch("c", "own")},
                            {Letter("x", ""), Letter("y", ""), Letter("x", "own")})
                    .ok());
  }
  for (const auto& [path, stored] : memory.samples) EXPECT_EQ(stored[0].key, stored[1].key) << path;
  const std::string a = memory.samples["a"][0].key;
  EXPECT_THAT(a, StartsWith("k "));
  EXPECT_NE(a, memory.samples["b"][0].key);
  EXPECT_EQ(memory.samples["c"][0].key, "own:3");
  EXPECT_EQ(memory.letters[0].key, memory.letters[3].key);
  EXPECT_NE(memory.letters[0].key, memory.letters[1].key);
  EXPECT_EQ(memory.letters[2].key, "own");
}

/// However long what is refused, its key is short, as only the beginning of one is kept.
TEST(KeyedSinkTest, AKeyIsShort) {
  MemorySink memory;
  KeyedSink sink(memory, "k");
  const std::string path(1 << 20, 'a');
  ASSERT_TRUE(sink.Ingest("test", {Batch(path, "")}, {Letter(path, "")}).ok());
  EXPECT_LT(memory.samples[path][0].key.size(), 100U);
  EXPECT_LT(memory.letters[0].key.size(), 100U);
}

}  // namespace
}  // namespace bedplate
