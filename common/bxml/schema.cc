// The vocabulary, described for those who write documents.
#include <string>

#include "common/bxml/document.h"

namespace bw::bxml {
namespace {

using json::Json;

Json NumberOrText(const AttributeSpec& attribute) {
  const bool whole = attribute.kind == ValueKind::kInteger;
  Json schema = {{"type", whole ? "integer" : "number"}};
  if (whole) {
    schema["minimum"] = static_cast<std::int64_t>(attribute.minimum);
    schema["maximum"] = static_cast<std::int64_t>(attribute.maximum);
  } else {
    schema["minimum"] = attribute.minimum;
    schema["maximum"] = attribute.maximum;
  }
  return schema;
}

Json TypedDefault(const AttributeSpec& attribute) {
  const std::string text(attribute.default_value);
  switch (attribute.kind) {
    case ValueKind::kBoolean:
      return text == "true";
    case ValueKind::kInteger:
      return std::stoll(text);
    case ValueKind::kDecimal:
      return std::stod(text);
    default:
      return text;
  }
}

std::string Range(const AttributeSpec& attribute) {
  std::string range;
  if (attribute.kind == ValueKind::kInteger || attribute.kind == ValueKind::kDecimal) {
    const Json schema = NumberOrText(attribute);
    range = " " + json::Dump(schema["minimum"]) + "-" + json::Dump(schema["maximum"]);
  }
  for (std::size_t i = 0; attribute.kind == ValueKind::kChoice && i < attribute.choices.size();
       ++i) {
    range += (i == 0 ? " " : "|") + std::string(attribute.choices[i]);
  }
  if (!attribute.default_value.empty()) range += " = " + std::string(attribute.default_value);
  return range;
}

}  // namespace

Json AttributeSchema(const AttributeSpec& attribute) {
  Json schema;
  switch (attribute.kind) {
    case ValueKind::kBoolean:
      schema = {{"type", "boolean"}};
      break;
    case ValueKind::kInteger:
    case ValueKind::kDecimal:
      schema = NumberOrText(attribute);
      break;
    case ValueKind::kChoice:
      schema = {{"type", "string"}, {"enum", attribute.choices}};
      break;
    default: {
      schema = {{"type", "string"}};
      if (attribute.maximum > 0) schema["maxLength"] = static_cast<std::int64_t>(attribute.maximum);
    }
  }
  if (!attribute.default_value.empty()) schema["default"] = TypedDefault(attribute);
  if (!attribute.description.empty()) schema["description"] = attribute.description;
  return schema;
}

Json VerbSchema(const VerbSpec& verb) {
  Json properties = {{"verb", {{"const", verb.name}}}};
  Json required = Json::array({"verb"});
  for (const AttributeSpec& attribute : verb.attributes) {
    properties[attribute.name] = AttributeSchema(attribute);
    if (attribute.required) required.push_back(attribute.name);
  }
  if (verb.text != TextRule::kNone) properties["text"] = {{"type", "string"}};
  if (verb.text_required) required.push_back("text");
  if (verb.text == TextRule::kSpeech) {
    properties["ssml"] = {{"type", "boolean"}, {"description", "text holds SSML tags"}};
  }
  if (!verb.children.empty()) {
    Json alternatives = Json::array();
    for (const std::string_view child : verb.children) {
      alternatives.push_back(VerbSchema(*FindVerb(child)));
    }
    properties["children"] = {{"type", "array"},
                              {"minItems", verb.min_children},
                              {"maxItems", verb.max_children},
                              {"items", {{"anyOf", std::move(alternatives)}}}};
    if (verb.min_children > 0) required.push_back("children");
  }
  return {{"type", "object"},
          {"description", verb.description},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

std::string VerbSummary(const VerbSpec& verb) {
  std::string summary(verb.name);
  summary += '(';
  for (std::size_t i = 0; i < verb.attributes.size(); ++i) {
    const AttributeSpec& attribute = verb.attributes[i];
    summary +=
        (i == 0 ? "" : ", ") + attribute.name + (attribute.required ? "*" : "") + Range(attribute);
  }
  summary += ')';
  if (verb.text != TextRule::kNone) summary += verb.text_required ? " text*" : " text";
  if (!verb.children.empty()) {
    summary += " [";
    for (std::size_t i = 0; i < verb.children.size(); ++i) {
      summary += (i == 0 ? "" : " ") + std::string(verb.children[i]);
    }
    summary += ']';
  }
  return summary;
}

}  // namespace bw::bxml
