// Any answer: the result has content, a refusal says what to do next, and no password is in it.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/xml/xml.h"
#include "tool-service/core/argument_validator.h"
#include "tool-service/openapi/answer_reader.h"

namespace {

using bw::json::Json;

constexpr std::array kStatuses = {200, 201, 204, 303, 400, 403, 404, 500};
constexpr std::array<std::string_view, 6> kTypes = {
    "application/json", "application/xml", "", "text/html", "audio/mpeg", "text/plain"};

void Require(bool condition) {
  if (!condition) std::abort();
}

// An answer that says it can be cut anywhere and in which nothing may be left of a secret.
void CheckSecrets(const Json& value) {
  if (!value.is_structured()) return;
  for (const auto& [name, member] : value.items()) {
    Require(name != "password" || member.is_structured() || member.is_null() ||
            member == "[redacted]");
    CheckSecrets(member);
  }
}

// Whatever comes, a result that is no error fits what is published.
void CheckPublished(const bw::tool_service::HttpResponse& answer) {
  static const Json schema = *bw::json::Parse(R"({"type":"object","properties":{
      "i":{"type":"integer"},"password":{"type":"boolean"},
      "L":{"type":"array","items":{"type":"object","properties":{"s":{"type":"string"}}}}}})");
  static const bw::tool_service::ArgumentValidator validator(schema);
  bw::tool_service::AnswerPlan plan;
  plan.output_schema = schema;
  const auto result = bw::tool_service::ReadAnswer(answer, "https://host.example/a", plan,
                                                   {.max_text_bytes = 64, .max_binary_bytes = 64});
  Require(result.is_error != result.structured.has_value());
  if (result.structured) Require(validator.Check(*result.structured).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using bw::tool_service::AnswerPlan;
  static const AnswerPlan plan = [] {
    AnswerPlan made;
    made.xml_schema = *bw::json::Parse(R"({"properties":{
        "i":{"type":"integer"},"L":{"type":"array","items":{"type":"boolean"}}}})");
    made.narrowing = "Ask for less.";
    return made;
  }();
  if (size < 2) return 0;
  bw::tool_service::HttpResponse answer;
  answer.status = kStatuses[data[0] % kStatuses.size()];
  answer.headers = {{"Content-Type", std::string(kTypes[data[1] % kTypes.size()])}};
  answer.body.assign(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto result = bw::tool_service::ReadAnswer(answer, "https://host.example/a", plan,
                                                   {.max_text_bytes = 64, .max_binary_bytes = 64});
  Require(!result.content.empty() && !result.content[0].text.empty());
  for (const auto& content : result.content) Require(bw::xml::IsXmlText(content.text));
  Require(!result.is_error || result.content[0].text.find("\nNext: ") != std::string::npos);
  Require(!result.is_error || !result.structured.has_value());
  if (result.structured) CheckSecrets(*result.structured);
  CheckPublished(answer);
  return 0;
}
