// The tasks a person can start by name (MCP prompts): each is written out for the agent with what
// is configured here and what the person gave.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "tool-service/core/server_facts.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// What an argument holds: decides how it is checked and what can complete it.
enum class ArgumentKind {
  kText,
  /// E.164, of the other side.
  kTheirNumber,
  /// E.164, one of the account's.
  kOurNumber,
  kVoiceApplication,
  kMessagingApplication,
  /// Of either kind.
  kApplication,
  kAccount,
  kCall,
  /// A call that has not ended.
  kActiveCall,
  /// One of `choices`.
  kChoice,
};

struct PromptArgument {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  bool required = false;
  ArgumentKind kind = ArgumentKind::kText;
  std::vector<std::string_view> choices = {};
};

struct PromptMessage {
  /// The agent's own words; otherwise the person's.
  bool from_assistant = false;
  Content content;
};

struct PromptText {
  std::string description;
  std::vector<PromptMessage> messages;
};

using PromptArguments = std::map<std::string, std::string>;
using HasTool = std::function<bool(std::string_view)>;

/// What a prompt is written from. The arguments are checked.
struct PromptFacts {
  const ServerFacts& server;
  const PromptArguments& arguments;
  const HasTool& has_tool;

  /// "" when the argument was left out.
  const std::string& Given(const std::string& name) const;
};

struct Prompt {
  /// [A-Za-z0-9_-]{1,64}
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::vector<PromptArgument> arguments;
  /// It is there only for a client that may call all of these.
  std::vector<std::string_view> tools;
  /// INVALID_ARGUMENT where arguments that fit one by one do not fit together.
  StatusOr<std::string> (*write)(const PromptFacts& facts);
};

/// Immutable, thread-safe.
class Prompts {
 public:
  /// Bytes of one argument: what one text message or spoken sentence may hold.
  static constexpr std::size_t kMaxArgumentBytes = 2'048;

  explicit Prompts(ServerFacts facts) : facts_(std::move(facts)) {}

  /// Those whose tools `has_tool` admits, in an order that never changes.
  static std::vector<const Prompt*> List(const HasTool& has_tool);
  /// nullptr for an unknown one, and for one that List leaves out.
  static const Prompt* Find(std::string_view name, const HasTool& has_tool);
  /// Changes when List does.
  static std::string Revision(const HasTool& has_tool);
  /// NOT_FOUND as Find; INVALID_ARGUMENT names an argument that is missing, unknown or malformed,
  /// and never quotes it.
  StatusOr<PromptText> Get(std::string_view name, const PromptArguments& arguments,
                           const HasTool& has_tool) const;

 private:
  const ServerFacts facts_;
};

}  // namespace bw::tool_service
