#include "tool-service/builtin/bxml_arguments.h"

#include <utility>

#include "tool-service/core/bxml_defaults.h"

namespace bw::tool_service {
namespace {

using json::Json;

// Verbs in one document. A document of 64 KiB could hold thousands; none that is heard does.
constexpr int kMaxVerbs = 200;

bool IsLeftToTheReference(const bxml::AttributeSpec& attribute) {
  const std::string_view name = attribute.name;
  return name.ends_with("Method") || name.find("Fallback") != std::string_view::npos ||
         name.starts_with("fallback") || name.find("sername") != std::string_view::npos ||
         name.find("assword") != std::string_view::npos;
}

}  // namespace

Json VerbsSchema(std::string_view description) {
  Json names = Json::array();
  for (const bxml::VerbSpec& verb : bxml::Vocabulary()) names.push_back(verb.name);
  // Strict clients take no lists of types.
  Json attribute = {{"anyOf", Json::array()}};
  for (const char* type : {"string", "number", "boolean", "null"}) {
    attribute["anyOf"].push_back({{"type", type}});
  }
  const Json child = {
      {"type", "object"},
      {"required", {"verb"}},
      {"properties",
       {{"verb", {{"type", "string"}, {"enum", names}}}, {"text", {{"type", "string"}}}}}};
  Json children = {{"type", "array"}, {"items", child}};
  children["description"] = "Verbs inside this one, such as the prompts of a Gather";
  Json verb = child;
  verb["properties"]["verb"]["enum"] = bxml::VerbNames();
  verb["properties"]["text"]["description"] = "Words to speak, URL to play, number to ring, …";
  verb["properties"]["ssml"] = {{"type", "boolean"}, {"description", "text holds SSML tags"}};
  verb["properties"]["children"] = std::move(children);
  verb["additionalProperties"] = attribute;
  return {{"type", "array"},
          {"minItems", 1},
          {"maxItems", kMaxVerbs},
          {"description", description},
          {"items", std::move(verb)}};
}

std::string VerbLines() {
  std::string lines;
  for (bxml::VerbSpec verb : bxml::Vocabulary()) {
    std::erase_if(verb.attributes, IsLeftToTheReference);
    lines += bxml::VerbSummary(verb) + "\n";
  }
  return lines;
}

StatusOr<bxml::Document> ReadDocument(const Json& arguments, const CallbackUrls& urls,
                                      std::string_view call_id, const bxml::Rules& rules) {
  const Json* verbs = json::FindArray(arguments, "verbs");
  const auto text = json::GetString(arguments, "bxml");
  if ((verbs != nullptr) == text.has_value()) {
    return InvalidArgument(
        "verbs, bxml: give exactly one of them: verbs (an array of verbs) or bxml (a document as "
        "text)");
  }
  if (text) {
    auto document = bxml::Parse(*text, rules);
    return document.ok() ? std::move(document) : Annotate(document.status(), "bxml");
  }
  auto document = bxml::FromJson(WithCallbackUrls(*verbs, urls, call_id), rules);
  return document.ok() ? std::move(document) : Annotate(document.status(), "verbs");
}

}  // namespace bw::tool_service
