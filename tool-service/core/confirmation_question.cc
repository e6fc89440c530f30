#include "tool-service/core/confirmation_question.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tool-service/core/once_tool.h"
#include "tool-service/core/redaction.h"
#include "tool-service/core/utf8.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::string_view kAccount = "accountId";
// In UTF-8: the marks that turn the direction of writing, with which a number could be made to look
// like another.
constexpr std::string_view kTurningMarks[] = {"\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac",
                                              "\xe2\x80\xad", "\xe2\x80\xae", "\xe2\x81\xa6",
                                              "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9"};
// Line separators beside the ASCII ones.
constexpr std::string_view kSeparators[] = {"\xe2\x80\xa8", "\xe2\x80\xa9", "\xc2\x85"};

void ReplaceAll(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
}

// On one line, as long as a person reads.
std::string Shown(std::string text) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = ' ';
  }
  for (const std::string_view mark : kTurningMarks) ReplaceAll(text, mark, "");
  for (const std::string_view separator : kSeparators) ReplaceAll(text, separator, " ");
  if (text.size() <= kMaxAskedValueBytes) return text;
  return std::string(Utf8Prefix(text, kMaxAskedValueBytes)) + "…";
}

std::string ShownValue(const Json& value) {
  return Shown(value.is_string() ? value.get<std::string>() : json::Dump(value));
}

bool HoldsOnlyValues(const Json& array) {
  return std::none_of(array.begin(), array.end(),
                      [](const Json& element) { return element.is_structured(); });
}

std::string ShownList(const Json& list) {
  std::string text;
  const std::size_t shown = std::min(list.size(), kMaxAskedElements);
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + ShownValue(list[i]);
  if (shown < list.size()) text += " and " + std::to_string(list.size() - shown) + " more";
  return text;
}

using Lines = std::vector<std::string>;

// A line for each value, named by the members that lead to it.
void AddLines(const std::string& name, const Json& value, Lines& lines) {
  if (value.is_null() || (value.is_structured() && value.empty())) return;
  if (value.is_object()) {
    for (const auto& [member, inner] : value.items()) {
      AddLines(name.empty() ? Shown(member) : name + "." + Shown(member), inner, lines);
    }
  } else if (value.is_array() && !HoldsOnlyValues(value)) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      AddLines(name + "." + std::to_string(i + 1), value[i], lines);
    }
  } else {
    lines.push_back(name + ": " + (value.is_array() ? ShownList(value) : ShownValue(value)));
  }
}

}  // namespace

std::string ConsequencesOf(const ToolTraits& traits) {
  std::string text;
  const auto add = [&text](bool holds, std::string_view sentence) {
    if (holds) text += (text.empty() ? "" : " ") + std::string(sentence);
  };
  add(traits.costly, "It costs money.");
  add(traits.destructive, "It takes away or replaces what is there.");
  add(traits.irreversible, "It cannot be undone.");
  return text;
}

std::string ConfirmationQuestion(const ToolDefinition& tool, const Json& arguments) {
  std::string text = Shown(tool.title.empty() ? tool.name : tool.title) + " (" + tool.name + ")";
  Json shown = arguments;
  RedactJson(shown);
  shown.erase(std::string(kIdempotencyKey));
  if (const Json* account = json::Find(shown, kAccount)) {
    text += " in account " + ShownValue(*account);
    shown.erase(std::string(kAccount));
  }
  text += ".\n";
  Lines lines;
  AddLines("", shown, lines);
  for (std::size_t i = 0; i < std::min(lines.size(), kMaxAskedArguments); ++i) {
    text += "- " + lines[i] + "\n";
  }
  if (lines.size() > kMaxAskedArguments) {
    text += "- and " + std::to_string(lines.size() - kMaxAskedArguments) + " more\n";
  }
  return text + ConsequencesOf(tool.traits) + "\nShall this be done?";
}

}  // namespace bw::tool_service
