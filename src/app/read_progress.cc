#include "app/read_progress.h"

#include <algorithm>
#include <utility>

namespace bedplate {

class ReadProgress::MeteredFile final : public RandomAccessFile {
 public:
  MeteredFile(std::unique_ptr<RandomAccessFile> file, std::string path, ReadProgress& progress)
      : file_(std::move(file)), path_(std::move(path)), progress_(progress) {}

  Status ReadAt(std::uint64_t offset, std::span<std::byte> out) const override {
    progress_.NoteRead(path_, out.size());
    return file_->ReadAt(offset, out);
  }
  [[nodiscard]] std::uint64_t size() const override { return file_->size(); }

 private:
  const std::unique_ptr<RandomAccessFile> file_;
  const std::string path_;
  ReadProgress& progress_;
};

ReadProgress::ReadProgress(FileSystem& files, const std::vector<std::string>& directories,
                           Show show)
    : ForwardingFileSystem(files), show_(std::move(show)) {
  for (const std::string& directory : directories) {
    const auto names = files.ListDirectory(directory);
    if (!names.ok()) continue;
    for (const std::string& name : *names) {
      const std::string path = JoinPath(directory, name);
      const auto bytes = files.FileSize(path);
      if (!bytes.ok()) continue;
      unread_[path] = *bytes;
      total_ += *bytes;
    }
  }
}

Result<std::unique_ptr<RandomAccessFile>> ReadProgress::OpenRandomAccess(const std::string& path) {
  ASSIGN_OR_RETURN(auto file, files().OpenRandomAccess(path));
  return std::unique_ptr<RandomAccessFile>(
      std::make_unique<MeteredFile>(std::move(file), path, *this));
}

Result<std::string> ReadProgress::ReadFile(const std::string& path, std::uint64_t limit_bytes) {
  auto content = files().ReadFile(path, limit_bytes);
  if (content.ok()) NoteRead(path, content->size());
  return content;
}

void ReadProgress::NoteRead(const std::string& path, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto unread = unread_.find(path);
  if (unread == unread_.end()) return;
  const std::uint64_t counted = std::min(bytes, unread->second);
  unread->second -= counted;
  done_ += counted;
  show_(done_, total_);
}

}  // namespace bedplate
