// Arguments to the HTTP request. Hostile values never change host, path shape or headers: what goes
// into the URL is percent-encoded down to RFC 3986's unreserved characters, a path segment cannot
// be empty or dots, and header values cannot hold control characters.
#pragma once

#include <cstddef>

#include "common/json/json.h"
#include "common/status/status.h"
#include "tool-service/core/http_client.h"
#include "tool-service/openapi/input_plan.h"
#include "tool-service/openapi/operation.h"

namespace bw::tool_service {

/// The longest body that is sent.
constexpr std::size_t kMaxBodyBytes = 8u << 20;

/// `arguments` is an object that fits the plan's schema. INVALID_ARGUMENT names the argument, what
/// is wrong with it and what is allowed. Fills method, url, headers, body and authorize.
StatusOr<HttpRequest> BuildRequest(const Operation& operation, const InputPlan& plan,
                                   const json::Json& arguments);

}  // namespace bw::tool_service
