#include <gmock/gmock.h>

#include "catalog/catalog_test_support.h"
#include "catalog/schema.h"
#include "catalog/sqlite.h"

namespace bedplate {
namespace {

using testing::Optional;

class KeptAnswerTest : public CatalogTest {
 protected:
  static KeptAnswer Answer(const std::string& text) {
    return {.fingerprint = "f-" + text, .status = 200, .content_type = "text/plain", .body = text};
  }
  std::optional<KeptAnswer> Find(std::string_view actor, std::string_view key) {
    auto found = catalog().kept_answers().Find(actor, key);
    EXPECT_TRUE(found.ok());
    return found.ok() ? *found : std::nullopt;
  }
  void Keep(std::string_view actor, std::string_view key, const std::string& text) {
    ASSERT_TRUE(catalog().kept_answers().Keep(actor, key, Answer(text)).ok());
  }
};

TEST_F(KeptAnswerTest, BelongsToItsActorAndOutlivesARestart) {
  Open();
  EXPECT_EQ(Find("anna", "k1"), std::nullopt);
  Keep("anna", "k1", "first");
  Keep("berta", "k1", "another");
  Open();
  EXPECT_THAT(Find("anna", "k1"), Optional(Answer("first")));
  EXPECT_THAT(Find("berta", "k1"), Optional(Answer("another")));
  EXPECT_EQ(Find("anna", "k2"), std::nullopt);
}

/// However many come there are no more than the bound, and they are the newest; one that is kept
/// again counts as new.
TEST_F(KeptAnswerTest, TheOldestGo) {
  Open({.kept_answer_limit = 5});
  for (int i = 0; i < 5; ++i) Keep("anna", std::to_string(i), "x");
  Keep("anna", "0", "again");
  for (int i = 5; i < 8; ++i) Keep("anna", std::to_string(i), "x");
  EXPECT_EQ(*catalog().kept_answers().Total(), 5U);
  for (const char* gone : {"1", "2", "3"}) EXPECT_EQ(Find("anna", gone), std::nullopt) << gone;
  EXPECT_THAT(Find("anna", "0"), Optional(Answer("again")));
  for (const char* kept : {"4", "5", "6", "7"}) EXPECT_TRUE(Find("anna", kept)) << kept;
}

/// A catalog of version 1 gets the table and keeps everything else.
TEST_F(KeptAnswerTest, ComesWithVersion2) {
  Open();
  ASSERT_TRUE(catalog().audit().Record("anna", "test", "before").ok());
  Close();
  {
    const auto connection = SqliteConnection::Open(path()).value();
    ASSERT_TRUE(connection
                    ->Execute("DROP TABLE kept_answer; DROP TABLE believed_time; DROP TABLE source; "
                              "PRAGMA user_version = 1")
                    .ok());
  }
  Open();
  Keep("anna", "k", "x");
  EXPECT_EQ(catalog().audit().List(10)->size(), 1U);
  EXPECT_TRUE(catalog().CheckIntegrity()->empty());
}

}  // namespace
}  // namespace bedplate
