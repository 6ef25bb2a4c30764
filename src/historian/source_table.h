#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "historian/historian.h"
#include "historian/wal_format.h"

namespace bedplate::historian {

/// Which appends of which source are stored. Each file of the write-ahead log begins with the whole
/// of it, the source that was quiet for longest first, so it outlives the files before and a replay
/// forgets the same sources. Not safe for concurrent use.
class SourceTable {
 public:
  SourceTable() = default;
  SourceTable(SourceTable&&) = default;
  SourceTable& operator=(SourceTable&&) = default;
  SourceTable(const SourceTable&) = delete;
  SourceTable& operator=(const SourceTable&) = delete;
  ~SourceTable() = default;

  [[nodiscard]] bool Has(const AppendMark& mark) const;
  /// Of a mark that it has not: whether it is known that it is not stored. Errors: kConflict when
  /// it is too far behind the greatest of its source or too far ahead.
  [[nodiscard]] Status CheckNew(const AppendMark& mark) const;
  void Add(const AppendMark& mark) { Add(mark.source, {mark.sequence, 1}); }
  /// A source that would be one too many takes the place of the one of its sender, or where that
  /// has few, of all, to which nothing was added for longest.
  void Add(std::string_view source, const SourceMarks& marks);

  /// The records of all sources, as the payload of a frame; empty when there is none.
  [[nodiscard]] Bytes Payload() const;
  [[nodiscard]] std::size_t size() const noexcept { return sources_.size(); }
  /// How many were forgotten for others.
  [[nodiscard]] std::uint64_t forgotten() const noexcept { return forgotten_; }

 private:
  struct Entry {
    SourceMarks marks;
    std::uint64_t turn = 0;  // in which something was added last
  };
  /// By turn, from the one that was quiet for longest on. The names are those of sources_.
  using Turns = std::map<std::uint64_t, std::string_view>;
  using Sources = std::map<std::string, Entry, std::less<>>;

  void MakeRoomFor(std::string_view source);
  void Forget(std::string_view source);

  Sources sources_;
  Turns turns_;
  std::map<std::string, Turns, std::less<>> turns_by_sender_;
  std::uint64_t last_turn_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace bedplate::historian
