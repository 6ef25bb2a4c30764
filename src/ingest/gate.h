#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "catalog/catalog.h"
#include "historian/historian.h"
#include "ingest/sink.h"
#include "model/unit.h"

namespace bedplate {

/// Called after each durable append with what was in it, also what was stored already, for live
/// updates. Called on the thread that ingests, from several at once; must be quick.
using AppendObserver = std::function<void(const std::string& path, const SampleColumns&)>;

/// An append that its sender numbers. What one sender counts is nothing to another, though both
/// call their source the same.
struct NumberedAppend {
  std::string sender;  // token id, or "local"
  std::string source;  // 1 to kMaxNumberedSourceBytes bytes
  std::uint64_t sequence = 0;
};
/// Leaves room for the sender in what the historian keeps of it.
inline constexpr std::size_t kMaxNumberedSourceBytes = 200;

/// The trust gate: the one way by which samples reach the historian.
///
/// A sample becomes a dead letter, and the rest of the call is stored, with one of these codes:
///   bad-path       the path breaks a rule of CheckPath, or is that of an asset
///   bad-time       before 1970 or from 2200 on
///   bad-number     NaN or infinite, as it came or after the unit conversion
///   bad-text       a string that is not valid UTF-8 or is longer than kMaxStringBytes
///   bad-unit       the batch's unit is unknown or does not convert to the tag's
///   type-conflict  not of the tag's type, nor the same value in it
///
/// A declared tag has the type of its declaration, and numbers and booleans that stand for the same
/// value in it are converted: int64 to double when exact, double to int64 when whole, false and
/// true from and to 0 and 1. A tag that is not declared has the type of its first sample, and any
/// other is a conflict. Numbers in another unit than the tag's are converted. A tag's
/// limits change nothing here: an excursion is what the machine reported, and the one thing that an
/// engineer looks for. New tags are noted in the catalog after their first append.
class TrustGate : public IngestSink {
 public:
  /// Arguments must outlive the gate. Safe for concurrent use.
  static std::unique_ptr<TrustGate> Make(Historian& historian, Catalog& catalog,
                                         const UnitSystem& units, const Clock& clock);
  /// As Ingest for an append that its source numbers: it is stored once however often it comes.
  /// Nothing of a repeated one is stored, and its dead letters are there already. Errors as for
  /// Ingest, kInvalidArgument for a source of another length, and kConflict for a sequence that is
  /// too far from the newest of its source (AppendMark), or is stored where a sample at one of the
  /// times of this append is not.
  virtual Result<IngestReport> IngestOnce(const NumberedAppend& append,
                                          std::vector<PathBatch> batches) = 0;
  /// Replaces the observer; null for none.
  virtual void Observe(AppendObserver observer) = 0;
  /// While the lock is held no sample passes, so that what is stored can be compared with a new
  /// plant model and the model changed in one go. Waits for the calls that are under way.
  [[nodiscard]] virtual std::unique_lock<std::shared_mutex> HoldIngest() = 0;
  /// Forgets cached tag declarations; to be called after the plant model changed.
  virtual void PlantChanged() = 0;
  /// Notes every stored series that the catalog does not know, which a crash between an append and
  /// the note leaves behind; to be called once after opening.
  virtual Status NoteStoredTags() = 0;
};

}  // namespace bedplate
