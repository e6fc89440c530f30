// The fixture tools of the conformance suite, as tables: one file for each kind.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "bw/tool_service/v1/tool_service.pb.h"
#include "tests/conformance/fixture_answer.h"

namespace bw::conformance {

class Catalogue;

struct Tool {
  std::string_view name;
  std::string_view description;
  std::string_view input_schema_json;
  Answer (*run)(const bw::tool_service::v1::CallToolRequest& request, Catalogue& catalogue);
};

/// Of a tool without arguments.
inline constexpr std::string_view kNoArguments =
    R"({"type":"object","properties":{},"additionalProperties":false})";

/// Content of every kind, at once.
std::span<const Tool> ContentTools();
/// Progress and log messages on the way.
std::span<const Tool> ReportingTools();
/// Questions to the client before the answer.
std::span<const Tool> AskingTools();
/// Changes of the catalogue itself.
std::span<const Tool> ChangingTools();

/// All of the above in a fixed order, and the one that comes and goes if it is there.
std::vector<Tool> ListedTools(const Catalogue& catalogue);

}  // namespace bw::conformance
