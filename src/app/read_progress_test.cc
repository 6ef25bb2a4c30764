#include "app/read_progress.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/fault_file_system.h"

namespace bedplate {
namespace {

TEST(ReadProgress, CountsEachByteOnceAndOnlyThoseOfItsDirectories) {
  FaultFileSystem files(1);
  for (const char* directory : {"/plant/a", "/plant/b", "/plant/other"}) {
    ASSERT_TRUE(files.CreateDirectories(directory).ok());
  }
  ASSERT_TRUE(WriteFileAtomically(files, "/plant/a/1", std::string(100, 'x')).ok());
  ASSERT_TRUE(WriteFileAtomically(files, "/plant/b/2", std::string(50, 'x')).ok());
  ASSERT_TRUE(WriteFileAtomically(files, "/plant/other/3", std::string(7, 'x')).ok());
  using Step = std::pair<std::uint64_t, std::uint64_t>;
  std::vector<Step> steps;
  ReadProgress progress(
      files, {"/plant/a", "/plant/b", "/plant/missing"},
      [&](std::uint64_t done, std::uint64_t total) { steps.emplace_back(done, total); });
  const auto file = progress.OpenRandomAccess("/plant/a/1");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->size(), 100U);
  Bytes bytes(80);
  ASSERT_TRUE((*file)->ReadAt(20, bytes).ok());
  ASSERT_TRUE((*file)->ReadAt(0, bytes).ok());
  EXPECT_EQ(progress.ReadFile("/plant/b/2", 1000)->size(), 50U);
  EXPECT_EQ(progress.ReadFile("/plant/b/2", 1000)->size(), 50U);
  EXPECT_EQ(progress.ReadFile("/plant/other/3", 1000)->size(), 7U);
  EXPECT_EQ(steps, (std::vector<Step>{{80, 150}, {100, 150}, {150, 150}, {150, 150}}));
}

}  // namespace
}  // namespace bedplate
