// The port to whatever owns the tools, the resources and the instructions. The adapter
// (gateway/grpc) asks the tool service; tests put a fake behind it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace bw::gateway {

enum class Transport { kHttp, kStdio };

/// What one client asked to see. It narrows what the provider offers, never widens it.
struct Selection {
  /// Empty: the provider's configured set.
  std::string profile;
  /// Names; empty: all of the profile.
  std::vector<std::string> tools;

  auto operator<=>(const Selection&) const = default;
};

/// Who sees a catalogue: two callers with an equal audience see the same.
struct Audience {
  std::string tenant = "default";
  Transport transport = Transport::kHttp;
  Selection selection;

  auto operator<=>(const Audience&) const = default;
};

/// Who calls; for logs, traces and authorisation.
struct CallerIdentity {
  std::string request_id;
  /// W3C trace context as received; empty when there is none.
  std::string traceparent;
  /// Empty when nobody had to authenticate.
  std::string principal;
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

struct ToolCall {
  Audience audience;
  CallerIdentity caller;
  std::string name;
  /// One JSON object.
  std::string arguments_json = "{}";
  bool wants_progress = false;
};

struct ResourceRead {
  Audience audience;
  CallerIdentity caller;
  std::string uri;
};

/// Something under way. Cancel is safe from any thread, more than once, and after completion;
/// dropping it cancels nothing.
class Cancellable {
 public:
  virtual ~Cancellable() = default;
  virtual void Cancel() = 0;
};

/// Thread-safe, and nothing blocks. Every `done` runs exactly once, on any thread, perhaps before
/// the method returns; a call's progress runs before its `done`, never beside it. What CallTool and
/// ReadResource return is never null. Errors: NOT_FOUND
/// (no such tool or resource), INVALID_ARGUMENT, FAILED_PRECONDITION (the message says what to
/// set), RESOURCE_EXHAUSTED, UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED. A tool that ran and failed
/// is a result. Destruction cancels what is under way and waits for its `done`s.
class ToolProvider {
 public:
  template <typename T>
  using Done = std::function<void(StatusOr<T>)>;

  virtual ~ToolProvider() = default;
  virtual void ListTools(const Audience& audience, Done<ToolList> done) = 0;
  virtual std::shared_ptr<Cancellable> CallTool(ToolCall call,
                                                std::function<void(const Progress&)> progress,
                                                Done<ToolResult> done) = 0;
  virtual void ListResources(const Audience& audience, Done<std::vector<Resource>> done) = 0;
  virtual void ListResourceTemplates(const Audience& audience,
                                     Done<std::vector<ResourceTemplate>> done) = 0;
  virtual std::shared_ptr<Cancellable> ReadResource(ResourceRead read,
                                                    Done<std::vector<ResourceContent>> done) = 0;
  virtual void GetInstructions(const Audience& audience, Done<std::string> done) = 0;
};

}  // namespace bw::gateway
