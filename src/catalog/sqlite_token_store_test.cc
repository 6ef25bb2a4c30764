#include "catalog/sqlite_token_store.h"

#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

#include "catalog/catalog_test_support.h"

namespace bedplate {
namespace {

using TokenStoreTest = CatalogTest;

TEST_F(TokenStoreTest, ACreatedTokenIsVerifiedWithItsRole) {
  TokenStore& tokens = Open().tokens();
  const auto created = tokens.Create("telegraf", Role::kWriter, "local");
  ASSERT_TRUE(created.ok());
  EXPECT_THAT(created->secret, ::testing::MatchesRegex("bp_[0-9a-f]{12}_[0-9a-f]{64}"));
  const auto verified = tokens.Verify(created->secret);
  ASSERT_TRUE(verified.ok());
  EXPECT_EQ(verified->id, created->info.id);
  EXPECT_EQ(verified->name, "telegraf");
  EXPECT_EQ(verified->role, Role::kWriter);
}

TEST_F(TokenStoreTest, EveryOtherTextIsRefusedAlike) {
  TokenStore& tokens = Open().tokens();
  const std::string secret = tokens.Create("a", Role::kAdmin, "local")->secret;
  std::vector<std::string> wrong{"",
                                 "bp_",
                                 secret + "0",
                                 secret.substr(1),
                                 " " + secret,
                                 std::string(secret.size(), '\0'),
                                 std::string(100'000, 'x')};
  for (std::size_t i = 0; i < secret.size(); ++i) {
    std::string changed = secret;
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    wrong.push_back(changed);
  }
  std::set<std::string> answers;
  for (const std::string& text : wrong) {
    const auto verified = tokens.Verify(text);
    ASSERT_FALSE(verified.ok()) << text;
    EXPECT_EQ(verified.error().code(), ErrorCode::kUnauthenticated);
    answers.insert(verified.error().ToString());
  }
  EXPECT_EQ(answers.size(), 1U);
}

TEST_F(TokenStoreTest, ARevokedTokenIsRefusedForEver) {
  TokenStore& tokens = Open().tokens();
  const auto created = tokens.Create("a", Role::kViewer, "local");
  clock_.Advance(std::chrono::seconds(1));
  const auto other = tokens.Create("b", Role::kViewer, "local");
  ASSERT_TRUE(tokens.Revoke(created->info.id, "local").ok());
  ASSERT_TRUE(tokens.Revoke(created->info.id, "local").ok());
  TokenStore& reopened = Open().tokens();
  EXPECT_EQ(reopened.Verify(created->secret).error().code(), ErrorCode::kUnauthenticated);
  EXPECT_TRUE(reopened.Verify(other->secret).ok());
  EXPECT_EQ(reopened.List()->front().revoked, clock_.Now());
}

TEST_F(TokenStoreTest, RevokingAnUnknownIdIsNotFound) {
  const Status revoked = Open().tokens().Revoke("nobody", "local");
  ASSERT_FALSE(revoked.ok());
  EXPECT_EQ(revoked.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(revoked.error().message(), ::testing::HasSubstr("'nobody'"));
}

TEST_F(TokenStoreTest, TheLastUseIsKeptToTheMinute) {
  TokenStore& tokens = Open().tokens();
  const std::string secret = tokens.Create("a", Role::kViewer, "local")->secret;
  EXPECT_EQ(tokens.List()->front().last_used, std::nullopt);
  clock_.Advance(std::chrono::seconds(119));
  ASSERT_TRUE(tokens.Verify(secret).ok());
  EXPECT_EQ(FormatTimestamp(tokens.List()->front().last_used.value()), "2018-01-01T00:01:00Z");
  clock_.Advance(std::chrono::hours(1));
  ASSERT_TRUE(tokens.Verify(secret).ok());
  EXPECT_EQ(FormatTimestamp(tokens.List()->front().last_used.value()), "2018-01-01T01:01:00Z");
}

TEST_F(TokenStoreTest, SecretsDifferAndAreNotInTheFile) {
  TokenStore& tokens = Open().tokens();
  std::set<std::string> secrets;
  for (int i = 0; i < 100; ++i) {
    secrets.insert(tokens.Create("a", Role::kViewer, "local")->secret.substr(16));
  }
  EXPECT_EQ(secrets.size(), 100U);
  Close();
  std::ifstream file(path(), std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  const std::string bytes = content.str();
  ASSERT_GT(bytes.size(), 4096U);
  for (const std::string& secret : secrets) EXPECT_EQ(bytes.find(secret), std::string::npos);
}

TEST_F(TokenStoreTest, NamesAreChecked) {
  TokenStore& tokens = Open().tokens();
  for (const std::string& name : {std::string(), std::string(201, 'x'), std::string("\xFF")}) {
    const auto created = tokens.Create(name, Role::kViewer, "local");
    ASSERT_FALSE(created.ok());
    EXPECT_EQ(created.error().code(), ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(tokens.List()->empty());
}

TEST_F(TokenStoreTest, CreationAndRevocationAreAudited) {
  Catalog& catalog = Open();
  const std::string id = catalog.tokens().Create("a", Role::kEngineer, "root")->info.id;
  ASSERT_TRUE(catalog.tokens().Revoke(id, "boss").ok());
  const auto entries = catalog.audit().List(10).value();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].action, "token.revoke");
  EXPECT_EQ(entries[0].actor, "boss");
  EXPECT_EQ(entries[1].action, "token.create");
  EXPECT_EQ(entries[1].detail, id + " (a) as engineer");
}

TEST(RoleTest, NamesReadBack) {
  for (const Role role : {Role::kViewer, Role::kWriter, Role::kEngineer, Role::kAdmin}) {
    EXPECT_EQ(ParseRole(RoleName(role)), role);
  }
  EXPECT_EQ(ParseRole("Admin"), std::nullopt);
  EXPECT_EQ(ParseRole(""), std::nullopt);
}

}  // namespace
}  // namespace bedplate
