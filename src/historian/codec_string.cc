#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "historian/codecs.h"
#include "historian/format.h"
#include "historian/integer_codec.h"

namespace bedplate::historian {
namespace {

enum Encoding : std::uint8_t { kPackedIndexes = 1, kIndexRuns = 2 };

constexpr std::size_t kMaxDecodedBytes = 2 * kBlockStringBytes;

struct Dictionary {
  std::vector<std::string_view> words;  // in order of first use
  std::vector<std::int64_t> indexes;    // of each value
};

Dictionary MakeDictionary(std::span<const std::string> values) {
  Dictionary dictionary;
  std::unordered_map<std::string_view, std::int64_t> index_of;
  for (const std::string& value : values) {
    const auto [entry, added] = index_of.try_emplace(value, dictionary.words.size());
    if (added) dictionary.words.push_back(value);
    dictionary.indexes.push_back(entry->second);
  }
  return dictionary;
}

void EncodeIndexRuns(std::span<const std::int64_t> indexes, Bytes& out) {
  for (std::size_t start = 0; start < indexes.size();) {
    std::size_t end = start + 1;
    while (end < indexes.size() && indexes[end] == indexes[start]) ++end;
    PutVarint(out, end - start);
    PutVarint(out, static_cast<std::uint64_t>(indexes[start]));
    start = end;
  }
}

bool DecodeIndexRuns(ByteReader& in, std::size_t count, std::vector<std::int64_t>& out) {
  while (out.size() < count) {
    const std::uint64_t length = in.Varint();
    const std::uint64_t index = in.Varint();
    if (!in.ok() || length == 0 || length > count - out.size()) return false;
    out.insert(out.end(), length, static_cast<std::int64_t>(index));
  }
  return true;
}

bool DecodeWords(ByteReader& in, std::size_t count, std::vector<std::string_view>& words) {
  const std::uint64_t word_count = in.Varint();
  if (!in.ok() || word_count > count) return false;
  for (std::uint64_t i = 0; i < word_count && in.ok(); ++i) words.push_back(in.Text());
  return in.ok();
}

bool LookUp(std::span<const std::string_view> words, std::span<const std::int64_t> indexes,
            std::vector<std::string>& out) {
  std::size_t bytes = 0;
  for (const std::int64_t index : indexes) {
    if (index < 0 || static_cast<std::uint64_t>(index) >= words.size()) return false;
    const std::string_view word = words[static_cast<std::size_t>(index)];
    bytes += word.size();
    if (bytes > kMaxDecodedBytes) return false;
    out.emplace_back(word);
  }
  return true;
}

}  // namespace

void EncodeStrings(std::span<const std::string> values, Bytes& out) {
  const Dictionary dictionary = MakeDictionary(values);
  Bytes packed;
  EncodeIntegers(dictionary.indexes, packed);
  Bytes runs;
  EncodeIndexRuns(dictionary.indexes, runs);
  const bool by_runs = runs.size() <= packed.size();
  out.push_back(std::byte{by_runs ? kIndexRuns : kPackedIndexes});
  PutVarint(out, dictionary.words.size());
  for (const std::string_view word : dictionary.words) PutText(out, word);
  PutBytes(out, by_runs ? runs : packed);
}

bool DecodeStrings(ByteReader& in, std::size_t count, std::vector<std::string>& out) {
  out.clear();
  const auto encoding = in.Fixed<std::uint8_t>();
  if (encoding != kPackedIndexes && encoding != kIndexRuns) return false;
  std::vector<std::string_view> words;
  if (!DecodeWords(in, count, words)) return false;
  std::vector<std::int64_t> indexes;
  const bool read = encoding == kIndexRuns ? DecodeIndexRuns(in, count, indexes)
                                           : DecodeIntegers(in, count, indexes);
  return read && LookUp(words, indexes, out);
}

}  // namespace bedplate::historian
