#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file_system.h"
#include "base/ids.h"
#include "base/result.h"
#include "historian/memory_limit.h"
#include "historian/sample_run.h"
#include "model/path.h"
#include "model/sample.h"

namespace bedplate {

/// When an Append is acknowledged: after fdatasync (survives a power cut) or after the write to the
/// operating system (survives a crash of this process).
enum class Durability { kPower, kProcess };

struct HistorianOptions {
  Durability durability = Durability::kPower;
  std::uint64_t head_limit_bytes = 64ULL << 20U;  // flush to segments beyond this
  std::uint64_t wal_file_bytes = 64ULL << 20U;    // start a new WAL file beyond this
  std::chrono::milliseconds flush_age = std::chrono::minutes(10);  // flush an idle head after this
  std::uint64_t reserve_bytes = 64ULL << 20U;  // refuse appends when the disk has less than this
  bool background = true;  // flush and compact in threads; else only Flush() does, when called
  /// What merges in the background read and write together, as long as no more than one is due
  /// (docs/formats/segment.md, "Compaction"); 0: no limit.
  std::uint64_t compaction_bytes_per_second = 16ULL << 20U;

  /// Errors: kInvalidArgument naming the option, its value and the allowed range.
  [[nodiscard]] Status Validate() const;
};

/// A stored series, as the historian knows it.
struct SeriesInfo {
  TagId id;
  std::string path;
  ValueType type = ValueType::kDouble;
  std::uint64_t samples = 0;  // distinct times
  std::optional<Timestamp> first;
  std::optional<Timestamp> last;
  std::uint64_t conflicts = 0;  // same time written again with another value
};

/// The longest string value that Append takes.
inline constexpr std::size_t kMaxStringBytes = 1U << 20U;

/// Samples of one tag to be appended. Times need not be sorted and may repeat.
struct TagBatch {
  TagId tag;
  SampleColumns samples;
};

/// The same where the samples already lie in memory of the caller.
struct TagRun {
  TagId tag;
  SampleRun samples;
};

/// Where an append stands in what its source sends: each sequence of a source is stored once, also
/// when it is sent again after a lost answer or a restart. Sequences may come out of order by less
/// than kMarkWindow. Of one further behind the greatest nobody knows whether it is stored, and one
/// more than kMaxMarkStep ahead is no count: both are refused (kConflict).
struct AppendMark {
  std::string source;  // 1 to kMaxMarkSourceBytes bytes
  std::uint64_t sequence = 0;
};
inline constexpr std::size_t kMaxMarkSourceBytes = 256;
inline constexpr std::uint64_t kMarkWindow = 64;
/// Two years, for a source whose numbers are the nanoseconds of a clock.
inline constexpr std::uint64_t kMaxMarkStep = 1ULL << 56U;
/// Sources whose marks a store remembers, of all senders and of one. One more takes the place of
/// the source that has been quiet for longest, whose next append is then compared with what is
/// stored, as any append is, instead of being answered by its number.
inline constexpr std::size_t kMaxMarkSources = 10'000;
inline constexpr std::size_t kMaxMarkSourcesOfSender = 1'000;
/// Ends the part of AppendMark::source that names the sender; without one the sender has no name.
inline constexpr char kMarkSenderEnd = '/';

struct AppendResult {
  bool repeated = false;         // its mark was known, so nothing was looked at
  std::uint64_t stored = 0;      // new times
  std::uint64_t duplicates = 0;  // already there with the same value and quality; nothing stored
  std::uint64_t conflicts = 0;   // already there with another; the later one wins on read
  // Where an append ends up at what is stored, all of its samples at that time are duplicates: it
  // is the same append again, with whatever corrections it holds.
};

struct ScanRequest {
  TagId tag;
  TimeRange range = kAllTime;
  std::uint64_t limit = UINT64_MAX;  // samples
  CancelToken cancel;
};

/// Called with blocks in ascending time, each time once; return false to stop early.
using ScanSink = std::function<bool(const SampleColumns&)>;

/// Which of a tag's replaced values are wanted.
struct ReplacedRequest {
  TagId tag;
  TimeRange range = kAllTime;
  std::uint64_t limit = UINT64_MAX;  // values
  CancelToken cancel;
};

/// The bits say which of AggregateColumns are wanted.
enum class AggregateFunction : std::uint32_t {
  kCount = 1U << 0U,
  kMin = 1U << 1U,
  kMax = 1U << 2U,
  kMean = 1U << 3U,  // of the samples, unweighted
  kSum = 1U << 4U,
  kFirst = 1U << 5U,
  kLast = 1U << 6U,
  kTimeWeightedMean = 1U << 7U,    // over the part of the bucket where the value is known
  kIntegral = 1U << 8U,            // value x seconds, over the same part
  kKnownSeconds = 1U << 9U,        // the length of that part; 0 where no value is known
  kRange = 1U << 10U,              // max - min
  kStandardDeviation = 1U << 11U,  // of the samples, with n - 1
  kIncrease = 1U << 12U,           // of a counter, which starts again at 0 when it falls
  kRate = 1U << 13U,               // increase per second
  kDurationGood = 1U << 14U,       // seconds with a good sample in force
  kDurationBad = 1U << 15U,        // seconds with one in force that is not good
  kPercentGood = 1U << 16U,        // of the length of the bucket
  kPercentile = 1U << 17U,         // AggregateRequest::percentile, exactly
  kWorstQuality = 1U << 18U,       // of all samples: the status code of the first of the worst
};

enum class Interpolation { kStep, kLinear };

/// Which samples count.
enum class QualityPolicy {
  kGoodOnly,  // those of good quality
  kAll,       // all of them
  kWorst,     // all of them, and each bucket says what the worst was: adds kWorstQuality
};

/// What one request may use of memory, if it is not told otherwise.
inline constexpr std::uint64_t kAggregateMemoryBytes = 64ULL << 20U;

struct AggregateRequest {
  TagId tag;
  TimeRange range;
  /// Width of one bucket; the first starts at range.start, the last may be cut by range.stop.
  /// At most 1,000,000 buckets in a request (kInvalidArgument).
  std::chrono::nanoseconds bucket{0};
  std::uint32_t functions = 0;                         // OR of AggregateFunction
  Interpolation interpolation = Interpolation::kStep;  // for the time-weighted functions
  QualityPolicy quality = QualityPolicy::kGoodOnly;
  /// For the time-weighted functions: a value is known for no longer than this after its sample.
  std::chrono::nanoseconds hold = std::chrono::nanoseconds::max();
  double percentile = 50;  // 0 to 100, for kPercentile
  /// For the answer, 8 bytes for each bucket and function and for the bucket's start, and the
  /// samples of one bucket, which kPercentile must keep. It is taken before it is used and given
  /// back with the answer; where it is not left the request fails with kResourceExhausted. Requests
  /// that belong together share one.
  std::shared_ptr<MemoryLimit> memory = std::make_shared<MemoryLimit>(kAggregateMemoryBytes);
  CancelToken cancel;
};

/// One entry per bucket; only the requested columns are filled. A bucket without samples has count
/// 0 and NaN elsewhere; the time-weighted columns are NaN only where no value is known, as the
/// value in force at the start of the range is taken from outside it.
struct AggregateColumns {
  std::vector<std::int64_t> starts;  // ns since 1970
  std::vector<std::uint64_t> count;
  std::vector<double> min, max, mean, sum, first, last, time_weighted_mean, integral, known_seconds;
  std::vector<double> range, standard_deviation, increase, rate, duration_good, duration_bad,
      percent_good, percentile, worst_quality;
};

/// How long a tag of bool, int64 or string had each of its values.
struct StateRequest {
  TagId tag;
  TimeRange range;
  std::chrono::nanoseconds bucket{0};  // as in AggregateRequest
  bool good_only = true;               // a sample that is not good ends a state and begins none
  std::chrono::nanoseconds hold = std::chrono::nanoseconds::max();  // as in AggregateRequest
  CancelToken cancel;
};
/// States times buckets that one request may have.
inline constexpr std::uint64_t kMaxStateCells = 2'000'000;

struct StateColumns {
  std::vector<std::int64_t> starts;          // of the buckets, ns since 1970
  std::vector<Value> states;                 // ascending; only those in force in the range
  std::vector<std::vector<double>> seconds;  // by state, then by bucket
};

/// What Check found. `problems` empty means that every checksum holds. Each entry is for a person:
/// file, offset, what was expected and what is there, what is lost by it and what to do.
struct CheckReport {
  std::uint64_t files = 0;
  std::uint64_t blocks = 0;
  std::uint64_t samples = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> problems;
  std::vector<std::string> notes;  // no damage for sure, but worth knowing
};

/// A step of a compaction.
struct CompactRequest {
  /// CompactProgress::until of the first step; empty: this is the first one.
  std::optional<std::uint64_t> until;
  CancelToken cancel;
};

/// What a step did and what there is now.
struct CompactProgress {
  std::uint64_t until = 0;         // stands for what was stored at the first step
  std::uint64_t merged = 0;        // segments that became one, or were rewritten; 0: it is done
  std::uint64_t merged_bytes = 0;  // of these
  std::uint64_t left_bytes = 0;    // of those that steps to come will read, about
  std::uint64_t segments = 0;
  std::uint64_t segment_bytes = 0;
};

/// A part of a series.
struct TagRange {
  TagId tag;
  TimeRange range;
};

/// A file of a backup.
struct BackupFile {
  std::string name;  // in the store's directory
  std::string path;  // of the file that holds it; empty when `content` is it
  std::string content;
  std::uint64_t bytes = 0;    // that count, from the start
  bool is_immutable = false;  // a file of that name never has another content
  /// Reads all of the file at `path` and says what is wrong with it and what that costs, as Check
  /// does. May be called while the file is handed over; null where there is no `path`. Errors:
  /// kCancelled.
  std::function<Result<std::vector<std::string>>(const CancelToken&)> check;
};

/// How long the groups of appends took to be written to the log, and synced where that is asked
/// for. counts[i] is of those up to kLogWriteBounds[i], the last of those beyond.
inline constexpr std::array kLogWriteBounds = {
    std::chrono::milliseconds(1),   std::chrono::milliseconds(2),
    std::chrono::milliseconds(5),   std::chrono::milliseconds(10),
    std::chrono::milliseconds(20),  std::chrono::milliseconds(50),
    std::chrono::milliseconds(100), std::chrono::milliseconds(500),
    std::chrono::milliseconds(2000)};
struct LogWriteTimes {
  std::array<std::uint64_t, kLogWriteBounds.size() + 1> counts{};
  std::chrono::nanoseconds total{0};
};

/// Why appends were refused.
enum class AppendRefusal {
  kFullDisk,
  kBusy,      // what is in memory waits to be flushed, or a flush fails
  kBadInput,  // unknown tags, values that no sample may have, too much at once
  kReadOnly,
  kFailure,  // of the disk or of the store
  kSequence  // a mark too far behind or ahead
};
inline constexpr std::size_t kAppendRefusals = 6;
/// What an append that failed with `code` counts as.
AppendRefusal RefusalOf(ErrorCode code) noexcept;

struct HistorianStats {
  std::uint64_t series = 0;
  std::uint64_t samples = 0;
  std::uint64_t head_bytes = 0;
  std::uint64_t wal_bytes = 0;
  std::uint64_t segment_bytes = 0;
  std::uint64_t segments = 0;
  std::uint64_t appends = 0;
  std::uint64_t syncs = 0;
  std::uint64_t flushes = 0;        // of heads to segments
  std::uint64_t flushed_bytes = 0;  // of these segments
  std::uint64_t compactions = 0;    // merges of segments
  std::uint64_t compaction_failures = 0;
  std::uint64_t compaction_read_bytes = 0;
  std::uint64_t compaction_written_bytes = 0;
  std::chrono::nanoseconds compaction_waited{0};  // for the rate
  std::uint64_t compaction_rate = 0;              // bytes per second allowed now; 0: no limit
  std::uint64_t compaction_due = 0;               // merges
  std::uint64_t compaction_due_bytes = 0;         // of the segments that they will read
  std::uint64_t appended_samples = 0;             // also those that were there already
  std::uint64_t refused_appends = 0;
  std::array<std::uint64_t, kAppendRefusals> refused_by{};  // these by AppendRefusal
  std::uint64_t waiting_appends = 0;   // for the group under way; one for each thread that appends
  std::uint64_t head_limit_bytes = 0;  // of head_bytes, beyond which appends wait
  std::uint64_t mark_sources = 0;      // whose sequences are remembered
  std::uint64_t forgotten_mark_sources = 0;  // since opening, for others in their places
  LogWriteTimes log_writes;
};

/// The store of samples. Every call is safe from any thread; reads never block writes.
/// Formats: docs/formats/wal.md, segment.md, manifest.md.
class Historian {
 public:
  /// Opens or creates the store in `directory` and recovers what a crash left. `files` and `clock`
  /// must outlive the historian. A store that is there opens on a full disk too: it is read then,
  /// whatever writes fails with kResourceExhausted, and it is whole as soon as there is room.
  /// Errors: kConflict when another process has it open, kCorruption naming the file and offset.
  static Result<std::unique_ptr<Historian>> Open(FileSystem& files, const Clock& clock,
                                                 const std::string& directory,
                                                 const HistorianOptions& options);
  /// The same for reading only: nothing in `directory` is changed, so that a full disk and a
  /// read-only file system do not matter, and others may read at the same time. Whatever would
  /// change something fails with kUnsupported. Errors: as for Open, kNotFound when there is no
  /// store.
  static Result<std::unique_ptr<Historian>> OpenReadOnly(FileSystem& files, const Clock& clock,
                                                         const std::string& directory);
  /// Whether `directory` holds a store, be it damaged.
  [[nodiscard]] static bool Exists(FileSystem& files, const std::string& directory);
  /// Makes a damaged store that nobody has open one that opens: what cannot be read is kept in a
  /// folder of `quarantine/` in it and left out. Returns what is lost, for people, and what a
  /// repair that ended early has found; empty when nothing was wrong. After an error it may be made
  /// again. Errors: kCorruption naming a file without which there is no way, kConflict when a
  /// process has it open, kCancelled, kIo, kResourceExhausted.
  static Result<std::vector<std::string>> Repair(FileSystem& files, const Clock& clock,
                                                 const std::string& directory,
                                                 const CancelToken& cancel);
  /// Verifies the files of a store that nobody has open, whatever state they are in, and changes
  /// nothing. Errors: kNotFound when there is no store, kConflict when a process has it open,
  /// kCancelled.
  static Result<CheckReport> CheckFiles(FileSystem& files, const Clock& clock,
                                        const std::string& directory, const CancelToken& cancel);
  /// What is wrong with the file at `path`, which should be a copy of the store's file `name`
  /// (BackupFile::name), and what that costs; empty when all that counts in it can be read. The
  /// manifest in `directory` says what belongs into it. Errors: those of reading the manifest,
  /// kNotFound when it does not name the file.
  static Result<std::vector<std::string>> CheckCopy(FileSystem& files, const std::string& directory,
                                                    const std::string& name,
                                                    const std::string& path);
  /// Flushes nothing that is not already durable; never loses an acknowledged sample.
  virtual ~Historian() = default;

  /// The series at `path`, created when it is new. Errors: kConflict when it has samples of another
  /// type (naming both), kInvalidArgument for a bad path, kUnavailable when too many series were
  /// made and never got a sample. A new series is durable no later than the first append to it, and
  /// its type is settled no sooner: until then another type replaces it by a series with another
  /// id.
  virtual Result<TagId> Resolve(std::string_view path, ValueType type) = 0;
  [[nodiscard]] virtual std::optional<SeriesInfo> Find(std::string_view path) const = 0;
  [[nodiscard]] virtual std::optional<SeriesInfo> Find(TagId tag) const = 0;
  /// Every series whose path matches, sorted by path.
  [[nodiscard]] virtual std::vector<SeriesInfo> List(const Glob& glob) const = 0;

  /// Stores all of it or none, and returns when it is durable. Errors: kInvalidArgument for an
  /// unknown tag, a column of the wrong type or length, a time that is not storable, a NaN or
  /// infinite double, a bool other than 0 and 1 or a string over kMaxStringBytes (the caller sends
  /// those to the dead letter store); kResourceExhausted when the disk is full: the store stays
  /// readable and takes appends again when there is room; kUnavailable when memory is full because
  /// flushing fails or is slow, or when a tag was replaced since it was resolved.
  virtual Result<AppendResult> Append(std::span<const TagBatch> batches) = 0;
  /// The same without a copy of the samples, which must stay as they are until it returns. With a
  /// mark it is stored once however often it is called. Errors as for Append, and kUnsupported for
  /// a mark where an implementation keeps none.
  virtual Result<AppendResult> AppendRuns(std::span<const TagRun> runs,
                                          const std::optional<AppendMark>& mark);

  virtual Status Scan(const ScanRequest& request, const ScanSink& sink) const = 0;
  /// The values and qualities in whose place a later append put others, one for each conflict whose
  /// time is still stored: in ascending time, those of one time from the oldest on, so that `sink`
  /// may get a time several times. Errors: as for Scan, kUnsupported where an implementation keeps
  /// none.
  virtual Status Replaced(const ReplacedRequest& request, const ScanSink& sink) const;
  virtual Result<AggregateColumns> Aggregate(const AggregateRequest& request) const = 0;
  /// Seconds in each state, in the sense of docs/methods/aggregates.md. Errors: as for Aggregate,
  /// kInvalidArgument for a tag of doubles, kResourceExhausted beyond kMaxStateCells, kUnsupported
  /// where an implementation cannot.
  virtual Result<StateColumns> TimeInState(const StateRequest& request) const;
  /// The sample with the greatest time, if any.
  virtual Result<std::optional<Sample>> Last(TagId tag) const = 0;

  /// Writes the head to segments and drops the WAL files that this makes needless.
  virtual Status Flush() = 0;
  /// One step of a compaction, the first of which flushes: merges one set of segments that lie
  /// beside each other, whether or not that would be done by itself already. Called until `merged`
  /// is 0 it leaves as few and as small segments as there can be of what was stored at the first
  /// step, and so ends however much is appended meanwhile. Errors: kCancelled, kResourceExhausted
  /// when what is due has no room, kCorruption when all but a damaged segment is merged, and those
  /// of reading and writing.
  virtual Result<CompactProgress> CompactStep(const CompactRequest& request);
  /// Deletes what is stored in each range; what is appended to it later stays. Nothing of it is
  /// read any more on return, and it is gone from the disk with the next merges. Returns how many
  /// samples are gone. Errors: kNotFound for an unknown tag, kInvalidArgument for an empty range;
  /// on any error nothing is deleted, or the error says that it may be after the next start.
  virtual Result<std::uint64_t> Delete(std::span<const TagRange> ranges);
  /// Calls `copy` with each file of one consistent state, which holds all that was acknowledged
  /// before the call. Appends go on meanwhile. Errors: those of `copy`, which end it.
  virtual Status Backup(const std::function<Status(const BackupFile&)>& copy);
  virtual Result<CheckReport> Check(const CancelToken& cancel) const = 0;
  /// What opening had to cut off or leave out, and what it missed; for the log of the program.
  [[nodiscard]] virtual std::vector<std::string> Findings() const { return {}; }
  [[nodiscard]] virtual HistorianStats Stats() const = 0;
  /// Why appends are being refused, or will be if nothing changes: kResourceExhausted when the disk
  /// has less than the reserve, kUnavailable when the last flush or the last write to the log
  /// failed. Also what needs a person's eye though appends go on: kCorruption when a segment is
  /// missing or cut, or a merge found it damaged, or a file of the log was deleted; kUnavailable
  /// when merging fails or has no room. Ok otherwise.
  [[nodiscard]] virtual Status Health() const = 0;
};

}  // namespace bedplate
