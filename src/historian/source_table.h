#pragma once

#include <cstddef>
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
/// of it, so it outlives the files before. Not safe for concurrent use.
class SourceTable {
 public:
  [[nodiscard]] bool Has(const AppendMark& mark) const;
  /// Of a mark that it has not: whether it is known that it is not stored, and can be added.
  /// Errors: kConflict when it is too far behind the greatest of its source or too far ahead,
  /// kResourceExhausted when its source would be one too many.
  [[nodiscard]] Status CheckNew(const AppendMark& mark) const;
  void Add(const AppendMark& mark) { Add(mark.source, {mark.sequence, 1}); }
  void Add(std::string_view source, const SourceMarks& marks);

  /// The records of all sources, as the payload of a frame; empty when there is none.
  [[nodiscard]] Bytes Payload() const;
  [[nodiscard]] std::size_t size() const noexcept { return sources_.size(); }

 private:
  std::map<std::string, SourceMarks, std::less<>> sources_;
};

}  // namespace bedplate::historian
