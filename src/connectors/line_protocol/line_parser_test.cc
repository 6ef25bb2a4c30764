#include "connectors/line_protocol/line_parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace bedplate {
namespace {

/// The fault of a line, or "" when it has none.
std::string FaultOf(std::string_view line) {
  LineParser parser(LinePrecision::kNanoseconds);
  const bool good = parser.Parse(line) == LineParser::Outcome::kPoint && parser.ParseKey();
  return good ? "" : fmt::format("{} {}", parser.fault().code, parser.fault().ToString());
}

TEST(LineParser, SplitsALine) {
  LineParser parser(LinePrecision::kMilliseconds);
  ASSERT_EQ(parser.Parse("cpu\\ load,z=1,host=a\\,b u=1.5,i=2i,n=3u,b=T,s=\"x \\\"y\\\"\" 42"),
            LineParser::Outcome::kPoint);
  EXPECT_EQ(parser.key_text(), "cpu\\ load,z=1,host=a\\,b");
  EXPECT_EQ(parser.time(), 42'000'000);
  ASSERT_EQ(parser.fields().size(), 5U);
  EXPECT_EQ(parser.fields()[0].value, LineValue(1.5));
  EXPECT_EQ(parser.fields()[1].value, LineValue(std::int64_t{2}));
  EXPECT_EQ(parser.fields()[2].value, LineValue(std::uint64_t{3}));
  EXPECT_EQ(parser.fields()[3].value, LineValue(true));
  EXPECT_EQ(parser.fields()[4].value, LineValue(std::string_view("x \"y\"")));
  const LineKey* key = parser.ParseKey();
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->measurement, "cpu load");
  EXPECT_EQ(key->tags, (std::vector<LineTag>{{"host", "a,b"}, {"z", "1"}}));
}

TEST(LineParser, FindsNothingInBlankLinesAndComments) {
  LineParser parser(LinePrecision::kNanoseconds);
  for (const std::string_view line : {"", "  ", "\r", "# note", "   #\tx=1"}) {
    EXPECT_EQ(parser.Parse(line), LineParser::Outcome::kNothing) << line;
  }
}

TEST(LineParser, SaysWhatWasExpectedAndWhere) {
  EXPECT_EQ(FaultOf("cpu v=1\r"), "");
  EXPECT_EQ(FaultOf("cpu"), "bad-line column 4: expected a field key, got the end of the line");
  EXPECT_EQ(FaultOf("cpu v"),
            "bad-line column 6: expected '=' after the field key, got the end of the line");
  EXPECT_EQ(FaultOf("cpu v="),
            "bad-line column 7: expected a field value, got the end of the line");
  EXPECT_EQ(FaultOf("cpu,a v=1"),
            "bad-line column 6: expected '=' after the tag key, got the end "
            "of the line");
  EXPECT_EQ(FaultOf("cpu,a= v=1"),
            "bad-line column 7: expected a tag value, got the end of the line");
  EXPECT_EQ(FaultOf("cpu,a=1,a=2 v=1"), "bad-line column 1: the tag key 'a' stands there twice");
  EXPECT_EQ(FaultOf("cp\x01u v=1"),
            "bad-line column 3: expected ',' or a space after the measurement, got byte 0x01");
  EXPECT_EQ(FaultOf("cpu v=\"abc"),
            "bad-line column 7: the string that starts here has no closing quote");
  EXPECT_EQ(FaultOf("cpu v=\"abc\"x"),
            "bad-line column 12: expected ',' or a space after the field value, got 'x'");
  EXPECT_EQ(FaultOf("cpu v=tru"), "bad-number column 7: expected a boolean, got 'tru'");
  EXPECT_EQ(FaultOf("cpu v=1.2.3"),
            "bad-number column 7: expected a finite number of 64 bits, got '1.2.3'");
  EXPECT_EQ(FaultOf("cpu v=9223372036854775808i"),
            "bad-number column 7: expected a 64-bit integer, got '9223372036854775808i'");
  EXPECT_EQ(FaultOf("cpu v=1 12x"),
            "bad-time column 9: expected a timestamp of 64 bits, got '12x'");
  EXPECT_EQ(FaultOf("cpu v=1 1 2"),
            "bad-line column 11: expected the end of the line after the timestamp, got '2'");
  EXPECT_EQ(FaultOf("cpu v=\"\xFF\""), "bad-utf8 the line is not valid UTF-8");
}

TEST(LineParser, RefusesNotANumberAndInfinity) {
  for (const std::string_view value : {"NaN", "nan", "inf", "-inf", "-nan", "+Inf", "1e999"}) {
    EXPECT_EQ(FaultOf(fmt::format("cpu v={}", value)).substr(0, 10), "bad-number") << value;
  }
}

TEST(LineParser, TakesNumbersTooSmallForADoubleAsZero) {
  LineParser parser(LinePrecision::kNanoseconds);
  ASSERT_EQ(parser.Parse("cpu v=1e-999"), LineParser::Outcome::kPoint);
  EXPECT_EQ(parser.fields()[0].value, LineValue(0.0));
}

TEST(LineParser, ReadsTimesInEveryPrecisionAndRefusesOverflow) {
  for (const std::string_view name : {"", "n", "ns", "u", "us", "ms", "s", "m", "h"}) {
    const auto precision = ParseLinePrecision(name);
    ASSERT_TRUE(precision.has_value()) << name;
    LineParser parser(*precision);
    ASSERT_EQ(parser.Parse("cpu v=1 -7"), LineParser::Outcome::kPoint);
    EXPECT_EQ(parser.time(), -7 * NanosecondsPer(*precision));
    const std::int64_t limit =
        std::numeric_limits<std::int64_t>::max() / NanosecondsPer(*precision);
    EXPECT_EQ(parser.Parse(fmt::format("cpu v=1 {}", limit)), LineParser::Outcome::kPoint);
    EXPECT_EQ(parser.Parse(fmt::format("cpu v=1 {}0", limit)), LineParser::Outcome::kFault);
  }
  EXPECT_FALSE(ParseLinePrecision("d").has_value());
}

// What a client does before it sends a name: a backslash before each of `special`.
std::string Escape(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

class RandomText {
 public:
  explicit RandomText(std::uint32_t seed) : random_(seed) {}

  /// With everything that needs an escape. A backslash at the end of a name, or before a separator
  /// in it, has no writing in line protocol.
  std::string Name() {
    static const std::vector<std::string> kPieces{"a", ",", "=", " ", "\"", "#",
                                                  "/", "é", "%", "*", "\\x"};
    std::string out = "x";
    const std::size_t length = Below(8);
    for (std::size_t i = 0; i < length; ++i) out += kPieces.at(Below(kPieces.size()));
    return out;
  }
  std::string Text() {
    static constexpr std::string_view kAlphabet = "ab,= \"\\\n\t#{}";
    std::string out;
    const std::size_t length = Below(12);
    while (out.size() < length) out += kAlphabet.at(Below(kAlphabet.size()));
    return out;
  }
  LineValue Value(std::string& storage) {
    switch (Below(5)) {
      case 0: return std::uniform_real_distribution<double>(-1e9, 1e9)(random_);
      case 1: return static_cast<std::int64_t>(random_()) - 0x7FFFFFFF;
      case 2: return static_cast<std::uint64_t>(random_());
      case 3: return Below(2) == 0;
      default: storage = Text(); return std::string_view(storage);
    }
  }
  std::size_t Below(std::size_t limit) { return random_() % limit; }

 private:
  std::mt19937 random_;
};

std::string FormatLineValue(const LineValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}i", *number);
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return fmt::format("{}u", *number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return '"' + Escape(std::get<std::string_view>(value), "\"\\") + '"';
}

TEST(LineParser, ReadsBackWhatWasWritten) {
  constexpr std::uint32_t kSeeds = 2000;
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    RandomText random(seed);
    const std::string measurement = random.Name();
    const std::string tag_value = random.Name();
    const std::string field = random.Name();
    std::string storage;
    const LineValue value = random.Value(storage);
    const std::string line =
        fmt::format("{},k={} {}={} {}", Escape(measurement, ", "), Escape(tag_value, ",= "),
                    Escape(field, ",= "), FormatLineValue(value), seed);
    LineParser parser(LinePrecision::kSeconds);
    ASSERT_EQ(parser.Parse(line), LineParser::Outcome::kPoint)
        << "seed " << seed << ": " << line << ": " << parser.fault().ToString();
    EXPECT_EQ(UnescapeLineKey(parser.fields().at(0).key), field) << line;
    EXPECT_EQ(parser.fields().at(0).value, value) << line;
    EXPECT_EQ(parser.time(), std::int64_t{seed} * 1'000'000'000);
    const LineKey* key = parser.ParseKey();
    ASSERT_NE(key, nullptr) << line;
    EXPECT_EQ(key->measurement, measurement) << line;
    EXPECT_EQ(key->tags.at(0).value, tag_value) << line;
  }
}

}  // namespace
}  // namespace bedplate
