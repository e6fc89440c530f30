#include "sandbox/core/fields.h"

#include "common/bxml/text_rules.h"
#include "sandbox/core/url.h"

namespace bw::sandbox {
namespace {

using json::Json;

std::string Show(double value) {
  std::string text = json::Dump(Json(value));
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

std::string Between(const FieldRule& rule) {
  return Show(rule.minimum) + " to " + Show(rule.maximum);
}

bool InRange(double value, const FieldRule& rule) {
  return value >= rule.minimum && value <= rule.maximum;
}

// What is wrong with a value that is there, or "".
std::string ProblemOf(const Json& value, const FieldRule& rule) {
  const std::string text = value.is_string() ? value.get<std::string>() : std::string();
  switch (rule.kind) {
    case FieldKind::kText:
      if (!value.is_string()) return "must be a string";
      return InRange(static_cast<double>(text.size()), rule)
                 ? ""
                 : "must have " + Between(rule) + " characters";
    case FieldKind::kUrl:
      if (!value.is_string()) return "must be a string";
      return std::string(Message(CheckWebhookUrl(text)));
    case FieldKind::kMethod:
      return text == "GET" || text == "POST" ? "" : "must be GET or POST";
    case FieldKind::kParty:
      return bxml::IsE164(text) || bxml::IsSipUri(text)
                 ? ""
                 : "must be an E.164 number such as +15550100001, or a SIP URI";
    case FieldKind::kInteger:
      return value.is_number_integer() && InRange(value.get<double>(), rule)
                 ? ""
                 : "must be a whole number from " + Between(rule);
    case FieldKind::kNumber:
      return value.is_number() && InRange(value.get<double>(), rule)
                 ? ""
                 : "must be a number from " + Between(rule);
    case FieldKind::kBoolean:
      return value.is_boolean() ? "" : "must be true or false";
    case FieldKind::kTexts: {
      if (!value.is_array()) return "must be an array of strings";
      for (const Json& item : value) {
        if (!item.is_string()) return "must be an array of strings";
      }
      return InRange(static_cast<double>(value.size()), rule)
                 ? ""
                 : "must have " + Between(rule) + " entries";
    }
    case FieldKind::kObject:
      return value.is_object() ? "" : "must be an object";
  }
  return "";
}

}  // namespace

std::vector<FieldProblem> CheckFields(const Json& object, std::span<const FieldRule> rules) {
  if (!object.is_object()) return {{"body", "must be a JSON object"}};
  std::vector<FieldProblem> problems;
  for (const FieldRule& rule : rules) {
    const Json* value = json::Find(object, rule.name);
    if (value == nullptr || value->is_null()) {
      if (rule.required) problems.push_back({std::string(rule.name), "is required"});
      continue;
    }
    std::string problem = ProblemOf(*value, rule);
    if (!problem.empty()) problems.push_back({std::string(rule.name), std::move(problem)});
  }
  return problems;
}

Status ToStatus(const std::vector<FieldProblem>& problems) {
  if (problems.empty()) return OkStatus();
  std::string message;
  for (const FieldProblem& problem : problems) {
    if (!message.empty()) message += "; ";
    message += problem.field + " " + problem.description;
  }
  return InvalidArgument(message);
}

}  // namespace bw::sandbox
