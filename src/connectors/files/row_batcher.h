#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connectors/files/import_plan.h"
#include "connectors/files/step_watch.h"
#include "ingest/sink.h"

namespace bedplate {

/// Turns the rows of one file into batches and dead letters.
class RowBatcher {
 public:
  /// `file_name` is how places show the file, `content_hash` what keys begin with. `map` and `plan`
  /// must outlive the batcher.
  RowBatcher(const ImportMap& map, const ImportPlan& plan, TimeReader times, std::string file_name,
             std::string content_hash);

  void Add(const CsvRow& row);

  [[nodiscard]] std::uint64_t samples() const { return samples_; }
  [[nodiscard]] std::uint64_t letters() const { return letters_.size(); }
  [[nodiscard]] std::uint64_t empty_cells() const { return empty_cells_; }  // since the beginning
  [[nodiscard]] std::optional<Timestamp> first() const { return first_; }
  [[nodiscard]] std::optional<Timestamp> last() const { return last_; }
  /// Of the rows of a wide file, or of the first tag of a long one that has some.
  [[nodiscard]] std::optional<TimeJumps> FindJumps() const;

  struct Taken {
    std::vector<PathBatch> batches;
    std::vector<DeadLetter> letters;
    std::uint64_t samples = 0;
  };
  /// What was added since the last call.
  Taken Take();

 private:
  static constexpr std::size_t kNoBatch = SIZE_MAX;

  void AddWide(const CsvRow& row);
  void AddLong(const CsvRow& row);
  /// `batch` is where the tag's batch is, or kNoBatch; it is made and set with the first sample.
  void AddCell(const CsvRow& row, const PlannedTag& tag, Timestamp time, Quality quality,
               std::size_t& batch);
  std::optional<Timestamp> ReadTime(const CsvRow& row, std::optional<Timestamp>& previous);
  std::optional<Value> ReadValue(const CsvRow& row, const PlannedTag& tag);
  Quality QualityOf(const CsvRow& row) const;
  bool IsNull(std::string_view cell) const;
  PathBatch& BatchOf(const PlannedTag& tag, std::size_t& batch);
  Origin OriginOf(std::string_view column) const;
  void WatchSteps(const std::string& series, Timestamp time);
  void Refuse(const CsvRow& row, const char* code, std::string reason, std::string_view column,
              std::string tag);

  const ImportMap& map_;
  const ImportPlan& plan_;
  TimeReader times_;
  std::string file_name_;
  std::string content_hash_;
  std::optional<Timestamp> previous_;                                          // of a wide file
  std::unordered_map<std::string, std::optional<Timestamp>> previous_of_tag_;  // of a long one
  std::vector<std::size_t> batch_of_column_;                                   // of a wide file
  std::unordered_map<std::string, std::size_t> batch_of_tag_;  // and unit, of a long one
  std::vector<PathBatch> batches_;
  std::vector<DeadLetter> letters_;
  std::uint64_t samples_ = 0;
  std::uint64_t empty_cells_ = 0;
  std::map<std::string, StepWatch, std::less<>>
      steps_;  // by tag; one without a name of a wide file
  std::optional<Timestamp> first_;
  std::optional<Timestamp> last_;
};

}  // namespace bedplate
