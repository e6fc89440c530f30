// Refusals that the sandbox has no reason of its own for (a product that is off, a role that is
// missing, a credit that is used up, a gateway that is in trouble): asked for beforehand, given
// once or several times.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::sandbox {

struct Refusal {
  int status = 400;
  /// A code of the dashboard's API; 0: none.
  int code = 0;
  std::string description;
  /// Sent as it is instead of an error in the API's own shape.
  std::optional<std::string> body;
  std::string content_type;
  int retry_after_s = 0;
};

/// A refusal with a name: what Bandwidth answers for a reason that is not in the request.
struct KnownRefusal {
  std::string_view name;
  int status;
  int code;
  std::string_view description;
  /// With a content type, `description` is the whole body; "-" is an empty one.
  std::string_view content_type;
};
std::span<const KnownRefusal> KnownRefusals();

/// Not thread-safe.
class RefusalDesk {
 public:
  static constexpr std::size_t kMaxRefusals = 100;
  static constexpr int kMaxTimes = 1000;

  /// {"path": a prefix, "method"?, "times"?: 1, and "name" of a known refusal or "status",
  /// "code"?, "description"?, "body"?, "content_type"?, "retry_after"?}. INVALID_ARGUMENT names
  /// the member; RESOURCE_EXHAUSTED beyond kMaxRefusals.
  Status Add(const json::Json& body);
  /// The refusal that a request meets, used up by that.
  std::optional<Refusal> Take(std::string_view method, std::string_view path);
  void Clear() { entries_.clear(); }
  json::Json Observe() const;

 private:
  struct Entry {
    std::string method;
    std::string path;
    Refusal refusal;
    int left = 1;
  };
  std::deque<Entry> entries_;
};

}  // namespace bw::sandbox
