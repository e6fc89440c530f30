// What each revision's JSON looks like: the projection of tools, resources and results. A revision
// never sees a member that came after it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/core/object_writer.h"
#include "gateway/core/protocol.h"
#include "gateway/core/tool_provider.h"

namespace bw::gateway {

/// Revisions with the same members share a shape. In order of age.
enum class Shape { kBasic, kStructured, kModern };
constexpr int kShapeCount = 3;
Shape ShapeOf(Revision revision);

struct ServerInfo {
  std::string name = "bandwidth-mcp";
  std::string title = "Bandwidth";
  std::string version = "0";
};

/// How long a client may keep an answer (2026-07-28 server/utilities/caching).
struct Caching {
  std::chrono::milliseconds ttl{0};
  /// The same for every caller of this URL.
  bool shared = false;
};

/// Thread-safe: immutable.
class Wire {
 public:
  explicit Wire(ServerInfo info) : info_(std::move(info)) {}

  /// Ends a result whose own members are in `members`, adding what the shape demands.
  std::string CloseResult(Shape shape, ObjectWriter members,
                          std::optional<Caching> caching = std::nullopt) const;
  /// Of a request whose client must answer first; either text may be empty, not both.
  std::string InputRequiredResult(std::string_view input_requests_json,
                                  std::string_view request_state) const;
  std::string InitializeResult(Revision revision, std::string_view instructions) const;
  std::string DiscoverResult(std::string_view instructions, Caching caching) const;
  /// Of a subscriptions/listen that the server ends.
  std::string ListenResult(const RequestId& subscription_id) const;

 private:
  std::string ServerInfoJson(Shape shape) const;

  const ServerInfo info_;
};

std::string ToolJson(const Tool& tool, Shape shape);
std::string ResourceJson(const Resource& resource, Shape shape);
std::string ResourceTemplateJson(const ResourceTemplate& resource_template, Shape shape);
std::string PromptJson(const Prompt& prompt, Shape shape);
/// The members of a tools/call result.
ObjectWriter ToolResultMembers(const ToolResult& result, Shape shape);
/// The members of a resources/read result.
ObjectWriter ContentsMembers(const std::vector<ResourceContent>& contents);
/// The members of a prompts/get result.
ObjectWriter PromptMembers(const PromptText& prompt, Shape shape);
/// The members of a completion/complete result; values beyond kMaxCompletions are left out.
ObjectWriter CompletionMembers(const Completion& completion);
constexpr std::size_t kMaxCompletions = 100;

/// What this gateway can do, as `revision` names it.
std::string CapabilitiesJson(Revision revision);

}  // namespace bw::gateway
