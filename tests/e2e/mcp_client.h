// A scripted MCP client: just enough of revision 2026-07-28 over HTTP to act as an agent would.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "common/http_client/http_client.h"
#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::testing_support {
class McpTranscript;
}

namespace bw::e2e {

struct ToolOutcome {
  bool is_error = false;
  /// All text blocks, joined.
  std::string text;
  /// structuredContent, or null.
  json::Json structured;
};

/// Blocking; one request at a time. In a test (BW_SOURCE_DIR is set) every message it sends and
/// receives is held to the schema of its revision; one that breaks it makes the request fail.
class McpClient {
 public:
  McpClient(std::string url, std::string bearer_token);
  ~McpClient();

  /// The result of a request; a JSON-RPC error becomes FAILED_PRECONDITION with its message.
  StatusOr<json::Json> Request(const std::string& method, json::Json params,
                               const std::string& name_header = "");
  StatusOr<ToolOutcome> CallTool(const std::string& name, const json::Json& arguments);

  /// Any other HTTP request of the script (the sandbox's own interface); the parsed body of a 2xx.
  StatusOr<json::Json> Http(const std::string& method, const std::string& url,
                            const json::Json& body = nullptr);

 private:
  Status CheckSchema(const json::Json& sent, const http_client::Response& response);

  std::string url_;
  std::string bearer_token_;
  std::unique_ptr<http_client::HttpClient> http_;
  std::unique_ptr<testing_support::McpTranscript> transcript_;  // null outside of tests
  int next_id_ = 1;
};

}  // namespace bw::e2e
