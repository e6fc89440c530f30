// The port that fills in what the caller may leave out: the account's id, an application, a sender.
#pragma once

#include <functional>
#include <string_view>

#include "common/json/json.h"
#include "common/status/status.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

/// Thread-safe.
class DefaultArguments {
 public:
  using Done = std::function<void(StatusOr<json::Json>)>;

  virtual ~DefaultArguments() = default;
  /// Whether `argument` of `tool` may be left out: it is then published as optional. The answer
  /// must not change during the process's life, published schemas do not.
  virtual bool Covers(std::string_view tool, std::string_view argument) const = 0;
  /// Hands back `arguments` (an object) with what it lacks of the covered ones that `input_schema`
  /// has under "properties"; never changes one that is there. What cannot be filled stays out and
  /// is then reported by the tool as missing. `done` runs exactly once, on any thread, perhaps
  /// before Fill returns; an error status becomes the tool's error result.
  virtual void Fill(std::string_view tool, const json::Json& input_schema, json::Json arguments,
                    const CallContext& context, Done done) = 0;
};

}  // namespace bw::tool_service
