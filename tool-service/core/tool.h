// What a tool is: its description for the agent and one asynchronous call. Tools made from OpenAPI
// documents, hand-written tools and wrappers around either look the same to the registry.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::tool_service {

/// Hints for the client (MCP ToolAnnotations). The defaults are MCP's own: the worst case.
struct ToolAnnotations {
  bool read_only = false;
  bool destructive = true;
  bool idempotent = false;
  bool open_world = true;
};

struct ToolDefinition {
  /// [A-Za-z0-9_-]{1,64}, unique in a catalogue.
  std::string name;
  std::string title;
  std::string description;
  /// JSON Schema 2020-12 with "type": "object" at its root and no composition beside it.
  json::Json input_schema;
  std::optional<json::Json> output_schema;
  ToolAnnotations annotations;
};

/// One block of a result (MCP ContentBlock).
struct Content {
  enum class Kind { kText, kImage, kAudio, kResource, kResourceLink };

  Kind kind = Kind::kText;
  /// kText, and kResource when the resource is text.
  std::string text;
  /// kImage, kAudio, and kResource when the resource is binary: raw bytes, not base64.
  std::string data;
  /// All but kText.
  std::string mime_type;
  /// kResource and kResourceLink.
  std::string uri;
  /// kResourceLink.
  std::string name;
};

inline Content TextContent(std::string text) {
  Content content;
  content.text = std::move(text);
  return content;
}

/// What a tool that ran has to say. A refusal by the API behind it is a result with is_error, whose
/// text says what it means and what to do next.
struct ToolResult {
  std::vector<Content> content;
  std::optional<json::Json> structured;
  bool is_error = false;
};

inline ToolResult TextResult(std::string text) {
  ToolResult result;
  result.content.push_back(TextContent(std::move(text)));
  return result;
}

inline ToolResult ErrorResult(std::string text) {
  ToolResult result = TextResult(std::move(text));
  result.is_error = true;
  return result;
}

enum class Transport { kHttp, kStdio };

struct Progress {
  double progress = 0;
  /// 0: unknown.
  double total = 0;
  std::string message;
};

/// Who calls, for how long, and how to tell them something meanwhile. The functions may be empty
/// and may be called from any thread until `done` ran.
struct CallContext {
  std::string tenant = "default";
  std::string request_id;
  /// W3C trace context, as received; empty when there is none.
  std::string traceparent;
  /// Who authenticated at the gateway; empty when nobody had to.
  std::string principal;
  Transport transport = Transport::kHttp;
  /// Nobody waits any longer for the result after this moment.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::function<void(const Progress&)> report_progress;
  /// Registers what to run when the caller gives up; it runs at most once, on any thread, at once
  /// if the caller already has. `done` must still be called.
  std::function<void(std::function<void()>)> on_cancel;
};

/// Thread-safe; lives until the last of its calls is done.
class Tool {
 public:
  using Done = std::function<void(StatusOr<ToolResult>)>;

  virtual ~Tool() = default;
  /// The same object with the same content for the tool's whole life.
  virtual const ToolDefinition& definition() const = 0;
  /// Runs the tool without blocking. `done` runs exactly once, on any thread, perhaps before Call
  /// returns. An error status means that no tool ran (a defect or an overload of the service);
  /// arguments that do not fit and refusals of the API are results with is_error.
  virtual void Call(json::Json arguments, CallContext context, Done done) = 0;
};

}  // namespace bw::tool_service
