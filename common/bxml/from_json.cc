#include <string>
#include <utility>

#include "common/bxml/document.h"
#include "common/bxml/ssml.h"

namespace bw::bxml {
namespace {

using json::Json;

// Verbs nest two deep; one more level lets validation name what is wrong.
constexpr int kMaxDepth = 3;
// A document of the smallest verbs that still fits the size limit.
constexpr std::size_t kMaxVerbs = 8192;

StatusOr<Verb> VerbFromJson(const Json& item, const std::string& where, int depth);

StatusOr<std::vector<Verb>> VerbsFromJson(const Json& items, const std::string& where, int depth) {
  if (!items.is_array()) return InvalidArgument(where + " must be an array of verbs");
  if (items.size() > kMaxVerbs) {
    return InvalidArgument(where + " has more than " + std::to_string(kMaxVerbs) + " verbs");
  }
  if (depth > kMaxDepth) return InvalidArgument(where + " nests too deeply");
  std::vector<Verb> verbs;
  for (std::size_t i = 0; i < items.size(); ++i) {
    BW_ASSIGN_OR_RETURN(Verb verb,
                        VerbFromJson(items[i], where + "[" + std::to_string(i) + "]", depth));
    verbs.push_back(std::move(verb));
  }
  return verbs;
}

StatusOr<std::string> AttributeText(const Json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return std::string(value.get<bool>() ? "true" : "false");
  if (value.is_number_integer()) return json::Dump(value);
  if (value.is_number()) {
    // 2.0 is how some callers write 2.
    std::string text = json::Dump(value);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text;
  }
  return InvalidArgument(where + " must be a string, a number or a boolean");
}

Status SetText(const Json& item, const std::string& where, Verb& verb) {
  const Json* text = json::Find(item, "text");
  const Json* ssml = json::Find(item, "ssml");
  if (ssml != nullptr && !ssml->is_boolean()) {
    return InvalidArgument(where + ".ssml must be true or false");
  }
  if (text == nullptr) return OkStatus();
  if (!text->is_string()) return InvalidArgument(where + ".text must be a string");
  const auto& words = text->get_ref<const std::string&>();
  if (ssml == nullptr || !ssml->get<bool>()) {
    verb.text = words;
    return OkStatus();
  }
  auto content = ParseSsml(words);
  if (!content.ok()) return Annotate(content.status(), where + ".text");
  verb.text = SpokenText(*content);
  verb.ssml = *std::move(content);
  return OkStatus();
}

StatusOr<Verb> VerbFromJson(const Json& item, const std::string& where, int depth) {
  const auto name = json::GetString(item, "verb");
  if (!name) {
    return InvalidArgument(where +
                           R"( must be an object such as {"verb":"SpeakSentence","text":"Hello"})");
  }
  Verb verb;
  verb.name = *name;
  BW_RETURN_IF_ERROR(SetText(item, where, verb));
  for (const auto& [key, value] : item.items()) {
    if (key == "verb" || key == "text" || key == "ssml") continue;
    if (key == "children") {
      BW_ASSIGN_OR_RETURN(verb.children, VerbsFromJson(value, where + ".children", depth + 1));
      continue;
    }
    BW_ASSIGN_OR_RETURN(std::string text, AttributeText(value, where + "." + key));
    verb.attributes.push_back({key, std::move(text)});
  }
  return verb;
}

}  // namespace

StatusOr<Document> FromJson(const Json& verbs, const Rules& rules) {
  Document document;
  BW_ASSIGN_OR_RETURN(document.verbs, VerbsFromJson(verbs, "verbs", 1));
  BW_RETURN_IF_ERROR(Validate(document, rules));
  return document;
}

}  // namespace bw::bxml
