// What a hand-written tool says of an API that did not do what it was asked.
#pragma once

#include <string>
#include <string_view>

#include "common/status/status.h"
#include "tool-service/core/api_errors.h"

namespace bw::tool_service {

/// "Bandwidth refused with status 403. <meaning><errors, a line each>\nNext: <what to do>". Without
/// `errors` those are looked for in `body` as JSON, in which gateways before the APIs answer.
std::string RefusalText(int status, ApiErrors errors, std::string_view body);

/// Of an answer with `status` and that refusal: UNAVAILABLE (429 and 5xx: worth another try),
/// NOT_FOUND, UNAUTHENTICATED, PERMISSION_DENIED or FAILED_PRECONDITION.
Status RefusalStatus(int status, const std::string& refusal);

/// HttpClient's error in words for an agent, with its code.
Status FailureStatus(const Status& failure, std::string_view method);

}  // namespace bw::tool_service
