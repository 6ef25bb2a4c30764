#include "connectors/line_protocol/line_splitter.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace bedplate {
namespace {

using ::testing::ElementsAre;

constexpr std::size_t kLimit = 64;

/// Every line as `number:text`, with `!` in front when it was too long.
std::vector<std::string> Split(const std::vector<std::string>& chunks, std::size_t limit = kLimit) {
  LineSplitter splitter(limit);
  std::vector<std::string> lines;
  LineSplitter::Line line;
  const auto drain = [&] {
    while (splitter.Next(line)) {
      lines.push_back(fmt::format("{}{}:{}", line.too_long ? "!" : "", line.number, line.text));
    }
  };
  for (const std::string& chunk : chunks) {
    splitter.Feed(chunk);
    drain();
  }
  splitter.Finish();
  drain();
  return lines;
}

TEST(LineSplitter, EndsLinesAtNewlines) {
  EXPECT_THAT(Split({"a\nb\n\nc"}), ElementsAre("1:a", "2:b", "3:", "4:c"));
  EXPECT_THAT(Split({"a\n"}), ElementsAre("1:a"));
  EXPECT_THAT(Split({""}), ElementsAre());
  EXPECT_THAT(Split({"a", "b\nc", "", "\n", "d"}), ElementsAre("1:ab", "2:c", "3:d"));
}

TEST(LineSplitter, KeepsNewlinesInsideStringValues) {
  EXPECT_THAT(Split({"m f=\"a\nb\"\nn g=1\n"}), ElementsAre("1:m f=\"a\nb\"", "3:n g=1"));
  EXPECT_THAT(Split({"m f=\"a\\\"\nb\",g=\"\n\" 1\nn g=1"}),
              ElementsAre("1:m f=\"a\\\"\nb\",g=\"\n\" 1", "4:n g=1"));
}

TEST(LineSplitter, TakesQuotesElsewhereForWhatTheyAre) {
  EXPECT_THAT(
      Split({"m\" f=1\n", "m,t=\" f=1\n", "m f\"=1\n", "m f=1\"\n", "m f=1 \"\n", "#\"=\"\n", "x"}),
      ElementsAre("1:m\" f=1", "2:m,t=\" f=1", "3:m f\"=1", "4:m f=1\"", "5:m f=1 \"", "6:#\"=\"",
                  "7:x"));
}

TEST(LineSplitter, LosesOneLineToAStringThatNeverCloses) {
  EXPECT_THAT(Split({"a f=1\nm f=\"x\nb f=2\n\nc f=3\n"}),
              ElementsAre("1:a f=1", "2:m f=\"x", "3:b f=2", "4:", "5:c f=3"));
}

TEST(LineSplitter, CutsLinesBeyondTheLimitAndGoesOn) {
  const std::string text(1'000'000, 'x');
  EXPECT_THAT(Split({"a\n" + text + "\nb"}, 10), ElementsAre("1:a", "!2:xxxxxxxxxx", "3:b"));
  EXPECT_THAT(Split({"m f=\"" + text + "\n" + text + "\"\nb"}, 10),
              ElementsAre("!1:m f=\"xxxxx", "3:b"));
  EXPECT_THAT(Split({std::string(10, 'y') + "\n" + std::string(11, 'z')}, 10),
              ElementsAre("1:yyyyyyyyyy", "!2:zzzzzzzzzz"));
}

TEST(LineSplitter, DoesNotCareAboutChunks) {
  static constexpr std::string_view kAlphabet = "m =,\"\\\n#x";
  std::mt19937 random(11);
  for (int round = 0; round < 5'000; ++round) {
    std::string body;
    const std::size_t length = random() % 200;
    while (body.size() < length) body += kAlphabet[random() % kAlphabet.size()];
    const std::size_t limit = 8 + random() % 64;
    std::vector<std::string> chunks;
    for (std::size_t at = 0; at < body.size();) {
      const std::size_t size = 1 + random() % 30;
      chunks.push_back(body.substr(at, size));
      at += size;
    }
    EXPECT_EQ(Split(chunks, limit), Split({body}, limit)) << "round " << round << ": " << body;
  }
}

}  // namespace
}  // namespace bedplate
