#include "tool-service/openapi/operation_repairs.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace bw::tool_service {
namespace {

constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxSummaryBytes = 100;

bool IsNameCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

bool NameIt(Operation& operation) {
  if (!operation.id.empty()) return false;
  operation.id = SanitisedName(operation.method + operation.path);
  return true;
}

bool SanitiseName(Operation& operation) {
  std::string name = SanitisedName(operation.id);
  if (name == operation.id) return false;
  operation.id = std::move(name);
  return true;
}

// The same name in the same place twice; the second was usually meant to be another.
bool DropDuplicateParameters(Operation& operation) {
  std::set<std::pair<Parameter::Place, std::string>> seen;
  return std::erase_if(operation.parameters, [&](const Parameter& parameter) {
           return !seen.emplace(parameter.place, parameter.name).second;
         }) > 0;
}

bool DeclarePathVariables(Operation& operation) {
  bool repaired = false;
  for (const std::string& name : PathVariables(operation.path)) {
    const bool declared = std::any_of(
        operation.parameters.begin(), operation.parameters.end(), [&](const Parameter& parameter) {
          return parameter.place == Parameter::Place::kPath && parameter.name == name;
        });
    if (declared) continue;
    Parameter parameter;
    parameter.name = name;
    parameter.place = Parameter::Place::kPath;
    parameter.required = true;
    parameter.schema = {{"type", "string"}};
    operation.parameters.push_back(std::move(parameter));
    repaired = true;
  }
  return repaired;
}

bool DropParametersNotInPath(Operation& operation) {
  const std::vector<std::string> variables = PathVariables(operation.path);
  return std::erase_if(operation.parameters, [&](const Parameter& parameter) {
           return parameter.place == Parameter::Place::kPath &&
                  std::find(variables.begin(), variables.end(), parameter.name) == variables.end();
         }) > 0;
}

// A path variable cannot be left out, whatever the document says.
bool RequirePathVariables(Operation& operation) {
  bool repaired = false;
  for (Parameter& parameter : operation.parameters) {
    if (parameter.place == Parameter::Place::kPath && !parameter.required) {
      parameter.required = repaired = true;
    }
  }
  return repaired;
}

bool TypeParameters(Operation& operation) {
  bool repaired = false;
  for (Parameter& parameter : operation.parameters) {
    if (parameter.schema.empty()) {
      parameter.schema = {{"type", "string"}};
      repaired = true;
    }
  }
  return repaired;
}

bool DescribeIt(Operation& operation) {
  if (!operation.description.empty()) return false;
  operation.description =
      !operation.summary.empty() ? operation.summary : operation.method + " " + operation.path;
  return true;
}

bool SummariseIt(Operation& operation) {
  if (!operation.summary.empty()) return false;
  const std::string first = operation.description.substr(0, operation.description.find('\n'));
  operation.summary = first.size() <= kMaxSummaryBytes ? first : operation.id;
  return true;
}

constexpr std::array kRepairs = {
    OperationRepair{"no operationId", NameIt},
    OperationRepair{"an operationId with unusual characters", SanitiseName},
    OperationRepair{"a parameter is declared twice", DropDuplicateParameters},
    OperationRepair{"a path variable is not declared", DeclarePathVariables},
    OperationRepair{"a path parameter is not in the path", DropParametersNotInPath},
    OperationRepair{"a path parameter is not required", RequirePathVariables},
    OperationRepair{"a parameter has no schema", TypeParameters},
    OperationRepair{"", DescribeIt},
    OperationRepair{"", SummariseIt},
};

}  // namespace

std::span<const OperationRepair> OperationRepairs() { return kRepairs; }

std::vector<std::string> PathVariables(std::string_view path) {
  std::vector<std::string> names;
  for (std::size_t begin = path.find('{'); begin != std::string_view::npos;
       begin = path.find('{', begin)) {
    const std::size_t end = path.find('}', begin);
    if (end == std::string_view::npos) break;
    names.emplace_back(path.substr(begin + 1, end - begin - 1));
    begin = end;
  }
  return names;
}

std::string SanitisedName(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (IsNameCharacter(c)) {
      name += c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  name.resize(std::min(name.size(), kMaxNameBytes));
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name.empty() ? "operation" : name;
}

}  // namespace bw::tool_service
