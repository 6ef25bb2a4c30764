// The rules of the house that a machine can check: which folder may include which, how long a file
// may be, where tests stand. The table is that of docs/architecture.md, and a test compares the
// two.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace bedplate {
namespace {

namespace fs = std::filesystem;
using Folders = std::set<std::string>;

constexpr int kMaxLines = 800;

fs::path SourceRoot() { return fs::path(BEDPLATE_SOURCE_DIR); }

/// What each folder may include besides itself. `connectors/*` stands for every connector.
const std::map<std::string, Folders>& AllowedIncludes() {
  static const std::map<std::string, Folders> table = {
      {"base", {}},
      {"model", {"base"}},
      {"historian", {"model", "base"}},
      {"catalog", {"model", "base"}},
      {"ingest", {"historian", "catalog", "model", "base"}},
      {"connectors/*", {"ingest", "historian", "catalog", "model", "base"}},
      {"query", {"historian", "catalog", "model", "base"}},
      {"analytics", {"model", "base"}},
      {"value", {"analytics", "model", "base"}},
      {"services",
       {"value", "analytics", "query", "ingest", "catalog", "historian", "model", "base"}},
      {"api",
       {"services", "value", "analytics", "query", "ingest", "catalog", "historian", "model",
        "base"}},
      {"app",
       {"api", "services", "connectors/*", "value", "analytics", "query", "ingest", "catalog",
        "historian", "model", "base"}},
  };
  return table;
}

/// `connectors/files/csv.cc` is in `connectors/files`, everything else in its first folder.
std::string FolderOf(const std::string& path) {
  const std::size_t first = path.find('/');
  const std::string top = path.substr(0, first);
  if (top != "connectors" || first == std::string::npos) return top;
  return path.substr(0, path.find('/', first + 1));
}

std::string RuleOf(const std::string& folder) {
  return folder.rfind("connectors/", 0) == 0 ? "connectors/*" : folder;
}

std::vector<fs::path> CodeBelow(const fs::path& root) {
  std::vector<fs::path> files;
  if (!fs::exists(root)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".cc" || extension == ".h") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> LinesOf(const fs::path& file) {
  std::ifstream stream(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The quoted includes of a file, as they stand.
std::vector<std::string> IncludesOf(const fs::path& file) {
  static const std::regex kInclude("^\\s*#include \"([^\"]+)\"");
  std::vector<std::string> includes;
  for (const std::string& line : LinesOf(file)) {
    std::smatch match;
    if (std::regex_search(line, match, kInclude)) includes.push_back(match[1]);
  }
  return includes;
}

bool MayInclude(const std::string& from, const std::string& to) {
  if (from == to) return true;
  const auto rule = AllowedIncludes().find(RuleOf(from));
  return rule != AllowedIncludes().end() && rule->second.contains(RuleOf(to));
}

TEST(House, FoldersIncludeOnlyWhatTheyMay) {
  const fs::path root = SourceRoot() / "src";
  const auto files = CodeBelow(root);
  ASSERT_GT(files.size(), 20U);
  for (const fs::path& file : files) {
    const std::string from = FolderOf(fs::relative(file, root).generic_string());
    EXPECT_TRUE(AllowedIncludes().contains(RuleOf(from))) << from << " is no folder of the house";
    for (const std::string& include : IncludesOf(file)) {
      EXPECT_TRUE(MayInclude(from, FolderOf(include)))
          << fs::relative(file, root) << " includes \"" << include << "\", but " << from
          << " may not include " << FolderOf(include);
    }
  }
}

TEST(House, TheEdgeCheckCanFail) {
  EXPECT_FALSE(MayInclude("base", "model"));
  EXPECT_FALSE(MayInclude("value", "historian"));
  EXPECT_FALSE(MayInclude("connectors/files", "connectors/line_protocol"));
  EXPECT_FALSE(MayInclude("services", "connectors/files"));
  EXPECT_TRUE(MayInclude("app", "connectors/files"));
  EXPECT_TRUE(MayInclude("connectors/files", "ingest"));
}

/// The words of a text that are separated by spaces.
Folders WordsOf(const std::string& text) {
  std::istringstream stream(text);
  Folders words;
  for (std::string word; stream >> word;) words.insert(word);
  return words;
}

/// The rows of the table in docs/architecture.md whose first cell is a folder of `src`.
std::map<std::string, Folders> DocumentedIncludes() {
  static const std::regex kRow("^\\| `src/([^`]+)` \\|.*\\| ([^|]*) \\|$");
  std::map<std::string, Folders> table;
  for (const std::string& line : LinesOf(SourceRoot() / "docs" / "architecture.md")) {
    std::smatch match;
    if (!std::regex_match(line, match, kRow)) continue;
    const std::string folder =
        match[1] == "connectors/<protocol>" ? "connectors/*" : match[1].str();
    table[folder] = match[2] == "nothing" ? Folders() : WordsOf(match[2]);
  }
  return table;
}

TEST(House, TheTableIsThatOfTheDocument) { EXPECT_EQ(DocumentedIncludes(), AllowedIncludes()); }

TEST(House, FilesAreShort) {
  for (const char* folder : {"src", "tests"}) {
    for (const fs::path& file : CodeBelow(SourceRoot() / folder)) {
      EXPECT_LE(LinesOf(file).size(), static_cast<std::size_t>(kMaxLines)) << file;
    }
  }
}

TEST(House, PureFoldersReadNoClockAndNoFile) {
  static const std::regex kImpure(
      "#include "
      "(<fstream>|<filesystem>|<random>|\"base/(file_system|fault_file_system|clock|random|"
      "descriptor_limit)\\.h\")|system_clock|steady_clock|getenv");
  for (const char* folder : {"src/analytics", "src/value"}) {
    for (const fs::path& file : CodeBelow(SourceRoot() / folder)) {
      const std::string name = file.filename().string();
      if (name.ends_with("_test.cc") || name.ends_with("_bench.cc")) continue;
      for (const std::string& line : LinesOf(file)) {
        EXPECT_FALSE(std::regex_search(line, kImpure)) << file << ": " << line;
      }
    }
  }
}

TEST(House, TestsStandBesideTheCodeTheyServe) {
  static const std::regex kServing("_(test|bench|fuzz)\\.cc$");
  const fs::path root = SourceRoot() / "src";
  for (const fs::path& file : CodeBelow(root)) {
    if (!std::regex_search(file.filename().string(), kServing)) continue;
    const std::string folder = FolderOf(fs::relative(file, root).generic_string());
    const std::vector<std::string> includes = IncludesOf(file);
    EXPECT_TRUE(std::any_of(includes.begin(), includes.end(),
                            [&](const std::string& path) { return FolderOf(path) == folder; }))
        << file << " includes no header of its own folder";
  }
}

TEST(House, NoLeftoversInTheCode) {
  // Spelled apart, so that this file does not find itself.
  const std::regex leftover(std::string("\\b(TO") + "DO|FIX" + "ME|XX" + "X|HA" + "CK)\\b");
  for (const char* folder : {"src", "tests"}) {
    for (const fs::path& file : CodeBelow(SourceRoot() / folder)) {
      int number = 0;
      for (const std::string& line : LinesOf(file)) {
        ++number;
        EXPECT_FALSE(std::regex_search(line, leftover)) << file << ":" << number << ": " << line;
      }
    }
  }
}

}  // namespace
}  // namespace bedplate
