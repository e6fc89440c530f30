// What a tool's result says when an API gave no answer at all.
#pragma once

#include <string>
#include <string_view>

#include "common/status/status.h"

namespace bw::tool_service {

/// Whether a request of that method which ended so may have changed something at the API: it was
/// sent, or nobody knows, and the error does not mean that the API refused it.
bool MayHaveTakenEffect(const Status& failure, std::string_view method);
/// The same for one that was answered with this HTTP status.
bool MayHaveTakenEffect(int http_status, std::string_view method);

/// The error's code and message, what it means, whether the request can have had an effect, and
/// what to do next. `failure` is an error of HttpClient, `method` the request's.
std::string DescribeFailure(const Status& failure, std::string_view method);

}  // namespace bw::tool_service
