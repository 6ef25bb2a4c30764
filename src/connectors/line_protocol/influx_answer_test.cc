#include "connectors/line_protocol/influx_answer.h"

#include <gtest/gtest.h>

namespace bedplate {
namespace {

LineWriteSummary TwoOfThree() {
  LineWriteSummary summary;
  summary.points = 3;
  summary.rejected_points = 1;
  DeadLetter letter;
  letter.place = "line 2";
  letter.reason = "column 7: expected a field value, got the end of the line";
  letter.payload = "cpu v=";
  summary.first_letters.push_back(letter);
  return summary;
}

TEST(InfluxAnswer, IsEmptyWhenEverythingWasStored) {
  const InfluxAnswer answer = AnswerWrite(InfluxVersion::kV2, {.points = 3});
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.body, "");
}

TEST(InfluxAnswer, NamesRefusedLinesAsEachVersionDoes) {
  const InfluxAnswer v1 = AnswerWrite(InfluxVersion::kV1, TwoOfThree());
  EXPECT_EQ(v1.status, 400);
  EXPECT_EQ(v1.body,
            R"({"error":"partial write: line 2: column 7: expected a field value, got the end of )"
            R"(the line in 'cpu v=' dropped=1"})");
  const InfluxAnswer v2 = AnswerWrite(InfluxVersion::kV2, TwoOfThree());
  EXPECT_EQ(v2.status, 400);
  EXPECT_EQ(v2.body,
            R"({"code":"invalid","message":"partial write: 1 of 3 lines were refused, the others )"
            R"(are stored: line 2: column 7: expected a field value, got the end of the line in )"
            R"('cpu v='"})");
}

TEST(InfluxAnswer, TellsClientsToRepeatOnlyWhatCanSucceed) {
  const auto status = [](ErrorCode code) {
    return AnswerError(InfluxVersion::kV2, Error(code, "x")).status;
  };
  EXPECT_EQ(status(ErrorCode::kInvalidArgument), 400);
  EXPECT_EQ(status(ErrorCode::kUnauthenticated), 401);
  EXPECT_EQ(status(ErrorCode::kPermissionDenied), 403);
  EXPECT_EQ(status(ErrorCode::kResourceExhausted), 503);
  EXPECT_EQ(status(ErrorCode::kIo), 500);
  EXPECT_EQ(AnswerError(InfluxVersion::kV1, Error(ErrorCode::kUnauthenticated, "no token")).body,
            R"({"error":"no token"})");
}

}  // namespace
}  // namespace bedplate
