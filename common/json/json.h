// JSON for the whole project: nlohmann::json behind bounded, non-throwing entry points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "common/status/status.h"

namespace bw::json {

using Json = nlohmann::json;
/// Keeps members in the order they were added; for documents people read.
using OrderedJson = nlohmann::ordered_json;

struct ParseLimits {
  std::size_t max_bytes = 4u << 20;
  /// Nesting of arrays and objects; deeper documents could exhaust the stack of a recursive reader.
  int max_depth = 64;
};

/// Parses one JSON text (RFC 8259, UTF-8). INVALID_ARGUMENT says where it went wrong (byte offset),
/// or which limit was passed; the text itself is never quoted, it may hold a caller's words.
StatusOr<Json> Parse(std::string_view text, const ParseLimits& limits = {});

/// Serialises compactly. Bytes that are not UTF-8 become U+FFFD instead of throwing.
std::string Dump(const Json& value);
std::string DumpPretty(const Json& value);

/// The member `key` of `object` if it is there and of that type; nullopt otherwise (also when
/// `object` is not an object). Never throws. The string_view lives as long as `object`.
std::optional<std::string_view> GetString(const Json& object, std::string_view key);
std::optional<std::int64_t> GetInt(const Json& object, std::string_view key);
std::optional<double> GetNumber(const Json& object, std::string_view key);
std::optional<bool> GetBool(const Json& object, std::string_view key);
/// Pointer into `object`, or nullptr.
const Json* Find(const Json& object, std::string_view key);
const Json* FindObject(const Json& object, std::string_view key);
const Json* FindArray(const Json& object, std::string_view key);

/// GetString or "".
std::string StringOr(const Json& object, std::string_view key, std::string_view fallback = "");

}  // namespace bw::json
