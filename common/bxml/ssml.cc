#include "common/bxml/ssml.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <string_view>

#include "common/bxml/vocabulary.h"

namespace bw::bxml {
namespace {

using Choices = std::span<const std::string_view>;

constexpr std::array<std::string_view, 6> kBreakStrengths = {"none",   "x-weak", "weak",
                                                             "medium", "strong", "x-strong"};
constexpr std::array<std::string_view, 3> kEmphasisLevels = {"strong", "moderate", "reduced"};
constexpr std::array<std::string_view, 6> kInterpretations = {"date",       "time",     "telephone",
                                                              "characters", "cardinal", "ordinal"};
constexpr std::size_t kMaxSsmlAttributeBytes = 256;
constexpr double kMaxBreakSeconds = 10;
constexpr int kMaxSsmlDepth = 16;

struct SsmlAttribute {
  std::string_view tag;
  std::string_view name;
  Choices choices = {};  // empty: free text
};

constexpr std::array<SsmlAttribute, 12> kAttributes = {{
    {"break", "strength", kBreakStrengths},
    {"break", "time"},
    {"emphasis", "level", kEmphasisLevels},
    {"lang", "xml:lang"},
    {"phoneme", "alphabet"},
    {"phoneme", "ph"},
    {"prosody", "volume"},
    {"prosody", "rate"},
    {"prosody", "pitch"},
    {"say-as", "interpret-as", kInterpretations},
    {"say-as", "format"},
    {"sub", "alias"},
}};

constexpr std::array<std::string_view, 9> kTags = {"break",   "emphasis", "lang",   "p",  "s",
                                                   "phoneme", "prosody",  "say-as", "sub"};

template <typename Range>
std::string List(const Range& items) {
  std::string list;
  for (const std::string_view item : items) {
    if (!list.empty()) list += ", ";
    list += item;
  }
  return list;
}

// "2s", "1.5s" or "500ms", at most ten seconds.
bool IsBreakTime(std::string_view value) {
  double scale = 1;
  if (value.ends_with("ms")) {
    value.remove_suffix(2);
    scale = 0.001;
  } else if (value.ends_with('s')) {
    value.remove_suffix(1);
  } else {
    return false;
  }
  if (value.empty() || value.size() > 8 ||
      value.find_first_not_of("0123456789.") != std::string_view::npos ||
      std::count(value.begin(), value.end(), '.') > 1) {
    return false;
  }
  return std::strtod(std::string(value).c_str(), nullptr) * scale <= kMaxBreakSeconds;
}

Status ValidateAttribute(const xml::Element& element, const xml::Attribute& attribute) {
  const std::string where = "SSML tag " + element.name + ": attribute " + attribute.name;
  const auto* rule = std::find_if(
      kAttributes.begin(), kAttributes.end(),
      [&](const SsmlAttribute& a) { return a.tag == element.name && a.name == attribute.name; });
  if (rule == kAttributes.end()) {
    std::vector<std::string_view> allowed;
    for (const SsmlAttribute& a : kAttributes) {
      if (a.tag == element.name) allowed.push_back(a.name);
    }
    return InvalidArgument(
        where + " does not exist; allowed: " + (allowed.empty() ? "none" : List(allowed)));
  }
  if (!rule->choices.empty() && std::find(rule->choices.begin(), rule->choices.end(),
                                          attribute.value) == rule->choices.end()) {
    return InvalidArgument(where + " must be one of " + List(rule->choices));
  }
  if (rule->name == "time" && !IsBreakTime(attribute.value)) {
    return InvalidArgument(where + " must be a time such as 500ms or 2s, at most 10s");
  }
  if (attribute.value.size() > kMaxSsmlAttributeBytes) {
    return InvalidArgument(where + " has more than " + std::to_string(kMaxSsmlAttributeBytes) +
                           " bytes");
  }
  return OkStatus();
}

Status ValidateAtDepth(const std::vector<xml::Element>& content, int depth) {
  if (depth > kMaxSsmlDepth) {
    return InvalidArgument("SSML nests deeper than " + std::to_string(kMaxSsmlDepth) + " levels");
  }
  for (const xml::Element& element : content) {
    if (element.is_text()) continue;
    if (std::find(kTags.begin(), kTags.end(), element.name) == kTags.end()) {
      return InvalidArgument("SSML tag " + element.name.substr(0, 64) +
                             " is not supported; allowed: " + List(kTags));
    }
    for (const xml::Attribute& attribute : element.attributes) {
      BW_RETURN_IF_ERROR(ValidateAttribute(element, attribute));
    }
    BW_RETURN_IF_ERROR(ValidateAtDepth(element.children, depth + 1));
  }
  return OkStatus();
}

}  // namespace

Status ValidateSsml(const std::vector<xml::Element>& content) {
  return ValidateAtDepth(content, 1);
}

std::string SpokenText(const std::vector<xml::Element>& content) {
  std::string text;
  for (const xml::Element& element : content) {
    text += element.is_text() ? element.text : SpokenText(element.children);
  }
  return text;
}

StatusOr<std::vector<xml::Element>> ParseSsml(std::string_view fragment) {
  if (fragment.size() > kMaxDocumentBytes) {
    return InvalidArgument("the SSML has more than " + std::to_string(kMaxDocumentBytes) +
                           " bytes");
  }
  std::string wrapped = "<s>";
  wrapped += fragment;
  wrapped += "</s>";
  BW_ASSIGN_OR_RETURN(xml::Element root, xml::Parse(wrapped, {.max_depth = kMaxSsmlDepth + 2,
                                                              .keep_blank_text = true}));
  return std::move(root.children);
}

}  // namespace bw::bxml
