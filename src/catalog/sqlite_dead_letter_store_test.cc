#include "catalog/sqlite_dead_letter_store.h"

#include <gmock/gmock.h>

#include "base/utf8.h"
#include "catalog/catalog_test_support.h"

namespace bedplate {
namespace {

using DeadLetterStoreTest = CatalogTest;

DeadLetter Letter(const std::string& tag, const std::string& key = "") {
  DeadLetter letter;
  letter.received = Timestamp::FromSeconds(1'514'764'800);
  letter.source = "import";
  letter.place = "energy.csv:17";
  letter.tag = tag;
  letter.code = "bad-number";
  letter.reason = "expected a number, got 'x'";
  letter.payload = "01/01/2018 00:15,x";
  letter.key = key;
  return letter;
}

TEST_F(DeadLetterStoreTest, WhatWentInComesBackNewestFirst) {
  DeadLetterStore& store = Open().dead_letters();
  ASSERT_EQ(store.Add(std::vector{Letter("a"), Letter("b", "17")}).value(), 2U);
  const auto letters = store.List({}).value();
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].tag, "b");
  EXPECT_EQ(letters[0].key, "17");
  EXPECT_GT(letters[0].id, letters[1].id);
  EXPECT_EQ(letters[1].received, Timestamp::FromSeconds(1'514'764'800));
  EXPECT_EQ(letters[1].source, "import");
  EXPECT_EQ(letters[1].place, "energy.csv:17");
  EXPECT_EQ(letters[1].code, "bad-number");
  EXPECT_EQ(letters[1].reason, "expected a number, got 'x'");
  EXPECT_EQ(letters[1].payload, "01/01/2018 00:15,x");
}

TEST_F(DeadLetterStoreTest, TheSameSourceAndKeyIsStoredOnce) {
  DeadLetterStore& store = Open().dead_letters();
  const std::vector letters{Letter("a", "1"), Letter("a", "2"), Letter("a", "1")};
  EXPECT_EQ(store.Add(letters).value(), 2U);
  EXPECT_EQ(store.Add(letters).value(), 0U);
  EXPECT_EQ(Open().dead_letters().Add(letters).value(), 0U);
  DeadLetter elsewhere = Letter("a", "1");
  elsewhere.source = "line-protocol";
  EXPECT_EQ(Open().dead_letters().Add(std::vector{elsewhere}).value(), 1U);
}

TEST_F(DeadLetterStoreTest, WithoutAKeyEveryLetterCounts) {
  DeadLetterStore& store = Open().dead_letters();
  EXPECT_EQ(store.Add(std::vector(3, Letter("a"))).value(), 3U);
  EXPECT_EQ(store.Total().value(), 3U);
}

TEST_F(DeadLetterStoreTest, BeyondTheLimitTheOldestGoAndAreCounted) {
  DeadLetterStore& store = Open({.dead_letter_limit = 5}).dead_letters();
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(
        store.Add(std::vector{Letter(std::to_string(2 * i)), Letter(std::to_string(2 * i + 1))})
            .ok());
    const std::uint64_t sent = 2 * (static_cast<std::uint64_t>(i) + 1);
    EXPECT_EQ(store.Total().value(), std::min<std::uint64_t>(sent, 5));
    EXPECT_EQ(store.Total().value() + store.Dropped().value(), sent);
    EXPECT_EQ(store.List({})->size(), store.Total().value());
  }
  EXPECT_EQ(store.List({})->back().tag, "3");
}

TEST_F(DeadLetterStoreTest, OneBatchLargerThanTheLimitKeepsItsEnd) {
  DeadLetterStore& store = Open({.dead_letter_limit = 2}).dead_letters();
  EXPECT_EQ(store.Add(std::vector{Letter("1"), Letter("2"), Letter("3")}).value(), 3U);
  EXPECT_EQ(store.Dropped().value(), 1U);
  EXPECT_EQ(store.List({})->back().tag, "2");
}

TEST_F(DeadLetterStoreTest, PagesAndFiltersAgreeWithTheWholeList) {
  DeadLetterStore& store = Open().dead_letters();
  std::vector<DeadLetter> letters;
  for (int i = 0; i < 60; ++i) {
    letters.push_back(Letter(i % 3 == 0 ? "a" : "b"));
    letters.back().source = i % 4 == 0 ? "import" : "line-protocol";
  }
  ASSERT_TRUE(store.Add(letters).ok());
  for (const std::string source : {"", "import", "other"}) {
    for (const std::string tag : {"", "a", "nothing"}) {
      std::vector<std::uint64_t> expected;
      for (const DeadLetter& letter : store.List({}).value()) {
        if (!source.empty() && letter.source != source) continue;
        if (!tag.empty() && letter.tag != tag) continue;
        expected.push_back(letter.id);
      }
      std::vector<std::uint64_t> paged;
      DeadLetterQuery query{.source = source, .tag = tag, .limit = 7};
      while (true) {
        const auto page = store.List(query).value();
        if (page.empty()) break;
        EXPECT_LE(page.size(), 7U);
        for (const DeadLetter& letter : page) paged.push_back(letter.id);
        query.before_id = page.back().id;
      }
      EXPECT_EQ(paged, expected) << source << "/" << tag;
    }
  }
}

TEST_F(DeadLetterStoreTest, CountsByTag) {
  DeadLetterStore& store = Open().dead_letters();
  ASSERT_TRUE(store.Add(std::vector{Letter("b"), Letter(""), Letter("a"), Letter("b")}).ok());
  const auto counts = store.CountByTag().value();
  ASSERT_EQ(counts.size(), 3U);
  EXPECT_EQ(counts[0].tag, "");
  EXPECT_EQ(counts[2].tag, "b");
  EXPECT_EQ(counts[2].letters, 2U);
}

TEST_F(DeadLetterStoreTest, AnyBytesAreStoredAsBoundedUtf8) {
  DeadLetterStore& store = Open().dead_letters();
  DeadLetter letter = Letter("a");
  letter.payload = std::string("\xFF\0\x80", 3) + std::string(10'000, 'x');
  letter.reason = "\xC3";
  ASSERT_TRUE(store.Add(std::vector{letter}).ok());
  const DeadLetter stored = store.List({})->front();
  EXPECT_TRUE(IsValidUtf8(stored.payload));
  EXPECT_EQ(stored.payload.size(), 4096U);
  EXPECT_EQ(stored.payload.substr(0, 7), std::string("\xEF\xBF\xBD\0\xEF\xBF\xBD", 7));
  EXPECT_TRUE(IsValidUtf8(stored.reason));
}

TEST_F(DeadLetterStoreTest, AnEmptyBatchIsNoChange) {
  DeadLetterStore& store = Open().dead_letters();
  EXPECT_EQ(store.Add({}).value(), 0U);
  EXPECT_EQ(store.Total().value(), 0U);
  EXPECT_EQ(store.Dropped().value(), 0U);
}

}  // namespace
}  // namespace bedplate
