#include "connectors/line_protocol/gunzip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

namespace bedplate {
namespace {

using ::testing::HasSubstr;

std::string Gzip(std::string_view text) {
  z_stream zlib{};
  EXPECT_EQ(deflateInit2(&zlib, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&zlib, text.size()) + 64, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zlib.avail_in = static_cast<uInt>(text.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&zlib, Z_FINISH), Z_STREAM_END);
  out.resize(zlib.total_out);
  deflateEnd(&zlib);
  return out;
}

/// The inflated text, or the error's message.
std::string Inflate(std::string_view gzip, std::size_t chunk_bytes = SIZE_MAX,
                    GunzipLimits limits = {}) {
  Gunzip gunzip(limits);
  std::string out;
  const auto keep = [&](std::string_view piece) {
    out += piece;
    return Status();
  };
  while (!gzip.empty()) {
    const Status fed = gunzip.Feed(gzip.substr(0, chunk_bytes), keep);
    if (!fed.ok()) return "error: " + fed.error().message();
    gzip.remove_prefix(std::min(chunk_bytes, gzip.size()));
  }
  const Status finished = gunzip.Finish();
  return finished.ok() ? out : "error: " + finished.error().message();
}

std::string RandomBytes(std::size_t size) {
  std::mt19937 random(5);
  std::string out;
  while (out.size() < size) out += static_cast<char>(random() % 64);
  return out;
}

TEST(Gunzip, InflatesInAnyChunks) {
  const std::string text = RandomBytes(300'000);
  const std::string gzip = Gzip(text);
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, gzip.size()}) {
    EXPECT_EQ(Inflate(gzip, chunk), text) << chunk;
  }
}

TEST(Gunzip, InflatesSeveralMembers) {
  EXPECT_EQ(Inflate(Gzip("one ") + Gzip("two")), "one two");
  EXPECT_EQ(Inflate(Gzip("one ") + Gzip("two"), 1), "one two");
  EXPECT_EQ(Inflate(Gzip("")), "");
}

TEST(Gunzip, NamesWhatIsWrong) {
  const std::string gzip = Gzip(RandomBytes(10'000));
  EXPECT_THAT(Inflate("cpu v=1\n"), HasSubstr("not gzip"));
  EXPECT_THAT(Inflate(""), HasSubstr("breaks off after 0 bytes"));
  EXPECT_THAT(Inflate(gzip.substr(0, gzip.size() / 2)), HasSubstr("breaks off"));
  EXPECT_THAT(Inflate(gzip.substr(0, gzip.size() - 1)), HasSubstr("breaks off"));
  EXPECT_THAT(Inflate(gzip + "tail"), HasSubstr("but more bytes follow"));
  EXPECT_THAT(Inflate(gzip + gzip.substr(0, 20)), HasSubstr("breaks off"));
  std::string damaged = gzip;
  damaged[damaged.size() - 5] ^= 0x55;  // in the checksum
  EXPECT_THAT(Inflate(damaged), HasSubstr("damaged"));
}

TEST(Gunzip, StopsAtItsLimits) {
  const std::string bomb = Gzip(std::string(4'000'000, 'x'));
  EXPECT_THAT(Inflate(bomb, SIZE_MAX, {.inflated_bytes = 100'000}),
              HasSubstr("more than 100000 bytes"));
  EXPECT_THAT(Inflate(bomb, SIZE_MAX, {.ratio = 100, .ratio_free_bytes = 100'000}),
              HasSubstr("more than 100 times"));
  EXPECT_EQ(Inflate(bomb).size(), 4'000'000U);
}

TEST(Gunzip, PassesOnTheErrorOfTheSink) {
  Gunzip gunzip({});
  const Status fed = gunzip.Feed(Gzip("text"), [](std::string_view) {
    return Status(Error(ErrorCode::kResourceExhausted, "disk full"));
  });
  ASSERT_FALSE(fed.ok());
  EXPECT_EQ(fed.error().code(), ErrorCode::kResourceExhausted);
}

}  // namespace
}  // namespace bedplate
