#include <gmock/gmock.h>

#include "catalog/catalog_test_support.h"
#include "catalog/sqlite.h"

namespace bedplate {
namespace {

using std::chrono::hours;
using testing::Optional;

class BelievedTimeTest : public CatalogTest {};

TEST_F(BelievedTimeTest, OutlivesARestartWithWhatIsSaidAgainstIt) {
  Open();
  EXPECT_EQ(*catalog().believed_time().Read(), std::nullopt);
  const Timestamp now = clock_.Now();
  const std::vector<BelievedTime> times{
      {now},
      {now, ClockClaim{now + hours(9), hours(3)}},
      {now, ClockClaim{now + hours(9), hours(4)}, ClockClaim{Timestamp(-5), hours(0)}},
      {now + hours(9)}};
  for (const BelievedTime& time : times) {
    ASSERT_TRUE(catalog().believed_time().Write(time).ok());
    Open();
    EXPECT_THAT(*catalog().believed_time().Read(), Optional(time));
  }
}

TEST_F(BelievedTimeTest, ComesWithVersion3) {
  Open();
  ASSERT_TRUE(catalog().audit().Record("anna", "test", "before").ok());
  Close();
  {
    const auto connection = SqliteConnection::Open(path()).value();
    ASSERT_TRUE(
        connection->Execute("DROP TABLE believed_time; DROP TABLE source; PRAGMA user_version = 2")
            .ok());
  }
  Open();
  EXPECT_EQ(*catalog().believed_time().Read(), std::nullopt);
  EXPECT_EQ(catalog().audit().List(10)->size(), 1U);
  EXPECT_TRUE(catalog().CheckIntegrity()->empty());
}

}  // namespace
}  // namespace bedplate
