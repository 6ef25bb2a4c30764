#include "load/body_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <utility>

namespace bedplate::bench {
namespace {

/// The whole file, read in so that nothing waits for the disk later.
Result<std::string_view> Map(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Error(ErrorCode::kNotFound, "cannot be opened").At(path);
  struct stat about = {};
  const bool known = ::fstat(file, &about) == 0 && about.st_size > 0;
  const auto size = static_cast<std::size_t>(about.st_size);
  void* const data =
      known ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0) : MAP_FAILED;
  ::close(file);
  if (data == MAP_FAILED) return Error(ErrorCode::kIo, "cannot be mapped").At(path);
  return std::string_view(static_cast<const char*>(data), size);
}

}  // namespace

Result<std::unique_ptr<BodyFile>> BodyFile::Open(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string_view mapped, Map(path + ".bodies"));
  std::unique_ptr<BodyFile> file(new BodyFile(mapped));
  RETURN_IF_ERROR(file->ReadIndex(path + ".index"));
  return file;
}

BodyFile::~BodyFile() { ::munmap(const_cast<char*>(mapped_.data()), mapped_.size()); }

Status BodyFile::ReadIndex(const std::string& path) {
  std::ifstream index(path);
  std::uint64_t bytes = 0;
  std::uint64_t samples = 0;
  std::uint64_t offset = 0;
  while (index >> bytes >> samples) {
    if (bytes > mapped_.size() - offset) {
      return Error(ErrorCode::kCorruption, "names more bytes than there are").At(path);
    }
    bodies_.push_back({.text = mapped_.substr(offset, bytes), .samples = samples});
    offset += bytes;
  }
  if (offset == mapped_.size()) return {};
  return Error(ErrorCode::kCorruption, "does not name every byte of the bodies").At(path);
}

}  // namespace bedplate::bench
