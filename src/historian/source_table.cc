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

std::string_view SenderOf(std::string_view source) {
  const std::size_t end = source.find(kMarkSenderEnd);
  return end == std::string_view::npos ? std::string_view() : source.substr(0, end);
}

}  // namespace

bool SourceTable::Has(const AppendMark& mark) const {
  const auto found = sources_.find(mark.source);
  return found != sources_.end() && found->second.marks.Has(mark.sequence);
}

Status SourceTable::CheckNew(const AppendMark& mark) const {
  const auto found = sources_.find(mark.source);
  return found == sources_.end() ? Status() : CheckDistance(found->second.marks, mark.sequence);
}

void SourceTable::Add(std::string_view source, const SourceMarks& marks) {
  auto found = sources_.find(source);
  if (found == sources_.end()) {
    MakeRoomFor(source);
    found = sources_.emplace(source, Entry{.marks = marks}).first;
  } else {
    found->second.marks.Add(marks);
  }
  auto own = turns_by_sender_.find(SenderOf(source));
  if (own == turns_by_sender_.end())
    own = turns_by_sender_.emplace(SenderOf(source), Turns()).first;
  turns_.erase(found->second.turn);
  own->second.erase(found->second.turn);
  found->second.turn = ++last_turn_;
  turns_.emplace(last_turn_, found->first);
  own->second.emplace(last_turn_, found->first);
}

void SourceTable::MakeRoomFor(std::string_view source) {
  const auto own = turns_by_sender_.find(SenderOf(source));
  if (own != turns_by_sender_.end() && own->second.size() >= kMaxMarkSourcesOfSender) {
    Forget(own->second.begin()->second);
  } else if (sources_.size() >= kMaxMarkSources) {
    Forget(turns_.begin()->second);
  }
}

void SourceTable::Forget(std::string_view source) {
  const auto entry = sources_.find(source);
  const auto own = turns_by_sender_.find(SenderOf(source));
  turns_.erase(entry->second.turn);
  own->second.erase(entry->second.turn);
  if (own->second.empty()) turns_by_sender_.erase(own);
  sources_.erase(entry);
  ++forgotten_;
}

Bytes SourceTable::Payload() const {
  Bytes payload;
  for (const auto& [turn, source] : turns_) {
    PutMarkRecord(payload, source, sources_.find(source)->second.marks);
  }
  return payload;
}

}  // namespace bedplate::historian
