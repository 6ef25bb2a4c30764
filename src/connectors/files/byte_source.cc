#include "connectors/files/byte_source.h"

#include <algorithm>

namespace bedplate {
namespace {

class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : text_(text) {}

  Result<std::size_t> Read(std::span<char> out) override {
    const std::size_t count = text_.copy(out.data(), out.size());
    text_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view text_;
};

class FileSource final : public ByteSource {
 public:
  explicit FileSource(const RandomAccessFile& file) : file_(file) {}

  Result<std::size_t> Read(std::span<char> out) override {
    const std::size_t count = std::min<std::uint64_t>(out.size(), file_.size() - offset_);
    if (count == 0) return count;
    RETURN_IF_ERROR(file_.ReadAt(offset_, std::as_writable_bytes(out.first(count))));
    offset_ += count;
    return count;
  }

 private:
  const RandomAccessFile& file_;
  std::uint64_t offset_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> MakeTextSource(std::string_view text) {
  return std::make_unique<TextSource>(text);
}

std::unique_ptr<ByteSource> MakeFileSource(const RandomAccessFile& file) {
  return std::make_unique<FileSource>(file);
}

}  // namespace bedplate
