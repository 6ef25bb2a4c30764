#include "ingest/name_pattern.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/path.h"
#include "model/path_part.h"

namespace bedplate {
namespace {

constexpr std::string_view kRest = "...";

Error Bad(std::string_view what, std::string_view text, std::size_t at, std::string_view why) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("{} '{}', character {}: {}", what, text, at + 1, why)};
}

/// `{name}` or `{name...}` at the beginning of `text`.
struct Hole {
  std::string_view name;
  bool takes_rest = false;
  std::size_t length = 0;  // of all of it
};

Result<Hole> TakeHole(std::string_view what, std::string_view text, std::size_t at) {
  const std::size_t end = text.find('}', at);
  if (end == std::string_view::npos) return Bad(what, text, at, "'{' without '}'");
  Hole hole{text.substr(at + 1, end - at - 1), false, end - at + 1};
  if (hole.name.ends_with(kRest)) {
    hole.takes_rest = true;
    hole.name.remove_suffix(kRest.size());
  }
  const bool is_name =
      !hole.name.empty() && std::all_of(hole.name.begin(), hole.name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      });
  if (is_name) return hole;
  return Bad(what, text, at, "a hole needs a name of a-z, 0-9 and _, as in {line}");
}

/// Whether the character is a level of its own, as MQTT wants `+` and `#`.
bool IsWholeLevel(std::string_view text, std::size_t at) {
  return (at == 0 || text[at - 1] == '/') && (at + 1 == text.size() || text[at + 1] == '/');
}

}  // namespace

/// Reads a pattern from left to right.
class PatternParser {
 public:
  explicit PatternParser(std::string_view text) : text_(text) {}

  Result<NamePattern> Run() {
    if (text_.empty()) return Bad("pattern", text_, 0, "it is empty");
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '{') {
        RETURN_IF_ERROR(TakeNamed());
      } else if (c == '+' || c == '#') {
        RETURN_IF_ERROR(TakeWildcard(c));
      } else if (c == '}') {
        return Bad("pattern", text_, at_, "'}' without '{'");
      } else {
        part_.text += c;
        ++at_;
      }
    }
    if (!part_.text.empty()) parts_.push_back(std::move(part_));
    NamePattern pattern;
    pattern.parts_ = std::move(parts_);
    return pattern;
  }

 private:
  using Part = NamePattern::Part;

  Status TakeNamed() {
    ASSIGN_OR_RETURN(const Hole hole, TakeHole("pattern", text_, at_));
    const bool is_known = std::any_of(parts_.begin(), parts_.end(),
                                      [&](const Part& part) { return part.hole == hole.name; });
    if (is_known) return Bad("pattern", text_, at_, fmt::format("{{{}}} comes twice", hole.name));
    return Close(std::string(hole.name), hole.takes_rest, hole.length);
  }

  Status TakeWildcard(char c) {
    if (!IsWholeLevel(text_, at_)) {
      return Bad("pattern", text_, at_, fmt::format("'{}' stands for whole levels only", c));
    }
    return Close("", c == '#', 1);
  }

  Status Close(std::string hole, bool takes_rest, std::size_t length) {
    if (takes_rest && at_ + length != text_.size()) {
      return Bad("pattern", text_, at_, "nothing may follow what takes all the rest");
    }
    if (part_.text.empty() && !parts_.empty()) {
      return Bad("pattern", text_, at_, "two holes need text between them");
    }
    if (parts_.size() == NamePattern::kMostHoles) {
      return Bad("pattern", text_, at_,
                 fmt::format("there are more than {} holes", NamePattern::kMostHoles));
    }
    part_.hole = std::move(hole);
    part_.has_hole = true;
    part_.takes_rest = takes_rest;
    parts_.push_back(std::move(part_));
    part_ = {};
    at_ += length;
    return {};
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  Part part_;
  std::vector<Part> parts_;
};

Result<NamePattern> NamePattern::Parse(std::string_view text) { return PatternParser(text).Run(); }

/// Where the hole of part `index` ends in what is left of the name; npos when it cannot.
std::size_t NamePattern::EndOfHole(std::size_t index, std::string_view name) const {
  if (parts_[index].takes_rest) return name.size();
  std::size_t end = name.size();
  if (index + 1 < parts_.size()) {
    const Part& next = parts_[index + 1];
    // Behind the last hole the text must be the end of the name, and not just stand in it.
    const bool ends_it = !next.has_hole && name.size() >= next.text.size();
    end = ends_it ? name.size() - next.text.size() : name.find(next.text, 1);
  }
  const std::size_t level = std::min(name.find('/'), name.size());
  return end <= level ? end : std::string_view::npos;
}

bool NamePattern::Match(std::string_view name, Caught& caught) const {
  caught.clear();
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (!name.starts_with(part.text)) return false;
    name.remove_prefix(part.text.size());
    if (!part.has_hole) break;
    const std::size_t end = EndOfHole(i, name);
    if (end == 0 || end == std::string_view::npos) return false;
    if (!part.hole.empty()) caught.emplace_back(part.hole, name.substr(0, end));
    name.remove_prefix(end);
  }
  return name.empty();
}

std::vector<std::string> NamePattern::Holes() const {
  std::vector<std::string> holes;
  for (const Part& part : parts_) {
    if (!part.hole.empty()) holes.push_back(part.hole);
  }
  return holes;
}

std::string NamePattern::Filter() const {
  std::string filter;
  std::string level;
  bool has_hole = false;
  const auto close = [&] {
    filter += has_hole ? "+" : level;
    level.clear();
    has_hole = false;
  };
  for (const Part& part : parts_) {
    for (const char c : part.text) {
      if (c == '/') {
        close();
        filter += c;
      } else {
        level += c;
      }
    }
    if (part.takes_rest && (!level.empty() || has_hole)) {
      close();  // `press-{rest...}`: the level in which it begins, and all below
      return filter.substr(0, filter.rfind('/') + 1) + "#";
    }
    if (part.takes_rest) return filter + "#";
    has_hole = has_hole || part.has_hole;
  }
  close();
  return filter;
}

Result<PathTemplate> PathTemplate::Parse(std::string_view text,
                                         const std::vector<std::string>& holes) {
  PathTemplate parsed;
  Part part;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '{') {
      part.text += text[at++];
      continue;
    }
    ASSIGN_OR_RETURN(const Hole hole, TakeHole("path", text, at));
    if (std::find(holes.begin(), holes.end(), hole.name) == holes.end()) {
      return Bad("path", text, at,
                 fmt::format("there is no {{{}}}; known: {}", hole.name, fmt::join(holes, ", ")));
    }
    part.hole = hole.name;
    parsed.parts_.push_back(std::move(part));
    part = {};
    at += hole.length;
  }
  if (!part.text.empty()) parsed.parts_.push_back(std::move(part));
  Caught example;
  for (const std::string& hole : holes) example.emplace_back(hole, "x");
  RETURN_IF_ERROR(CheckPath(parsed.Fill(example)));
  return parsed;
}

std::string PathTemplate::Fill(const Caught& caught) const {
  std::string path;
  for (const Part& part : parts_) {
    path += part.text;
    if (part.hole.empty()) continue;
    for (const auto& [name, value] : caught) {
      if (name == part.hole) AppendPathPart(path, value);
    }
  }
  return path;
}

}  // namespace bedplate
