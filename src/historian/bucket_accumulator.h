#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "historian/block.h"
#include "historian/compensated_sum.h"
#include "historian/historian.h"
#include "historian/integer_bucket.h"
#include "historian/moments.h"

namespace bedplate::historian {

/// One sample as aggregates see it; `known` is false where quality makes its value unusable.
struct Reading {
  std::int64_t time = 0;  // ns since 1970
  double value = 0;
  std::int64_t integer = 0;  // of a series of int64 the value itself
  bool known = false;
  bool good = false;  // its quality, whatever the request makes of it
};

/// Numbers of one series in ascending time, in memory of somebody else.
struct NumberRun {
  std::size_t count = 0;
  std::int64_t first_time = 0;               // ns since 1970
  std::int64_t stride = 0;                   // ns from each to the next; 0: `times` has them
  const std::int64_t* times = nullptr;       // null when there is a stride
  const double* values = nullptr;            // none is NaN
  const std::int64_t* integers = nullptr;    // of a series of int64 the values themselves
  const std::uint32_t* qualities = nullptr;  // OPC UA status codes; null: all good

  [[nodiscard]] std::int64_t TimeAt(std::size_t index) const noexcept {
    return times == nullptr ? first_time + static_cast<std::int64_t>(index) * stride : times[index];
  }
  /// The first position at or after `begin` whose time is not before `time`.
  [[nodiscard]] std::size_t LowerBound(std::size_t begin, std::int64_t time) const noexcept;
};

/// Gathers readings in ascending time into the buckets of a request. Besides the answer it holds
/// one bucket: as time ascends, no reading comes to the ones before it any more.
class BucketAccumulator {
 public:
  /// The memory of the answer.
  [[nodiscard]] static std::uint64_t AnswerBytes(const AggregateRequest& request);

  /// `type` is that of the series; `request` must outlive it.
  BucketAccumulator(const AggregateRequest& request, ValueType type);

  /// The reading before the range, whose value is in force when it begins.
  void SetBefore(const Reading& reading);
  /// The last usable reading before the range, where the one before the range is not.
  void SetCounterBefore(const Reading& reading) { counter_ = reading; }
  /// Readings in the range, a bucket at a time.
  void AddRun(const NumberRun& run);
  /// Whether a whole block may be added by its header: it lies in one bucket and the header tells
  /// all that the request needs.
  [[nodiscard]] bool CanAddBlock(const BlockHeader& block) const;
  void AddBlock(const BlockHeader& block);
  /// What follows the range: the next reading, or none; then the last value stays in force until
  /// `extend_until` (step only).
  void Close(const std::optional<Reading>& after, std::int64_t extend_until);

  /// The memory that samples are kept in while `count` more are added.
  [[nodiscard]] std::uint64_t BytesToAdd(std::uint64_t count) const;

  [[nodiscard]] AggregateColumns Take();

 private:
  struct Bucket {
    std::uint64_t count = 0;
    double min = 0;
    double max = 0;
    double first = 0;
    double last = 0;
    CompensatedSum sum;
    CompensatedSum integral;  // value x seconds
    double known_seconds = 0;
  };

  /// What only some functions need of a bucket.
  struct Extra {
    Moments moments;
    CompensatedSum increase;
    double counted_seconds = 0;  // that `increase` took
    double good_seconds = 0;
    double bad_seconds = 0;
    std::optional<std::uint32_t> worst_quality;  // status code
  };

  void MakeColumns();
  void GoTo(std::size_t index);
  void Finish();
  void Add(const Reading& reading);
  void NoteQualities(const NumberRun& run, std::size_t begin, std::size_t end);
  void NoteQuality(std::uint32_t status_code);
  [[nodiscard]] Reading ReadingAt(const NumberRun& run, std::size_t index) const;
  [[nodiscard]] bool SpansNeedReadings(const NumberRun& run) const;
  void AddSlice(const NumberRun& run, std::size_t index, std::size_t begin, std::size_t end);
  void AddSpansWithin(const NumberRun& run, std::size_t begin, std::size_t end);
  /// The values that count of samples [begin, end); `scratch` holds them where some do not.
  template <typename T>
  [[nodiscard]] std::span<const T> Usable(const NumberRun& run, const T* values, std::size_t begin,
                                          std::size_t end, std::vector<T>& scratch) const;
  [[nodiscard]] bool Wants(AggregateFunction function) const;
  [[nodiscard]] bool good_only() const noexcept {
    return request_.quality == QualityPolicy::kGoodOnly;
  }
  [[nodiscard]] std::size_t BucketOf(std::int64_t time) const;
  [[nodiscard]] std::int64_t StartOf(std::size_t bucket) const;
  void Combine(const BlockStatistics& statistics, std::uint64_t count);
  void Connect(const Reading& next);
  void AddSpan(const Reading& from, const Reading& to);
  void KeepValues(std::span<const double> values);
  [[nodiscard]] std::size_t CapacityFor(std::size_t count) const;
  void KeepIntegers(std::span<const std::int64_t> values);
  void CountUp(const Reading& reading);
  [[nodiscard]] double ValueOf(AggregateFunction function);
  [[nodiscard]] double BasicValueOf(AggregateFunction function) const;
  [[nodiscard]] double ExtraValueOf(AggregateFunction function);
  [[nodiscard]] double IntegerValueOf(AggregateFunction function) const;

  const AggregateRequest& request_;
  const std::uint32_t functions_;  // with what the quality policy adds
  bool weighted_;                  // some time-weighted function is wanted
  bool durations_;                 // some duration of a quality is
  bool counting_;                  // the increase of a counter is
  bool qualities_;                 // the worst quality is
  bool extra_functions_;           // something of Extra is
  bool whole_numbers_;             // differences of int64 are
  const std::size_t buckets_;
  AggregateColumns columns_;
  std::size_t index_ = 0;  // of the open bucket, to which the next four belong
  Bucket bucket_;
  Extra extra_;
  IntegerBucket integer_;
  std::vector<double> values_;  // for a percentile
  std::optional<Reading> previous_;
  std::optional<Reading> counter_;  // the last usable one before
  std::vector<double> usable_;      // scratch
  std::vector<std::int64_t> usable_integers_;
  std::vector<double> shifted_;  // scratch of AddSpread
};

}  // namespace bedplate::historian
