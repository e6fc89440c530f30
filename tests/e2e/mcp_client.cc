#include "tests/e2e/mcp_client.h"

#include <cstdlib>
#include <utility>

#include "tests/support/mcp_schema.h"

namespace bw::e2e {
namespace {

constexpr std::chrono::milliseconds kTimeout{70'000};
constexpr const char* kRevision = "2026-07-28";

}  // namespace

McpClient::McpClient(std::string url, std::string bearer_token)
    : url_(std::move(url)),
      bearer_token_(std::move(bearer_token)),
      http_(http_client::MakeHttpClient()) {
  if (std::getenv("BW_SOURCE_DIR") != nullptr) {
    transcript_ = std::make_unique<testing_support::McpTranscript>();
  }
}

McpClient::~McpClient() = default;

Status McpClient::CheckSchema(const json::Json& sent, const http_client::Response& response) {
  if (transcript_ == nullptr) return OkStatus();
  transcript_->Sent(sent);
  transcript_->ReceivedBody(std::string(http_client::FindHeader(response.headers, "Content-Type")),
                            response.body);
  const std::vector<std::string> problems = transcript_->problems();
  if (problems.empty()) return OkStatus();
  return Internal("a message breaks the schema: " + problems.front());
}

StatusOr<json::Json> McpClient::Request(const std::string& method, json::Json params,
                                        const std::string& name_header) {
  params["_meta"] = {
      {"io.modelcontextprotocol/protocolVersion", kRevision},
      {"io.modelcontextprotocol/clientInfo", {{"name", "scripted-agent"}, {"version", "1.0.0"}}},
      {"io.modelcontextprotocol/clientCapabilities", json::Json::object()}};
  http_client::Request request;
  request.method = "POST";
  request.url = url_;
  request.timeout = kTimeout;
  request.headers = {{"Content-Type", "application/json"},
                     {"Accept", "application/json, text/event-stream"},
                     {"MCP-Protocol-Version", kRevision},
                     {"Mcp-Method", method}};
  if (!name_header.empty()) request.headers.emplace_back("Mcp-Name", name_header);
  if (!bearer_token_.empty()) {
    request.headers.emplace_back("Authorization", "Bearer " + bearer_token_);
  }
  const json::Json message = {
      {"jsonrpc", "2.0"}, {"id", next_id_++}, {"method", method}, {"params", params}};
  request.body = json::Dump(message);
  BW_ASSIGN_OR_RETURN(const auto response, http_client::SendAndWait(*http_, std::move(request)));
  BW_RETURN_IF_ERROR(CheckSchema(message, response));
  auto body = json::Parse(response.body);
  if (!body.ok()) {
    return FailedPrecondition(method + ": HTTP " + std::to_string(response.status) +
                              " without a JSON body");
  }
  if (const json::Json* error = json::FindObject(*body, "error")) {
    return FailedPrecondition(method + ": " + json::StringOr(*error, "message"));
  }
  const json::Json* result = json::FindObject(*body, "result");
  if (result == nullptr) return FailedPrecondition(method + ": neither result nor error");
  return *result;
}

StatusOr<ToolOutcome> McpClient::CallTool(const std::string& name, const json::Json& arguments) {
  BW_ASSIGN_OR_RETURN(const json::Json result,
                      Request("tools/call", {{"name", name}, {"arguments", arguments}}, name));
  ToolOutcome outcome;
  outcome.is_error = json::GetBool(result, "isError").value_or(false);
  if (const json::Json* content = json::FindArray(result, "content")) {
    for (const json::Json& block : *content) outcome.text += json::StringOr(block, "text");
  }
  if (const json::Json* structured = json::Find(result, "structuredContent")) {
    outcome.structured = *structured;
  }
  return outcome;
}

StatusOr<json::Json> McpClient::Http(const std::string& method, const std::string& url,
                                     const json::Json& body) {
  http_client::Request request;
  request.method = method;
  request.url = url;
  if (!body.is_null()) {
    request.headers = {{"Content-Type", "application/json"}};
    request.body = json::Dump(body);
  }
  BW_ASSIGN_OR_RETURN(const auto response, http_client::SendAndWait(*http_, std::move(request)));
  if (response.status < 200 || response.status > 299) {
    return FailedPrecondition(method + " " + url + ": HTTP " + std::to_string(response.status) +
                              ": " + response.body);
  }
  if (response.body.empty()) return json::Json::object();
  return json::Parse(response.body);
}

}  // namespace bw::e2e
