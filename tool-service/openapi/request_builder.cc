#include "tool-service/openapi/request_builder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base64/base64.h"
#include "common/http/message.h"
#include "tool-service/openapi/xml_adapter.h"

namespace bw::tool_service {
namespace {

using json::Json;
using Place = ArgumentBinding::Place;

constexpr std::size_t kMaxUrlBytes = 8u << 10;
constexpr std::string_view kBoundary = "bw-part-boundary";

// A scalar as URLs and headers carry it; nullopt for arrays and objects.
std::optional<std::string> ScalarText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return json::Dump(value);
  if (value.is_null()) return "";
  return std::nullopt;
}

std::string ElementText(const Json& value) { return ScalarText(value).value_or(json::Dump(value)); }

// The texts of an array's entries, or of a lone scalar.
std::vector<std::string> Elements(const Json& value) {
  std::vector<std::string> texts;
  if (value.is_object()) {
    // Form style writes an object as key,value,key,value.
    for (const auto& [key, member] : value.items()) {
      texts.push_back(key);
      texts.push_back(ElementText(member));
    }
  } else if (value.is_array()) {
    for (const Json& element : value) texts.push_back(ElementText(element));
  } else {
    texts.push_back(ElementText(value));
  }
  return texts;
}

std::string Join(const std::vector<std::string>& texts, std::string_view separator) {
  std::string joined;
  for (const std::string& text : texts) {
    if (&text != &texts.front()) joined += separator;
    joined += http::PercentEncode(text);
  }
  return joined;
}

struct StyleRow {
  Parameter::Style style;
  std::string_view separator;
};
constexpr std::array kSeparators = {StyleRow{Parameter::Style::kForm, ","},
                                    StyleRow{Parameter::Style::kSpaceDelimited, "%20"},
                                    StyleRow{Parameter::Style::kPipeDelimited, "%7C"},
                                    StyleRow{Parameter::Style::kDeepObject, ","}};

std::string_view SeparatorOf(Parameter::Style style) {
  return std::find_if(kSeparators.begin(), kSeparators.end(),
                      [style](const StyleRow& row) { return row.style == style; })
      ->separator;
}

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

// APIs that take files tell them apart by name and type; the first bytes say which they are.
struct FileKind {
  std::string_view first_bytes;
  std::string_view content_type;
  std::string_view ending;
};
constexpr std::array kFileKinds = {
    FileKind{"%PDF-", "application/pdf", ".pdf"},
    FileKind{"\x89PNG", "image/png", ".png"},
    FileKind{"\xff\xd8\xff", "image/jpeg", ".jpg"},
    FileKind{"PK\x03\x04",
             "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
    FileKind{"\xd0\xcf\x11\xe0", "application/msword", ".doc"},
    FileKind{"", "application/octet-stream", ""},
};

const FileKind& KindOf(std::string_view bytes) {
  return *std::find_if(kFileKinds.begin(), kFileKinds.end(), [bytes](const FileKind& kind) {
    return bytes.starts_with(kind.first_bytes);
  });
}

class RequestBuilder {
 public:
  RequestBuilder(const Operation& operation, const InputPlan& plan, const Json& arguments)
      : operation_(operation), plan_(plan), arguments_(arguments) {}

  StatusOr<HttpRequest> Build() {
    request_.method = operation_.method;
    request_.authorize = operation_.authorize;
    BW_RETURN_IF_ERROR(CheckRequired());
    BW_RETURN_IF_ERROR(BuildUrl());
    request_.headers.emplace_back("Accept", AcceptValue());
    BW_RETURN_IF_ERROR(AddHeaders());
    BW_RETURN_IF_ERROR(AddBody());
    if (request_.body.size() > kMaxBodyBytes) {
      return InvalidArgument("the request's body has more than " + std::to_string(kMaxBodyBytes) +
                             " bytes");
    }
    return std::move(request_);
  }

 private:
  // Absent and null are the same everywhere but inside a JSON body.
  const Json* Argument(const ArgumentBinding& binding) const {
    const Json* value = json::Find(arguments_, binding.argument);
    const bool in_body = binding.place == Place::kBodyMember || binding.place == Place::kBody;
    return value != nullptr && value->is_null() && !in_body ? nullptr : value;
  }

  Status CheckRequired() const {
    for (const ArgumentBinding& binding : plan_.bindings) {
      if (binding.required && Argument(binding) == nullptr) {
        return InvalidArgument(binding.argument + ": is required");
      }
    }
    return OkStatus();
  }

  Status BuildUrl() {
    BW_ASSIGN_OR_RETURN(std::string path, BuildPath());
    request_.url = operation_.server + path;
    char separator = '?';
    for (const ArgumentBinding& binding : plan_.bindings) {
      const Json* value = Argument(binding);
      if (binding.place != Place::kQuery || value == nullptr) continue;
      for (const std::string& pair : QueryPairs(binding, *value)) {
        request_.url += separator + pair;
        separator = '&';
      }
    }
    if (request_.url.size() > kMaxUrlBytes) {
      return InvalidArgument("the arguments make a URL of more than " +
                             std::to_string(kMaxUrlBytes) + " bytes");
    }
    return OkStatus();
  }

  StatusOr<std::string> BuildPath() const {
    std::string path;
    std::string_view rest = operation_.path;
    while (!rest.empty()) {
      const auto begin = rest.find('{');
      path += rest.substr(0, begin);
      if (begin == std::string_view::npos) break;
      rest.remove_prefix(begin + 1);
      const auto end = rest.find('}');
      BW_ASSIGN_OR_RETURN(const std::string segment, PathValue(rest.substr(0, end)));
      path += segment;
      rest.remove_prefix(end + 1);
    }
    return path;
  }

  StatusOr<std::string> PathValue(std::string_view variable) const {
    const auto binding = std::find_if(
        plan_.bindings.begin(), plan_.bindings.end(), [&](const ArgumentBinding& candidate) {
          return candidate.place == Place::kPath && candidate.wire_name == variable;
        });
    if (binding == plan_.bindings.end()) return Internal("a path variable has no argument");
    const std::string value = Join(Elements(*Argument(*binding)), ",");
    // Encoding leaves dots alone, and ".." would climb to another resource.
    if (value.find_first_not_of('.') == std::string::npos) {
      return InvalidArgument(binding->argument + ": must not be empty or only dots");
    }
    return value;
  }

  static std::vector<std::string> QueryPairs(const ArgumentBinding& binding, const Json& value) {
    const std::string name = http::PercentEncode(binding.wire_name);
    std::vector<std::string> pairs;
    if (value.is_object() && binding.style == Parameter::Style::kDeepObject) {
      for (const auto& [key, member] : value.items()) {
        pairs.push_back(name + "%5B" + http::PercentEncode(key) +
                        "%5D=" + Join(Elements(member), ","));
      }
    } else if (value.is_object() && binding.explode) {
      for (const auto& [key, member] : value.items()) {
        pairs.push_back(http::PercentEncode(key) + "=" + Join(Elements(member), ","));
      }
    } else if (value.is_array() && binding.explode) {
      for (const std::string& element : Elements(value)) {
        pairs.push_back(name + "=" + http::PercentEncode(element));
      }
    } else if (!value.is_array() || !value.empty()) {
      pairs.push_back(name + "=" + Join(Elements(value), SeparatorOf(binding.style)));
    }
    return pairs;
  }

  Status AddHeaders() {
    for (const ArgumentBinding& binding : plan_.bindings) {
      const Json* value = Argument(binding);
      if (binding.place != Place::kHeader || value == nullptr) continue;
      std::string text;
      for (const std::string& element : Elements(*value)) {
        if (!text.empty()) text += ',';
        text += element;
      }
      if (HasControlCharacter(text)) {
        return InvalidArgument(binding.argument +
                               ": must not hold line breaks or control characters");
      }
      request_.headers.emplace_back(binding.wire_name, std::move(text));
    }
    return OkStatus();
  }

  // JSON where it is offered, XML next; anything where a file is meant, for what else is declared
  // are its errors or its state.
  std::string AcceptValue() const {
    const auto& types = operation_.answer_types;
    const bool gives_file =
        std::any_of(plan_.bindings.begin(), plan_.bindings.end(),
                    [](const ArgumentBinding& binding) { return binding.place == Place::kSaveTo; });
    if (gives_file && types.size() > 1) return "*/*";
    for (const std::string_view preferred : {"application/json", "application/xml"}) {
      if (std::find(types.begin(), types.end(), preferred) != types.end()) {
        return std::string(preferred);
      }
    }
    return types.size() == 1 ? types[0] : "*/*";
  }

  Status AddBody() {
    if (!operation_.has_body) return OkStatus();
    switch (operation_.body.kind) {
      case RequestBody::Kind::kJson:
        return AddJsonBody();
      case RequestBody::Kind::kXml:
        return AddXmlBody();
      case RequestBody::Kind::kText:
        return AddTextBody();
      case RequestBody::Kind::kBinary:
        return AddBinaryBody();
      case RequestBody::Kind::kMultipart:
        return AddMultipartBody();
      case RequestBody::Kind::kForm:
        return AddFormBody();
    }
    return OkStatus();
  }

  // The body as one value: the argument "body", or an object of the members that were given.
  // nullopt when nothing was given and nothing is needed.
  std::optional<Json> BodyValue() const {
    Json members = Json::object();
    for (const ArgumentBinding& binding : plan_.bindings) {
      const Json* value = Argument(binding);
      if (value == nullptr) continue;
      if (binding.place == Place::kBody) return *value;
      if (binding.place == Place::kBodyMember) members[binding.wire_name] = *value;
    }
    if (members.empty() && !operation_.body.required) return std::nullopt;
    return members;
  }

  void SetBody(std::string content_type, std::string bytes) {
    request_.headers.emplace_back("Content-Type", std::move(content_type));
    request_.body = std::move(bytes);
  }

  Status AddJsonBody() {
    if (const auto value = BodyValue())
      SetBody(operation_.body.content_types[0], json::Dump(*value));
    return OkStatus();
  }

  Status AddXmlBody() {
    const auto value = BodyValue();
    if (!value) return OkStatus();
    BW_ASSIGN_OR_RETURN(const xml::Element root, XmlFromJson(*value, operation_.body.xml_schema));
    SetBody(operation_.body.content_types[0], xml::Write(root, {.standalone = true}));
    return OkStatus();
  }

  // The content type asked for, or the first that is declared.
  StatusOr<std::string> ContentType() const {
    for (const ArgumentBinding& binding : plan_.bindings) {
      const Json* value = Argument(binding);
      if (binding.place != Place::kContentType || value == nullptr) continue;
      std::string type = ElementText(*value);
      if (type.find('/') == std::string::npos || HasControlCharacter(type)) {
        return InvalidArgument(binding.argument + ": must be a content type such as image/png");
      }
      return type;
    }
    const std::string& first = operation_.body.content_types[0];
    return first.find('*') == std::string::npos ? first : "application/octet-stream";
  }

  Status AddTextBody() {
    const auto value = BodyValue();
    if (!value || value->is_structured()) return OkStatus();
    BW_ASSIGN_OR_RETURN(std::string type, ContentType());
    SetBody(std::move(type), ElementText(*value));
    return OkStatus();
  }

  Status AddBinaryBody() {
    const auto value = BodyValue();
    if (!value || value->is_structured()) return OkStatus();
    BW_ASSIGN_OR_RETURN(std::string type, ContentType());
    BW_ASSIGN_OR_RETURN(std::string bytes, Decode("body", ElementText(*value)));
    SetBody(std::move(type), std::move(bytes));
    return OkStatus();
  }

  static StatusOr<std::string> Decode(const std::string& argument, const std::string& base64) {
    std::optional<std::string> bytes = Base64Decode(base64);
    if (!bytes) return InvalidArgument(argument + ": must be base64");
    return *std::move(bytes);
  }

  Status AddFormBody() {
    const auto value = BodyValue();
    if (!value || !value->is_object()) return OkStatus();
    std::string form;
    for (const auto& [name, member] : value->items()) {
      for (const std::string& element : Elements(member)) {
        if (!form.empty()) form += '&';
        form += http::PercentEncode(name) + "=" + http::PercentEncode(element);
      }
    }
    SetBody(operation_.body.content_types[0], std::move(form));
    return OkStatus();
  }

  // RFC 7578. Members given in base64 are files.
  Status AddMultipartBody() {
    const auto value = BodyValue();
    if (!value || !value->is_object()) return OkStatus();
    std::vector<std::string> parts;
    for (const auto& [name, member] : value->items()) {
      BW_ASSIGN_OR_RETURN(std::string part, Part(name, member));
      parts.push_back(std::move(part));
    }
    // A boundary must not occur in what it separates.
    std::string boundary(kBoundary);
    const auto occurs = [&boundary](const std::string& part) {
      return part.find(boundary) != std::string::npos;
    };
    for (int i = 0; std::any_of(parts.begin(), parts.end(), occurs); ++i) {
      boundary = std::string(kBoundary) + "-" + std::to_string(i);
    }
    std::string body;
    for (const std::string& part : parts) body += "--" + boundary + "\r\n" + part + "\r\n";
    SetBody("multipart/form-data; boundary=" + boundary, body + "--" + boundary + "--\r\n");
    return OkStatus();
  }

  StatusOr<std::string> Part(const std::string& name, const Json& value) const {
    // Encoding keeps quotes and line breaks out of the part's header.
    const std::string head =
        "Content-Disposition: form-data; name=\"" + http::PercentEncode(name) + "\"";
    const Json& properties = operation_.body.schema.value("properties", Json::object());
    const Json* schema = json::Find(properties, name);
    if (schema != nullptr && schema->contains("contentEncoding") && value.is_string()) {
      BW_ASSIGN_OR_RETURN(const std::string bytes, Decode(name, value.get<std::string>()));
      const FileKind& kind = KindOf(bytes);
      return head + "; filename=\"" + http::PercentEncode(name) + std::string(kind.ending) +
             "\"\r\nContent-Type: " + std::string(kind.content_type) + "\r\n\r\n" + bytes;
    }
    if (value.is_structured()) {
      return head + "\r\nContent-Type: application/json\r\n\r\n" + json::Dump(value);
    }
    return head + "\r\n\r\n" + ElementText(value);
  }

  const Operation& operation_;
  const InputPlan& plan_;
  const Json& arguments_;
  HttpRequest request_;
};

}  // namespace

StatusOr<HttpRequest> BuildRequest(const Operation& operation, const InputPlan& plan,
                                   const Json& arguments) {
  return RequestBuilder(operation, plan, arguments).Build();
}

}  // namespace bw::tool_service
