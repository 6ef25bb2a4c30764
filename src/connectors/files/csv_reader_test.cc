#include "connectors/files/csv_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "connectors/files/piece_source_test_support.h"

namespace bedplate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Every row as `line:a|b|c`, one with a fault as `line!text`.
std::vector<std::string> ReadAll(std::string_view text, CsvOptions options = {},
                                 std::size_t piece_bytes = SIZE_MAX) {
  PieceSource source(text, piece_bytes);
  CsvReader reader(source, options);
  std::vector<std::string> rows;
  CsvRow row;
  while (true) {
    const auto more = reader.Next(row);
    EXPECT_TRUE(more.ok());
    if (!more.ok() || !*more) return rows;
    rows.push_back(row.fault.empty() ? fmt::format("{}:{}", row.line, fmt::join(row.fields, "|"))
                                     : fmt::format("{}!{}", row.line, row.text));
  }
}

TEST(CsvReader, ReadsTheExamplesOfRfc4180) {
  EXPECT_THAT(ReadAll("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n"),
              ElementsAre("1:aaa|bbb|ccc", "2:zzz|yyy|xxx"));
  EXPECT_THAT(ReadAll("aaa,bbb,ccc\r\nzzz,yyy,xxx"), ElementsAre("1:aaa|bbb|ccc", "2:zzz|yyy|xxx"));
  EXPECT_THAT(ReadAll("\"aaa\",\"bbb\",\"ccc\"\r\nzzz,yyy,xxx"),
              ElementsAre("1:aaa|bbb|ccc", "2:zzz|yyy|xxx"));
  EXPECT_THAT(ReadAll("\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz,yyy,xxx"),
              ElementsAre("1:aaa|b\r\nbb|ccc", "3:zzz|yyy|xxx"));
  EXPECT_THAT(ReadAll("\"aaa\",\"b\"\"bb\",\"ccc\""), ElementsAre("1:aaa|b\"bb|ccc"));
}

TEST(CsvReader, TakesAnyDelimiterAndLineEnd) {
  EXPECT_THAT(ReadAll("a;b,c\n1;2,5\n", {.delimiter = ';'}), ElementsAre("1:a|b,c", "2:1|2,5"));
  EXPECT_THAT(ReadAll("a\tb\r\n1\t\"2\"\r", {.delimiter = '\t'}), ElementsAre("1:a|b", "2:1|2"));
}

TEST(CsvReader, KeepsEmptyFieldsAndSkipsBlankLines) {
  EXPECT_THAT(ReadAll("a,,\n\n\r\n,\n\"\"\n"), ElementsAre("1:a||", "4:|", "5:"));
  EXPECT_THAT(ReadAll(""), IsEmpty());
  EXPECT_THAT(ReadAll("\n\n"), IsEmpty());
}

TEST(CsvReader, SkipsAByteOrderMark) {
  EXPECT_THAT(ReadAll("\xEF\xBB\xBF\"a\",b\n"), ElementsAre("1:a|b"));
  EXPECT_THAT(ReadAll("\xEF\xBB\xBF", {}, 1), IsEmpty());
}

TEST(CsvReader, RefusesUtf16ByName) {
  PieceSource source(
      "\xFF\xFE"
      "a",
      1);
  CsvReader reader(source, {});
  CsvRow row;
  const auto more = reader.Next(row);
  ASSERT_FALSE(more.ok());
  EXPECT_THAT(more.error().message(), ::testing::HasSubstr("UTF-16"));
}

TEST(CsvReader, TakesAQuoteInsideAPlainFieldForItself) {
  EXPECT_THAT(ReadAll("3\" pipe,x\n"), ElementsAre("1:3\" pipe|x"));
}

TEST(CsvReader, LosesOneLineToABadQuote) {
  EXPECT_THAT(ReadAll("a,b\n\"x\"y,2\nc,d\n"), ElementsAre("1:a|b", "2!\"x\"y,2", "3:c|d"));
  EXPECT_THAT(ReadAll("a,b\n\"open,2\nc,d\ne,f\n"),
              ElementsAre("1:a|b", "2!\"open,2", "3:c|d", "4:e|f"));
}

TEST(CsvReader, LosesOneLineToARowBeyondTheLimit) {
  const std::string text = "a\n" + std::string(100'000, 'x') + "\nb\n";
  const auto rows = ReadAll(text, {.max_row_bytes = 20});
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1], "2!" + std::string(4096, 'x'));
  EXPECT_EQ(rows[2], "3:b");
  EXPECT_THAT(ReadAll("a\n\"open\nb\n" + std::string(100, 'c') + "\nd\n", {.max_row_bytes = 20}),
              ElementsAre("1:a", "2!\"open", "3:b", "4!" + std::string(100, 'c'), "5:d"));
}

TEST(CsvReader, SkipsLinesWhateverTheyHold) {
  PieceSource source("Report \"2018\nunit;kW\na;b\n", 3);
  CsvReader reader(source, {.delimiter = ';'});
  ASSERT_TRUE(reader.SkipLines(2).ok());
  CsvRow row;
  ASSERT_TRUE(reader.Next(row).value());
  EXPECT_EQ(row.line, 3U);
  EXPECT_THAT(row.fields, ElementsAre("a", "b"));
}

std::string Quote(const std::string& field) {
  std::string out = "\"";
  for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

TEST(CsvReader, ReadsBackWhatWasWritten) {
  static constexpr std::string_view kAlphabet = "a,\"\r\n ;";
  std::mt19937 random(13);
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    std::vector<std::string> expected;
    std::uint64_t line = 1;
    for (int i = 0; i < 3; ++i) {
      std::vector<std::string> fields;
      for (int j = 0; j < 3; ++j) {
        std::string field;
        const std::size_t length = random() % 6;
        while (field.size() < length) field += kAlphabet[random() % kAlphabet.size()];
        text += Quote(field) + (j < 2 ? "," : "\r\n");
        fields.push_back(field);
      }
      expected.push_back(fmt::format("{}:{}", line, fmt::join(fields, "|")));
      const std::string joined = fmt::format("{}", fmt::join(fields, ""));
      line += 1 + static_cast<std::uint64_t>(std::count(joined.begin(), joined.end(), '\n'));
    }
    EXPECT_EQ(ReadAll(text), expected) << text;
  }
}

TEST(CsvReader, DoesNotCareHowTheBytesCome) {
  static constexpr std::string_view kAlphabet = "a,\"\r\n";
  std::mt19937 random(17);
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    const std::size_t length = random() % 60;
    while (text.size() < length) text += kAlphabet[random() % kAlphabet.size()];
    const CsvOptions options{.max_row_bytes = 1 + random() % 30};
    EXPECT_EQ(ReadAll(text, options, 1 + random() % 7), ReadAll(text, options)) << text;
  }
}

}  // namespace
}  // namespace bedplate
