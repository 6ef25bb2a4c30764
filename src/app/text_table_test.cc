#include "app/text_table.h"

#include <gtest/gtest.h>

#include "app/exit_code.h"
#include "app/progress_bar.h"

namespace bedplate {
namespace {

TEST(TextTable, AlignsByCodePointsAndRulesTheHeader) {
  const TextTable table{{"tag", "kWh"}, {false, true}, {{"Öfen", "1.5"}, {"x", "-20"}}};
  EXPECT_EQ(FormatAligned(table), "tag   kWh\n----  ---\nÖfen  1.5\nx     -20\n");
}

TEST(TextTable, LetsNoControlCharacterReachTheTerminal) {
  const TextTable table{{"text"}, {false}, {{"a\x1B[2Jb"}}};
  EXPECT_EQ(FormatAligned(table), "text\n---------\na\\x1b[2Jb\n");
}

TEST(TextTable, QuotesCsvAsRfc4180Says) {
  const TextTable table{{"a", "b"}, {}, {{"1,5", "say \"no\""}, {"two\nlines", ""}}};
  EXPECT_EQ(FormatCsv(table), "a,b\n\"1,5\",\"say \"\"no\"\"\"\n\"two\nlines\",\n");
}

TEST(ProgressBar, SaysHowFarAndHowLong) {
  EXPECT_EQ(FormatProgress("import", 1, 4, std::chrono::seconds(2)),
            "import  [=======>                      ]  25 %  6 s left");
  EXPECT_EQ(FormatProgress("import", 4, 4, std::chrono::seconds(2)),
            "import  [==============================] 100 %  0 s left");
  EXPECT_EQ(FormatProgress("check", 7, 0, std::chrono::seconds(3)), "check  3 s");
}

TEST(ExitCode, EveryErrorLeadsToAFailure) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    EXPECT_NE(ExitCodeOf(static_cast<ErrorCode>(code)), ExitCode::kOk) << code;
  }
}

}  // namespace
}  // namespace bedplate
