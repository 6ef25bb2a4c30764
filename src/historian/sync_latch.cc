#include "historian/sync_latch.h"

#include <utility>

#include <fmt/format.h>

#include "base/time.h"

namespace bedplate::historian {

class SyncLatch::LatchedFile final : public WritableFile {
 public:
  LatchedFile(SyncLatch& latch, std::unique_ptr<WritableFile> file)
      : latch_(latch), file_(std::move(file)) {}

  Status Append(std::span<const std::byte> bytes) override {
    RETURN_IF_ERROR(latch_.CheckWritable());
    return file_->Append(bytes);
  }
  Status Sync() override {
    RETURN_IF_ERROR(latch_.CheckWritable());
    return latch_.NoteSync(file_->Sync());
  }
  Status Close() override { return file_->Close(); }
  [[nodiscard]] Status CheckLinked() const override { return file_->CheckLinked(); }
  [[nodiscard]] std::uint64_t size() const override { return file_->size(); }

 private:
  SyncLatch& latch_;
  const std::unique_ptr<WritableFile> file_;
};

Status SyncLatch::CheckWritable() const {
  if (!is_closed_.load()) return {};
  const std::lock_guard lock(mutex_);
  return *failure_;
}

Status SyncLatch::NoteSync(Status synced) {
  if (synced.ok() || synced.error().code() == ErrorCode::kResourceExhausted) return synced;
  const Error& error = synced.error();
  const std::lock_guard lock(mutex_);
  if (!failure_) {
    failure_ =
        Error(ErrorCode::kUnavailable,
              fmt::format("the store is read-only since {}, as what was written could not be "
                          "made durable ({}): what was acknowledged is kept and can be read, "
                          "nothing more is taken; check the disk, then restart the server",
                          FormatTimestamp(clock_.Now()), error.message()))
            .At(error.context());
    is_closed_ = true;
  }
  return *failure_;
}

Result<std::unique_ptr<WritableFile>> SyncLatch::OpenWritable(const std::string& path,
                                                              OpenMode mode) {
  RETURN_IF_ERROR(CheckWritable());
  ASSIGN_OR_RETURN(auto file, files().OpenWritable(path, mode));
  return std::unique_ptr<WritableFile>(std::make_unique<LatchedFile>(*this, std::move(file)));
}

Status SyncLatch::CreateDirectories(const std::string& path) {
  RETURN_IF_ERROR(CheckWritable());
  return files().CreateDirectories(path);
}

Status SyncLatch::Rename(const std::string& from, const std::string& to) {
  RETURN_IF_ERROR(CheckWritable());
  return files().Rename(from, to);
}

Status SyncLatch::Remove(const std::string& path) {
  RETURN_IF_ERROR(CheckWritable());
  return files().Remove(path);
}

Status SyncLatch::Truncate(const std::string& path, std::uint64_t size) {
  RETURN_IF_ERROR(CheckWritable());
  return files().Truncate(path, size);
}

Status SyncLatch::SyncDirectory(const std::string& path) {
  RETURN_IF_ERROR(CheckWritable());
  return NoteSync(files().SyncDirectory(path));
}

}  // namespace bedplate::historian
