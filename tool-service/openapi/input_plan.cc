#include "tool-service/openapi/input_plan.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace bw::tool_service {
namespace {

using json::Json;
using Place = ArgumentBinding::Place;

constexpr std::size_t kMaxNameBytes = 64;
// Beyond it an object body stays one argument: no agent can use so many beside each other.
constexpr std::size_t kMaxMembers = 200;

bool IsNameCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '.' || c == '-';
}

// Clients accept only these characters in the names of arguments.
std::string ArgumentName(std::string_view wire_name) {
  std::string name(wire_name.substr(0, kMaxNameBytes));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !IsNameCharacter(c); }, '_');
  return name;
}

Place PlaceOf(Parameter::Place place) {
  switch (place) {
    case Parameter::Place::kPath:
      return Place::kPath;
    case Parameter::Place::kQuery:
      return Place::kQuery;
    case Parameter::Place::kHeader:
      return Place::kHeader;
  }
  return Place::kQuery;
}

std::string_view PrefixOf(Place place) {
  switch (place) {
    case Place::kPath:
      return "path_";
    case Place::kQuery:
      return "query_";
    case Place::kHeader:
      return "header_";
    default:
      return "body_";
  }
}

class Planner {
 public:
  explicit Planner(const Operation& operation) : operation_(operation) {}

  InputPlan Plan() {
    plan_.schema = {
        {"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
    for (const Parameter& parameter : operation_.parameters) AddParameter(parameter);
    if (operation_.has_body) AddBody();
    Json required = Json::array();
    for (const ArgumentBinding& binding : plan_.bindings) {
      if (binding.required) required.push_back(binding.argument);
    }
    if (!required.empty()) plan_.schema["required"] = std::move(required);
    return std::move(plan_);
  }

 private:
  void AddParameter(const Parameter& parameter) {
    ArgumentBinding binding;
    binding.wire_name = parameter.name;
    binding.place = PlaceOf(parameter.place);
    binding.style = parameter.style;
    binding.explode = parameter.explode;
    binding.required = parameter.required;
    Json schema = parameter.schema;
    if (!parameter.description.empty()) schema["description"] = parameter.description;
    Add(std::move(binding), std::move(schema));
  }

  void AddBody() {
    const RequestBody& body = operation_.body;
    const bool flat = IsFlatObject(body);
    if (flat) {
      AddMembers(body);
    } else {
      ArgumentBinding binding;
      binding.wire_name = "body";
      binding.place = Place::kBody;
      binding.required = body.required;
      Add(std::move(binding), WholeBodySchema(body));
    }
    const bool chosen = body.kind == RequestBody::Kind::kBinary ||
                        (body.kind == RequestBody::Kind::kText && body.content_types.size() > 1);
    if (chosen) AddContentType(body);
  }

  // Composition must not stand at the root of a tool's schema, so such bodies stay whole.
  static bool IsFlatObject(const RequestBody& body) {
    if (body.kind == RequestBody::Kind::kText || body.kind == RequestBody::Kind::kBinary) {
      return false;
    }
    const Json* properties = json::FindObject(body.schema, "properties");
    return json::StringOr(body.schema, "type") == "object" && properties != nullptr &&
           properties->size() <= kMaxMembers && !body.schema.contains("anyOf") &&
           !body.schema.contains("oneOf") && !body.schema.contains("allOf") &&
           !body.schema.contains("not");
  }

  void AddMembers(const RequestBody& body) {
    const Json required = body.schema.value("required", Json::array());
    for (const auto& [name, schema] : body.schema["properties"].items()) {
      ArgumentBinding binding;
      binding.wire_name = name;
      binding.place = Place::kBodyMember;
      // Without a body nothing in it is required.
      binding.required =
          body.required && std::find(required.begin(), required.end(), name) != required.end();
      Add(std::move(binding), schema);
    }
  }

  static Json WholeBodySchema(const RequestBody& body) {
    Json schema = body.schema;
    if (body.kind == RequestBody::Kind::kText || body.kind == RequestBody::Kind::kBinary) {
      schema = {{"type", "string"}};
    }
    if (body.kind == RequestBody::Kind::kBinary) schema["contentEncoding"] = "base64";
    if (!schema.contains("description")) {
      schema["description"] =
          !body.description.empty()                 ? body.description
          : body.kind == RequestBody::Kind::kText   ? "The document, as " + body.content_types[0]
          : body.kind == RequestBody::Kind::kBinary ? std::string("The bytes, in base64")
                                                    : std::string("The request's body");
    }
    return schema;
  }

  void AddContentType(const RequestBody& body) {
    Json schema = {{"type", "string"}, {"description", "Content type of the body"}};
    const bool any =
        std::any_of(body.content_types.begin(), body.content_types.end(),
                    [](const std::string& type) { return type.find('*') != std::string::npos; });
    if (!any) schema["enum"] = body.content_types;
    ArgumentBinding binding;
    binding.wire_name = "content_type";
    binding.place = Place::kContentType;
    binding.required = body.required && body.content_types.size() > 1;
    Add(std::move(binding), std::move(schema));
  }

  void Add(ArgumentBinding binding, Json schema) {
    const std::string wanted = ArgumentName(binding.wire_name);
    std::string name = wanted;
    if (taken_.contains(name)) {
      name = (std::string(PrefixOf(binding.place)) + wanted).substr(0, kMaxNameBytes);
    }
    for (int i = 2; taken_.contains(name); ++i) {
      const std::string suffix = "_" + std::to_string(i);
      name = wanted.substr(0, kMaxNameBytes - suffix.size()) + suffix;
    }
    taken_.insert(name);
    plan_.schema["properties"][name] = std::move(schema);
    binding.argument = std::move(name);
    plan_.bindings.push_back(std::move(binding));
  }

  const Operation& operation_;
  InputPlan plan_;
  std::set<std::string> taken_;
};

}  // namespace

InputPlan PlanInput(const Operation& operation) { return Planner(operation).Plan(); }

}  // namespace bw::tool_service
