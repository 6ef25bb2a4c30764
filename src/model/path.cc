#include "model/path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"

namespace bedplate {
namespace {

constexpr std::size_t kMaxAlternatives = 64;

Error BadPath(std::string_view path, std::string_view why) {
  return {ErrorCode::kInvalidArgument,
          fmt::format("'{}' is not a path: {}", IsValidUtf8(path) ? path.substr(0, 80) : "?", why)};
}

/// One glob step at a time with backtracking to the last `*` and the last `**` only, which keeps
/// the worst case polynomial.
struct Matcher {
  std::string_view glob;
  std::string_view path;
  std::size_t g = 0;
  std::size_t p = 0;
  std::size_t star_g = std::string_view::npos, star_p = 0;
  std::size_t deep_g = std::string_view::npos, deep_p = 0;
  bool deep_by_segment = false;  // the `**` was followed by `/`: it ends only where a segment does

  static bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

  /// Whether the glob's next byte takes one character of the path; steps over both when it does.
  bool StepCharacter() {
    if (g >= glob.size() || p >= path.size()) return false;
    const bool any = glob[g] == '?' && path[p] != '/' && !IsContinuation(path[p]);
    if (!any && glob[g] != path[p]) return false;
    ++g;
    ++p;
    // `?` is a character, which may be several bytes.
    while (any && p < path.size() && IsContinuation(path[p])) ++p;
    return true;
  }

  bool Backtrack() {
    if (star_g != std::string_view::npos && star_p < path.size() && path[star_p] != '/') {
      g = star_g;
      p = ++star_p;
      return true;
    }
    if (deep_g == std::string_view::npos || deep_p >= path.size()) return false;
    if (deep_by_segment) {
      const std::size_t slash = path.find('/', deep_p);
      if (slash == std::string_view::npos) return false;
      deep_p = slash;
    }
    star_g = std::string_view::npos;
    g = deep_g;
    p = ++deep_p;
    return true;
  }

  void StepStar() {
    const bool deep = g + 1 < glob.size() && glob[g + 1] == '*';
    if (!deep) {
      star_g = ++g;
      star_p = p;
      return;
    }
    g += 2;
    // `a/**/b` also matches `a/b`: the separator after `**` belongs to it.
    deep_by_segment = g < glob.size() && glob[g] == '/' && (p == 0 || path[p - 1] == '/');
    if (deep_by_segment) ++g;
    deep_g = g;
    deep_p = p;
    star_g = std::string_view::npos;
  }

  bool Run() {
    while (true) {
      if (g < glob.size() && glob[g] == '*') {
        StepStar();
        continue;
      }
      if (StepCharacter()) continue;
      if (g == glob.size() && p == path.size()) return true;
      if (!Backtrack()) return false;
    }
  }
};

Status CheckBraces(std::string_view pattern) {
  bool paired = true;
  bool open = false;
  for (const char c : pattern) {
    if (c != '{' && c != '}') continue;
    paired = paired && open == (c == '}');
    open = c == '{';
  }
  if (paired && !open) return {};
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("'{}' is not a glob: it needs a '}}' for each '{{', and none of them "
                           "inside another",
                           ToValidUtf8(pattern, 80)));
}

/// Replaces the first `{a,b}` by each alternative, until none is left. Braces are balanced.
Status Expand(const std::string& pattern, std::vector<std::string>& out) {
  std::vector<std::string> open{pattern};
  while (!open.empty()) {
    const std::string current = std::move(open.back());
    open.pop_back();
    const std::size_t begin = current.find('{');
    if (begin == std::string::npos) {
      out.push_back(current);
    } else {
      const std::size_t end = current.find('}', begin);
      std::string_view choices(current.data() + begin + 1, end - begin - 1);
      while (true) {
        const std::size_t comma = choices.find(',');
        open.push_back(current.substr(0, begin) + std::string(choices.substr(0, comma)) +
                       current.substr(end + 1));
        if (comma == std::string_view::npos) break;
        choices.remove_prefix(comma + 1);
      }
    }
    if (open.size() + out.size() > kMaxAlternatives) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("'{}' is not a glob: it has more than {} alternatives",
                               ToValidUtf8(pattern, 80), kMaxAlternatives));
    }
  }
  return {};
}

}  // namespace

bool IsPathCharacter(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte != 0x7F && c != '*' && c != '?' && c != '{' && c != '}';
}

Status CheckPath(std::string_view path) {
  if (path.empty()) return BadPath(path, "it is empty");
  if (path.size() > kMaxPathBytes) return BadPath(path, "it is longer than 1024 bytes");
  if (!IsValidUtf8(path)) return BadPath(path, "it is not valid UTF-8");
  if (path.front() == '/' || path.back() == '/' || path.find("//") != std::string_view::npos) {
    return BadPath(path, "it has an empty segment");
  }
  if (!std::all_of(path.begin(), path.end(), IsPathCharacter)) {
    return BadPath(path, "it has a control character or one of * ? { }");
  }
  return {};
}

std::string_view ParentPath(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view LastSegment(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

Result<Glob> Glob::Parse(std::string_view pattern) {
  if (pattern.empty() || pattern.size() > kMaxPathBytes) {
    return Error(ErrorCode::kInvalidArgument, "a glob has 1 to 1024 bytes");
  }
  Glob glob;
  glob.pattern_ = pattern;
  RETURN_IF_ERROR(CheckBraces(pattern));
  RETURN_IF_ERROR(Expand(glob.pattern_, glob.alternatives_));
  glob.exact_ = glob.alternatives_.size() == 1 && pattern.find_first_of("*?{") == pattern.npos;
  return glob;
}

bool Glob::Matches(std::string_view path) const {
  if (exact_) return path == pattern_;
  return std::any_of(alternatives_.begin(), alternatives_.end(), [&](const std::string& glob) {
    return Matcher{.glob = glob, .path = path}.Run();
  });
}

}  // namespace bedplate
