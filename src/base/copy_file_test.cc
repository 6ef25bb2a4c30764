#include "base/copy_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fault_file_system.h"

namespace bedplate {
namespace {

using testing::ElementsAre;

class CopyFileTest : public testing::Test {
 protected:
  CopyFileTest() {
    EXPECT_TRUE(files_.CreateDirectories("/from").ok());
    EXPECT_TRUE(files_.CreateDirectories("/to").ok());
  }

  FaultFileSystem files_{1};
};

TEST_F(CopyFileTest, HasEveryByteOfSeveralPieces) {
  std::string content;
  for (std::size_t i = 0; content.size() <= 2 * kCopyPieceBytes; ++i) content += std::to_string(i);
  for (const std::string& original : {content, std::string()}) {
    ASSERT_TRUE(WriteFileAtomically(files_, "/from/f", original).ok());
    ASSERT_TRUE(CopyFileAtomically(files_, "/from/f", "/to/f").ok());
    EXPECT_TRUE(*files_.ReadFile("/to/f", 2 * content.size()) == original);
  }
}

TEST_F(CopyFileTest, OneThatFailsLeavesWhatWasThere) {
  ASSERT_TRUE(WriteFileAtomically(files_, "/from/f", "new").ok());
  ASSERT_TRUE(WriteFileAtomically(files_, "/to/f", "old").ok());
  EXPECT_EQ(CopyFileAtomically(files_, "/from/missing", "/to/f").error().code(),
            ErrorCode::kNotFound);
  files_.FailAfter(FaultFileSystem::Operation::kSync, 0);
  EXPECT_FALSE(CopyFileAtomically(files_, "/from/f", "/to/f").ok());
  EXPECT_EQ(*files_.ReadFile("/to/f", 100), "old");
  EXPECT_THAT(*files_.ListDirectory("/to"), ElementsAre("f"));
}

TEST_F(CopyFileTest, SurvivesAPowerCutOnReturn) {
  ASSERT_TRUE(WriteFileAtomically(files_, "/from/f", "content").ok());
  ASSERT_TRUE(CopyFileAtomically(files_, "/from/f", "/to/f").ok());
  files_.CutPowerAfter(0);
  files_.Restart(FaultFileSystem::Unsynced::kLost);
  EXPECT_EQ(*files_.ReadFile("/to/f", 100), "content");
}

}  // namespace
}  // namespace bedplate
