#include "catalog/catalog.h"

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "catalog/catalog_database.h"
#include "catalog/catalog_test_support.h"
#include "catalog/plant_yaml.h"
#include "catalog/random_plant_test_support.h"
#include "catalog/schema.h"
#include "catalog/sqlite_dead_letter_store.h"
#include "catalog/sqlite_token_store.h"

namespace bedplate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CatalogFileTest : public CatalogTest {
 protected:
  ErrorCode OpenError(std::string* text = nullptr) {
    const auto opened = Catalog::Open(path(), clock_);
    if (opened.ok()) return ErrorCode::kInternal;
    if (text != nullptr) *text = opened.error().ToString();
    return opened.error().code();
  }

  void RunSql(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  void Overwrite(std::size_t offset, const std::string& bytes) {
    std::fstream file(path(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
  }
};

std::vector<DeadLetter> Letters(int count) {
  std::vector<DeadLetter> letters(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    letters[static_cast<std::size_t>(i)].tag = "a/" + std::to_string(i);
    letters[static_cast<std::size_t>(i)].payload = std::string(1000, 'x');
  }
  return letters;
}

TEST_F(CatalogFileTest, IsPrivateAndSoundFromTheStart) {
  Catalog& catalog = Open();
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((path() + "-wal").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(catalog.CheckIntegrity().value(), IsEmpty());
}

TEST_F(CatalogFileTest, WhatIsWrittenIsThereAfterReopening) {
  ASSERT_TRUE(Open().audit().Record("anna", "plant.apply", "detail").ok());
  const auto entries = Open().audit().List(10).value();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].actor, "anna");
  EXPECT_EQ(entries[0].action, "plant.apply");
  EXPECT_EQ(entries[0].detail, "detail");
  EXPECT_EQ(entries[0].time, clock_.Now());
}

TEST_F(CatalogFileTest, AuditListsTheNewestFirstUpToTheLimit) {
  AuditLog& audit = Open().audit();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(audit.Record("a", "b", std::to_string(i)).ok());
  const auto entries = audit.List(2).value();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].detail, "4");
  EXPECT_EQ(entries[1].detail, "3");
}

TEST_F(CatalogFileTest, AFileThatIsNoDatabaseIsCorruption) {
  std::ofstream(path()) << "This is a text file and not a database at all. "
                        << std::string(8192, 'x');
  std::string text;
  EXPECT_EQ(OpenError(&text), ErrorCode::kCorruption);
  EXPECT_THAT(text, HasSubstr(path()));
}

TEST_F(CatalogFileTest, ADamagedHeaderIsCorruption) {
  ASSERT_TRUE(Open().audit().Record("a", "b", "c").ok());
  Close();
  Overwrite(0, std::string(100, '\xAA'));
  EXPECT_EQ(OpenError(), ErrorCode::kCorruption);
}

TEST_F(CatalogFileTest, DamageInsideIsFoundByTheCheckAndNeverCrashes) {
  ASSERT_TRUE(Open().dead_letters().Add(Letters(500)).ok());
  Close();
  std::ifstream file(path(), std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::size_t>(file.tellg());
  // All pages behind the schema's.
  for (std::size_t page = 40UL * 4096; page < size; page += 4096) {
    Overwrite(page, std::string(4096, '\xFF'));
  }
  const auto opened = Catalog::Open(path(), clock_);
  if (!opened.ok()) {
    EXPECT_EQ(opened.error().code(), ErrorCode::kCorruption);
    return;
  }
  const auto letters = opened.value()->dead_letters().List({});
  ASSERT_FALSE(letters.ok());
  EXPECT_EQ(letters.error().code(), ErrorCode::kCorruption);
  EXPECT_FALSE(opened.value()->CheckIntegrity().value().empty());
}

TEST_F(CatalogFileTest, RowsThatNobodyWroteAreDamageAndHealthSaysSo) {
  Plant plant;
  plant.assets = {{.path = "a", .level = AssetLevel::kSite}, {.path = "a/b"}};
  plant.tags = {{.path = "a/b/t", .declared = true}};
  for (const std::string damage :
       {"UPDATE tag SET type = 99", "UPDATE tag SET path = 'a//t'",
        "UPDATE asset SET level = 0 WHERE path = 'a/b'", "DELETE FROM asset WHERE path = 'a'",
        "UPDATE asset SET path = 'a/b/' WHERE path = 'a/b'"}) {
    SCOPED_TRACE(damage);
    ASSERT_TRUE(Open().plant().Apply(plant, false, "anna").ok());
    ASSERT_TRUE(catalog().Health().ok());
    Close();
    RunSql("PRAGMA ignore_check_constraints = ON; " + damage);
    const auto read = Open().plant().Export();
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code(), ErrorCode::kCorruption);
    EXPECT_EQ(catalog().Health().error().code(), ErrorCode::kCorruption);
    Close();
    std::filesystem::remove(path());
  }
}

TEST_F(CatalogFileTest, AChangedByteNeverCrashesAndNeverPassesForAPlantThatCannotBe) {
  ASSERT_TRUE(Open().plant().Apply(RandomPlant(5).Make(), false, "anna").ok());
  Close();
  std::ifstream file(path(), std::ios::binary);
  const std::string sound(std::istreambuf_iterator<char>(file), {});
  int damaged = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::string bytes = sound;
    // Behind the header of the file, which is another test's.
    for (int i = 0; i < 3; ++i) bytes[100 + random() % (bytes.size() - 100)] ^= '\xFF';
    std::ofstream(path(), std::ios::binary) << bytes;
    const auto opened = Catalog::Open(path(), clock_);
    if (!opened.ok()) {
      ++damaged;
      continue;
    }
    const auto plant = opened.value()->plant().Export();
    if (plant.ok()) {
      EXPECT_FALSE(FormatPlantYaml(*plant).empty());
    } else {
      EXPECT_FALSE(opened.value()->Health().ok()) << plant.error().ToString();
    }
    damaged += opened.value()->Health().ok() ? 0 : 1;
  }
  EXPECT_GT(damaged, 40);
}

TEST_F(CatalogFileTest, AMissingReferenceIsFoundByTheCheck) {
  Open();
  Close();
  RunSql("INSERT INTO asset VALUES ('a', 1, '', 'gone', '', '')");
  EXPECT_THAT(Open().CheckIntegrity().value(), ::testing::ElementsAre(HasSubstr("template")));
}

TEST_F(CatalogFileTest, ANewerSchemaIsRefusedAndLeftAlone) {
  Open();
  Close();
  RunSql("PRAGMA user_version = 4711");
  std::string text;
  EXPECT_EQ(OpenError(&text), ErrorCode::kUnsupported);
  EXPECT_THAT(text, HasSubstr("4711"));
  RunSql("PRAGMA user_version = " + std::to_string(NewestSchemaVersion()));
  EXPECT_THAT(Open().CheckIntegrity().value(), IsEmpty());
}

TEST_F(CatalogFileTest, AnotherProgramsDatabaseIsRefusedAndLeftAlone) {
  RunSql("CREATE TABLE bookmarks (url TEXT)");
  std::ifstream before_file(path(), std::ios::binary);
  std::stringstream before;
  before << before_file.rdbuf();
  EXPECT_EQ(OpenError(), ErrorCode::kUnsupported);
  std::ifstream after_file(path(), std::ios::binary);
  std::stringstream after;
  after << after_file.rdbuf();
  EXPECT_EQ(before.str(), after.str());
}

TEST_F(CatalogFileTest, AnEmptyFileBecomesACatalog) {
  std::ofstream(path()).flush();
  EXPECT_THAT(Open().CheckIntegrity().value(), IsEmpty());
}

TEST_F(CatalogFileTest, ADirectoryOrAMissingFolderIsAnErrorWithItsPath) {
  ASSERT_TRUE(std::filesystem::create_directory(path()));
  std::string text;
  EXPECT_EQ(OpenError(&text), ErrorCode::kIo);
  EXPECT_THAT(text, HasSubstr(path()));
  const auto nowhere = Catalog::Open(path() + "/no/such/catalog", clock_);
  EXPECT_EQ(nowhere.error().code(), ErrorCode::kNotFound);
}

TEST_F(CatalogFileTest, MigrationEndsAtTheNewestVersionAndIsIdempotent) {
  Open();
  Close();
  const auto connection = SqliteConnection::Open(path()).value();
  EXPECT_EQ(connection->QueryInteger("PRAGMA user_version").value(), NewestSchemaVersion());
  const auto schema = connection->QueryInteger("PRAGMA schema_version").value();
  ASSERT_TRUE(MigrateSchema(*connection).ok());
  EXPECT_EQ(connection->QueryInteger("PRAGMA schema_version").value(), schema);
}

TEST_F(CatalogFileTest, AMigrationThatWasCutOffStartsAgain) {
  {
    std::ofstream(path()).flush();
    const auto connection = SqliteConnection::Open(path()).value();
    auto transaction = SqliteTransaction::BeginWrite(*connection).value();
    ASSERT_TRUE(connection->Execute("CREATE TABLE tag (path TEXT)").ok());
  }
  EXPECT_THAT(Open().CheckIntegrity().value(), IsEmpty());
}

/// A file that may not take another page stands in for a disk that is full.
TEST_F(CatalogFileTest, AFullDiskIsAnErrorAndHalfABatchIsNotStored) {
  const auto database = CatalogDatabase::Open(path()).value();
  SqliteDeadLetterStore store(*database, kDeadLetterLimit);
  ASSERT_EQ(store.Add(Letters(3)).value(), 3U);
  {
    const auto writer = database->BorrowWriter();
    const auto pages = writer->QueryInteger("PRAGMA page_count").value();
    ASSERT_TRUE(writer->Execute("PRAGMA max_page_count = " + std::to_string(pages + 5)).ok());
  }
  const auto added = store.Add(Letters(1000));
  ASSERT_FALSE(added.ok());
  EXPECT_EQ(added.error().code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(store.Total().value(), 3U);
  EXPECT_EQ(store.List({}).value().size(), 3U);
  {
    const auto writer = database->BorrowWriter();
    ASSERT_TRUE(writer->Execute("PRAGMA max_page_count = 100000").ok());
  }
  EXPECT_EQ(store.Add(Letters(1000)).value(), 1000U);
  EXPECT_EQ(store.Total().value(), 1003U);
}

/// The index of the log would need room on a disk that may have none.
TEST_F(CatalogFileTest, NothingButItsLogStandsBesideIt) {
  ASSERT_TRUE(Open().audit().Record("a", "b", "c").ok());
  EXPECT_TRUE(std::filesystem::exists(path() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path() + "-shm"));
  Close();
  EXPECT_FALSE(std::filesystem::exists(path() + "-wal"));
}

std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A log that was cut off while it is in use stands in for a disk that gives back nothing.
TEST_F(CatalogFileTest, HealthSaysThatReadingFailsUntilItWorksAgain) {
  Catalog& catalog = Open();
  ASSERT_TRUE(catalog.tokens().Create("a", Role::kAdmin, "local").ok());
  ASSERT_TRUE(catalog.Health().ok());
  const std::string log = ReadBytes(path() + "-wal");
  std::filesystem::resize_file(path() + "-wal", 0);
  const auto tokens = catalog.tokens().List();
  ASSERT_FALSE(tokens.ok());
  EXPECT_EQ(tokens.error().code(), ErrorCode::kIo);
  for (int i = 0; i < 2; ++i) {  // asking does not make it well
    const Status health = catalog.Health();
    ASSERT_FALSE(health.ok());
    EXPECT_EQ(health.error().code(), ErrorCode::kIo);
  }
  std::ofstream(path() + "-wal", std::ios::binary) << log;
  EXPECT_TRUE(catalog.Health().ok());
  EXPECT_TRUE(catalog.tokens().List().ok());
}

TEST_F(CatalogFileTest, HealthSaysThatWritingFailsUntilItWorksAgain) {
  const auto database = CatalogDatabase::Open(path()).value();
  SqliteDeadLetterStore store(*database, kDeadLetterLimit);
  ASSERT_EQ(store.Add(Letters(1)).value(), 1U);
  const std::string log = ReadBytes(path() + "-wal");
  std::filesystem::resize_file(path() + "-wal", 0);
  // Else all that the next letter needs may be in memory.
  ASSERT_TRUE(database->BorrowWriter()->Execute("PRAGMA shrink_memory").ok());
  EXPECT_EQ(store.Add(Letters(1)).error().code(), ErrorCode::kIo);
  EXPECT_EQ(database->Health().error().code(), ErrorCode::kIo);
  std::ofstream(path() + "-wal", std::ios::binary) << log;
  EXPECT_TRUE(database->Health().ok());
  EXPECT_EQ(store.Add(Letters(1)).value(), 1U);
  EXPECT_EQ(store.Total().value(), 2U);
}

TEST_F(CatalogFileTest, AFileThatIsNotInItsPlaceAnyMoreIsNamed) {
  for (const std::string& name : {path(), path() + "-wal"}) {
    for (const bool is_replaced : {false, true}) {
      Catalog& catalog = Open();
      ASSERT_TRUE(catalog.audit().Record("a", "b", "c").ok());
      ASSERT_TRUE(catalog.Health().ok());
      std::filesystem::rename(name, name + ".earlier");
      if (is_replaced) std::filesystem::copy(name + ".earlier", name);
      const Status health = catalog.Health();
      ASSERT_FALSE(health.ok());
      EXPECT_EQ(health.error().code(), ErrorCode::kCorruption);
      const std::string expected = name + (is_replaced ? " was replaced" : " was removed");
      EXPECT_THAT(health.error().message(), HasSubstr(expected));
      EXPECT_THAT(catalog.CheckIntegrity().value(), ElementsAre(HasSubstr(expected)));
      std::filesystem::rename(name + ".earlier", name);
      EXPECT_TRUE(catalog.Health().ok());
    }
  }
}

TEST_F(CatalogFileTest, ATokenStillOpensTheDoorWhenNothingCanBeWritten) {
  const auto database = CatalogDatabase::Open(path()).value();
  SqliteTokenStore tokens(*database, clock_);
  const std::string secret = tokens.Create("a", Role::kAdmin, "local")->secret;
  const auto writer = SqliteConnection::Open(path()).value();
  const auto blocker = SqliteTransaction::BeginWrite(*writer).value();
  ASSERT_TRUE(database->BorrowWriter()->Execute("PRAGMA busy_timeout = 1").ok());
  EXPECT_TRUE(tokens.Verify(secret).ok());
  const auto refused = tokens.Create("b", Role::kViewer, "local");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
  EXPECT_TRUE(refused.error().retryable());
}

}  // namespace
}  // namespace bedplate
