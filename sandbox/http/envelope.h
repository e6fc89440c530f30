// {"links":[],"data":…,"errors":[]}: the answers of lookup, end users, endpoints, insights.
#pragma once

#include <utility>

#include "common/json/json.h"
#include "sandbox/http/errors.h"
#include "sandbox/http/routes.h"

namespace bw::sandbox {

inline http::Response Envelope(int status, json::Json data) {
  return http::JsonResponse(status, json::Dump({{"links", json::Json::array()},
                                                {"data", std::move(data)},
                                                {"errors", json::Json::array()}}));
}

inline http::Response NoSuchRecord(const Context& context, const std::string& what) {
  return ErrorResponse(context.api, 404, what + " was not found");
}

}  // namespace bw::sandbox
