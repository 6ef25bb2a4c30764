#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "services/backup_contents.h"

namespace bedplate {

/// "a, b and 3 more".
std::string JoinNames(const std::vector<std::string>& names, std::size_t most);

/// What it costs `backup` that a file of it is damaged, one text for each loss.
std::vector<std::string> DescribeLoss(FileSystem& files, const std::string& target,
                                      const std::string& backup, const BackupEntry& entry);

}  // namespace bedplate
