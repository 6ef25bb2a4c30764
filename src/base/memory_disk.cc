#include "base/memory_disk.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/check.h"
#include "base/file_system.h"

namespace bedplate {
namespace {

std::uint64_t RoundUp(std::uint64_t bytes) {
  return (bytes + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
}

std::string SuffixOf(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos ? std::string() : path.substr(dot);
}

/// Puts `bytes` over `content` at `begin`, as far as that reaches.
void Overwrite(std::uint64_t begin, std::string_view bytes, std::string& content) {
  if (begin >= content.size()) return;
  content.replace(begin, std::min<std::uint64_t>(bytes.size(), content.size() - begin),
                  bytes.substr(0, content.size() - begin));
}

}  // namespace

MemoryFile::MemoryFile(std::string content)
    : data_(std::move(content)), durable_(data_), dirty_from_(data_.size()) {}

void MemoryFile::Append(std::string_view bytes) {
  data_ += bytes;
  lengths_.push_back(data_.size());
}

void MemoryFile::Resize(std::uint64_t size) {
  for (Range& lost : lost_) lost.end = std::min(lost.end, size);
  std::erase_if(lost_, [](const Range& lost) { return lost.begin >= lost.end; });
  dirty_from_ = std::min(dirty_from_, size);
  data_.resize(size);
  lengths_.push_back(size);
}

void MemoryFile::Sync() {
  const std::uint64_t begin = FirstDirtySector() * kSectorBytes;
  durable_.resize(data_.size());
  Overwrite(begin, Written(begin, data_.size()), durable_);
  dirty_from_ = data_.size();
  lengths_.clear();
}

void MemoryFile::FailSync(CutChoices& choices) {
  if (choices.Choose(2) == 1) durable_.resize(data_.size());
  for (std::uint64_t sector = FirstDirtySector(); sector < DirtySectorsEnd(); ++sector) {
    const Range range{std::max(sector * kSectorBytes, dirty_from_),
                      std::min<std::uint64_t>((sector + 1) * kSectorBytes, data_.size())};
    if (choices.Choose(2) == 1 && range.end <= durable_.size()) {
      Overwrite(range.begin, Written(range.begin, range.end), durable_);
    } else {
      lost_.push_back(range);
    }
  }
  dirty_from_ = data_.size();
  lengths_ = {data_.size()};
}

void MemoryFile::FlipByte(std::uint64_t offset) {
  for (std::string* content : {&data_, &durable_}) {
    if (offset < content->size()) (*content)[offset] = static_cast<char>(~(*content)[offset]);
  }
}

std::string MemoryFile::Image(CutChoices& choices, std::string_view stale) const {
  const std::vector<std::uint64_t> lengths = PossibleLengths();
  const std::uint64_t longest = lengths.back();
  const std::uint64_t length = lengths[choices.Choose(lengths.size())];
  std::string image = durable_;
  image.resize(longest);
  const std::uint64_t unused = RoundUp(durable_.size());
  if (longest > unused && unused < stale.size() && choices.Choose(2) == 1) {
    Overwrite(unused, stale.substr(unused), image);
  }
  for (std::uint64_t sector = FirstDirtySector(); sector < DirtySectorsEnd(); ++sector) {
    const std::set<std::uint64_t> ends = WrittenEnds(sector);
    const std::uint64_t state = choices.Choose(ends.size() + 1);
    if (state == 0) continue;
    const std::uint64_t begin = sector * kSectorBytes;
    const std::uint64_t end = *std::next(ends.begin(), static_cast<std::ptrdiff_t>(state - 1));
    std::string content = Written(begin, end);
    content.resize(kSectorBytes);
    Overwrite(begin, content, image);
  }
  image.resize(length);
  return image;
}

/// Ascending. The system may write a length out at any time, and it grows a sector at a time while
/// a long write goes on.
std::vector<std::uint64_t> MemoryFile::PossibleLengths() const {
  std::set<std::uint64_t> lengths(lengths_.begin(), lengths_.end());
  lengths.insert(durable_.size());
  const std::uint64_t least = *lengths.begin();
  const std::uint64_t most = *lengths.rbegin();
  for (std::uint64_t end = RoundUp(least); end < most; end += kSectorBytes) lengths.insert(end);
  return {lengths.begin(), lengths.end()};
}

/// Up to where a sector was filled at each of its writings since the last sync.
std::set<std::uint64_t> MemoryFile::WrittenEnds(std::uint64_t sector) const {
  const std::uint64_t begin = sector * kSectorBytes;
  std::set<std::uint64_t> ends;
  for (const std::uint64_t length : lengths_) {
    if (length <= std::max(begin, dirty_from_)) continue;
    ends.insert(std::min({length, begin + kSectorBytes, std::uint64_t{data_.size()}}));
  }
  return ends;
}

/// Bytes [begin, end) as they would reach the disk.
std::string MemoryFile::Written(std::uint64_t begin, std::uint64_t end) const {
  std::string bytes = data_.substr(begin, end - begin);
  for (const Range& lost : lost_) {
    for (std::uint64_t i = std::max(begin, lost.begin); i < std::min(end, lost.end); ++i) {
      bytes[i - begin] = '\0';
    }
  }
  return bytes;
}

std::uint64_t MemoryFile::FirstDirtySector() const noexcept { return dirty_from_ / kSectorBytes; }

std::uint64_t MemoryFile::DirtySectorsEnd() const noexcept {
  return dirty_from_ < data_.size() ? RoundUp(data_.size()) / kSectorBytes : FirstDirtySector();
}

MemoryDisk::File MemoryDisk::Find(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : found->second;
}

std::uint64_t MemoryDisk::used_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [path, file] : files_) bytes += file->data().size();
  return bytes;
}

MemoryDisk::File MemoryDisk::Create(const std::string& path) {
  auto file = std::make_shared<MemoryFile>();
  BEDPLATE_CHECK(files_.emplace(path, file).second);
  pending_[DirectoryOf(path)].push_back({.removed = "", .added = path, .file = file});
  return file;
}

void MemoryDisk::Truncate(const std::string& path) {
  KeepStale(path);
  files_.at(path)->Resize(0);
}

void MemoryDisk::Rename(const std::string& from, const std::string& to) {
  KeepStale(to);
  NameChange change{.removed = from, .added = to, .file = files_.at(from)};
  Apply(change, files_);
  pending_[DirectoryOf(to)].push_back(std::move(change));
}

void MemoryDisk::Remove(const std::string& path) {
  KeepStale(path);
  NameChange change{.removed = path, .added = "", .file = files_.at(path)};
  Apply(change, files_);
  pending_[DirectoryOf(path)].push_back(std::move(change));
}

void MemoryDisk::SyncDirectory(const std::string& path) {
  for (const NameChange& change : pending_[path]) Apply(change, durable_files_);
  pending_[path].clear();
}

/// A name that meanwhile belongs to another file is left alone.
void MemoryDisk::Apply(const NameChange& change, std::map<std::string, File>& names) {
  const auto removed = names.find(change.removed);
  if (removed != names.end() && removed->second == change.file) names.erase(removed);
  if (!change.added.empty()) names[change.added] = change.file;
}

void MemoryDisk::KeepStale(const std::string& path) {
  const File file = Find(path);
  if (file && !file->data().empty()) stale_[SuffixOf(path)] = file->data();
}

MemoryDisk MemoryDisk::Image(CutChoices& choices) const {
  const std::map<std::string, File> names = DrawNames(choices);
  const std::map<File, File> contents = DrawContents(choices);
  MemoryDisk image;
  image.directories_ = directories_;
  image.stale_ = stale_;
  for (const auto& [path, file] : names) image.files_[path] = contents.at(file);
  image.durable_files_ = image.files_;
  return image;
}

std::map<std::string, MemoryDisk::File> MemoryDisk::DrawNames(CutChoices& choices) const {
  std::map<std::string, File> names = durable_files_;
  for (const auto& [directory, changes] : pending_) {
    for (const NameChange& change : changes) {
      if (choices.Choose(2) == 1) Apply(change, names);
    }
  }
  return names;
}

/// What becomes of each file that may have a name; of all of them, so that what is asked does not
/// depend on which names there are.
std::map<MemoryDisk::File, MemoryDisk::File> MemoryDisk::DrawContents(CutChoices& choices) const {
  std::map<File, File> contents;
  const auto draw = [&](const std::string& path, const File& file) {
    if (contents.contains(file)) return;
    const auto stale = stale_.find(SuffixOf(path));
    contents[file] = std::make_shared<MemoryFile>(
        file->Image(choices, stale == stale_.end() ? std::string_view() : stale->second));
  };
  for (const auto& [path, file] : durable_files_) draw(path, file);
  for (const auto& [directory, changes] : pending_) {
    for (const NameChange& change : changes) {
      draw(change.added.empty() ? change.removed : change.added, change.file);
    }
  }
  return contents;
}

std::uint64_t MemoryDisk::Fingerprint() const {
  constexpr std::uint64_t kFactor = 0x9E37'79B9'7F4A'7C15;
  std::uint64_t print = 0;
  for (const auto& [path, file] : files_) {
    print = (print ^ std::hash<std::string>()(path)) * kFactor;
    print = (print ^ std::hash<std::string>()(file->data())) * kFactor;
  }
  return print;
}

}  // namespace bedplate
