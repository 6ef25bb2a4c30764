#include "services/backup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/forwarding_file_system.h"
#include "services/workspace_test_support.h"

namespace bedplate {
namespace {

/// Files whose reader loses interest when the copy of a segment begins.
class CancelsAtSegment final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string& path,
                                                     OpenMode mode) override {
    if (path.ends_with(".seg.tmp")) cancel.Cancel();
    return ForwardingFileSystem::OpenWritable(path, mode);
  }

  const CancelToken cancel = CancelToken::Make();
};

class BackupTest : public WorkspaceTest {
 protected:
  BackupTest() {
    Open();
    IngestSeries("plant/a", kMidnight, std::chrono::seconds(1), 100, [](int i) { return i * 0.5; });
    EXPECT_TRUE(workspace().historian().Flush().ok());
  }

  [[nodiscard]] std::string target() const { return directory() + ".backup"; }

  [[nodiscard]] std::string copy() const { return directory() + ".copy"; }

  [[nodiscard]] RestoreRequest Request() const {
    return {.target = target(), .name = {}, .directory = copy()};
  }

  /// Below the target.
  int CountFilesEndingIn(std::string_view suffix) {
    int count = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(target())) {
      count += file.path().string().ends_with(suffix) ? 1 : 0;
    }
    return count;
  }
};

TEST_F(BackupTest, OneThatIsCancelledEndsWithinAFileAndDoesNotCount) {
  CancelsAtSegment files(*files_);
  const auto cancelled = WriteBackup(files, clock_, workspace(), target(), files.cancel);
  ASSERT_FALSE(cancelled.ok());
  EXPECT_EQ(cancelled.error().code(), ErrorCode::kCancelled);
  EXPECT_EQ(CountFilesEndingIn(".seg"), 0);
  EXPECT_EQ(CountFilesEndingIn(".tmp"), 0);
  EXPECT_EQ(RestoreBackup(*files_, clock_, Request()).error().code(), ErrorCode::kNotFound);
  ASSERT_TRUE(WriteBackup(*files_, clock_, workspace(), target(), {}).ok());
  EXPECT_EQ(CountFilesEndingIn(".seg"), 1);
  const auto restored = RestoreBackup(*files_, clock_, Request());
  ASSERT_TRUE(restored.ok()) << restored.error().ToString();
}

}  // namespace
}  // namespace bedplate
