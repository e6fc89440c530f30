#include "tool-service/openapi/answer_reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/xml/xml.h"
#include "tool-service/core/api_errors.h"
#include "tool-service/core/redaction.h"
#include "tool-service/core/utf8.h"
#include "tool-service/openapi/local_file.h"
#include "tool-service/openapi/output_schema.h"
#include "tool-service/openapi/xml_adapter.h"

namespace bw::tool_service {
namespace {

using json::Json;

constexpr std::size_t kMaxErrorBytes = 4'096;
constexpr const char* kCutMember = "_cut";
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

// What an image is made of does not matter: it is delivered as it is.
bool IsTextType(std::string_view type) {
  return !type.starts_with("image/") &&
         (type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml") ||
          type == "application/x-www-form-urlencoded");
}

bool IsSuccess(const HttpResponse& answer) { return answer.status >= 200 && answer.status < 300; }

// XML may only hold UTF-8 without control characters: that is text, whatever its type says.
bool IsText(const HttpResponse& answer, std::string_view type) {
  return (IsTextType(type) || type.empty()) && xml::IsXmlText(answer.body);
}

std::string Cut(std::string text, std::size_t max_bytes, const std::string& narrowing = "") {
  if (text.size() <= max_bytes) return text;
  const std::size_t whole = text.size();
  text.resize(Utf8Prefix(text, max_bytes).size());
  text += "\n[cut: " + std::to_string(whole) + " bytes in all]";
  return narrowing.empty() ? text : text + "\n" + narrowing;
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
                        const AnswerPlan& plan, const AnswerLimits& limits) {
  if (type.empty()) type = "application/octet-stream";
  ToolResult result = TextResult(std::to_string(answer.body.size()) + " bytes of " + type + "." +
                                 HeaderLines(answer));
  if (answer.body.size() > limits.max_binary_bytes) {
    result.content[0].text += "\nToo large to be shown here (at most " +
                              std::to_string(limits.max_binary_bytes) + " bytes).";
    if (plan.can_save) result.content[0].text += " Over stdio, save_to writes it to a file.";
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

enum class Format { kJson, kXml, kHtml, kOther };

bool BeginsWith(std::string_view body, std::string_view lower) {
  body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  return EqualsIgnoringCase(body.substr(0, lower.size()), lower);
}

// By the content type; by the first characters where that says nothing, and in refusals, because
// gateways in front of an API often name a wrong one.
Format FormatOf(const HttpResponse& answer, std::string_view type) {
  const bool sniff = type.empty() || !IsSuccess(answer);
  if (sniff && (BeginsWith(answer.body, "<!doctype html") || BeginsWith(answer.body, "<html"))) {
    return Format::kHtml;
  }
  if (sniff && (BeginsWith(answer.body, "{") || BeginsWith(answer.body, "["))) {
    return Format::kJson;
  }
  if (sniff && BeginsWith(answer.body, "<")) return Format::kXml;
  if (type.ends_with("json")) return Format::kJson;
  if (type == "text/html" || type == "application/xhtml+xml") return Format::kHtml;
  return type.ends_with("xml") ? Format::kXml : Format::kOther;
}

// What could be made of a body.
struct TextBody {
  /// For the agent, without secrets.
  std::string text;
  std::optional<Json> value;
  ApiErrors errors;
  /// The errors are all there is.
  bool is_refusal = false;
};

// The text at `pointer`, or null.
const std::string* TextAt(const Json& value, const std::string& pointer) {
  const Json::json_pointer place(pointer);
  if (!value.contains(place) || !value.at(place).is_string()) return nullptr;
  return value.at(place).get_ptr<const std::string*>();
}

// Redacts it, except what is to be shown.
bool Hide(Json& value, const AnswerPlan& plan) {
  std::optional<std::string> shown;
  if (plan.show_issued_secret) {
    if (const std::string* text = TextAt(value, plan.issued_secret)) shown = *text;
  }
  const bool redacted = RedactJson(value);
  if (shown) value.at(Json::json_pointer(plan.issued_secret)) = *std::move(shown);
  return redacted;
}

TextBody ReadJson(const HttpResponse& answer, const AnswerPlan& plan) {
  StatusOr<Json> value = json::Parse(answer.body, {.max_bytes = answer.body.size()});
  if (!value.ok()) return {answer.body, std::nullopt, {}, false};
  TextBody body;
  body.errors = ErrorsInJson(*value, IsSuccess(answer));
  body.is_refusal = OnlyReportsErrors(*value);
  // The API's own text is passed on when nothing had to be taken out of it.
  body.text = Hide(*value, plan) ? json::Dump(*value) : answer.body;
  body.value = *std::move(value);
  return body;
}

TextBody ReadXml(const HttpResponse& answer, const AnswerPlan& plan, const AnswerLimits& limits) {
  xml::ParseLimits parse_limits;
  parse_limits.max_bytes = answer.body.size();
  parse_limits.max_nodes = limits.max_xml_nodes;
  const StatusOr<xml::Element> root = xml::Parse(answer.body, parse_limits);
  if (!root.ok()) return {RedactXml(answer.body), std::nullopt, {}, false};
  TextBody body;
  body.errors = ErrorsInXml(*root);
  body.is_refusal = !body.errors.empty();
  Json value = JsonFromXml(*root, plan.xml_schema);
  RedactJson(value);
  body.text = json::Dump(value);
  body.value = std::move(value);
  return body;
}

// A page for people: its title says what an agent can use.
TextBody ReadHtml(const HttpResponse& answer) {
  if (IsSuccess(answer)) return {answer.body, std::nullopt, {}, false};
  const std::size_t title = answer.body.find("<title>");
  std::string text = "a web page, not an answer of the API";
  if (title != std::string::npos) {
    const std::size_t begin = title + std::string_view("<title>").size();
    const std::size_t end = answer.body.find('<', begin);
    if (end != std::string::npos) text += ": " + answer.body.substr(begin, end - begin);
  }
  return {std::move(text), std::nullopt, {}, false};
}

TextBody ReadText(const HttpResponse& answer, std::string_view type, const AnswerPlan& plan,
                  const AnswerLimits& limits) {
  switch (FormatOf(answer, type)) {
    case Format::kJson:
      return ReadJson(answer, plan);
    case Format::kXml:
      return ReadXml(answer, plan, limits);
    case Format::kHtml:
      return ReadHtml(answer);
    case Format::kOther:
      break;
  }
  return {answer.body, std::nullopt, {}, false};
}

ToolResult RefusalOf(const HttpResponse& answer, TextBody body, const AnswerPlan& plan,
                     const AnswerLimits& limits) {
  const Advice advice = AdviceFor(answer.status, body.errors, answer.body);
  std::string text = "HTTP " + std::to_string(answer.status) + ". " + std::string(advice.meaning) +
                     "\nNext: " + std::string(advice.next_step) + HeaderLines(answer);
  if (!body.errors.empty()) text += "\nErrors:" + ErrorLines(body.errors);
  if (!body.text.empty()) {
    // What succeeded beside the errors is worth as much as any result.
    const std::size_t max_bytes = IsSuccess(answer) ? limits.max_text_bytes : kMaxErrorBytes;
    text += "\nThe API's answer: " + Cut(std::move(body.text), max_bytes, plan.narrowing);
  }
  return ErrorResult(std::move(text));
}

ToolResult TextResultOf(const HttpResponse& answer, TextBody body, const AnswerPlan& plan,
                        const AnswerLimits& limits) {
  // A value as long as a text that had to be cut would undo the cut.
  const bool was_cut = body.text.size() > limits.max_text_bytes;
  ToolResult result = TextResult(Cut(std::move(body.text), limits.max_text_bytes, plan.narrowing));
  if (!body.errors.empty()) {
    result.content.push_back(TextContent("A part failed:" + ErrorLines(body.errors)));
  }
  if (const std::string lines = HeaderLines(answer); !lines.empty()) {
    result.content.push_back(TextContent("Headers:" + lines));
  }
  if (!body.value || !body.value->is_object()) return result;
  if (!was_cut) {
    result.structured = std::move(body.value);
  } else if (!plan.output_schema.empty()) {
    result.structured = Shortened(*std::move(body.value), limits.max_text_bytes);
    (*result.structured)[kCutMember] = "Lists are shortened here. " + plan.narrowing;
  }
  return result;
}

// Clients refuse a result that does not fit what is published.
ToolResult Published(ToolResult result, const AnswerPlan& plan) {
  if (plan.output_schema.empty() || result.is_error) return result;
  result.structured =
      Conforming(plan.output_schema, std::move(result.structured).value_or(Json::object()));
  return result;
}

// "https://host/…" → "host"
std::string_view HostOf(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme)) return {};
  url.remove_prefix(kScheme.size());
  return url.substr(0, url.find_first_of("/?#"));
}

// A redirect to another host that was not followed leads to a file that needs no credentials.
std::optional<ToolResult> LinkOf(const HttpResponse& answer, const std::string& url,
                                 const AnswerPlan& plan) {
  const std::string location(Header(answer, "location"));
  const bool redirects =
      answer.status == 302 || answer.status == 303 || (answer.status == 307 && plan.only_reads);
  if (!redirects || HostOf(location).empty() || HostOf(location) == HostOf(url) ||
      !xml::IsXmlText(location)) {
    return std::nullopt;
  }
  ToolResult result = TextResult(
      "The result is at the address below. It needs no credentials and may soon expire.");
  Content link;
  link.kind = Content::Kind::kResourceLink;
  link.uri = location;
  link.name = LocationId(location).empty() ? "result" : LocationId(location);
  link.mime_type = "application/octet-stream";
  result.content.push_back(std::move(link));
  return result;
}

// Names under which operations take how many entries they give, and where they go on.
constexpr std::array<std::string_view, 4> kSizeNames = {"size", "pageSize", "limit", "quantity"};
constexpr std::array<std::string_view, 6> kPlaceNames = {
    "page", "pageToken", "offset", "afterCursor", "cursor", "Continuation-Token"};
constexpr std::size_t kMaxNamedFilters = 6;

template <typename Names>
bool Has(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void AddName(const std::string& name, std::string& list) {
  list += (list.empty() ? "" : ", ") + name;
}

ToolResult ResultOf(const HttpResponse& answer, const std::string& url, const AnswerPlan& plan,
                    const AnswerLimits& limits) {
  const std::string type = MediaType(answer);
  const bool is_text = IsText(answer, type);
  if (!IsSuccess(answer)) {
    if (auto link = LinkOf(answer, url, plan)) return *std::move(link);
    TextBody body = is_text ? ReadText(answer, type, plan, limits) : TextBody();
    return RefusalOf(answer, std::move(body), plan, limits);
  }
  if (answer.body.empty()) return EmptyResult(answer);
  if (!is_text) return BinaryResult(answer, url, type, plan, limits);
  TextBody body = ReadText(answer, type, plan, limits);
  return body.is_refusal ? RefusalOf(answer, std::move(body), plan, limits)
                         : TextResultOf(answer, std::move(body), plan, limits);
}

}  // namespace

AnswerPlan PlanAnswer(const Operation& operation, const InputPlan& input) {
  AnswerPlan plan;
  plan.xml_schema = operation.answer_xml_schema;
  plan.output_schema = operation.output_schema;
  if (const IssuedSecret* secret = IssuedSecretOf(operation.id)) {
    plan.issued_secret = secret->pointer;
  }
  plan.only_reads = operation.method == "GET";
  std::string sizes;
  std::string places;
  std::string filters;
  std::size_t filter_count = 0;
  for (const ArgumentBinding& binding : input.bindings) {
    using Place = ArgumentBinding::Place;
    plan.can_save = plan.can_save || binding.place == Place::kSaveTo;
    if (binding.place != Place::kQuery && binding.place != Place::kHeader) continue;
    if (Has(kSizeNames, binding.wire_name)) {
      AddName(binding.argument, sizes);
    } else if (Has(kPlaceNames, binding.wire_name)) {
      AddName(binding.argument, places);
    } else if (binding.place == Place::kQuery && ++filter_count <= kMaxNamedFilters) {
      AddName(binding.argument, filters);
    }
  }
  if (!sizes.empty()) plan.narrowing += "Ask for fewer entries with " + sizes + ". ";
  if (!places.empty()) plan.narrowing += "Go on with " + places + ". ";
  if (!filters.empty()) plan.narrowing += "Narrow it with " + filters + ".";
  if (plan.narrowing.empty()) plan.narrowing = "This operation cannot be asked for less.";
  return plan;
}

ToolResult ReadAnswer(const HttpResponse& answer, const std::string& url, const AnswerPlan& plan,
                      const AnswerLimits& limits) {
  return Published(ResultOf(answer, url, plan, limits), plan);
}

ToolResult SaveIssuedSecret(ToolResult result, const HttpResponse& answer,
                            const std::string& pointer, const std::string& path) {
  if (result.is_error) return result;
  const StatusOr<Json> value = json::Parse(answer.body, {.max_bytes = answer.body.size()});
  const std::string* secret = value.ok() ? TextAt(*value, pointer) : nullptr;
  Status saved = NotFound("the answer holds no token");
  if (secret != nullptr) saved = SaveLocalFile(path, *secret);
  result.content.push_back(TextContent(
      saved.ok() ? "The token was saved to " + path + "."
                 : "save_token_to: " + std::string(Message(saved)) +
                       ". It was made all the same and its token cannot be had again: delete it "
                       "and make another one."));
  if (!saved.ok()) {
    result.is_error = true;
    result.structured.reset();
  }
  return result;
}

bool IsFile(const HttpResponse& answer) {
  return IsSuccess(answer) && !answer.body.empty() && !IsText(answer, MediaType(answer));
}

ToolResult SaveAnswer(const HttpResponse& answer, const std::string& path) {
  const Status saved = SaveLocalFile(path, answer.body);
  if (!saved.ok()) return ErrorResult("save_to: " + std::string(Message(saved)));
  const std::string type = MediaType(answer);
  ToolResult result =
      TextResult("Saved " + std::to_string(answer.body.size()) + " bytes" +
                 (type.empty() ? "" : " of " + type) + " to " + path + "." + HeaderLines(answer));
  result.structured = Json{{"path", path}, {"bytes", answer.body.size()}, {"contentType", type}};
  return result;
}

}  // namespace bw::tool_service
