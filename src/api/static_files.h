#pragma once

#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "api/http.h"

namespace bedplate {

/// One file of the browser UI, compressed when the program was built.
struct StaticFile {
  std::string_view path;  // `/assets/index-1a2b3c.js`
  std::string_view content_type;
  std::string_view gzip;  // its bytes as one gzip member
  std::string_view etag;  // with its quotes
};

/// The files of the browser UI. A path that no file has, asked for by a browser, is a page of the
/// application itself and gets /index.html. Immutable, safe for concurrent use.
class StaticFiles {
 public:
  /// The bytes behind `files` must outlive this object. An empty list stands for a build without
  /// the UI: one page that says so.
  explicit StaticFiles(std::span<const StaticFile> files);

  /// The answer to a GET or HEAD request; nothing when it is not about the UI.
  [[nodiscard]] std::optional<HttpResponse> Answer(const HttpRequest& request) const;

 private:
  [[nodiscard]] const StaticFile* Find(const HttpRequest& request) const;

  std::map<std::string_view, StaticFile> files_;
};

}  // namespace bedplate
