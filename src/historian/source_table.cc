#include "historian/source_table.h"

#include <fmt/format.h>

namespace bedplate::historian {
namespace {

Status CheckDistance(const SourceMarks& marks, std::uint64_t sequence) {
  if (marks.Forgot(sequence)) {
    return Error(ErrorCode::kConflict,
                 fmt::format("sequence {} is {} or more behind the newest of this source, {}, so "
                             "nobody knows whether it is stored; expected a greater number, or a "
                             "new source name if the count began anew: samples that are stored "
                             "are not stored twice by it",
                             sequence, kMarkWindow, marks.greatest));
  }
  if (sequence > marks.greatest && sequence - marks.greatest > kMaxMarkStep) {
    return Error(ErrorCode::kConflict,
                 fmt::format("sequence {} is more than {} ahead of the newest of this source, {}; "
                             "expected a count, or a new source name for another one",
                             sequence, kMaxMarkStep, marks.greatest));
  }
  return {};
}

}  // namespace

bool SourceTable::Has(const AppendMark& mark) const {
  const auto found = sources_.find(mark.source);
  return found != sources_.end() && found->second.Has(mark.sequence);
}

Status SourceTable::CheckNew(const AppendMark& mark) const {
  const auto found = sources_.find(mark.source);
  if (found != sources_.end()) return CheckDistance(found->second, mark.sequence);
  if (sources_.size() < kMaxMarkSources) return {};
  return Error(ErrorCode::kResourceExhausted,
               fmt::format("'{}' would be one source more than the {} whose sequences are kept",
                           mark.source, kMaxMarkSources));
}

void SourceTable::Add(std::string_view source, const SourceMarks& marks) {
  const auto found = sources_.find(source);
  if (found != sources_.end()) {
    found->second.Add(marks);
  } else {
    sources_.emplace(source, marks);
  }
}

Bytes SourceTable::Payload() const {
  Bytes payload;
  for (const auto& [source, marks] : sources_) PutMarkRecord(payload, source, marks);
  return payload;
}

}  // namespace bedplate::historian
