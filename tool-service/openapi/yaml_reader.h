// YAML to JSON: the only file that knows yaml-cpp.
#pragma once

#include <cstddef>
#include <string_view>

#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::tool_service {

struct YamlLimits {
  std::size_t max_bytes = 8u << 20;
  int max_depth = 64;
  /// Scalars, lists and maps, each repeated alias counted in full.
  std::size_t max_nodes = 1'000'000;
};

/// Reads one YAML 1.2 document. Map keys become strings; a repeated key keeps its first value. A
/// plain scalar is null, a boolean or a number only where JSON (or YAML's core schema for null and
/// booleans) writes it so: dates, `on`, `yes`, `+1555…`, `0123` and `0x1f` stay the text they are,
/// because in an API description that is what they mean. INVALID_ARGUMENT says what is wrong, with
/// line and column.
StatusOr<json::Json> ReadYaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace bw::tool_service
