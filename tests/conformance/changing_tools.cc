#include <array>

#include "tests/conformance/fixture_catalogue.h"
#include "tests/conformance/fixture_tools.h"

namespace bw::conformance {
namespace {

using Request = bw::tool_service::v1::CallToolRequest;

Answer ChangeTools(const Request&, Catalogue& catalogue) {
  catalogue.ToggleTool();
  return TextAnswer("The list of tools has changed.");
}

Answer ChangePrompts(const Request&, Catalogue& catalogue) {
  catalogue.TogglePrompt();
  return TextAnswer("The list of prompts has changed.");
}

Answer ComesAndGoes(const Request&, Catalogue&) { return TextAnswer("Here now."); }

constexpr std::array<Tool, 2> kTools{{
    {"test_trigger_tool_change", "Adds a tool, or takes it away", kNoArguments, ChangeTools},
    {"test_trigger_prompt_change", "Adds a prompt, or takes it away", kNoArguments, ChangePrompts},
}};
constexpr Tool kComesAndGoes{"test_comes_and_goes", "Is there every other time", kNoArguments,
                             ComesAndGoes};

}  // namespace

std::span<const Tool> ChangingTools() { return kTools; }

std::vector<Tool> ListedTools(const Catalogue& catalogue) {
  std::vector<Tool> tools;
  for (const auto& part : {ContentTools(), ReportingTools(), AskingTools(), ChangingTools()}) {
    tools.insert(tools.end(), part.begin(), part.end());
  }
  if (catalogue.has_extra_tool()) tools.push_back(kComesAndGoes);
  return tools;
}

}  // namespace bw::conformance
