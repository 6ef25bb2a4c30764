#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/http.h"
#include "base/result.h"
#include "services/write_keys.h"

namespace bedplate {

// Writes with the header `Idempotency-Key`: docs/formats/append.md, "A key instead of a number".

/// The claim that a request makes by its header; null without one. Errors: those of
/// WriteKeys::Take.
Result<std::unique_ptr<WriteKeys::Claim>> ClaimKey(WriteKeys& keys, const HttpRequest& request);

/// Of what decides about the answer besides the body: path and parameters.
Fingerprint FingerprintOfHead(const HttpRequest& request);

/// An answer that was kept, marked as a repetition.
HttpResponse RepeatedResponse(KeptAnswer answer);

/// Keeps `response`; where its body is too long, with `brief` instead.
Status KeepResponse(const WriteKeys::Claim& claim, const Fingerprint& fingerprint,
                    const HttpResponse& response, const std::string& brief);

/// Makes the consumer of a body that is to be stored.
using MakeConsumer = std::function<Result<std::unique_ptr<BodyConsumer>>()>;

/// The consumer of a write under `claim`: that of `make`, or one that only compares the body with
/// the one that was answered. Answers that settle the body (BodyConsumer::IsSettled) are kept.
Result<std::unique_ptr<BodyConsumer>> MakeKeyedConsumer(
    std::unique_ptr<WriteKeys::Claim> claim, const HttpRequest& head, const MakeConsumer& make,
    std::function<HttpResponse(const Error&)> write_error);

}  // namespace bedplate
