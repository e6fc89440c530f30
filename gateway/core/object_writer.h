// Writes one JSON object member by member, so that finished JSON texts (schemas, results of tools)
// are spliced in without being parsed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/core/jsonrpc.h"

namespace bw::gateway {

/// Member names are literals of this project and need no escaping.
class ObjectWriter {
 public:
  ObjectWriter& Raw(std::string_view name, std::string_view json) {
    text_.append(text_.size() == 1 ? "\"" : ",\"").append(name).append("\":").append(json);
    return *this;
  }
  ObjectWriter& Text(std::string_view name, std::string_view value) {
    return Raw(name, Quote(value));
  }
  ObjectWriter& TextUnlessEmpty(std::string_view name, std::string_view value) {
    return value.empty() ? *this : Text(name, value);
  }
  ObjectWriter& Bool(std::string_view name, bool value) {
    return Raw(name, value ? "true" : "false");
  }
  ObjectWriter& Int(std::string_view name, std::int64_t value) {
    return Raw(name, std::to_string(value));
  }
  /// Ends the object; the writer is empty afterwards.
  std::string Take() { return std::exchange(text_, "{") + "}"; }

 private:
  std::string text_ = "{";
};

/// `[a,b,c]` of finished JSON texts.
template <typename Range>
std::string JoinArray(const Range& elements) {
  std::string text = "[";
  for (const auto& element : elements) {
    if (text.size() > 1) text += ',';
    text += element;
  }
  text += ']';
  return text;
}

}  // namespace bw::gateway
