// Named sets of tools, so that an agent is told of what it needs and of little else.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/status/status.h"
#include "tool-service/core/registry.h"

namespace bw::tool_service {

/// The tools of one OpenAPI document, or those of them that only look (Access::kRead), or the rest.
struct DocumentShare {
  enum class Part { kAll, kReads, kChanges };

  /// As a loaded document is called: "numbers-orders".
  std::string_view document;
  Part part = Part::kAll;
};

struct Profile {
  std::string_view name;
  std::string_view description;
  /// Names that no loaded tool has are simply absent.
  std::vector<std::string_view> tools = {};
  /// Whatever these documents have, so that a new operation needs no row.
  std::vector<DocumentShare> documents = {};
  /// Every tool that is loaded.
  bool everything = false;
  /// It lists few and leads to every tool that is loaded (callTool).
  bool reaches_everything = false;
};

inline constexpr std::string_view kDefaultProfile = "default";

/// Profiles named together; one more is refused.
inline constexpr std::size_t kMaxProfiles = 16;

/// The table; lives for ever.
const std::vector<Profile>& Profiles();
/// nullptr for an unknown name.
const Profile* FindProfile(std::string_view name);
/// "default, full, …"
std::string ProfileNames();

/// "voice, Messaging" → voice and messaging, whose union is meant. Blanks and case do not matter,
/// empty entries are dropped. INVALID_ARGUMENT names what is unknown and what is allowed.
StatusOr<std::vector<const Profile*>> ParseProfiles(std::string_view list);

/// `entry` is one of a catalogue, which knows its access.
bool Lists(const Profile& profile, const CatalogueEntry& entry);

/// searchTools, describeTool, callTool: they lead to other tools and are never found themselves.
bool LeadsToTools(std::string_view tool_name);

}  // namespace bw::tool_service
