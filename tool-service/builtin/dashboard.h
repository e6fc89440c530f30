// Asking Bandwidth's dashboard API, which speaks XML: one request, the answer as a tree, and the
// shapes in which it reports errors.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/status/status.h"
#include "common/xml/xml.h"
#include "tool-service/core/http_client.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// Production address of the API whose numbers are in E.164 form; the HTTP client puts the
/// configured host in its place.
inline constexpr std::string_view kDashboardBase = "https://api.bandwidth.com/api/v2";

struct DashboardRequest {
  std::string method = "GET";
  /// Behind kDashboardBase, percent-encoded.
  std::string path_and_query;
  /// Unnamed: none.
  xml::Element body = {};
};

struct DashboardAnswer {
  /// The HTTP status.
  int status = 0;
  /// The root of the answer; unnamed when the body was empty (204 and some 200).
  xml::Element root;
  /// Set when the API refused, whatever the HTTP status: what it said, what it means, what to do.
  std::string refusal;
  /// The last segment of the header Location: the id of what was made; "" when there is none.
  std::string location_id = {};
};

/// `done` runs exactly once, with HttpClient's error when there was no answer.
void AskDashboard(HttpClient& http, const DashboardRequest& request, const CallContext& context,
                  std::function<void(StatusOr<DashboardAnswer>)> done);

/// AskDashboard with a GET.
void ReadDashboard(HttpClient& http, const std::string& path_and_query, const CallContext& context,
                   std::function<void(StatusOr<DashboardAnswer>)> done);

/// OK when the API did what it was asked by `method`. Else the message says for an agent what
/// happened, what it means and what to do; the code is HttpClient's or that of RefusalStatus.
Status ProblemOf(const StatusOr<DashboardAnswer>& answer, std::string_view method = "GET");

/// Sorts an answer into root or refusal. Errors can be inside a 200.
DashboardAnswer JudgeDashboard(int status, std::string_view body);

/// Percent-encodes everything but unreserved characters (RFC 3986).
std::string EncodeComponent(std::string_view text);

/// The value of `page` in the URL that the element Links/next holds as `Link=<url>;rel="next"`,
/// decoded; "" at the end of the list.
std::string NextPage(const xml::Element& root);

}  // namespace bw::tool_service
