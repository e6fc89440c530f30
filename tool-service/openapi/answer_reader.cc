#include "tool-service/openapi/answer_reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>

#include "common/xml/xml.h"
#include "tool-service/openapi/answer_advice.h"
#include "tool-service/openapi/redaction.h"
#include "tool-service/openapi/xml_adapter.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::size_t kMaxErrorBytes = 4'096;
// Elements, texts and attributes of an XML answer.
constexpr std::size_t kMaxXmlNodes = 500'000;
// Answers that say where to go on, or how long to wait; shown when they are there.
constexpr std::array<std::string_view, 5> kShownHeaders = {
    "location", "link", "retry-after", "continuation-token", "content-disposition"};

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::string_view Header(const HttpResponse& answer, std::string_view name) {
  for (const auto& [candidate, value] : answer.headers) {
    if (EqualsIgnoringCase(candidate, name)) return value;
  }
  return {};
}

// Lower case, without parameters.
std::string MediaType(const HttpResponse& answer) {
  std::string type(Header(answer, "content-type"));
  type.resize(std::min(type.find(';'), type.size()));
  while (type.ends_with(' ')) type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type;
}

bool IsTextType(std::string_view type) {
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml") ||
         type == "application/x-www-form-urlencoded";
}

std::string Cut(std::string text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  const std::size_t whole = text.size();
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text + "\n[cut: " + std::to_string(whole) + " bytes in all]";
}

std::string HeaderLines(const HttpResponse& answer) {
  std::string lines;
  for (const std::string_view name : kShownHeaders) {
    const std::string_view value = Header(answer, name);
    if (!value.empty()) lines += "\n" + std::string(name) + ": " + std::string(value);
  }
  return lines;
}

// The last segment of a Location: the new resource's id.
std::string_view LocationId(std::string_view location) {
  location = location.substr(0, location.find_first_of("?#"));
  while (location.ends_with('/')) location.remove_suffix(1);
  const auto slash = location.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : location.substr(slash + 1);
}

ToolResult EmptyResult(const HttpResponse& answer) {
  std::string text = "Done (HTTP " + std::to_string(answer.status) + ", no content).";
  ToolResult result;
  const std::string_view location = Header(answer, "location");
  if (const std::string_view id = LocationId(location); !id.empty()) {
    text += " The id is " + std::string(id) + ".";
    result.structured = Json{{"id", id}, {"location", location}};
  }
  result.content.push_back(TextContent(text + HeaderLines(answer)));
  return result;
}

ToolResult BinaryResult(const HttpResponse& answer, const std::string& url, std::string type,
                        const AnswerLimits& limits) {
  if (type.empty()) type = "application/octet-stream";
  ToolResult result = TextResult(std::to_string(answer.body.size()) + " bytes of " + type + "." +
                                 HeaderLines(answer));
  if (answer.body.size() > limits.max_binary_bytes) {
    result.content[0].text += "\nToo large to be shown here (at most " +
                              std::to_string(limits.max_binary_bytes) + " bytes).";
    return result;
  }
  Content content;
  content.kind = type.starts_with("image/")   ? Content::Kind::kImage
                 : type.starts_with("audio/") ? Content::Kind::kAudio
                                              : Content::Kind::kResource;
  content.data = answer.body;
  content.mime_type = std::move(type);
  content.uri = url;
  result.content.push_back(std::move(content));
  return result;
}

// XML as the plan's schema reads it; null when it cannot be parsed.
Json XmlValue(const std::string& body, const Json& xml_schema) {
  xml::ParseLimits limits;
  limits.max_bytes = body.size();
  limits.max_nodes = kMaxXmlNodes;
  const StatusOr<xml::Element> root = xml::Parse(body, limits);
  return root.ok() ? JsonFromXml(*root, xml_schema) : Json(nullptr);
}

// The body as text, redacted; JSON and XML also as a value.
struct TextBody {
  std::string text;
  std::optional<Json> value;
};

TextBody ReadText(const HttpResponse& answer, std::string_view type, const AnswerPlan& plan) {
  if (type.ends_with("json")) {
    StatusOr<Json> value = json::Parse(answer.body, {.max_bytes = answer.body.size()});
    if (value.ok()) {
      // The API's own text is passed on when nothing had to be taken out of it.
      std::string text = RedactJson(*value) ? json::Dump(*value) : answer.body;
      return {std::move(text), *std::move(value)};
    }
  }
  if (!type.ends_with("xml")) return {answer.body, std::nullopt};
  Json value = XmlValue(answer.body, plan.xml_schema);
  if (value.is_null()) return {RedactXml(answer.body), std::nullopt};
  RedactJson(value);
  std::string text = json::Dump(value);
  return {std::move(text), std::move(value)};
}

ToolResult ErrorOf(const HttpResponse& answer, std::string_view type, bool is_text,
                   const AnswerPlan& plan) {
  const Advice advice = AdviceFor(answer.status, answer.body);
  std::string text = "HTTP " + std::to_string(answer.status) + ". " + std::string(advice.meaning) +
                     "\nNext: " + std::string(advice.next_step) + HeaderLines(answer);
  ToolResult result;
  result.is_error = true;
  if (is_text && !answer.body.empty()) {
    TextBody body = ReadText(answer, type, plan);
    text += "\nThe API's answer: " + Cut(std::move(body.text), kMaxErrorBytes);
  }
  result.content.push_back(TextContent(std::move(text)));
  return result;
}

}  // namespace

ToolResult ReadAnswer(const HttpResponse& answer, const std::string& url, const AnswerPlan& plan,
                      const AnswerLimits& limits) {
  const std::string type = MediaType(answer);
  // What XML may hold is UTF-8 without control characters: text, whatever its type.
  const bool is_text = (IsTextType(type) || type.empty()) && xml::IsXmlText(answer.body);
  if (answer.status < 200 || answer.status >= 300) {
    return ErrorOf(answer, type, is_text, plan);
  }
  if (answer.body.empty()) return EmptyResult(answer);
  if (!is_text) return BinaryResult(answer, url, type, limits);
  TextBody body = ReadText(answer, type, plan);
  const bool was_cut = body.text.size() > limits.max_text_bytes;
  ToolResult result = TextResult(Cut(std::move(body.text), limits.max_text_bytes));
  if (const std::string lines = HeaderLines(answer); !lines.empty()) {
    result.content.push_back(TextContent("Headers:" + lines));
  }
  // A value as long as a text that had to be cut would undo the cut.
  if (body.value && body.value->is_object() && !was_cut) {
    result.structured = std::move(body.value);
  }
  return result;
}

}  // namespace bw::tool_service
