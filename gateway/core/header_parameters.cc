#include "gateway/core/header_parameters.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "gateway/core/header_value.h"

namespace bw::gateway {
namespace {

constexpr std::string_view kHeaderPrefix = "Mcp-Param-";
constexpr std::string_view kAnnotation = "x-mcp-header";
constexpr std::size_t kMaxParameters = 32;
constexpr std::string_view kTypes[] = {"string", "integer", "boolean"};

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualNames(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

// RFC 9110 §5.6.2
bool IsToken(std::string_view text) {
  constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const char lower = Lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
           kSigns.find(c) != std::string_view::npos;
  });
}

class Reader {
 public:
  // Recursion ends with the depth that a parsed document can have.
  Status ReadProperties(const json::Json& schema, std::vector<std::string>& path) {
    const json::Json* properties = json::FindObject(schema, "properties");
    if (properties == nullptr) return OkStatus();
    for (const auto& [name, property] : properties->items()) {
      path.push_back(name);
      BW_RETURN_IF_ERROR(ReadProperty(property, path));
      BW_RETURN_IF_ERROR(ReadProperties(property, path));
      path.pop_back();
    }
    return OkStatus();
  }
  std::vector<HeaderParameter> Take() { return std::move(parameters_); }

 private:
  Status ReadProperty(const json::Json& property, const std::vector<std::string>& path) {
    const json::Json* annotation = json::Find(property, kAnnotation);
    if (annotation == nullptr) return OkStatus();
    const std::string what = std::string(kAnnotation) + " of " + path.back();
    const auto type = json::GetString(property, "type").value_or("");
    if (std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes)) {
      return InvalidArgument(what + " needs a property of type string, integer or boolean");
    }
    if (!annotation->is_string() || !IsToken(annotation->get_ref<const std::string&>())) {
      return InvalidArgument(what + " is not a header name");
    }
    if (parameters_.size() >= kMaxParameters) {
      return InvalidArgument("more than " + std::to_string(kMaxParameters) + " header parameters");
    }
    std::string header(kHeaderPrefix);
    header += annotation->get_ref<const std::string&>();
    for (const HeaderParameter& other : parameters_) {
      if (EqualNames(other.header, header)) return InvalidArgument(what + " is not unique");
    }
    parameters_.push_back({std::move(header), path});
    return OkStatus();
  }

  std::vector<HeaderParameter> parameters_;
};

// The value a header must repeat; nullptr when there is none.
const json::Json* FindArgument(const json::Json* arguments, const HeaderParameter& parameter) {
  for (const std::string& member : parameter.path) {
    if (arguments == nullptr) return nullptr;
    arguments = json::Find(*arguments, member);
  }
  // What is no primitive cannot be repeated; the tool says what is wrong with it.
  const bool repeatable = arguments != nullptr && arguments->is_primitive();
  return repeatable && !arguments->is_null() ? arguments : nullptr;
}

bool IsSame(const std::string& text, const json::Json& value) {
  if (value.is_string()) return text == value.get_ref<const std::string&>();
  if (value.is_boolean()) return text == (value.get<bool>() ? "true" : "false");
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() &&
         number == value.get<double>();
}

}  // namespace

bool IsParameterHeader(std::string_view name) {
  return name.size() > kHeaderPrefix.size() &&
         EqualNames(name.substr(0, kHeaderPrefix.size()), kHeaderPrefix);
}

StatusOr<std::vector<HeaderParameter>> ReadHeaderParameters(const json::Json& input_schema) {
  Reader reader;
  std::vector<std::string> path;
  BW_RETURN_IF_ERROR(reader.ReadProperties(input_schema, path));
  return reader.Take();
}

std::optional<RpcError> CheckHeaderParameters(const std::vector<HeaderParameter>& parameters,
                                              const HeaderFields& fields,
                                              const json::Json* arguments) {
  for (const HeaderParameter& parameter : parameters) {
    const json::Json* value = FindArgument(arguments, parameter);
    bool given = false;
    for (const auto& [name, field] : fields) {
      if (!EqualNames(name, parameter.header)) continue;
      given = true;
      const auto decoded = DecodeHeaderValue(field);
      if (!decoded) return HeaderMismatch(parameter.header, "is not valid text or base64");
      if (value == nullptr || !IsSame(*decoded, *value)) {
        return HeaderMismatch(parameter.header, "differs from the request's arguments");
      }
    }
    if (value != nullptr && !given) return HeaderMismatch(parameter.header, "is missing");
  }
  return std::nullopt;
}

}  // namespace bw::gateway
