#include "tool-service/openapi/operation_codec.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bw::tool_service {
namespace {

using json::Json;

// Structured bindings name every member, so that a new one does not compile until it is encoded.
// Arrays instead of objects: members come in the order of the declaration.

Json Encode(const Parameter& parameter) {
  const auto& [name, place, style, explode, required, description, schema] = parameter;
  return Json::array({name, static_cast<int>(place), static_cast<int>(style), explode, required,
                      description, schema});
}

Json Encode(const RequestBody& body) {
  const auto& [kind, content_types, required, description, schema, xml_schema] = body;
  return Json::array(
      {static_cast<int>(kind), content_types, required, description, schema, xml_schema});
}

Json Encode(const Operation& operation) {
  const auto& [id, document, method, server, path, summary, description, parameters, body, has_body,
               answer_types, answer_xml_schema, output_schema, authorize, deprecated] = operation;
  Json encoded_parameters = Json::array();
  for (const Parameter& parameter : parameters) encoded_parameters.push_back(Encode(parameter));
  return Json::array({id, document, method, server, path, summary, description,
                      std::move(encoded_parameters), Encode(body), has_body, answer_types,
                      answer_xml_schema, output_schema, authorize, deprecated});
}

// Takes the values of an array one by one; after the first that is not as expected it is broken.
class Fields {
 public:
  Fields(Json& array, std::size_t count) : array_(array) {
    broken_ = !array.is_array() || array.size() != count;
  }

  Fields& Text(std::string& target) {
    if (Json* value = Next(); value != nullptr && Expect(value->is_string())) {
      target = std::move(value->get_ref<std::string&>());
    }
    return *this;
  }
  Fields& Flag(bool& target) {
    if (Json* value = Next(); value != nullptr && Expect(value->is_boolean())) {
      target = value->get<bool>();
    }
    return *this;
  }
  Fields& Schema(Json& target) {
    if (Json* value = Next(); value != nullptr && Expect(value->is_object())) {
      target = std::move(*value);
    }
    return *this;
  }
  template <typename Enum>
  Fields& Choice(Enum& target, Enum last) {
    if (Json* value = Next(); value != nullptr && Expect(value->is_number_integer())) {
      const auto number = value->get<std::int64_t>();
      if (Expect(number >= 0 && number <= static_cast<std::int64_t>(last))) {
        target = static_cast<Enum>(number);
      }
    }
    return *this;
  }
  Fields& Texts(std::vector<std::string>& target) {
    Json* value = Next();
    if (value == nullptr || !Expect(value->is_array())) return *this;
    for (Json& text : *value) {
      if (Expect(text.is_string())) target.push_back(std::move(text.get_ref<std::string&>()));
    }
    return *this;
  }
  // The next value, for what is read by another Fields; null once broken.
  Json* Next() { return broken_ ? nullptr : &array_[next_++]; }
  bool Expect(bool holds) {
    broken_ = broken_ || !holds;
    return holds;
  }
  bool broken() const { return broken_; }

 private:
  Json& array_;
  std::size_t next_ = 0;
  bool broken_ = false;
};

bool Decode(Json& encoded, Parameter& parameter) {
  return !Fields(encoded, 7)
              .Text(parameter.name)
              .Choice(parameter.place, Parameter::Place::kHeader)
              .Choice(parameter.style, Parameter::Style::kDeepObject)
              .Flag(parameter.explode)
              .Flag(parameter.required)
              .Text(parameter.description)
              .Schema(parameter.schema)
              .broken();
}

bool Decode(Json& encoded, RequestBody& body) {
  return !Fields(encoded, 6)
              .Choice(body.kind, RequestBody::Kind::kForm)
              .Texts(body.content_types)
              .Flag(body.required)
              .Text(body.description)
              .Schema(body.schema)
              .Schema(body.xml_schema)
              .broken();
}

bool Decode(Json& encoded, Operation& operation) {
  Fields fields(encoded, 15);
  fields.Text(operation.id)
      .Text(operation.document)
      .Text(operation.method)
      .Text(operation.server)
      .Text(operation.path)
      .Text(operation.summary)
      .Text(operation.description);
  if (Json* parameters = fields.Next();
      parameters != nullptr && fields.Expect(parameters->is_array())) {
    for (Json& parameter : *parameters) {
      fields.Expect(Decode(parameter, operation.parameters.emplace_back()));
    }
  }
  if (Json* body = fields.Next(); body != nullptr) fields.Expect(Decode(*body, operation.body));
  fields.Flag(operation.has_body)
      .Texts(operation.answer_types)
      .Schema(operation.answer_xml_schema)
      .Schema(operation.output_schema)
      .Flag(operation.authorize)
      .Flag(operation.deprecated);
  return !fields.broken();
}

}  // namespace

Json EncodeDocument(const LoadedDocument& document) {
  Json operations = Json::array();
  for (const Operation& operation : document.operations) operations.push_back(Encode(operation));
  return Json::array(
      {document.name, document.warnings.kept(), document.warnings.total(), std::move(operations)});
}

StatusOr<LoadedDocument> DecodeDocument(Json encoded) {
  LoadedDocument document;
  std::vector<std::string> kept;
  std::size_t total = 0;
  Fields fields(encoded, 4);
  fields.Text(document.name).Texts(kept);
  if (Json* value = fields.Next(); value != nullptr && fields.Expect(value->is_number_unsigned())) {
    total = value->get<std::size_t>();
  }
  if (Json* operations = fields.Next();
      operations != nullptr && fields.Expect(operations->is_array())) {
    fields.Expect(operations->size() <= kMaxOperations);
    for (Json& operation : *operations) {
      if (fields.broken()) break;
      fields.Expect(Decode(operation, document.operations.emplace_back()));
    }
  }
  if (fields.broken()) return InvalidArgument("it is not a compiled document");
  document.warnings = Warnings(std::move(kept), total);
  return document;
}

}  // namespace bw::tool_service
