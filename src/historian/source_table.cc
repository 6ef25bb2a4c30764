#include "historian/source_table.h"

#include <fmt/format.h>

namespace bedplate::historian {

bool SourceTable::Has(const AppendMark& mark) const {
  const auto found = sources_.find(mark.source);
  return found != sources_.end() && found->second.Has(mark.sequence);
}

Status SourceTable::CheckRoom(const AppendMark& mark) const {
  if (sources_.size() < kMaxMarkSources || sources_.contains(mark.source)) return {};
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
