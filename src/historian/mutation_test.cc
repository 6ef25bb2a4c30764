// Random damage to the files of a store. Whatever it is: a check names it or it costs nothing, a
// repair and an opening succeed, what is read was appended at that tag and time and not deleted
// since, and what is missing stood in a file that was named.
//
// BEDPLATE_LONG=1 asks for 10,000 mutations, BEDPLATE_MUTATIONS for another number; BEDPLATE_SEED
// repeats a run, and with BEDPLATE_MUTATIONS=1 a single mutation by the seed that a failure prints.

#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "historian/mutation_specimen.h"

namespace bedplate::historian {
namespace {

constexpr std::uint64_t kSpecimens = 6;
constexpr std::uint64_t kSectorBytes = 512;

const Specimen& SpecimenOf(std::uint64_t seed) {
  static std::map<std::uint64_t, std::unique_ptr<Specimen>> specimens;
  auto& specimen = specimens[seed % kSpecimens];
  if (!specimen) specimen = std::make_unique<Specimen>(seed % kSpecimens);
  return *specimen;
}

struct Mutation {
  std::string kind;
  std::string path;
};

/// Damages one file of a store.
class Mutator {
 public:
  Mutator(const Specimen& specimen, std::uint64_t seed) : specimen_(specimen), random_(seed) {}

  Mutation Apply(FileContents& files) {
    auto target = files.begin();
    std::advance(target, Below(files.size()));
    path_ = target->first;
    std::string& content = target->second;
    const auto& [kind, change] = kKinds[Below(std::size(kKinds))];
    if (std::string_view(kind) == "removed") {
      files.erase(target);
    } else {
      (this->*change)(content);
    }
    return {kind, path_};
  }

 private:
  void FlipBit(std::string& content) {
    const std::size_t at = Below(content.size());
    content[at] = static_cast<char>(content[at] ^ (1U << Below(8)));
  }
  void Overwrite(std::string& content) {
    const std::size_t begin = Below(content.size());
    const std::size_t end = std::min(content.size(), begin + 1 + Below(64));
    for (std::size_t i = begin; i < end; ++i) content[i] = static_cast<char>(random_());
  }
  void ZeroSector(std::string& content) {
    const std::size_t begin = Sector(content);
    const std::size_t end = std::min<std::size_t>(content.size(), begin + kSectorBytes);
    std::fill(content.begin() + static_cast<std::ptrdiff_t>(begin),
              content.begin() + static_cast<std::ptrdiff_t>(end), '\0');
  }
  void Cut(std::string& content) { content.resize(Below(content.size())); }
  void Grow(std::string& content) {
    const std::size_t bytes = 1 + Below(2000);
    switch (Below(3)) {
      case 0: content.append(bytes, '\0'); break;
      case 1: content += content.substr(content.size() - std::min(content.size(), bytes)); break;
      default:
        for (std::size_t i = 0; i < bytes; ++i) content += static_cast<char>(random_());
    }
  }
  void SwapSectors(std::string& content) {
    const std::size_t first = Sector(content);
    const std::size_t second = Sector(content);
    for (std::size_t i = 0; i < kSectorBytes; ++i) {
      if (first + i >= content.size() || second + i >= content.size()) return;
      std::swap(content[first + i], content[second + i]);
    }
  }
  void CopySector(std::string& content) { CopySectorFrom(std::string(content), content); }
  void TakeSectorOfOther(std::string& content) { CopySectorFrom(Other(), content); }
  void ReplaceByOther(std::string& content) { content = Other(); }
  void PutBackOld(std::string& content) {
    std::vector<std::string> old;
    for (const FileContents& files : specimen_.earlier()) {
      const auto found = files.find(path_);
      if (found != files.end() && found->second != content) old.push_back(found->second);
    }
    if (!old.empty()) content = old[Below(old.size())];
  }

  void CopySectorFrom(const std::string& from, std::string& content) {
    if (from.empty()) return;
    const std::size_t source = Sector(from);
    const std::size_t target = Sector(content);
    const std::string_view bytes = std::string_view(from).substr(source, kSectorBytes);
    content.replace(target, std::min(bytes.size(), content.size() - target), bytes);
  }

  /// The content of another file of the same kind.
  std::string Other() {
    const std::string suffix = path_.substr(path_.size() - 3);
    std::vector<std::string> others;
    for (const auto& [path, content] : specimen_.files()) {
      if (path != path_ && path.ends_with(suffix)) others.push_back(content);
    }
    return others.empty() ? std::string() : others[Below(others.size())];
  }

  std::size_t Sector(const std::string& content) {
    return Below((content.size() + kSectorBytes - 1) / kSectorBytes) * kSectorBytes;
  }
  std::size_t Below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  using Change = void (Mutator::*)(std::string&);
  static constexpr std::pair<const char*, Change> kKinds[] = {
      {"bit", &Mutator::FlipBit},
      {"bytes", &Mutator::Overwrite},
      {"zeroed sector", &Mutator::ZeroSector},
      {"cut", &Mutator::Cut},
      {"grown", &Mutator::Grow},
      {"swapped sectors", &Mutator::SwapSectors},
      {"sector twice", &Mutator::CopySector},
      {"sector of another file", &Mutator::TakeSectorOfOther},
      {"removed", nullptr},
      {"another file", &Mutator::ReplaceByOther},
      {"old version", &Mutator::PutBackOld},
  };

  const Specimen& specimen_;
  std::mt19937_64 random_;
  std::string path_;
};

struct Count {
  std::uint64_t mutations = 0;
  std::uint64_t harmless = 0;  // nothing was said, and all is there
  std::uint64_t repaired = 0;  // it was named, and all is there
  std::uint64_t named = 0;     // something is lost, and that was named
  std::uint64_t unseen = 0;    // the end of the log of a store that was not closed is gone
  std::uint64_t samples = 0;
  std::uint64_t kept = 0;
};

bool Names(const std::vector<std::string>& texts, const std::string& path) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.find(path) != std::string::npos; });
}

/// One mutation and all that must hold after it.
class Trial {
 public:
  explicit Trial(std::uint64_t seed) : specimen_(SpecimenOf(seed)), seed_(seed) {
    options_.background = false;
    options_.reserve_bytes = 0;
  }

  void Run(std::map<std::string, Count>& counts) {
    damaged_ = specimen_.files();
    mutation_ = Mutator(specimen_, seed_).Apply(damaged_);
    SCOPED_TRACE(fmt::format("BEDPLATE_SEED={} BEDPLATE_MUTATIONS=1: {} in {}", seed_,
                             mutation_.kind, mutation_.path));
    ASSERT_NO_FATAL_FAILURE(OpenAsItIs());
    ASSERT_NO_FATAL_FAILURE(CheckAndRepair());
    ASSERT_NO_FATAL_FAILURE(OpenRepaired());
    Classify(counts[mutation_.kind]);
  }

 private:
  /// Without a repair: it is refused, or what is read is right, or reading it says why not.
  void OpenAsItIs() {
    FaultFileSystem files(seed_);
    WriteFiles(damaged_, files);
    const auto opened = Open(files);
    if (!opened.ok()) {
      ASSERT_EQ(opened.error().code(), ErrorCode::kCorruption) << opened.error().ToString();
      return;
    }
    texts_ = (*opened)->Findings();
    for (const auto& [path, times] : specimen_.history()) Compare(**opened, path, times, true);
    lost_.clear();
  }

  void CheckAndRepair() {
    WriteFiles(damaged_, files_);
    const auto report = Historian::CheckFiles(files_, clock_, TestStore::kDirectory, {});
    ASSERT_TRUE(report.ok()) << report.error().ToString();
    texts_ = report->problems;
    texts_.insert(texts_.end(), report->notes.begin(), report->notes.end());
    is_said_ = !texts_.empty();
    const auto losses = Historian::Repair(files_, clock_, TestStore::kDirectory, {});
    ASSERT_TRUE(losses.ok()) << losses.error().ToString();
    if (!is_said_) {
      EXPECT_EQ(losses->size(), 0U) << losses->front();
    }
    texts_.insert(texts_.end(), losses->begin(), losses->end());
  }

  void OpenRepaired() {
    const auto opened = Open(files_);
    ASSERT_TRUE(opened.ok()) << opened.error().ToString();
    const Historian& historian = **opened;
    EXPECT_TRUE(historian.Health().ok()) << historian.Health().error().ToString();
    const auto report = historian.Check({});
    EXPECT_TRUE(report.ok() && report->problems.empty());
    for (const auto& [path, times] : specimen_.history()) Compare(historian, path, times, false);
  }

  [[nodiscard]] Result<std::unique_ptr<Historian>> Open(FaultFileSystem& files) const {
    return Historian::Open(files, clock_, TestStore::kDirectory, options_);
  }

  /// What is read of a series against what was appended.
  void Compare(const Historian& historian, const std::string& path,
               const std::map<std::int64_t, std::vector<Sample>>& times, bool may_fail) {
    const auto series = historian.Find(path);
    std::map<std::int64_t, Sample> read;
    Status scanned;
    if (series) {
      scanned = historian.Scan({.tag = series->id}, [&](const SampleColumns& block) {
        for (std::size_t i = 0; i < block.size(); ++i) read[block.times[i]] = block.At(i);
        return true;
      });
    }
    for (const auto& [time, sample] : read) {
      const auto appended = times.find(time);
      const bool is_right = appended != times.end() && Has(appended->second, sample);
      ASSERT_TRUE(is_right) << path << " has a value at " << time << " that was not appended";
    }
    CompareReplaced(historian, path, times, read);
    if (!scanned.ok()) {
      ASSERT_TRUE(may_fail && scanned.error().code() == ErrorCode::kCorruption)
          << scanned.error().ToString();
      return;
    }
    if (series) {
      EXPECT_EQ(series->samples, read.size()) << path;
    }
    for (const auto& [time, values] : times) {
      const auto found = read.find(time);
      if (found != read.end() && found->second == values.back()) continue;
      NoteLost(path, time);
      if (series) {
        ExpectNewestOfWhole(path, time, values, found == read.end() ? nullptr : &found->second);
      }
    }
  }

  /// Only the damaged file may cost anything: what is read at a time, if anything, is no older than
  /// what the other files hold there.
  void ExpectNewestOfWhole(const std::string& path, std::int64_t time,
                           const std::vector<Sample>& appended, const Sample* read) const {
    const auto newest =
        read == nullptr ? appended.rend() : std::find(appended.rbegin(), appended.rend(), *read);
    for (const auto& [holder, samples] : specimen_.HoldersOf(path, time)) {
      if (holder == mutation_.path) continue;
      for (const Sample& sample : samples) {
        const auto held = std::find(appended.begin(), appended.end(), sample);
        if (held == appended.end()) continue;  // it was deleted
        EXPECT_LT(held - appended.begin(), appended.rend() - newest)
            << path << " at " << time << " stands in " << holder << ", which is not damaged";
      }
    }
  }

  /// What is given as replaced at a time and then what is in force there was appended there in this
  /// order, and no more often.
  static void CompareReplaced(const Historian& historian, const std::string& path,
                              const std::map<std::int64_t, std::vector<Sample>>& times,
                              const std::map<std::int64_t, Sample>& in_force) {
    const auto series = historian.Find(path);
    if (!series) return;
    std::map<std::int64_t, std::vector<Sample>> given;
    // Where a file cannot be read the scan has said so.
    static_cast<void>(historian.Replaced({.tag = series->id}, [&](const SampleColumns& block) {
      for (std::size_t i = 0; i < block.size(); ++i) given[block.times[i]].push_back(block.At(i));
      return true;
    }));
    for (auto& [time, samples] : given) {
      if (const auto last = in_force.find(time); last != in_force.end()) {
        samples.push_back(last->second);
      }
      const auto appended = times.find(time);
      EXPECT_TRUE(appended != times.end() && IsPartOf(samples, appended->second))
          << path << " has replaced values at " << time << " that were not appended so";
    }
  }

  /// Whether `part` is what is left of `whole` when some are taken out of it.
  static bool IsPartOf(const std::vector<Sample>& part, const std::vector<Sample>& whole) {
    auto at = whole.begin();
    for (const Sample& sample : part) {
      at = std::find(at, whole.end(), sample);
      if (at == whole.end()) return false;
      ++at;
    }
    return true;
  }

  static bool Has(const std::vector<Sample>& samples, const Sample& wanted) {
    return std::find(samples.begin(), samples.end(), wanted) != samples.end();
  }

  void NoteLost(const std::string& path, std::int64_t time) {
    lost_.emplace_back(path, time);
    const auto& holders = specimen_.HoldersOf(path, time);
    if (IsCutEnd() && holders.count(mutation_.path) > 0) return;
    const bool is_named = std::any_of(holders.begin(), holders.end(), [&](const auto& holder) {
      return Names(texts_, holder.first);
    });
    EXPECT_TRUE(is_named) << path << " at " << time << " is missing or old, and nothing says so of "
                          << fmt::format("{} files\n{}", holders.size(), fmt::join(texts_, "\n"));
  }

  /// The newest log file of a store that was not closed ends earlier, but not before what it was
  /// published with: a power cut between two groups would look the same.
  [[nodiscard]] bool IsCutEnd() const {
    if (specimen_.is_closed() || mutation_.path != specimen_.newest_log()) return false;
    const auto file = damaged_.find(mutation_.path);
    const std::string& whole = specimen_.files().at(mutation_.path);
    const auto header = ParseWalHeader(AsBytes(whole));
    return header.ok() && file != damaged_.end() && file->second.size() >= header->published_end &&
           file->second.size() < whole.size() && whole.starts_with(file->second);
  }

  void Classify(Count& count) const {
    ++count.mutations;
    std::uint64_t samples = 0;
    for (const auto& [path, times] : specimen_.history()) samples += times.size();
    count.samples += samples;
    count.kept += samples - lost_.size();
    if (lost_.empty()) {
      ++(is_said_ ? count.repaired : count.harmless);
    } else {
      ++(is_said_ ? count.named : count.unseen);
    }
  }

  const Specimen& specimen_;
  const std::uint64_t seed_;
  const ManualClock clock_{Timestamp::FromSeconds(1'700'000'000)};
  HistorianOptions options_;
  FileContents damaged_;
  Mutation mutation_;
  FaultFileSystem files_{1};
  bool is_said_ = false;
  std::vector<std::string> texts_;  // what people were told
  std::vector<std::pair<std::string, std::int64_t>> lost_;
};

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void Add(const Count& count, Count& total) {
  total.mutations += count.mutations;
  total.harmless += count.harmless;
  total.repaired += count.repaired;
  total.named += count.named;
  total.unseen += count.unseen;
  total.samples += count.samples;
  total.kept += count.kept;
}

std::string Line(std::string_view kind, const Count& count) {
  return fmt::format(
      "{:<23} {:>6} mutations {:>6} harmless {:>6} repaired {:>6} named {:>4} unseen "
      "{:>8.3f} % of samples kept\n",
      kind, count.mutations, count.harmless, count.repaired, count.named, count.unseen,
      100.0 * static_cast<double>(count.kept) / static_cast<double>(count.samples));
}

TEST(MutationTest, StartsEveryTimeNamesWhatIsLostAndGivesNoWrongValue) {
  const bool is_long = FromEnvironment("BEDPLATE_LONG", 0) != 0;
  const std::uint64_t seed = FromEnvironment("BEDPLATE_SEED", std::random_device()());
  const std::uint64_t mutations = FromEnvironment("BEDPLATE_MUTATIONS", is_long ? 10'000 : 300);
  std::map<std::string, Count> counts;
  for (std::uint64_t i = 0; i < mutations && !HasFailure(); ++i) Trial(seed + i).Run(counts);
  Count total;
  std::cout << "seed " << seed << '\n';
  for (const auto& [kind, count] : counts) {
    Add(count, total);
    std::cout << Line(kind, count);
  }
  if (total.mutations > 0) std::cout << Line("all", total);
}

}  // namespace
}  // namespace bedplate::historian
