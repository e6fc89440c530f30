#include "common/json/json.h"

namespace bw::json {
namespace {

// Builds the document while counting depth, so that a hostile text is refused before it is built.
class BoundedBuilder : public nlohmann::detail::json_sax_dom_parser<Json> {
 public:
  using Base = nlohmann::detail::json_sax_dom_parser<Json>;
  BoundedBuilder(Json& document, int max_depth)
      : Base(document, /*allow_exceptions=*/false), max_(max_depth) {}

  bool start_object(std::size_t elements) { return Enter() && Base::start_object(elements); }
  bool start_array(std::size_t elements) { return Enter() && Base::start_array(elements); }
  bool end_object() {
    --depth_;
    return Base::end_object();
  }
  bool end_array() {
    --depth_;
    return Base::end_array();
  }
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::detail::exception& error) {
    position_ = position;
    return Base::parse_error(position, token, error);
  }

  bool too_deep() const { return too_deep_; }
  std::size_t position() const { return position_; }

 private:
  bool Enter() {
    too_deep_ = ++depth_ > max_;
    return !too_deep_;
  }

  int max_;
  int depth_ = 0;
  bool too_deep_ = false;
  std::size_t position_ = 0;
};

}  // namespace

StatusOr<Json> Parse(std::string_view text, const ParseLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return InvalidArgument("the JSON text has " + std::to_string(text.size()) + " bytes; at most " +
                           std::to_string(limits.max_bytes) + " are allowed");
  }
  Json document;
  BoundedBuilder builder(document, limits.max_depth);
  const bool parsed = Json::sax_parse(text.begin(), text.end(), &builder);
  if (builder.too_deep()) {
    return InvalidArgument("the JSON text nests deeper than " + std::to_string(limits.max_depth) +
                           " levels");
  }
  if (!parsed || builder.is_errored()) {
    return InvalidArgument("the text is not JSON: error at byte " +
                           std::to_string(builder.position()));
  }
  return document;
}

std::string Dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string DumpPretty(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

const Json* Find(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::optional<std::string_view> GetString(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_ref<const std::string&>());
}

std::optional<std::int64_t> GetInt(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  return value->get<std::int64_t>();
}

std::optional<double> GetNumber(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::optional<bool> GetBool(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

const Json* FindObject(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  return value != nullptr && value->is_object() ? value : nullptr;
}

const Json* FindArray(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  return value != nullptr && value->is_array() ? value : nullptr;
}

std::string StringOr(const Json& object, std::string_view key, std::string_view fallback) {
  return std::string(GetString(object, key).value_or(fallback));
}

}  // namespace bw::json
