// Bandwidth's error bodies; every API has its own.
#pragma once

#include <string_view>
#include <vector>

#include "common/http/message.h"
#include "common/status/status.h"
#include "sandbox/core/fields.h"
#include "sandbox/core/refusals.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {

/// `problems` are shown by the APIs that name the fields.
http::Response ErrorResponse(Api api, int status, std::string_view description,
                             const std::vector<FieldProblem>& problems = {});

/// The status of an error's code (INVALID_ARGUMENT 400, NOT_FOUND 404, FAILED_PRECONDITION 409,
/// RESOURCE_EXHAUSTED 429, others 500) and its message in the API's shape.
http::Response ErrorResponse(Api api, const Status& error);

/// A refusal asked for beforehand, in the API's shape unless it says its own body.
http::Response ErrorResponse(Api api, const Refusal& refusal);

/// <root><ResponseStatus><ErrorCode/><Description/></ResponseStatus></root>
http::Response DashboardError(int status, std::string_view root, int code,
                              std::string_view description);

}  // namespace bw::sandbox
