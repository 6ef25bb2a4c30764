#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "historian/codecs.h"
#include "historian/format.h"
#include "historian/integer_codec.h"
#include "historian/zstd_codec.h"

namespace bedplate::historian {
namespace {

/// The first two with the dictionary as it is, the others with the same one compressed.
enum Encoding : std::uint8_t { kPackedIndexes = 1, kIndexRuns = 2 };
constexpr std::uint8_t kCompressed = 2;  // added to an encoding

constexpr std::size_t kMaxDecodedBytes = 2 * kBlockStringBytes;
/// A dictionary's texts with their lengths take at most this.
constexpr std::size_t kMaxDictionaryBytes = kMaxDecodedBytes + 4 * kMaxBlockSamples;
/// Fewer bytes are not worth a frame, and compressed ones must be this part smaller.
constexpr std::size_t kMinCompressedBytes = 128;
constexpr std::size_t kWorthwhilePart = 8;

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

bool DecodeWords(ByteReader& in, std::uint64_t word_count, std::vector<std::string_view>& words) {
  for (std::uint64_t i = 0; i < word_count && in.ok(); ++i) words.push_back(in.Text());
  return in.ok();
}

/// The texts of a compressed dictionary, which `words` of them will refer to.
bool DecodeTexts(ByteReader& in, Bytes& texts) {
  const std::uint64_t bytes = in.Varint();
  const std::uint64_t length = in.Varint();
  const ByteView frame = in.Take(length);
  if (!in.ok() || bytes > kMaxDictionaryBytes) return false;
  return DecompressZstd(frame, bytes, texts) && texts.size() == bytes;
}

void PutTexts(const Dictionary& dictionary, Bytes& out) {
  for (const std::string_view word : dictionary.words) PutText(out, word);
}

/// Adds the texts as a frame if that is worth it.
bool PutCompressedTexts(const Dictionary& dictionary, Bytes& out) {
  Bytes texts;
  PutTexts(dictionary, texts);
  if (texts.size() < kMinCompressedBytes) return false;
  Bytes frame;
  CompressZstd(texts, frame);
  if (frame.size() + texts.size() / kWorthwhilePart >= texts.size()) return false;
  PutVarint(out, texts.size());
  PutVarint(out, frame.size());
  PutBytes(out, frame);
  return true;
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
  Bytes texts;
  const bool compressed = PutCompressedTexts(dictionary, texts);
  if (!compressed) PutTexts(dictionary, texts);
  const std::uint8_t encoding = by_runs ? kIndexRuns : kPackedIndexes;
  out.push_back(static_cast<std::byte>(encoding + (compressed ? kCompressed : 0)));
  PutVarint(out, dictionary.words.size());
  PutBytes(out, texts);
  PutBytes(out, by_runs ? runs : packed);
}

bool DecodeStrings(ByteReader& in, std::size_t count, std::vector<std::string>& out) {
  out.clear();
  auto encoding = in.Fixed<std::uint8_t>();
  const bool compressed = encoding > kCompressed;
  if (compressed) encoding -= kCompressed;
  if (encoding != kPackedIndexes && encoding != kIndexRuns) return false;
  const std::uint64_t word_count = in.Varint();
  if (!in.ok() || word_count > count) return false;
  Bytes texts;
  std::vector<std::string_view> words;
  if (compressed) {
    if (!DecodeTexts(in, texts)) return false;
    ByteReader text_reader(texts);
    if (!DecodeWords(text_reader, word_count, words) || !text_reader.AtEnd()) return false;
  } else if (!DecodeWords(in, word_count, words)) {
    return false;
  }
  std::vector<std::int64_t> indexes;
  const bool read = encoding == kIndexRuns ? DecodeIndexRuns(in, count, indexes)
                                           : DecodeIntegers(in, count, indexes);
  return read && LookUp(words, indexes, out);
}

}  // namespace bedplate::historian
