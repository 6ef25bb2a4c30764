#include "base/file_system.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/fault_file_system.h"

namespace bedplate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

/// A path that no other test, also one that runs at the same time, uses.
std::string FreshPath(std::string_view name) {
  return testing::TempDir() + std::string(name) + "_" + std::to_string(::getpid());
}

/// The laws that both kinds of files keep.
class FileSystemTest : public testing::TestWithParam<bool> {
 protected:
  FileSystemTest() {
    if (GetParam()) {
      files_ = MakePosixFileSystem();
      directory_ = FreshPath("bedplate_file_system");
      std::filesystem::remove_all(directory_);
    } else {
      files_ = std::make_unique<FaultFileSystem>(1);
      directory_ = "/memory";
    }
    EXPECT_TRUE(files_->CreateDirectories(Path("a/b")).ok());
  }
  ~FileSystemTest() override {
    if (GetParam()) std::filesystem::remove_all(directory_);
  }

  std::string Path(std::string_view name) const { return JoinPath(directory_, name); }

  void Write(const std::string& path, std::string_view content, OpenMode mode) {
    auto file = files_->OpenWritable(path, mode);
    ASSERT_TRUE(file.ok()) << file.error().ToString();
    EXPECT_TRUE((*file)->Append(AsBytes(content)).ok());
    EXPECT_TRUE((*file)->Sync().ok());
    EXPECT_TRUE((*file)->Close().ok());
  }
  std::string Read(const std::string& path) { return *files_->ReadFile(path, 1000); }

  std::unique_ptr<FileSystem> files_;
  std::string directory_;
};

TEST_P(FileSystemTest, WritesAppendsTruncatesAndReads) {
  Write(Path("f"), "hello", OpenMode::kCreate);
  Write(Path("f"), " world", OpenMode::kAppend);
  EXPECT_EQ(Read(Path("f")), "hello world");
  EXPECT_EQ(*files_->FileSize(Path("f")), 11U);
  ASSERT_TRUE(files_->Truncate(Path("f"), 4).ok());
  EXPECT_EQ(Read(Path("f")), "hell");
  Write(Path("f"), "new", OpenMode::kTruncate);
  EXPECT_EQ(Read(Path("f")), "new");
  EXPECT_EQ(files_->OpenWritable(Path("f"), OpenMode::kCreate).error().code(),
            ErrorCode::kAlreadyExists);
}

TEST_P(FileSystemTest, ReadsPartsAndRefusesToReadBeyondTheEnd) {
  Write(Path("f"), "0123456789", OpenMode::kCreate);
  const auto file = files_->OpenRandomAccess(Path("f"));
  ASSERT_TRUE(file.ok());
  Bytes out(3);
  ASSERT_TRUE((*file)->ReadAt(4, out).ok());
  EXPECT_EQ(AsText(out), "456");
  EXPECT_EQ((*file)->ReadAt(8, out).error().code(), ErrorCode::kCorruption);
  EXPECT_EQ(files_->ReadFile(Path("f"), 9).error().code(), ErrorCode::kResourceExhausted);
}

TEST_P(FileSystemTest, ListsRenamesAndRemoves) {
  Write(Path("a/2"), "x", OpenMode::kCreate);
  Write(Path("a/1"), "y", OpenMode::kCreate);
  EXPECT_THAT(*files_->ListDirectory(Path("a")), ElementsAre("1", "2", "b"));
  ASSERT_TRUE(files_->Rename(Path("a/1"), Path("a/2")).ok());
  EXPECT_EQ(Read(Path("a/2")), "y");
  EXPECT_FALSE(files_->Exists(Path("a/1")));
  ASSERT_TRUE(files_->Remove(Path("a/2")).ok());
  EXPECT_THAT(*files_->ListDirectory(Path("a")), ElementsAre("b"));
  EXPECT_TRUE(files_->SyncDirectory(Path("a")).ok());
}

TEST_P(FileSystemTest, ErrorsNameThePathAndTheReason) {
  const auto missing = files_->ReadFile(Path("nowhere"), 10);
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().ToString(), HasSubstr(Path("nowhere")));
  EXPECT_THAT(missing.error().ToString(), HasSubstr("o such file"));
  EXPECT_EQ(files_->Remove(Path("nowhere")).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(files_->OpenWritable(Path("no/f"), OpenMode::kCreate).error().code(),
            ErrorCode::kNotFound);
  EXPECT_FALSE(files_->ReadFile(Path("a"), 10).ok()) << "a directory is not a file";
}

TEST_P(FileSystemTest, ALockIsHeldByOneAtATimeEvenInOneProcess) {
  auto first = files_->Lock(Path("LOCK"));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(files_->Lock(Path("LOCK")).error().code(), ErrorCode::kConflict);
  first->reset();
  EXPECT_TRUE(files_->Lock(Path("LOCK")).ok());
}

TEST_P(FileSystemTest, ASharedLockExcludesOnlyTheOther) {
  Write(Path("LOCK"), "", OpenMode::kCreate);
  auto one = files_->LockShared(Path("LOCK"));
  auto two = files_->LockShared(Path("LOCK"));
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(files_->Lock(Path("LOCK")).error().code(), ErrorCode::kConflict);
  one->reset();
  EXPECT_EQ(files_->Lock(Path("LOCK")).error().code(), ErrorCode::kConflict);
  two->reset();
  const auto own = files_->Lock(Path("LOCK"));
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(files_->LockShared(Path("LOCK")).error().code(), ErrorCode::kConflict);
}

TEST_P(FileSystemTest, AFileThatLostItsNameSaysSo) {
  const auto file = files_->OpenWritable(Path("f"), OpenMode::kCreate);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE((*file)->CheckLinked().ok());
  ASSERT_TRUE(files_->Rename(Path("f"), Path("g")).ok());
  EXPECT_TRUE((*file)->CheckLinked().ok());
  ASSERT_TRUE(files_->Remove(Path("g")).ok());
  EXPECT_EQ((*file)->CheckLinked().error().code(), ErrorCode::kIo);
}

TEST_P(FileSystemTest, ReplacesAFileAsAWhole) {
  ASSERT_TRUE(WriteFileAtomically(*files_, Path("f"), "old").ok());
  ASSERT_TRUE(WriteFileAtomically(*files_, Path("f"), "new").ok());
  EXPECT_EQ(Read(Path("f")), "new");
  EXPECT_THAT(*files_->ListDirectory(directory_), ElementsAre("a", "f"));
  EXPECT_GT(*files_->AvailableBytes(directory_), 0U);
}

INSTANTIATE_TEST_SUITE_P(PosixAndMemory, FileSystemTest, testing::Values(true, false),
                         [](const auto& parameter) {
                           return parameter.param ? "Posix" : "Memory";
                         });

TEST(FaultFileSystemLookTest, FailsOnDemandAndWithThePower) {
  using Operation = FaultFileSystem::Operation;
  FaultFileSystem files(1);
  files.FailAfter(Operation::kCreateDirectory, 0);
  EXPECT_FALSE(files.CreateDirectories("/d").ok());
  ASSERT_TRUE(files.CreateDirectories("/d").ok());
  ASSERT_TRUE(WriteFileAtomically(files, "/d/f", "text").ok());
  const std::uint64_t operations = files.operations();
  files.FailAfter(Operation::kOpenRead, 0);
  EXPECT_EQ(files.OpenRandomAccess("/d/f").error().code(), ErrorCode::kIo);
  files.FailAfter(Operation::kList, 0);
  EXPECT_EQ(files.ListDirectory("/d").error().code(), ErrorCode::kIo);
  const auto file = files.OpenRandomAccess("/d/f");
  ASSERT_TRUE(file.ok());
  Bytes byte(1);
  files.FailAfter(Operation::kRead, 0);
  EXPECT_EQ((*file)->ReadAt(0, byte).error().code(), ErrorCode::kIo);
  EXPECT_TRUE((*file)->ReadAt(0, byte).ok());
  EXPECT_EQ(files.operations(), operations);
  files.CutPowerAfter(0);
  EXPECT_FALSE(files.Remove("/d/f").ok());
  EXPECT_FALSE((*file)->ReadAt(0, byte).ok());
}

TEST(PosixFileSystemTest, APipeIsRefusedInsteadOfWaitedFor) {
  const std::string path = FreshPath("bedplate_pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto files = MakePosixFileSystem();
  const auto read = files->ReadFile(path, 10);
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(read.error().ToString(), HasSubstr("expected a regular file"));
  EXPECT_FALSE(files->OpenRandomAccess(path).ok());
  EXPECT_FALSE(files->OpenWritable(path, OpenMode::kAppend).ok());
  std::filesystem::remove(path);
}

/// It ends when there is room; other limits do not.
TEST(PosixFileSystemTest, FilesAreForTheirOwnerOnly) {
  const auto files = MakePosixFileSystem();
  const std::string path = FreshPath("bedplate_mode");
  ASSERT_TRUE(WriteFileAtomically(*files, path, "secret").ok());
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_read | perms::owner_write);
  std::filesystem::remove(path);
}

TEST(DirectoryOfTest, IsWhatStandsBeforeTheLastSeparator) {
  EXPECT_EQ(DirectoryOf("/a/b"), "/a");
  EXPECT_EQ(DirectoryOf("/a"), "/");
  EXPECT_EQ(DirectoryOf("a"), ".");
}

TEST(JoinPathTest, DoesNotDoubleTheSeparator) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("/a/", "b"), "/a/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
}

class FaultFileSystemTest : public testing::Test {
 protected:
  FaultFileSystemTest() { EXPECT_TRUE(files_.CreateDirectories("/d").ok()); }

  std::unique_ptr<WritableFile> Open(const std::string& path) {
    return *files_.OpenWritable(path, OpenMode::kCreate);
  }

  FaultFileSystem files_{7};
};

TEST_F(FaultFileSystemTest, APowerCutKeepsOnlyWhatWasSynced) {
  auto file = Open("/d/f");
  ASSERT_TRUE(file->Append(AsBytes("safe")).ok());
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(files_.SyncDirectory("/d").ok());
  ASSERT_TRUE(file->Append(AsBytes(" lost")).ok());
  Open("/d/unsynced name");
  files_.Restart(FaultFileSystem::Unsynced::kLost);
  EXPECT_EQ(*files_.ReadFile("/d/f", 100), "safe");
  EXPECT_THAT(files_.Paths(), ElementsAre("/d/f"));
  EXPECT_FALSE(file->Append(AsBytes("x")).ok()) << "open before the restart";
}

TEST_F(FaultFileSystemTest, AnAtomicWriteIsOldOrNewWhereverThePowerIsCut) {
  for (std::uint64_t cut = 0; cut < 8; ++cut) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      FaultFileSystem files(seed);
      ASSERT_TRUE(files.CreateDirectories("/d").ok());
      ASSERT_TRUE(WriteFileAtomically(files, "/d/f", "old content").ok());
      files.CutPowerAfter(cut);
      const bool done = WriteFileAtomically(files, "/d/f", "new").ok();
      files.Restart(FaultFileSystem::Unsynced::kTorn);
      const std::string content = *files.ReadFile("/d/f", 100);
      EXPECT_TRUE(content == "new" || (!done && content == "old content")) << content;
    }
  }
}

TEST_F(FaultFileSystemTest, FailsTheOperationThatWasAskedFor) {
  auto file = Open("/d/f");
  files_.FailAfter(FaultFileSystem::Operation::kSync, 1);
  EXPECT_TRUE(file->Sync().ok());
  EXPECT_EQ(file->Sync().error().code(), ErrorCode::kIo);
  EXPECT_TRUE(file->Sync().ok());
}

TEST_F(FaultFileSystemTest, AFailedSyncIsNotMadeGoodByTheNext) {
  std::set<std::string> left;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    FaultFileSystem files(seed);
    ASSERT_TRUE(files.CreateDirectories("/d").ok());
    auto file = *files.OpenWritable("/d/f", OpenMode::kCreate);
    ASSERT_TRUE(files.SyncDirectory("/d").ok());
    ASSERT_TRUE(file->Append(AsBytes("abc")).ok());
    files.FailAfter(FaultFileSystem::Operation::kSync, 0);
    ASSERT_FALSE(file->Sync().ok());
    ASSERT_TRUE(file->Append(AsBytes("def")).ok());
    ASSERT_TRUE(file->Sync().ok());
    EXPECT_EQ(*files.ReadFile("/d/f", 100), "abcdef");
    files.Restart(FaultFileSystem::Unsynced::kLost);
    left.insert(*files.ReadFile("/d/f", 100));
  }
  EXPECT_THAT(left, UnorderedElementsAre("abcdef", std::string(3, '\0') + "def"));
}

TEST_F(FaultFileSystemTest, ShowsTheDiskBeforeEachChange) {
  auto file = Open("/d/f");
  std::vector<std::string> seen;
  files_.Observe([&](const MemoryDisk& disk) {
    const auto shown = disk.Find("/d/f");
    seen.push_back(shown ? shown->data() : "(none)");
  });
  ASSERT_TRUE(file->Append(AsBytes("a")).ok());
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(files_.Remove("/d/f").ok());
  ASSERT_TRUE(files_.SyncDirectory("/d").ok());
  EXPECT_THAT(seen, ElementsAre("", "a", "a", "(none)"));
}

/// Room on the disk would not help, so it is none of what a full disk is.
TEST(PosixFileSystemTest, TooManyOpenFilesAreNoFullDisk) {
  const auto files = MakePosixFileSystem();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto opened = files->OpenRandomAccess("/dev/null");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::kUnavailable) << opened.error().ToString();
  EXPECT_TRUE(opened.error().retryable());
}

TEST_F(FaultFileSystemTest, AFullDiskTakesWhatFits) {
  auto file = Open("/d/f");
  files_.SetCapacity(5);
  EXPECT_EQ(*files_.AvailableBytes("/d"), 5U);
  EXPECT_EQ(file->Append(AsBytes("1234567")).error().code(), ErrorCode::kResourceExhausted);
  EXPECT_EQ(*files_.ReadFile("/d/f", 100), "12345");
}

}  // namespace
}  // namespace bedplate
