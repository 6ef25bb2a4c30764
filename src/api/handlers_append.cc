// POST /api/v1/append: samples in JSON or in the binary form, once by number or by key.

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "api/api.h"
#include "api/append_format.h"
#include "api/binary_append.h"
#include "api/keyed_write.h"
#include "api/params.h"

namespace bedplate {
namespace {

constexpr std::uint64_t kAppendLimitBytes = 64ULL << 20U;

constexpr std::string_view kSequenceHeader = "bedplate-sequence";

Result<std::optional<std::uint64_t>> SequenceOf(const HttpRequest& request) {
  if (!request.headers.contains(kSequenceHeader)) return std::optional<std::uint64_t>();
  const std::string text = request.Header(kSequenceHeader);
  std::uint64_t sequence = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, sequence);
  if (error == std::errc() && stop == end) return std::optional(sequence);
  return Error(
      ErrorCode::kInvalidArgument,
      fmt::format("header bedplate-sequence: expected a number of 64 bits, got '{}'", text));
}

/// Dead letters of a write that may be repeated are stored once. A key that the sender gave to a
/// batch or letter stays, as it holds for other writes too.
void KeyLetters(const std::string& key, AppendBody& body) {
  if (key.empty()) return;
  for (std::size_t i = 0; i < body.batches.size(); ++i) {
    std::string& own = body.batches[i].origin.key;
    if (own.empty()) own = fmt::format("{} batch {}", key, i + 1);
  }
  for (std::size_t i = 0; i < body.letters.size(); ++i) {
    std::string& own = body.letters[i].key;
    if (own.empty()) own = fmt::format("{} letter {}", key, i + 1);
  }
}

Result<IngestReport> AppendBinary(const ApiContext& context, const HttpRequest& request,
                                  const std::string& letter_key) {
  ASSIGN_OR_RETURN(const auto sequence, SequenceOf(request));
  AppendBody body{.source = request.Header("bedplate-source"), .batches = {}, .letters = {}};
  if (body.source.empty() && sequence) {
    return Error(ErrorCode::kInvalidArgument,
                 "header bedplate-source: expected with bedplate-sequence, got none");
  }
  if (sequence && !letter_key.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 "headers bedplate-sequence and idempotency-key: expected one of them, got both");
  }
  ASSIGN_OR_RETURN(body.batches, ParseBinaryAppend(request.body));
  TrustGate& gate = context.services.workspace().gate();
  if (sequence) {
    return gate.IngestOnce({request.principal.actor, body.source, *sequence},
                           std::move(body.batches));
  }
  KeyLetters(letter_key, body);
  return gate.Ingest(body.source.empty() ? "append" : body.source, std::move(body.batches), {});
}

Result<IngestReport> AppendJson(const ApiContext& context, const HttpRequest& request, bool dry_run,
                                const std::string& letter_key) {
  if (request.headers.contains(kSequenceHeader)) {
    return Error(ErrorCode::kInvalidArgument,
                 "header bedplate-sequence: expected with the binary form only; an "
                 "idempotency-key does the same for JSON");
  }
  ASSIGN_OR_RETURN(AppendBody body, ParseAppend(request.body));
  TrustGate& gate = context.services.workspace().gate();
  if (dry_run) return gate.Preview(std::move(body.batches), std::move(body.letters));
  KeyLetters(letter_key, body);
  return gate.Ingest(body.source, std::move(body.batches), std::move(body.letters));
}

Result<IngestReport> AppendBodyOf(const ApiContext& context, const HttpRequest& request,
                                  const std::string& letter_key) {
  ParamReader params(request, context.clock.Now());
  const bool dry_run = params.Bool("dry_run", false);
  RETURN_IF_ERROR(params.Finish());
  if (dry_run && !letter_key.empty()) {
    return Error(ErrorCode::kUnsupported,
                 "parameter 'dry_run': nothing is stored, so expected no idempotency-key");
  }
  if (request.Header("content-type") != kBinaryAppendType) {
    return AppendJson(context, request, dry_run, letter_key);
  }
  if (dry_run) {
    return Error(ErrorCode::kUnsupported, "parameter 'dry_run': expected a body in JSON");
  }
  return AppendBinary(context, request, letter_key);
}

Result<HttpResponse> AppendUnderKey(const ApiContext& context, const HttpRequest& request,
                                    const WriteKeys::Claim& claim) {
  Fingerprint fingerprint = FingerprintOfHead(request);
  fingerprint.Add(request.body);
  if (claim.is_known()) {
    ASSIGN_OR_RETURN(KeptAnswer answer, claim.Repeat(fingerprint.Text()));
    return RepeatedResponse(std::move(answer));
  }
  ASSIGN_OR_RETURN(IngestReport report,
                   AppendBodyOf(context, request, claim.LetterKey(fingerprint)));
  HttpResponse response = HttpResponse::Json(FormatIngestReport(report));
  report.letters.clear();
  report.new_tags.clear();
  RETURN_IF_ERROR(KeepResponse(claim, fingerprint, response, FormatIngestReport(report)));
  return response;
}

Result<HttpResponse> Append(const ApiContext& context, const HttpRequest& request) {
  ASSIGN_OR_RETURN(const auto claim, ClaimKey(context.services.write_keys(), request));
  if (claim) return AppendUnderKey(context, request, *claim);
  ASSIGN_OR_RETURN(const IngestReport report, AppendBodyOf(context, request, ""));
  return HttpResponse::Json(FormatIngestReport(report));
}

}  // namespace

void AddAppendRoutes(Router& router, const ApiContext& context) {
  AddRoute(router, context,
           {.method = HttpMethod::kPost,
            .pattern = "/api/v1/append",
            .operation_id = "append",
            .least_role = Role::kWriter,
            .handler = Append,
            .body_limit_bytes = kAppendLimitBytes});
}

}  // namespace bedplate
