// Operations as our own documents have them, and the arguments that their examples make.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/json/json.h"

namespace bw::tool_service {

/// Replaces every local reference; our documents hold no cycles.
inline json::Json WithoutReferences(const json::Json& value, const json::Json& root) {
  if (value.is_object() && value.contains("$ref")) {
    const std::string reference = value["$ref"];
    return WithoutReferences(root.at(json::Json::json_pointer(reference.substr(1))), root);
  }
  if (!value.is_structured()) return value;
  json::Json resolved = value;
  for (auto& item : resolved) item = WithoutReferences(item, root);
  return resolved;
}

struct OperationInDocument {
  std::string document;
  std::string method;
  std::string path;
  json::Json operation;
  json::Json path_parameters;

  // Of the operation and of its path.
  std::vector<json::Json> Parameters() const {
    std::vector<json::Json> all;
    for (const json::Json& parameters :
         {path_parameters, operation.value("parameters", json::Json::array())}) {
      all.insert(all.end(), parameters.begin(), parameters.end());
    }
    return all;
  }
};

using OperationsById = std::map<std::string, OperationInDocument>;

/// The arguments that the examples of parameters and body make together.
inline json::Json ExampleArguments(const OperationInDocument& entry) {
  json::Json arguments = json::Json::object();
  for (const json::Json& parameter : entry.Parameters()) {
    if (!parameter.contains("example")) continue;
    const std::string name = parameter["name"];
    const json::Json& example = parameter["example"];
    if (parameter.value("style", "") != "deepObject") {
      arguments[name] = example;
      continue;
    }
    // Every filter of ours has known operators, and each is an argument.
    for (const auto& [key, value] : example.items()) arguments[name + "_" + key] = value;
  }
  if (!entry.operation.contains("requestBody")) return arguments;
  const json::Json& content = entry.operation["requestBody"]["content"];
  const json::Json& media = content.front();
  if (!media.contains("example")) {
    arguments["body"] = "aGVsbG8=";  // binary, of any type
    arguments["content_type"] = content.items().begin().key();
  } else if (media["example"].is_object()) {
    arguments.update(media["example"]);
  } else {
    arguments["body"] = media["example"];
  }
  return arguments;
}

}  // namespace bw::tool_service
