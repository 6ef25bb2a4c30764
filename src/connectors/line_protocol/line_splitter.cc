#include "connectors/line_protocol/line_splitter.h"

#include <algorithm>

#include "base/check.h"

namespace bedplate {

void LineEndFinder::Reset() {
  state_ = State::kStart;
  after_backslash_ = false;
  inner_newlines_ = 0;
}

std::size_t LineEndFinder::Find(std::string_view text) {
  if (state_ == State::kStart) {
    inner_newlines_ = 0;
    // Most lines have no quote at all, and then the first newline is the end.
    const std::size_t newline = text.find('\n');
    if (newline != text.npos && text.substr(0, newline).find('"') == text.npos) return newline;
  }
  for (std::size_t from = 0; from < text.size(); ++from) {
    const char c = text[from];
    if (c == '\n' && !InString()) {
      state_ = State::kStart;
      after_backslash_ = false;
      return from;
    }
    inner_newlines_ += c == '\n' ? 1 : 0;
    state_ = Next(c);
    after_backslash_ = c == '\\';
  }
  return std::string_view::npos;
}

LineEndFinder::State LineEndFinder::Next(char c) {
  switch (state_) {
    case State::kStart:
      if (c == ' ') return State::kStart;
      return c == '#' ? State::kComment : State::kKey;
    case State::kKey: return c == ' ' && !after_backslash_ ? State::kFieldKey : State::kKey;
    case State::kFieldKey:
      return c == '=' && !after_backslash_ ? State::kValueStart : State::kFieldKey;
    case State::kString:
      if (c == '\\') return State::kEscape;
      return c == '"' ? State::kValue : State::kString;
    case State::kEscape: return State::kString;
    case State::kValueStart:
      if (c == '"') return State::kString;
      [[fallthrough]];
    case State::kValue:
      if (c == ',') return State::kFieldKey;
      return c == ' ' ? State::kTime : State::kValue;
    case State::kComment:
    case State::kTime: break;
  }
  return state_;
}

void LineSplitter::Feed(std::string_view chunk) {
  BEDPLATE_CHECK(chunk_.empty());
  BEDPLATE_CHECK(!finished_);
  chunk_ = chunk;
}

void LineSplitter::Finish() {
  BEDPLATE_CHECK(chunk_.empty());
  BEDPLATE_CHECK(!finished_);
  finished_ = true;
  if (emitted_held_) held_.clear();
  emitted_held_ = false;
}

bool LineSplitter::Next(Line& line) {
  if (emitted_held_) {
    held_.clear();
    emitted_held_ = false;
  }
  return finished_ ? NextOfRest(line) : NextOfChunk(line);
}

bool LineSplitter::NextOfChunk(Line& line) {
  if (chunk_.empty()) return false;
  const std::size_t end = finder_.Find(chunk_);
  const std::string_view part = chunk_.substr(0, end);
  if (end == std::string_view::npos) {
    Hold(part);
    chunk_ = {};
    return false;
  }
  chunk_.remove_prefix(end + 1);
  if (held_bytes_ == 0) {
    held_bytes_ = part.size();
    Emit(part, finder_.inner_newlines(), line);
    return true;
  }
  Hold(part);
  Emit(held_, finder_.inner_newlines(), line);
  emitted_held_ = true;
  return true;
}

bool LineSplitter::NextOfRest(Line& line) {
  if (held_bytes_ == 0) return false;
  if (chunk_.empty()) {
    const bool cut_again = finder_.InString() && held_bytes_ <= max_line_bytes_;
    if (!cut_again) {
      Emit(held_, finder_.inner_newlines(), line);
      return true;
    }
    chunk_ = held_;
  }
  // From here on chunk_ is the part of held_ that is still to come.
  const std::size_t end = chunk_.find('\n');
  const std::string_view part = chunk_.substr(0, end);
  chunk_ = end == std::string_view::npos ? std::string_view() : chunk_.substr(end + 1);
  const std::size_t left = chunk_.size();
  held_bytes_ = part.size();
  Emit(part, 0, line);
  held_bytes_ = left;
  return true;
}

/// Sets `line` from a text of held_bytes_ bytes and moves on to the line after it.
void LineSplitter::Emit(std::string_view text, std::uint64_t newlines, Line& line) {
  line.number = line_number_;
  line.too_long = held_bytes_ > max_line_bytes_;
  line.text =
      line.too_long ? text.substr(0, std::min(kKeptOfLongLineBytes, max_line_bytes_)) : text;
  line_number_ += newlines + 1;
  held_bytes_ = 0;
}

void LineSplitter::Hold(std::string_view part) {
  held_bytes_ += part.size();
  // Beyond the limit nobody will parse it: keep what a dead letter shows.
  const std::size_t limit = held_bytes_ > max_line_bytes_
                                ? std::min(kKeptOfLongLineBytes, max_line_bytes_)
                                : max_line_bytes_;
  if (held_.size() < limit) held_.append(part.substr(0, limit - held_.size()));
  if (held_.size() > limit) held_.resize(limit);
}

}  // namespace bedplate
