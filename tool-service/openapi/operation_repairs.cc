#include "tool-service/openapi/operation_repairs.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace bw::tool_service {
namespace {

constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxSummaryBytes = 100;

// Names of what was repaired.
using Places = std::vector<std::string>;

bool IsNameCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-';
}

Places NameIt(Operation& operation) {
  if (!operation.id.empty()) return {};
  operation.id = SanitisedName(operation.method + operation.path);
  return {""};
}

Places SanitiseName(Operation& operation) {
  std::string name = SanitisedName(operation.id);
  if (name == operation.id) return {};
  operation.id = std::move(name);
  return {""};
}

bool IsDeclared(const Operation& operation, Parameter::Place place, std::string_view name) {
  return std::any_of(operation.parameters.begin(), operation.parameters.end(),
                     [&](const Parameter& parameter) {
                       return parameter.place == place && parameter.name == name;
                     });
}

// Lists are paged by page and size; some documents say page twice.
Places TakeSecondPageForSize(Operation& operation) {
  const auto is_page = [](const Parameter& parameter) {
    return parameter.place == Parameter::Place::kQuery && parameter.name == "page";
  };
  auto& parameters = operation.parameters;
  const auto first = std::find_if(parameters.begin(), parameters.end(), is_page);
  if (first == parameters.end()) return {};
  const auto second = std::find_if(std::next(first), parameters.end(), is_page);
  if (second == parameters.end()) return {};
  if (IsDeclared(operation, Parameter::Place::kQuery, "size")) return {};
  second->name = "size";
  return {"parameter page"};
}

Places DropDuplicateParameters(Operation& operation) {
  std::set<std::pair<Parameter::Place, std::string>> seen;
  Places places;
  std::erase_if(operation.parameters, [&](const Parameter& parameter) {
    if (seen.emplace(parameter.place, parameter.name).second) return false;
    places.push_back("parameter " + parameter.name);
    return true;
  });
  return places;
}

Places DeclarePathVariables(Operation& operation) {
  Places places;
  for (const std::string& name : PathVariables(operation.path)) {
    if (IsDeclared(operation, Parameter::Place::kPath, name)) continue;
    Parameter parameter;
    parameter.name = name;
    parameter.place = Parameter::Place::kPath;
    parameter.required = true;
    parameter.schema = {{"type", "string"}};
    operation.parameters.push_back(std::move(parameter));
    places.push_back("parameter " + name);
  }
  return places;
}

Places DropParametersNotInPath(Operation& operation) {
  const std::vector<std::string> variables = PathVariables(operation.path);
  Places places;
  std::erase_if(operation.parameters, [&](const Parameter& parameter) {
    const bool stray =
        parameter.place == Parameter::Place::kPath &&
        std::find(variables.begin(), variables.end(), parameter.name) == variables.end();
    if (stray) places.push_back("parameter " + parameter.name);
    return stray;
  });
  return places;
}

// A path variable cannot be left out, whatever the document says.
Places RequirePathVariables(Operation& operation) {
  Places places;
  for (Parameter& parameter : operation.parameters) {
    if (parameter.place != Parameter::Place::kPath || parameter.required) continue;
    parameter.required = true;
    places.push_back("parameter " + parameter.name);
  }
  return places;
}

Places TypeParameters(Operation& operation) {
  Places places;
  for (Parameter& parameter : operation.parameters) {
    if (!parameter.schema.empty()) continue;
    parameter.schema = {{"type", "string"}};
    places.push_back("parameter " + parameter.name);
  }
  return places;
}

// A path segment and an opaque cursor are one text, whatever object the document makes of them.
Places TakeObjectsForTexts(Operation& operation) {
  Places places;
  for (Parameter& parameter : operation.parameters) {
    const bool is_object = json::StringOr(parameter.schema, "type") == "object";
    const bool is_opaque = !parameter.schema.contains("properties") &&
                           !parameter.schema.contains("additionalProperties") &&
                           parameter.style != Parameter::Style::kDeepObject;
    if (!is_object || (parameter.place != Parameter::Place::kPath && !is_opaque)) continue;
    parameter.schema = {{"type", "string"}};
    places.push_back("parameter " + parameter.name);
  }
  return places;
}

struct LostBodyRow {
  std::string_view operation;
  std::string_view member;
};
// Published at times without what their bodies hold: lists of E.164 numbers.
constexpr std::array kLostBodies = {LostBodyRow{"createSyncLookup", "phoneNumbers"},
                                    LostBodyRow{"createAsyncBulkLookup", "phoneNumbers"}};

Places RestoreLostBody(Operation& operation) {
  const auto* row =
      std::find_if(kLostBodies.begin(), kLostBodies.end(),
                   [&](const LostBodyRow& entry) { return entry.operation == operation.id; });
  RequestBody& body = operation.body;
  const bool lost = row != kLostBodies.end() && operation.has_body &&
                    body.kind == RequestBody::Kind::kJson && !body.schema.contains("properties") &&
                    !body.schema.contains("anyOf") && !body.schema.contains("oneOf") &&
                    !body.schema.contains("allOf");
  if (!lost) return {};
  const std::string member(row->member);
  body.required = true;
  body.schema["type"] = "object";
  body.schema["required"] = {member};
  body.schema["properties"][member] = {{"type", "array"},
                                       {"minItems", 1},
                                       {"items", {{"type", "string"}}},
                                       {"description", "Numbers in E.164 form"}};
  return {"body"};
}

Places DescribeIt(Operation& operation) {
  if (!operation.description.empty()) return {};
  operation.description =
      !operation.summary.empty() ? operation.summary : operation.method + " " + operation.path;
  return {""};
}

Places SummariseIt(Operation& operation) {
  if (!operation.summary.empty()) return {};
  const std::string first = operation.description.substr(0, operation.description.find('\n'));
  operation.summary = first.size() <= kMaxSummaryBytes ? first : operation.id;
  return {""};
}

Places MarkDeprecated(Operation& operation) {
  constexpr std::string_view kMark = "Deprecated.";
  if (!operation.deprecated || operation.description.starts_with(kMark)) return {};
  operation.description = std::string(kMark) + " " + operation.description;
  return {""};
}

// "accountId" → "Account id"
std::string WordsOf(std::string_view name) {
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool upper = c >= 'A' && c <= 'Z';
    const bool after_lower = i > 0 && name[i - 1] >= 'a' && name[i - 1] <= 'z';
    if (upper && after_lower) words += ' ';
    words += c == '_' || c == '-'             ? ' '
             : upper && after_lower           ? static_cast<char>(c - 'A' + 'a')
             : i == 0 && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A')
                                              : c;
  }
  return words;
}

Places DescribeParameters(Operation& operation) {
  Places places;
  for (Parameter& parameter : operation.parameters) {
    if (!parameter.description.empty() || parameter.schema.contains("description")) continue;
    parameter.description = WordsOf(parameter.name);
    places.push_back("parameter " + parameter.name);
  }
  return places;
}

constexpr std::array kRepairs = {
    OperationRepair{"no operationId", NameIt},
    OperationRepair{"an operationId with unusual characters", SanitiseName},
    OperationRepair{"declared twice; the second is taken for size", TakeSecondPageForSize},
    OperationRepair{"declared twice; the first is kept", DropDuplicateParameters},
    OperationRepair{"in the path, but not declared", DeclarePathVariables},
    OperationRepair{"declared for the path, but not in it", DropParametersNotInPath},
    OperationRepair{"in the path, but not required", RequirePathVariables},
    OperationRepair{"has no schema; taken for text", TypeParameters},
    OperationRepair{"an object where only text can be; taken for text", TakeObjectsForTexts},
    OperationRepair{"the schema is lost; what the API needs is put in its place", RestoreLostBody},
    OperationRepair{"", DescribeIt},
    OperationRepair{"", SummariseIt},
    OperationRepair{"", MarkDeprecated},
    OperationRepair{"", DescribeParameters},
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
