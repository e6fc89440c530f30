// The port to whatever owns the tools, the resources and the instructions. The adapter
// (gateway/grpc) asks the tool service; tests put a fake behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "common/status/status.h"
#include "gateway/core/watch.h"

namespace bw::gateway {

enum class Transport { kHttp, kStdio };

/// What one client asked to see. It narrows what the provider offers, never widens it.
struct Selection {
  /// Or several with commas, whose union is meant. Empty: the provider's configured set.
  std::string profile;
  /// Names; empty: all of the profile.
  std::vector<std::string> tools;

  auto operator<=>(const Selection&) const = default;
};

/// What somebody may do, or must be allowed to do; each includes those before it.
enum class Access { kRead, kWrite, kAdmin };
constexpr int kAccessCount = 3;

/// Who sees a catalogue: two callers with an equal audience see the same.
struct Audience {
  std::string tenant = "default";
  Transport transport = Transport::kHttp;
  Selection selection;
  /// Tools that need more are not shown; everything where no authorisation is in force.
  Access access = Access::kAdmin;

  auto operator<=>(const Audience&) const = default;
};

/// Who calls; for logs, traces and authorisation.
struct CallerIdentity {
  std::string request_id;
  /// W3C trace context as received; empty when there is none.
  std::string traceparent;
  /// Empty when nobody had to authenticate.
  std::string principal;
  /// What the caller may do at most; everything where no authorisation is in force.
  Access access = Access::kAdmin;
};

struct ToolAnnotations {
  bool read_only = false;
  bool destructive = true;
  bool idempotent = false;
  bool open_world = true;
};

struct Tool {
  std::string name;
  std::string title;
  std::string description;
  /// One JSON object each; the output schema may be empty.
  std::string input_schema_json;
  std::string output_schema_json;
  ToolAnnotations annotations;
  Access access = Access::kWrite;
};

struct ToolList {
  /// In the provider's order, which is kept.
  std::vector<Tool> tools;
  /// Changes when the answer to the same audience changes.
  std::string revision;
};

/// One content of a resource: text, or bytes when `is_blob`.
struct ResourceContent {
  std::string uri;
  std::string mime_type;
  std::string body;
  bool is_blob = false;
};

/// One block of a result.
struct ContentBlock {
  enum class Kind { kText, kImage, kAudio, kResource, kResourceLink };

  Kind kind = Kind::kText;
  /// kText
  std::string text;
  /// kImage and kAudio: raw bytes and their type.
  std::string data;
  std::string mime_type;
  /// kResource
  ResourceContent resource;
  /// kResourceLink, which uses mime_type too.
  std::string uri;
  std::string name;
  std::string description;
};

struct ToolResult {
  std::vector<ContentBlock> content;
  /// One JSON object or empty.
  std::string structured_json;
  bool is_error = false;
};

struct Progress {
  double progress = 0;
  /// 0: unknown.
  double total = 0;
  std::string message;
};

/// Something a tool has to say on the way.
struct LogMessage {
  /// A level of RFC 5424 by its MCP name ("info").
  std::string level;
  std::string logger;
  /// Any JSON value.
  std::string data_json;
};

/// Instead of a result: the client's user (or model) is asked first, and the request comes again
/// with the answers. (2026-07-28 basic/patterns/mrtr)
struct InputRequired {
  /// {"key": {"method": "elicitation/create", "params": {…}}}; may be {}.
  std::string input_requests_json;
  /// Handed back unread with the answers; may be empty.
  std::string state;
};

/// What a request brings of an earlier InputRequired, and what may be asked of its client.
struct InputExchange {
  /// What the client declared, as it sent it; one JSON object.
  std::string client_capabilities_json = "{}";
  /// The answers by key, one JSON object; empty: there are none.
  std::string responses_json;
  /// Of the InputRequired that is answered.
  std::string state;
};

struct Resource {
  std::string uri;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
};

struct ResourceTemplate {
  /// RFC 6570.
  std::string uri_template;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
};

struct PromptArgument {
  std::string name;
  std::string title;
  std::string description;
  bool required = false;
};

struct Prompt {
  std::string name;
  std::string title;
  std::string description;
  std::vector<PromptArgument> arguments;
};

struct PromptMessage {
  /// The agent's own words; otherwise the user's.
  bool from_assistant = false;
  ContentBlock content;
};

struct PromptText {
  std::string description;
  std::vector<PromptMessage> messages;
};

struct ToolCall {
  Audience audience;
  CallerIdentity caller;
  std::string name;
  /// One JSON object.
  std::string arguments_json = "{}";
  bool wants_progress = false;
  /// Log messages of this level and above are wanted; empty: none.
  std::string log_level;
  InputExchange input;
};

struct ResourceRead {
  Audience audience;
  CallerIdentity caller;
  std::string uri;
  InputExchange input;
};

struct PromptGet {
  Audience audience;
  CallerIdentity caller;
  std::string name;
  std::map<std::string, std::string> arguments;
  InputExchange input;
};

struct CompletionQuery {
  enum class Reference { kPrompt, kResource };

  Audience audience;
  CallerIdentity caller;
  Reference reference = Reference::kPrompt;
  /// The prompt's name, or the template's (or resource's) URI.
  std::string name;
  std::string argument;
  /// What was typed so far.
  std::string value;
  /// Arguments that are settled already.
  std::map<std::string, std::string> settled;
};

struct Completion {
  /// Best first, at most 100.
  std::vector<std::string> values;
  /// All there are; 0: unknown.
  std::uint32_t total = 0;
  bool has_more = false;
};

/// Equal revisions: nothing changed, whatever the audience.
struct CatalogueRevisions {
  std::string tools;
  std::string prompts;
  std::string resources;

  bool operator==(const CatalogueRevisions&) const = default;
};

using ToolOutcome = std::variant<ToolResult, InputRequired>;
using ResourceOutcome = std::variant<std::vector<ResourceContent>, InputRequired>;
using PromptOutcome = std::variant<PromptText, InputRequired>;

/// What is told of a call while it runs.
struct CallEvents {
  std::function<void(const Progress&)> progress;
  std::function<void(const LogMessage&)> log;
};

/// Something under way. Cancel is safe from any thread, more than once, and after completion;
/// dropping it cancels nothing.
class Cancellable {
 public:
  virtual ~Cancellable() = default;
  virtual void Cancel() = 0;
};

/// Thread-safe, and nothing blocks. Every `done` runs exactly once, on any thread, perhaps before
/// the method returns; a call's events run before its `done`, never beside it. What returns a
/// Cancellable never returns null. Errors: NOT_FOUND (no such tool, prompt or resource),
/// INVALID_ARGUMENT, PERMISSION_DENIED, FAILED_PRECONDITION (the message says what to set),
/// RESOURCE_EXHAUSTED, UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED. A tool that ran and failed is a
/// result. Destruction cancels what is under way and waits for its `done`s.
class ToolProvider {
 public:
  template <typename T>
  using Done = std::function<void(StatusOr<T>)>;

  virtual ~ToolProvider() = default;
  virtual void ListTools(const Audience& audience, Done<ToolList> done) = 0;
  virtual std::shared_ptr<Cancellable> CallTool(ToolCall call, CallEvents events,
                                                Done<ToolOutcome> done) = 0;
  virtual void ListResources(const Audience& audience, Done<std::vector<Resource>> done) = 0;
  virtual void ListResourceTemplates(const Audience& audience,
                                     Done<std::vector<ResourceTemplate>> done) = 0;
  virtual std::shared_ptr<Cancellable> ReadResource(ResourceRead read,
                                                    Done<ResourceOutcome> done) = 0;
  virtual void ListPrompts(const Audience& audience, Done<std::vector<Prompt>> done) = 0;
  virtual std::shared_ptr<Cancellable> GetPrompt(PromptGet get, Done<PromptOutcome> done) = 0;
  virtual std::shared_ptr<Cancellable> Complete(CompletionQuery query, Done<Completion> done) = 0;
  virtual void GetInstructions(const Audience& audience, Done<std::string> done) = 0;
  /// `changed` runs soon with how things stand and again after each change; a broken connection is
  /// made anew in between. Never two at once. Must be dropped before the provider.
  virtual std::unique_ptr<Watch> WatchCatalogue(
      const std::string& tenant, std::function<void(const CatalogueRevisions&)> changed) = 0;
};

}  // namespace bw::gateway
