// What the event store keeps under an idempotency_key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/status/status.h"
#include "tool-service/core/tool.h"

namespace bw::tool_service {

struct OnceEntry {
  enum class State {
    /// Somebody is at it until until_ms at the latest, or went away without a word.
    kPending,
    /// `result` is what came of it.
    kDone,
    /// Something was sent, and nobody knows what came of it.
    kUnknown,
  };

  State state = State::kPending;
  /// Equal arguments have equal ones.
  std::string arguments_digest;
  /// When it was sent, or at least begun. Milliseconds since the Unix epoch.
  std::int64_t begun_ms = 0;
  std::int64_t until_ms = 0;
  /// What we put into the argument by which the API knows it again; empty: nothing.
  std::string reference;
  /// kDone: text and structured content; files are not kept.
  ToolResult result;
};

/// A larger result is kept without its structured content, then with its text cut.
inline constexpr std::size_t kMaxKeptResultBytes = 15u << 10;

std::string WriteOnceEntry(const OnceEntry& entry);
/// DATA_LOSS when it is not one.
StatusOr<OnceEntry> ReadOnceEntry(std::string_view text);

/// "once/<tool>/<digest of the principal>/<the key's bytes in hexadecimal>": callers do not see
/// each other's keys. At most 512 bytes for keys and names within their limits.
std::string OnceStoreKey(std::string_view tool, std::string_view principal, std::string_view key);

}  // namespace bw::tool_service
