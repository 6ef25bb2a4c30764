#include "api/keyed_write.h"

#include <utility>

namespace bedplate {
namespace {

constexpr std::string_view kHeader = "idempotency-key";
constexpr const char* kRepeatedHeader = "Idempotent-Replayed";

/// A body whose samples are stored, and whose answer is kept then.
class FirstBody final : public BodyConsumer {
 public:
  FirstBody(std::unique_ptr<WriteKeys::Claim> claim, Fingerprint fingerprint,
            std::unique_ptr<BodyConsumer> inner,
            std::function<HttpResponse(const Error&)> write_error)
      : claim_(std::move(claim)),
        fingerprint_(fingerprint),
        inner_(std::move(inner)),
        write_error_(std::move(write_error)) {}

  Status Consume(std::string_view chunk) override {
    fingerprint_.Add(chunk);
    return inner_->Consume(chunk);
  }

  HttpResponse Finish() override {
    HttpResponse response = inner_->Finish();
    if (!inner_->IsSettled()) return response;
    const Status kept = KeepResponse(*claim_, fingerprint_, response, "");
    // What is stored is durable, but sending it again would not be recognized: so it is no success.
    return kept.ok() ? std::move(response) : write_error_(kept.error());
  }

 private:
  const std::unique_ptr<WriteKeys::Claim> claim_;
  Fingerprint fingerprint_;
  const std::unique_ptr<BodyConsumer> inner_;
  const std::function<HttpResponse(const Error&)> write_error_;
};

/// A body that was answered before.
class RepeatedBody final : public BodyConsumer {
 public:
  RepeatedBody(std::unique_ptr<WriteKeys::Claim> claim, Fingerprint fingerprint,
               std::function<HttpResponse(const Error&)> write_error)
      : claim_(std::move(claim)), fingerprint_(fingerprint), write_error_(std::move(write_error)) {}

  Status Consume(std::string_view chunk) override {
    fingerprint_.Add(chunk);
    return {};
  }

  HttpResponse Finish() override {
    auto answer = claim_->Repeat(fingerprint_.Text());
    return answer.ok() ? RepeatedResponse(*std::move(answer)) : write_error_(answer.error());
  }

 private:
  const std::unique_ptr<WriteKeys::Claim> claim_;
  Fingerprint fingerprint_;
  const std::function<HttpResponse(const Error&)> write_error_;
};

}  // namespace

Result<std::unique_ptr<WriteKeys::Claim>> ClaimKey(WriteKeys& keys, const HttpRequest& request) {
  if (!request.headers.contains(kHeader)) return std::unique_ptr<WriteKeys::Claim>();
  return keys.Take(request.principal.actor, request.Header(kHeader));
}

Fingerprint FingerprintOfHead(const HttpRequest& request) {
  Fingerprint fingerprint;
  fingerprint.Add(request.path);
  for (const auto& [name, value] : request.params) {
    // Credentials may change from one try to the next.
    if (name == "u" || name == "p") continue;
    fingerprint.Add("\n");
    fingerprint.Add(name);
    fingerprint.Add("=");
    fingerprint.Add(value);
  }
  fingerprint.Add("\n\n");
  return fingerprint;
}

HttpResponse RepeatedResponse(KeptAnswer answer) {
  HttpResponse response;
  response.status = answer.status;
  response.content_type = std::move(answer.content_type);
  response.body = std::move(answer.body);
  response.headers.emplace_back(kRepeatedHeader, "true");
  return response;
}

Status KeepResponse(const WriteKeys::Claim& claim, const Fingerprint& fingerprint,
                    const HttpResponse& response, const std::string& brief) {
  const bool fits = response.body.size() <= kMaxKeptAnswerBytes;
  return claim.Keep({.fingerprint = fingerprint.Text(),
                     .status = response.status,
                     .content_type = response.content_type,
                     .body = fits ? response.body : brief});
}

Result<std::unique_ptr<BodyConsumer>> MakeKeyedConsumer(
    std::unique_ptr<WriteKeys::Claim> claim, const HttpRequest& head, const MakeConsumer& make,
    std::function<HttpResponse(const Error&)> write_error) {
  const Fingerprint fingerprint = FingerprintOfHead(head);
  if (claim->is_known()) {
    return std::unique_ptr<BodyConsumer>(
        std::make_unique<RepeatedBody>(std::move(claim), fingerprint, std::move(write_error)));
  }
  ASSIGN_OR_RETURN(auto inner, make());
  return std::unique_ptr<BodyConsumer>(std::make_unique<FirstBody>(
      std::move(claim), fingerprint, std::move(inner), std::move(write_error)));
}

}  // namespace bedplate
