#include "gateway/core/client_capabilities.h"

namespace bw::gateway {
namespace {

struct CapabilityRow {
  std::string_view name;
  /// Parts of it that a question may need.
  std::string_view parts[2];
};
constexpr CapabilityRow kCapabilities[] = {
    {"elicitation", {"form", "url"}},
    {"roots", {}},
    {"sampling", {"context", "tools"}},
};

// The part of a capability a question needs; empty: the capability itself is enough.
using PartNeeded = std::string_view (*)(const json::Json& params);

std::string_view ElicitationPart(const json::Json& params) {
  return json::GetString(params, "mode") == "url" ? "url" : "form";
}
std::string_view SamplingPart(const json::Json& params) {
  return params.contains("tools") || params.contains("toolChoice") ? "tools" : "";
}
std::string_view NoPart(const json::Json&) { return ""; }

struct ClientMethodRow {
  std::string_view method;
  std::string_view capability;
  PartNeeded part;
};
constexpr ClientMethodRow kClientMethods[] = {
    {"elicitation/create", "elicitation", ElicitationPart},
    {"sampling/createMessage", "sampling", SamplingPart},
    {"roots/list", "roots", NoPart},
};

bool HasPart(const json::Json& capability, std::string_view part) {
  if (part.empty() || json::FindObject(capability, part) != nullptr) return true;
  // Before there were modes, and still without them, elicitation means forms.
  return part == "form" && json::FindObject(capability, "url") == nullptr;
}

}  // namespace

std::string PruneCapabilities(const json::Json& declared) {
  json::Json pruned = json::Json::object();
  for (const CapabilityRow& row : kCapabilities) {
    const json::Json* capability = json::FindObject(declared, row.name);
    if (capability == nullptr) continue;
    json::Json& kept = pruned[std::string(row.name)] = json::Json::object();
    for (const std::string_view part : row.parts) {
      if (part.empty() || json::FindObject(*capability, part) == nullptr) continue;
      kept[std::string(part)] = json::Json::object();
    }
  }
  return json::Dump(pruned);
}

bool IsClientMethod(std::string_view method) {
  for (const ClientMethodRow& row : kClientMethods) {
    if (row.method == method) return true;
  }
  return false;
}

json::Json MissingCapabilities(const json::Json& declared, std::string_view method,
                               const json::Json& params) {
  for (const ClientMethodRow& row : kClientMethods) {
    if (row.method != method) continue;
    const std::string_view part = row.part(params);
    const json::Json* capability = json::FindObject(declared, row.capability);
    if (capability != nullptr && HasPart(*capability, part)) return nullptr;
    json::Json needed = json::Json::object();
    if (!part.empty()) needed[std::string(part)] = json::Json::object();
    return json::Json{{std::string(row.capability), std::move(needed)}};
  }
  return nullptr;
}

}  // namespace bw::gateway
