// The examples are those of MQTT 5, section 4.7.

#include "connectors/mqtt/topic.h"

#include <gtest/gtest.h>

#include <string>

namespace bedplate::mqtt {
namespace {

TEST(MqttTopicTest, FiltersMatchAsTheStandardSays) {
  EXPECT_TRUE(Matches("sport/tennis/player1/#", "sport/tennis/player1"));
  EXPECT_TRUE(Matches("sport/tennis/player1/#", "sport/tennis/player1/ranking"));
  EXPECT_TRUE(Matches("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"));
  EXPECT_TRUE(Matches("sport/#", "sport"));
  EXPECT_TRUE(Matches("sport/tennis/+", "sport/tennis/player1"));
  EXPECT_FALSE(Matches("sport/tennis/+", "sport/tennis/player1/ranking"));
  EXPECT_FALSE(Matches("sport/+", "sport"));
  EXPECT_TRUE(Matches("sport/+", "sport/"));
  EXPECT_TRUE(Matches("+/+", "/finance"));
  EXPECT_TRUE(Matches("/+", "/finance"));
  EXPECT_FALSE(Matches("+", "/finance"));
  EXPECT_FALSE(Matches("#", "$SYS/monitor/Clients"));
  EXPECT_FALSE(Matches("+/monitor/Clients", "$SYS/monitor/Clients"));
  EXPECT_TRUE(Matches("$SYS/#", "$SYS/monitor/Clients"));
  EXPECT_TRUE(Matches("$SYS/monitor/+", "$SYS/monitor/Clients"));
  EXPECT_FALSE(Matches("ACCOUNTS", "Accounts"));
}

TEST(MqttTopicTest, ASharedSubscriptionMatchesByItsFilter) {
  EXPECT_TRUE(Matches("$share/consumer1/sport/+", "sport/tennis"));
  EXPECT_FALSE(Matches("$share/consumer1/#", "$SYS/x"));
}

TEST(MqttTopicTest, BadFiltersAreRefused) {
  for (const std::string filter : {"", "sport/tennis#", "sport/tennis/#/ranking", "sport+",
                                   "a/b+/c", "$share/group", "$share/group/", "a\xFF"}) {
    EXPECT_FALSE(CheckFilter(filter).ok()) << filter;
  }
  EXPECT_FALSE(CheckFilter(std::string("a\0b", 3)).ok());
  EXPECT_FALSE(CheckFilter(std::string(65'536, 'a')).ok());
  for (const std::string filter : {"#", "+", "/", "+/tennis/#", "sport/+/player1", "$SYS/#"}) {
    EXPECT_TRUE(CheckFilter(filter).ok()) << filter;
  }
}

}  // namespace
}  // namespace bedplate::mqtt
