// What published documents get wrong in their operations, one repair a defect.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tool-service/openapi/operation.h"

namespace bw::tool_service {

struct OperationRepair {
  /// For the warning: what was found; empty where it is too common to warn about.
  std::string_view name;
  /// What was repaired, for the warning ("parameter page"), "" for the operation itself; empty when
  /// there was nothing to repair.
  std::vector<std::string> (*repair)(Operation& operation);
};

/// In the order in which they are applied.
std::span<const OperationRepair> OperationRepairs();

/// The names between braces in `path`, in order.
std::vector<std::string> PathVariables(std::string_view path);

/// `text` with every run of characters outside [A-Za-z0-9_-] as one underscore, at most 64 bytes;
/// never empty.
std::string SanitisedName(std::string_view text);

}  // namespace bw::tool_service
