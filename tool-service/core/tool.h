// What a tool is: its description for the agent and one asynchronous call. Tools made from OpenAPI
// documents, hand-written tools and wrappers around either look the same to the registry.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/json/json.h"
#include "common/status/status.h"
#include "tool-service/core/client_capabilities.h"
#include "tool-service/core/tool_traits.h"

namespace bw::tool_service {

/// Hints for the client (MCP ToolAnnotations). The defaults are MCP's own: the worst case.
struct ToolAnnotations {
  bool read_only = false;
  bool destructive = true;
  bool idempotent = false;
  bool open_world = true;
};

/// What a caller must be allowed to do; each includes those before it.
enum class Access {
  /// Looks at things.
  kRead,
  /// Sends, calls, buys, changes.
  kWrite,
  /// Changes how the account or this server is set up.
  kAdmin,
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
  /// What a person may want to be asked about first; not published as such.
  ToolTraits traits;
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
  /// With is_error: something was sent that changes things, and nobody knows whether it did: no
  /// answer came, or one that does not tell. Not published as such; the text says it.
  bool effect_unknown = false;
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

/// Instead of a result: the client's user or model is asked first, and the call comes again with
/// the answers. (MCP 2026-07-28, multi-round-trip requests)
struct InputRequired {
  /// {"key": {"method": "elicitation/create", "params": {…}}}. Only what the client declared may be
  /// asked (CallContext::client_capabilities).
  json::Json requests = json::Json::object();
  /// Handed back unread with the answers. The gateway seals it; it may still be old.
  std::string state;
};

using ToolOutcome = std::variant<ToolResult, InputRequired>;

enum class Transport { kHttp, kStdio };

struct Progress {
  double progress = 0;
  /// 0: unknown.
  double total = 0;
  std::string message;
};

/// RFC 5424 severities, from the least to the worst.
enum class LogLevel { kDebug, kInfo, kNotice, kWarning, kError, kCritical, kAlert, kEmergency };

/// Something a tool has to say on the way. It goes to the client: no secrets, no numbers or words
/// that the caller did not send.
struct LogMessage {
  LogLevel level = LogLevel::kInfo;
  /// Which part speaks: "upstream".
  std::string logger;
  /// Any value.
  json::Json data;
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
  /// Set when the client wants log messages; those below the level it named are dropped.
  std::function<void(const LogMessage&)> log;
  /// What the caller may do at most. The service holds the called tool to it; a tool that leads to
  /// other tools holds them to it.
  Access access = Access::kAdmin;
  /// Names the client took out of what it is offered; a tool that leads to other tools leads to
  /// none of these.
  std::vector<std::string> excluded_tools;
  ClientCapabilities client_capabilities;
  /// Of a call that is repeated after InputRequired: the client's answers by key, and the state.
  json::Json input_responses = json::Json::object();
  std::string request_state;
  /// Registers what to run when the caller gives up; it runs at most once, on any thread, at once
  /// if the caller already has. `done` must still be called.
  std::function<void(std::function<void()>)> on_cancel;
};

/// Thread-safe; lives until the last of its calls is done.
class Tool {
 public:
  using Done = std::function<void(StatusOr<ToolOutcome>)>;

  virtual ~Tool() = default;
  /// The same object with the same content for the tool's whole life.
  virtual const ToolDefinition& definition() const = 0;
  /// Runs the tool without blocking. `done` runs exactly once, on any thread, perhaps before Call
  /// returns. An error status means that no tool ran (a defect or an overload of the service);
  /// arguments that do not fit and refusals of the API are results with is_error.
  virtual void Call(json::Json arguments, CallContext context, Done done) = 0;
};

}  // namespace bw::tool_service
