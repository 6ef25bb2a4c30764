#include "historian/quarantine.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/copy_file.h"
#include "historian/evidence.h"
#include "historian/format.h"
#include "historian/salvage_file.h"

namespace bedplate::historian {
namespace {

constexpr std::uint64_t kMaxNameBytes = 1ULL << 20U;
constexpr std::uint64_t kMaxLossesBytes = 1ULL << 30U;
constexpr int kMaxVersions = 1000;  // of one file in one folder

/// A loss is a line of the list.
std::string AsLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// What is missing or damaged here costs no more than it held.
Status UnlessLost(const Error& error) {
  if (error.code() == ErrorCode::kNotFound || IsDamage(error)) return {};
  return error;
}

/// Whether both files hold the same, as far as the first can be read.
Result<bool> AreSame(const RandomAccessFile& first, const RandomAccessFile& second) {
  if (first.size() != second.size()) return false;
  Bytes piece;
  Bytes other;
  for (std::uint64_t at = 0; at < first.size(); at += piece.size()) {
    piece.resize(std::min<std::uint64_t>(kCopyPieceBytes, first.size() - at));
    other.resize(piece.size());
    RETURN_IF_ERROR(first.ReadAt(at, piece));
    RETURN_IF_ERROR(second.ReadAt(at, other));
    if (piece != other) return false;
  }
  return true;
}

Status CopyPieces(const RandomAccessFile& source, FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(const auto target, files.OpenWritable(path, OpenMode::kTruncate));
  Bytes piece;
  for (std::uint64_t at = 0; at < source.size(); at += piece.size()) {
    piece.resize(std::min<std::uint64_t>(kCopyPieceBytes, source.size() - at));
    RETURN_IF_ERROR(source.ReadAt(at, piece));
    RETURN_IF_ERROR(target->Append(piece));
  }
  RETURN_IF_ERROR(target->Sync());
  return target->Close();
}

Status CopyWhatCanBeRead(const RandomAccessFile& source, FileSystem& files,
                         const std::string& path) {
  const std::string temporary = path + kTemporarySuffix;
  if (Status copied = CopyPieces(source, files, temporary); !copied.ok()) {
    static_cast<void>(files.Remove(temporary));  // the error that matters is the one before
    return copied;
  }
  RETURN_IF_ERROR(files.Rename(temporary, path));
  return files.SyncDirectory(DirectoryOf(path));
}

}  // namespace

Quarantine::Quarantine(FileSystem& files, const Clock& clock, std::string directory)
    : files_(files), clock_(clock), directory_(std::move(directory)) {}

Status Quarantine::Resume() {
  const auto name = files_.ReadFile(UnfinishedPath(), kMaxNameBytes);
  if (!name.ok()) return UnlessLost(name.error());
  // Where it is damaged no folder is gone on with, but all are there.
  if (name->empty() || name->find('/') != std::string::npos) return {};
  folder_ = JoinPath(QuarantinePath(directory_), *name);
  const auto list = ReadSalvage(files_, LossesPath(), kMaxLossesBytes);
  if (!list.ok()) return UnlessLost(list.error());
  for (const std::string& line : Lines(list->content)) Add(line);
  return {};
}

Result<Quarantine::Copy> Quarantine::Keep(const std::string& path, const std::string& name) {
  Copy copy{.original = path, .path = {}};
  const auto source = OpenSalvage(files_, path);
  if (!source.ok()) {
    RETURN_IF_ERROR(UnlessLost(source.error()));
    return copy;
  }
  RETURN_IF_ERROR(MakeFolder());
  ASSIGN_OR_RETURN(const bool is_kept, FindVersion(**source, JoinPath(folder_, name), copy.path));
  if (is_kept) return copy;
  RETURN_IF_ERROR(CopyWhatCanBeRead(**source, files_, copy.path));
  copy.unreadable_bytes = (*source)->unreadable_bytes();
  return copy;
}

/// Whether a file of that path, or of the same with a number behind it, holds what `source` does;
/// else `path` is the first that is free.
Result<bool> Quarantine::FindVersion(const RandomAccessFile& source, const std::string& first,
                                     std::string& path) const {
  for (int version = 1; version <= kMaxVersions; ++version) {
    path = version == 1 ? first : fmt::format("{}.{}", first, version);
    if (!files_.Exists(path)) return false;
    ASSIGN_OR_RETURN(const auto kept, OpenSalvage(files_, path));
    ASSIGN_OR_RETURN(const bool is_same, AreSame(source, *kept));
    if (is_same) return true;
  }
  return Error(ErrorCode::kResourceExhausted, "too many versions are kept").At(first);
}

void Quarantine::TakeOriginal(const Copy& copy) {
  if (copy.unreadable_bytes == 0 || !files_.Exists(copy.original)) return;
  // Where this fails the copy holds what could be read.
  if (files_.Rename(copy.original, copy.path).ok())
    static_cast<void>(files_.SyncDirectory(folder_));
}

Status Quarantine::Note(const std::vector<std::string>& losses) {
  bool is_new = false;
  for (const std::string& loss : losses) is_new |= Add(AsLine(loss));
  return is_new ? WriteLosses() : Status();
}

Status Quarantine::NoteMore(const std::vector<std::string>& losses) {
  for (const std::string& loss : losses) {
    const std::string line = AsLine(loss);
    std::erase_if(losses_, [&](const std::string& known) {
      return line != known && line.starts_with(known) && noted_.erase(known) > 0;
    });
  }
  return Note(losses);
}

bool Quarantine::Add(const std::string& loss) {
  if (!noted_.insert(loss).second) return false;
  losses_.push_back(loss);
  return true;
}

Status Quarantine::WriteLosses() {
  RETURN_IF_ERROR(MakeFolder());
  return WriteFileAtomically(files_, LossesPath(), fmt::format("{}\n", fmt::join(losses_, "\n")));
}

Status Quarantine::Finish() {
  if (folder_.empty()) return {};
  RETURN_IF_ERROR(files_.Remove(UnfinishedPath()));
  // Without this it may come back, and the losses are told twice, which is better than never.
  static_cast<void>(files_.SyncDirectory(QuarantinePath(directory_)));
  return {};
}

Status Quarantine::MakeFolder() {
  if (folder_.empty()) {
    ASSIGN_OR_RETURN(std::string folder, NewQuarantineFolder(files_, clock_, directory_));
    RETURN_IF_ERROR(files_.CreateDirectories(folder));
    RETURN_IF_ERROR(
        WriteFileAtomically(files_, UnfinishedPath(), folder.substr(folder.rfind('/') + 1)));
    folder_ = std::move(folder);
  }
  return files_.CreateDirectories(folder_);
}

std::string Quarantine::UnfinishedPath() const {
  return JoinPath(QuarantinePath(directory_), "UNFINISHED");
}

std::string Quarantine::LossesPath() const { return JoinPath(folder_, "LOSSES"); }

}  // namespace bedplate::historian
