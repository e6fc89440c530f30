// What published documents get wrong in their schemas, one repair a defect.
#pragma once

#include <span>
#include <string_view>

#include "common/json/json.h"

namespace bw::tool_service {

struct SchemaRepair {
  /// For the warning: what was found.
  std::string_view name;
  /// Whether `schema` (an object) has the defect.
  bool (*found)(const json::Json& schema);
  void (*repair)(json::Json& schema);
};

/// In the order in which they are applied.
std::span<const SchemaRepair> SchemaRepairs();

}  // namespace bw::tool_service
