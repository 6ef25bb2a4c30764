#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/dead_letter_store.h"
#include "model/sample.h"

namespace bedplate {

/// Where the samples of a batch stood in their input: a line number each and what is the same for
/// all of them, so that remembering it costs 8 bytes a sample.
struct Origin {
  std::string prefix;                // "line ", "energy.csv:"
  std::string suffix;                // "", " Usage_kWh"
  std::string key;                   // what makes the input unique; empty: letters carry no key
  std::vector<std::uint64_t> lines;  // from 1; empty or one per sample
  bool numbered = false;             // without lines: samples are numbered, from 1
  // The key does not stand for what is in the input, so letters are told apart by their payload
  // too.
  bool is_key_open = false;

  /// `energy.csv:17 Usage_kWh`; without line numbers prefix and suffix alone.
  [[nodiscard]] std::string PlaceOf(std::size_t index) const;
  /// The DeadLetter::key of sample `index`; empty when `key` is.
  [[nodiscard]] std::string KeyOf(std::size_t index) const;
};

struct TagRoute;

/// What a sink found out about a path. Who sends batches of the same path again and again may keep
/// one for all of them, so that the path is looked up once; only the sink looks into it.
struct RouteMemo {
  std::shared_ptr<const TagRoute> route;
};

/// Samples for one tag, by path; what a decoder makes of its input.
struct PathBatch {
  std::string path;
  std::string unit;  // of the values, when the source says; empty: the tag's own
  SampleColumns samples;
  Origin origin;
  RouteMemo* memo = nullptr;  // of the path, kept by the sender; null: none
};

/// What a call would do to one tag.
struct TagPreview {
  std::string path;
  std::string unit;          // of min and max: the tag's, or that of the batch where it has none
  bool is_new = false;       // the tag has no samples yet
  std::uint64_t stored = 0;  // samples, as in IngestReport
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t refused = 0;
  std::optional<Timestamp> first;  // of the samples that are not refused
  std::optional<Timestamp> last;
  std::optional<double> min;  // of those that are numbers
  std::optional<double> max;

  /// Adds what another call would do to the same tag.
  void Merge(const TagPreview& other);
  bool operator==(const TagPreview&) const = default;
};

/// What became of an ingest call. Counts are samples. `letters` are the call's own and those the
/// gate made, already stored when this is returned, so whoever shows them need not keep them.
struct IngestReport {
  std::uint64_t stored = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::vector<DeadLetter> letters;
  std::vector<std::string> new_tags;  // that no plant file declares and these samples made
  bool repeated = false;            // the append was stored before, so nothing of it was looked at
  std::vector<TagPreview> preview;  // of Preview only, one for each batch
};

/// Where decoded samples go. One implementation writes to the stores of this process, another to a
/// running server. Returns when everything good is durable and everything bad is a dead letter.
class IngestSink {
 public:
  virtual ~IngestSink() = default;
  /// Letters may leave `source` and `received` empty: they are filled in. Errors are about the
  /// whole call (disk full, server gone); bad samples are not errors. A call that failed may be
  /// repeated: what it had stored already counts as duplicates then.
  Result<IngestReport> Ingest(std::string_view source, std::vector<PathBatch> batches,
                              std::vector<DeadLetter> letters) {
    return IngestInPlace(source, batches, std::move(letters));
  }
  /// The same with batches that stay the sender's, so that he can fill their memory again. What
  /// they hold afterwards is not to be read.
  virtual Result<IngestReport> IngestInPlace(std::string_view source, std::span<PathBatch> batches,
                                             std::vector<DeadLetter> letters) = 0;
  /// What Ingest would do; nothing is stored. Calls know nothing of each other: a time that comes
  /// in two of them counts as new in both. kUnsupported where the sink cannot tell.
  virtual Result<IngestReport> Preview(std::vector<PathBatch> batches,
                                       std::vector<DeadLetter> letters);
};

}  // namespace bedplate
