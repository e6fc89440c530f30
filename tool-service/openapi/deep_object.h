// Query parameters written name[operator]=value (OpenAPI 3.1, style deepObject): filters.
#pragma once

#include <string>
#include <vector>

#include "tool-service/openapi/operation.h"

namespace bw::tool_service {

struct FlatFilter {
  /// What the tool calls it, before clashes are resolved: "city_startsWith".
  std::string argument;
  /// A plain query parameter by its whole name: "city[startsWith]".
  Parameter parameter;
};

/// A deepObject parameter as one plain parameter for each member of its schema, in their order: an
/// agent writes city_startsWith rather than an object it has to look into, and a misspelt operator
/// is refused by its name.
///
/// Empty, so that the parameter stays one object, where flat arguments would say less than the
/// schema does: no members or more than 16 are declared, others are allowed beside them, schemas
/// are combined, a member is itself an object (how that is written is not defined), or being
/// required depends on whether the object is given.
std::vector<FlatFilter> FlatFilters(const Parameter& parameter);

}  // namespace bw::tool_service
