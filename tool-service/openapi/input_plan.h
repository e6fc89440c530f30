// How a tool's flat arguments map onto an operation's path, query, headers and body.
#pragma once

#include <string>
#include <vector>

#include "common/json/json.h"
#include "tool-service/openapi/operation.h"

namespace bw::tool_service {

struct ArgumentBinding {
  enum class Place {
    kPath,
    kQuery,
    kHeader,
    /// One member of an object body.
    kBodyMember,
    /// The whole body.
    kBody,
    /// Which of the body's content types is sent.
    kContentType,
    /// Not sent: the path of a file that takes the place of the argument `wire_name`.
    kLocalFile,
    /// Not sent: the path under which the answer's file is saved.
    kSaveTo,
    /// Not sent: the path under which the secret that is issued is saved (IssuedSecret).
    kSaveSecretTo,
  };

  /// The tool's name for it: [A-Za-z0-9_.-]{1,64}, unique.
  std::string argument;
  /// The API's name for it.
  std::string wire_name;
  Place place = Place::kQuery;
  Parameter::Style style = Parameter::Style::kForm;
  bool explode = true;
  bool required = false;
};

struct InputPlan {
  std::vector<ArgumentBinding> bindings;
  /// Root type object, properties by argument, no composition at the root. "required" lists what
  /// the bindings require; no other properties are allowed, so that a misspelt name is noticed.
  json::Json schema;
};

/// An object body's members become arguments beside the parameters; any other body becomes the
/// argument "body". A filter name[operator] becomes name_operator (deep_object.h). Where names
/// clash the later place gets a prefix (query_, header_, body_).
InputPlan PlanInput(const Operation& operation);

}  // namespace bw::tool_service
