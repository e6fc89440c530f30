#include "common/bxml/document.h"

#include <cstdlib>
#include <utility>

#include "common/bxml/ssml.h"
#include "common/bxml/validate.h"

namespace bw::bxml {
namespace {

// Response, verb, child, and room for SSML inside a child.
constexpr int kMaxDepth = 20;

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

bool HasElements(const xml::Element& element) {
  for (const xml::Element& child : element.children) {
    if (!child.is_text()) return true;
  }
  return false;
}

// Content as the vocabulary reads it: SSML for a verb that speaks, verbs for all others.
Verb ToVerb(xml::Element element) {
  Verb verb;
  verb.name = element.name;  // copied: an element without a name would read as text
  const VerbSpec* spec = FindVerb(verb.name);
  if (spec != nullptr && spec->text == TextRule::kSpeech && HasElements(element)) {
    verb.text = Trimmed(SpokenText(element.children));
    verb.ssml = std::move(element.children);
  } else {
    verb.text = Trimmed(xml::TextOf(element));
    for (xml::Element& child : element.children) {
      if (!child.is_text()) verb.children.push_back(ToVerb(std::move(child)));
    }
  }
  verb.attributes = std::move(element.attributes);
  return verb;
}

xml::Element ToElement(const Verb& verb) {
  xml::Element element;
  element.name = verb.name;
  element.attributes = verb.attributes;
  if (!verb.ssml.empty()) {
    element.children = verb.ssml;
    return element;
  }
  if (!verb.text.empty()) element.children.push_back(xml::Text(verb.text));
  for (const Verb& child : verb.children) element.children.push_back(ToElement(child));
  return element;
}

}  // namespace

StatusOr<Document> Parse(std::string_view text, const Rules& rules) {
  BW_ASSIGN_OR_RETURN(xml::Element root, xml::Parse(text, {.max_bytes = kMaxDocumentBytes,
                                                           .max_depth = kMaxDepth,
                                                           .keep_blank_text = true}));
  Document document;
  document.root = root.name;
  if (!root.attributes.empty()) {
    return InvalidArgument("the root element must have no attributes");
  }
  if (!Trimmed(xml::TextOf(root)).empty()) {
    return InvalidArgument("the root element holds text; only verbs are allowed");
  }
  for (xml::Element& child : root.children) {
    if (!child.is_text()) document.verbs.push_back(ToVerb(std::move(child)));
  }
  BW_RETURN_IF_ERROR(ValidateVerbs(document, rules));
  return document;
}

std::string Serialize(const Document& document) {
  xml::Element root;
  root.name = document.root;
  for (const Verb& verb : document.verbs) root.children.push_back(ToElement(verb));
  return xml::Write(root);
}

const std::string* FindAttribute(const Verb& verb, std::string_view name) {
  for (const xml::Attribute& attribute : verb.attributes) {
    if (attribute.name == name) return &attribute.value;
  }
  return nullptr;
}

std::string_view AttributeOr(const Verb& verb, std::string_view name) {
  if (const std::string* value = FindAttribute(verb, name)) return *value;
  const VerbSpec* spec = FindVerb(verb.name);
  const AttributeSpec* attribute = spec == nullptr ? nullptr : FindAttribute(*spec, name);
  return attribute == nullptr ? std::string_view() : attribute->default_value;
}

double NumberOf(const Verb& verb, std::string_view name) {
  return std::strtod(std::string(AttributeOr(verb, name)).c_str(), nullptr);
}

bool BoolOf(const Verb& verb, std::string_view name) { return AttributeOr(verb, name) == "true"; }

}  // namespace bw::bxml
