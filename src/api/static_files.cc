#include "api/static_files.h"

#include <string>

#include "api/gzip.h"

namespace bedplate {
namespace {

constexpr std::string_view kIndex = "/index.html";
constexpr std::size_t kFileLimitBytes = 64ULL << 20U;

constexpr std::string_view kPageWithoutUi =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Bedplate</title>"
    "<h1>Bedplate</h1><p>This server was built without its browser pages "
    "(<code>BEDPLATE_UI=OFF</code>); <code>./dev build</code> makes one that has them. "
    "The API is at <code>/api/v1</code>.</p></html>\n";

bool IsReserved(std::string_view path) {
  return path == "/api" || path.starts_with("/api/") || path == "/write" || path == "/query" ||
         path == "/ping" || path == "/health" || path == "/metrics";
}

// The UI's build puts a hash of the content into the names below /assets.
bool IsImmutable(std::string_view path) { return path.starts_with("/assets/"); }

bool WantsPage(const HttpRequest& request) {
  return request.Header("accept").find("text/html") != std::string::npos;
}

HttpResponse PageWithoutUi() {
  return {.content_type = "text/html; charset=utf-8",
          .headers = {{"Cache-Control", "no-store"}},
          .body = std::string(kPageWithoutUi)};
}

HttpResponse Content(const StaticFile& file, bool accepts_gzip) {
  HttpResponse response{.content_type = std::string(file.content_type)};
  if (accepts_gzip) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body = file.gzip;
    return response;
  }
  auto expanded = GzipExpand(file.gzip, kFileLimitBytes);
  if (!expanded) return ProblemResponse(Error(ErrorCode::kInternal, "an embedded file is broken"));
  response.body = *std::move(expanded);
  return response;
}

}  // namespace

StaticFiles::StaticFiles(std::span<const StaticFile> files) {
  for (const StaticFile& file : files) files_.emplace(file.path, file);
}

std::optional<HttpResponse> StaticFiles::Answer(const HttpRequest& request) const {
  if (IsReserved(request.path)) return std::nullopt;
  if (request.method != HttpMethod::kGet && request.method != HttpMethod::kHead) {
    return std::nullopt;
  }
  if (files_.empty()) {
    if (request.path != "/" && !WantsPage(request)) return std::nullopt;
    return PageWithoutUi();
  }
  const StaticFile* file = Find(request);
  if (file == nullptr) return std::nullopt;
  const bool is_known = request.Header("if-none-match").find(file->etag) != std::string::npos;
  HttpResponse response = is_known ? HttpResponse{.status = 304, .content_type = ""}
                                   : Content(*file, AcceptsGzip(request.Header("accept-encoding")));
  response.headers.emplace_back("ETag", file->etag);
  response.headers.emplace_back("Vary", "Accept-Encoding");
  response.headers.emplace_back("Cache-Control", IsImmutable(file->path)
                                                     ? "public, max-age=31536000, immutable"
                                                     : "no-cache");
  return response;
}

const StaticFile* StaticFiles::Find(const HttpRequest& request) const {
  auto found = files_.find(request.path);
  const bool is_page = request.path == "/" || (WantsPage(request) && !IsImmutable(request.path));
  if (found == files_.end() && is_page) found = files_.find(kIndex);
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace bedplate
