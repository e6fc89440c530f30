#include "tool-service/openapi/input_plan.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "tool-service/core/redaction.h"
#include "tool-service/openapi/deep_object.h"

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
    case Place::kLocalFile:
    case Place::kSaveTo:
    case Place::kSaveSecretTo:
      return "local_";
    default:
      return "body_";
  }
}

// Anything but text: JSON, XML and what people read.
bool AnswersWithFile(const Operation& operation) {
  return std::any_of(operation.answer_types.begin(), operation.answer_types.end(),
                     [](const std::string& type) {
                       return !type.ends_with("json") && !type.ends_with("xml") &&
                              !type.starts_with("text/") && type != "*/*";
                     });
}

class Planner {
 public:
  explicit Planner(const Operation& operation) : operation_(operation) {}

  InputPlan Plan() {
    plan_.schema = {
        {"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
    for (const Parameter& parameter : operation_.parameters) AddParameter(parameter);
    if (operation_.has_body) AddBody();
    AddLocalFiles();
    if (AnswersWithFile(operation_)) {
      AddLocal(Place::kSaveTo, "save_to", "save_to",
               "Path of a new file to save the answer to, absolute; only over stdio");
    }
    if (IssuedSecretOf(operation_.id) != nullptr) {
      AddLocal(Place::kSaveSecretTo, "save_token_to", "save_token_to",
               "Path of a new file to save the token to, absolute; only over stdio");
    }
    Json required = Json::array();
    for (const ArgumentBinding& binding : plan_.bindings) {
      if (binding.required && !HasLocalFile(binding)) required.push_back(binding.argument);
    }
    if (!required.empty()) plan_.schema["required"] = std::move(required);
    return std::move(plan_);
  }

 private:
  void AddParameter(const Parameter& parameter) {
    const std::vector<FlatFilter> filters = FlatFilters(parameter);
    if (filters.empty()) AddPlainParameter(parameter, parameter.name);
    for (const FlatFilter& filter : filters) AddPlainParameter(filter.parameter, filter.argument);
  }

  void AddPlainParameter(const Parameter& parameter, const std::string& wanted) {
    ArgumentBinding binding;
    binding.wire_name = parameter.name;
    binding.place = PlaceOf(parameter.place);
    binding.style = parameter.style;
    binding.explode = parameter.explode;
    binding.required = parameter.required;
    Json schema = parameter.schema;
    if (!parameter.description.empty()) schema["description"] = parameter.description;
    AddNamed(wanted, std::move(binding), std::move(schema));
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
    if (any) {
      schema["pattern"] = "^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+";
    } else {
      schema["enum"] = body.content_types;
    }
    ArgumentBinding binding;
    binding.wire_name = "content_type";
    binding.place = Place::kContentType;
    binding.required = body.required && body.content_types.size() > 1;
    Add(std::move(binding), std::move(schema));
  }

  // What is given in base64 can be given as a file as well.
  void AddLocalFiles() {
    std::vector<std::string> encoded;
    for (const ArgumentBinding& binding : plan_.bindings) {
      const bool in_body = binding.place == Place::kBody || binding.place == Place::kBodyMember;
      const bool sends_bytes = operation_.body.kind == RequestBody::Kind::kBinary ||
                               operation_.body.kind == RequestBody::Kind::kMultipart;
      const Json& schema = plan_.schema["properties"][binding.argument];
      if (in_body && sends_bytes && schema.contains("contentEncoding")) {
        encoded.push_back(binding.argument);
      }
    }
    for (const std::string& argument : encoded) {
      AddLocal(Place::kLocalFile, argument + "_path", argument,
               "Path of a file to send in place of " + argument + ", absolute; only over stdio");
    }
  }

  bool HasLocalFile(const ArgumentBinding& binding) const {
    return std::any_of(
        plan_.bindings.begin(), plan_.bindings.end(), [&](const ArgumentBinding& other) {
          return other.place == Place::kLocalFile && other.wire_name == binding.argument;
        });
  }

  void AddLocal(Place place, const std::string& wanted, const std::string& wire_name,
                const std::string& description) {
    ArgumentBinding binding;
    binding.wire_name = wire_name;
    binding.place = place;
    AddNamed(wanted, std::move(binding), {{"type", "string"}, {"description", description}});
  }

  void Add(ArgumentBinding binding, Json schema) {
    const std::string wanted = binding.wire_name;
    AddNamed(wanted, std::move(binding), std::move(schema));
  }

  void AddNamed(std::string_view text, ArgumentBinding binding, Json schema) {
    const std::string wanted = ArgumentName(text);
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
