// A log that cannot be written shows in the store's health, whatever the reason.

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/forwarding_file_system.h"
#include "historian/test_store.h"

namespace bedplate {
namespace {

/// Files of which no new log can be opened while there is a `failure`.
class NoNextLog final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  std::optional<Error> failure;

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override {
    if (failure && path.ends_with(".wal.tmp")) return *failure;
    return ForwardingFileSystem::OpenWritable(path, mode);
  }
};

/// Room on the disk says nothing of a quota, nor of files that are open.
class StoreHealthTest : public testing::TestWithParam<ErrorCode> {};

TEST_P(StoreHealthTest, IsNotGoodWhileEveryAppendIsRefused) {
  TestStore store;
  const TagId tag = store.Tag("a");
  store.Append(tag, {1}, {1.0});
  store.Close();
  store.options().wal_file_bytes = 4096;
  NoNextLog files(store.files());
  auto opened = Historian::Open(files, store.clock(), TestStore::kDirectory, store.options());
  ASSERT_TRUE(opened.ok());
  std::int64_t time = 2;
  const auto append = [&](int count) {
    TagBatch batch{tag, {}};
    for (int i = 0; i < count; ++i) batch.samples.Push({Timestamp(time++), 1.0, kGood});
    return (*opened)->Append(std::span(&batch, 1));
  };
  ASSERT_TRUE(append(500).ok());  // the file is full
  files.failure = Error(GetParam(), "cannot open").Retryable();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(append(5).error().code(), GetParam());
    EXPECT_FALSE((*opened)->Health().ok());
  }
  files.failure.reset();
  EXPECT_TRUE(append(5).ok());
  EXPECT_TRUE((*opened)->Health().ok());
}

INSTANTIATE_TEST_SUITE_P(Reasons, StoreHealthTest,
                         testing::Values(ErrorCode::kResourceExhausted, ErrorCode::kUnavailable,
                                         ErrorCode::kIo));

}  // namespace
}  // namespace bedplate
