// JSON-RPC 2.0 as MCP uses it: decoding with bounds, and encoding by splicing finished JSON texts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/json/json.h"
#include "gateway/core/protocol.h"

namespace bw::gateway {

/// A request's id as its JSON text, so that 1 and "1" stay different and are echoed verbatim.
struct RequestId {
  std::string json;

  bool operator==(const RequestId&) const = default;
};

/// A string of at most kMaxIdBytes or a 64-bit integer; nullopt for anything else, null included.
std::optional<RequestId> ReadRequestId(const json::Json& value);

struct Message {
  enum class Kind { kRequest, kNotification, kResponse };

  Kind kind = Kind::kRequest;
  /// Requests; responses where they carry one.
  std::optional<RequestId> id;
  /// Requests and notifications.
  std::string method;
  /// Requests and notifications: an object, or null when absent.
  json::Json params;
  /// Responses: one of them is an object, the other null.
  json::Json result;
  json::Json error;
};

/// A message that is not one, with its id where that was readable.
struct Malformed {
  RpcError error;
  std::optional<RequestId> id;
};

using Element = std::variant<Message, Malformed>;

struct Decoded {
  /// Whether `elements` came in an array; a single message has exactly one element.
  bool batch = false;
  std::vector<Element> elements;
};

struct DecodeLimits {
  std::size_t max_bytes = 4u << 20;
  int max_depth = 64;
  std::size_t max_batch = 64;
};

constexpr std::size_t kMaxIdBytes = 1024;
constexpr std::size_t kMaxMethodBytes = 256;

/// Never fails as a whole: a text that is not JSON, an empty or over-long batch is one Malformed
/// outside a batch.
Decoded Decode(std::string_view text, const DecodeLimits& limits = {});

/// `result_json` is one JSON object.
std::string EncodeResult(const RequestId& id, std::string_view result_json);
/// Without an id when none was readable: the schema of no revision allows null.
std::string EncodeError(const std::optional<RequestId>& id, const RpcError& error);
/// `params_json` may be empty: none.
std::string EncodeRequest(const RequestId& id, std::string_view method,
                          std::string_view params_json);
std::string EncodeNotification(std::string_view method, std::string_view params_json);

/// `text` as a JSON string literal; invalid UTF-8 becomes U+FFFD.
std::string Quote(std::string_view text);

/// The `_meta` object of `params`, or nullptr.
const json::Json* MetaOf(const json::Json& params);

}  // namespace bw::gateway
