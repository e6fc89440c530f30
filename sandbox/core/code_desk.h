// One-time codes (MFA): sent by text or spoken, verified a limited number of times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "common/clock/clock.h"
#include "common/json/json.h"
#include "common/status/status.h"
#include "sandbox/core/message_simulator.h"
#include "sandbox/core/random.h"

namespace bw::sandbox {

/// Not thread-safe. INVALID_ARGUMENT: 400; RESOURCE_EXHAUSTED: 429.
class CodeDesk {
 public:
  static constexpr std::size_t kMaxCodes = 1000;
  static constexpr int kMaxAttempts = 5;

  CodeDesk(const Account& account, const Clock& clock, Random& random, MessageSimulator& messages)
      : account_(account), clock_(clock), random_(random), messages_(messages) {}

  enum class Channel { kVoice, kMessaging };
  /// {"callId":…} or {"messageId":…}. A spoken code is noted, not called out: see Observe.
  StatusOr<json::Json> Generate(const json::Json& body, Channel channel);
  /// {"valid":…}; a code is good once, within the minutes the caller names.
  StatusOr<json::Json> Verify(const json::Json& body);
  /// The codes, for whoever plays the person with the telephone.
  json::Json Observe() const;

 private:
  struct Code {
    std::string to;
    std::string scope;
    std::string code;
    std::string channel;
    std::int64_t made_ms = 0;
    int attempts = 0;
    bool used = false;
  };

  const Account& account_;
  const Clock& clock_;
  Random& random_;
  MessageSimulator& messages_;
  std::deque<Code> codes_;
};

}  // namespace bw::sandbox
