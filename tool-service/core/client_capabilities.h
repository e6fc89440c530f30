// What the client of a call declared that it can do, kept as it came until somebody asks.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/json/json.h"

namespace bw::tool_service {

/// MCP ClientCapabilities. Thread-safe; copies share what was parsed.
class ClientCapabilities {
 public:
  ClientCapabilities() = default;
  explicit ClientCapabilities(std::string text);

  /// {} when nothing was declared, or nothing that is a JSON object.
  const json::Json& object() const;
  /// The member `name` is there, whatever it holds: `"elicitation": {}` declares forms.
  bool Has(std::string_view name) const;

 private:
  struct Declared;
  std::shared_ptr<Declared> declared_;
};

}  // namespace bw::tool_service
