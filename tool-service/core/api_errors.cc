#include "tool-service/core/api_errors.h"

#include <algorithm>
#include <array>

#include "tool-service/core/utf8.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::size_t kMaxQuotedBytes = 500;
constexpr int kMaxDepth = 32;

constexpr std::array<std::string_view, 5> kNumberNames = {"TelephoneNumber", "FullNumber", "Tn",
                                                          "TN", "PhoneNumber"};

// Without a namespace's prefix.
std::string_view LocalName(const xml::Element& element) {
  const std::string_view name = element.name;
  const auto colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string Quoted(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  // One error is one line.
  std::string quoted(Utf8Prefix(text, kMaxQuotedBytes));
  std::replace_if(
      quoted.begin(), quoted.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return quoted;
}

std::string FirstChildText(const xml::Element& element,
                           std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (std::string text = Quoted(xml::ChildText(element, name)); !text.empty()) return text;
  }
  return "";
}

void Add(ApiError error, ApiErrors& found) {
  if (error.code.empty() && error.description.empty()) return;
  if (std::find(found.errors.begin(), found.errors.end(), error) != found.errors.end()) return;
  ++found.total;
  if (found.errors.size() < kMaxApiErrors) found.errors.push_back(std::move(error));
}

void CollectNumbers(const xml::Element& element, int depth, std::vector<std::string>& numbers) {
  if (depth > kMaxDepth || numbers.size() >= kMaxErrorNumbers) return;
  const std::string_view name = LocalName(element);
  std::string text = Quoted(xml::TextOf(element));
  const bool is_number =
      std::find(kNumberNames.begin(), kNumberNames.end(), name) != kNumberNames.end();
  if (is_number && !text.empty()) numbers.push_back(std::move(text));
  for (const xml::Element& child : element.children) {
    if (!child.is_text()) CollectNumbers(child, depth + 1, numbers);
  }
}

ApiError ErrorOf(const xml::Element& element) {
  ApiError error;
  error.code = FirstChildText(element, {"ErrorCode", "Code"});
  error.description = FirstChildText(element, {"Description", "ErrorDescription", "Message"});
  if (error.code.empty() && error.description.empty() && LocalName(element) == "Error") {
    error.description = Quoted(xml::TextOf(element));
  }
  error.meaning = MeaningOfCode(error.code);
  CollectNumbers(element, 0, error.numbers);
  return error;
}

// Porting answers with a status of its own: 200-299 is good. (bandwidth.md §6.5)
bool IsBadStatus(const xml::Element& status) {
  const std::string code = FirstChildText(status, {"Code"});
  return !code.empty() && code != "0" && !(code.size() == 3 && code[0] == '2');
}

void CollectErrors(const xml::Element& element, int depth, ApiErrors& found) {
  if (depth > kMaxDepth) return;
  const std::string_view name = LocalName(element);
  const bool is_holder = name == "ResponseStatus" || name == "Error" || name == "Errors";
  if (is_holder) {
    ApiError error = ErrorOf(element);
    if (!error.code.empty() || !error.description.empty()) {
      Add(std::move(error), found);
      return;
    }
  }
  if (depth == 1 && name == "Status" && IsBadStatus(element)) Add(ErrorOf(element), found);
  for (const xml::Element& child : element.children) {
    if (!child.is_text()) CollectErrors(child, depth + 1, found);
  }
}

std::string FirstMember(const Json& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const Json* member = json::Find(object, name);
    if (member == nullptr || member->is_null() || member->is_structured()) continue;
    std::string text =
        member->is_string() ? Quoted(member->get_ref<const std::string&>()) : json::Dump(*member);
    if (!text.empty()) return text;
  }
  return "";
}

ApiError ErrorOf(const Json& entry) {
  ApiError error;
  if (entry.is_string()) error.description = Quoted(entry.get_ref<const std::string&>());
  error.code = FirstMember(entry, {"code", "type"});
  error.description = entry.is_string()
                          ? error.description
                          : FirstMember(entry, {"description", "message", "Message", "detail"});
  error.field = FirstMember(entry, {"fieldName", "field"});
  if (const Json* source = json::FindObject(entry, "source"); source && error.field.empty()) {
    error.field = FirstMember(*source, {"parameter", "field", "header", "reference"});
  }
  const Json* meta = json::FindObject(entry, "meta");
  const Json* numbers = meta == nullptr ? nullptr : json::FindArray(*meta, "phoneNumbers");
  if (numbers == nullptr) return error;
  for (const Json& number : *numbers) {
    if (number.is_string() && error.numbers.size() < kMaxErrorNumbers) {
      error.numbers.push_back(Quoted(number.get_ref<const std::string&>()));
    }
  }
  return error;
}

bool HasEntries(const Json& value, std::string_view name) {
  const Json* list = json::FindArray(value, name);
  return list != nullptr && !list->empty();
}

}  // namespace

ApiErrors ErrorsInXml(const xml::Element& root) {
  ApiErrors found;
  CollectErrors(root, 0, found);
  return found;
}

ApiErrors ErrorsInJson(const Json& value, bool succeeded) {
  ApiErrors found;
  if (!value.is_object()) return found;
  if (!succeeded) {
    ApiError error = ErrorOf(value);
    if (error.description.empty()) {
      error.description = FirstMember(value, {"error", "error_description"});
    }
    Add(std::move(error), found);
  }
  for (const char* name : {"fieldErrors", "errors"}) {
    const Json* list = json::FindArray(value, name);
    const bool counts = list != nullptr && (!succeeded || std::string_view(name) == "errors");
    for (const Json& entry : counts ? *list : Json::array()) Add(ErrorOf(entry), found);
  }
  return found;
}

bool OnlyReportsErrors(const Json& value) {
  if (!HasEntries(value, "errors")) return false;
  const Json* data = json::Find(value, "data");
  if (data != nullptr) return data->empty() || json::StringOr(*data, "status") == "FAILED";
  return std::all_of(value.items().begin(), value.items().end(), [](const auto& member) {
    return member.key() == "errors" || member.key() == "links";
  });
}

std::string ErrorLines(const ApiErrors& errors) {
  std::string lines;
  for (const ApiError& error : errors.errors) {
    lines += "\n- " + error.code;
    if (!error.code.empty() && !error.description.empty()) lines += ": ";
    lines += error.description;
    if (!error.meaning.empty()) lines += " [" + std::string(error.meaning) + "]";
    if (!error.field.empty()) lines += ", field " + error.field;
    for (const std::string& number : error.numbers) {
      lines += &number == &error.numbers.front() ? " (" : ", ";
      lines += number;
    }
    if (!error.numbers.empty()) lines += ")";
  }
  if (errors.total > errors.errors.size()) {
    lines += "\n- and " + std::to_string(errors.total - errors.errors.size()) + " more";
  }
  return lines;
}

}  // namespace bw::tool_service
