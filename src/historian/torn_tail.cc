#include "historian/torn_tail.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "historian/evidence.h"
#include "historian/numbered_file.h"

namespace bedplate::historian {
namespace {

constexpr std::string_view kDirectory = "torn";
constexpr std::string_view kSuffix = ".tail";

/// Names begin with the log's number in ten digits, so their order is that of the log.
Status DropOldTails(FileSystem& files, const std::string& directory) {
  ASSIGN_OR_RETURN(std::vector<std::string> names, files.ListDirectory(directory));
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(kSuffix); });
  for (std::size_t i = 0; i + kMaxTornTails < names.size(); ++i) {
    RETURN_IF_ERROR(files.Remove(JoinPath(directory, names[i])));
  }
  return {};
}

}  // namespace

std::string DescribeTornTail(const TornTail& tail) {
  return fmt::format(
      "{}: the last group is incomplete: {} bytes from byte {} do not count. After a crash or a "
      "power cut this is an append that was never acknowledged; if there was none, the last "
      "acknowledged append was damaged",
      tail.path, tail.bytes, tail.offset);
}

std::string KeepTornTail(FileSystem& files, const std::string& wal_directory, const TornTail& tail,
                         std::string_view content) {
  const std::string directory = JoinPath(wal_directory, kDirectory);
  const std::string path = JoinPath(
      directory, NumberedFileName(tail.sequence, fmt::format("-{}{}", tail.offset, kSuffix)));
  Status kept = KeepEvidence(files, path, content.substr(0, kMaxTornTailBytes));
  if (kept.ok()) kept = DropOldTails(files, directory);
  if (kept.ok()) return "they are kept in " + path;
  return "they could not be kept: " + kept.error().ToString();
}

}  // namespace bedplate::historian
