// One operation of an OpenAPI document as a plain value: all that is needed to describe it to an
// agent and to call it.
#pragma once

#include <string>
#include <vector>

#include "common/json/json.h"

namespace bw::tool_service {

struct Parameter {
  enum class Place { kPath, kQuery, kHeader };
  /// How arrays and objects are written (OpenAPI 3.1 §4.8.12.2); kForm covers path's `simple` too.
  enum class Style { kForm, kSpaceDelimited, kPipeDelimited, kDeepObject };

  std::string name;
  Place place = Place::kQuery;
  Style style = Style::kForm;
  /// Arrays: a=1&a=2 instead of a=1,2.
  bool explode = true;
  bool required = false;
  std::string description;
  /// Translated.
  json::Json schema = json::Json::object();
};

struct RequestBody {
  enum class Kind {
    /// Serialised from arguments.
    kJson,
    /// application/xml whose schema names the root element: written from arguments.
    kXml,
    /// XML or other text, given as one string and sent as it is.
    kText,
    /// Given in base64.
    kBinary,
    kMultipart,
    /// application/x-www-form-urlencoded
    kForm,
  };

  Kind kind = Kind::kJson;
  /// Those of `kind`, in alphabetical order; the first is the default.
  std::vector<std::string> content_types;
  bool required = false;
  std::string description;
  /// Translated; {} where it says nothing.
  json::Json schema = json::Json::object();
  /// How it is written as XML (xml_schema.h); kXml only.
  json::Json xml_schema = json::Json::object();
};

struct Operation {
  /// [A-Za-z0-9_-]{1,64}, unique in its document.
  std::string id;
  /// The document's name: "voice".
  std::string document;
  /// Upper case.
  std::string method;
  /// Scheme, host and base path, without a slash at the end: "https://voice.bandwidth.com/api/v2".
  std::string server;
  /// "/accounts/{accountId}/calls"
  std::string path;
  std::string summary;
  std::string description;
  std::vector<Parameter> parameters;
  /// Meaningless unless has_body.
  RequestBody body;
  bool has_body = false;
  /// Content types of successful answers.
  std::vector<std::string> answer_types;
  /// How a successful XML answer is read (xml_schema.h); {} when nothing is declared.
  json::Json answer_xml_schema = json::Json::object();
  /// What is published of a successful answer (output_schema.h); {} when nothing is.
  json::Json output_schema = json::Json::object();
  /// False for `security: []`.
  bool authorize = true;
  bool deprecated = false;
};

}  // namespace bw::tool_service
