// How the people on the other end of the sandbox's phone numbers behave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"
#include "common/status/status.h"

namespace bw::sandbox {

/// One person's behaviour. Durations are milliseconds of simulated time (the time scale applies).
struct CallerScript {
  /// Keys pressed at each Gather, in order; "" lets that Gather time out. After the last entry the
  /// person presses nothing more.
  std::vector<std::string> digits = {};
  std::int64_t answer_after_ms = 1000;
  /// From the start of a Gather to the keys.
  std::int64_t press_after_ms = 1000;
  /// Length of what the person says to a Record.
  std::int64_t record_ms = 3000;
  /// How long the person talks when connected to somebody (Transfer, Bridge, Conference, Forward).
  std::int64_t talk_ms = 10'000;
  std::int64_t reply_after_ms = 1000;
  /// Hangs up this long after answering.
  std::optional<std::int64_t> hangup_after_ms = {};
  /// Hangs up soon after that many Gathers are done.
  std::optional<std::int64_t> hangup_after_gathers = {};
  bool busy = false;
  bool reject = false;
  bool no_answer = false;
  /// A machine takes the call: answering machine detection says so.
  bool machine = false;
  /// Texts to this number are answered with this.
  std::optional<std::string> reply_text = {};
  /// Texts to this number fail with this code, such as 4470.
  std::optional<std::int64_t> fail_code = {};
};

/// Reads {"digits":["1","2#"],"answer_after_ms":500,"busy":true,…}: the members of CallerScript,
/// all optional. A misspelt script would be a puzzling demo, so members that are neither of
/// CallerScript nor in `allowed` (those the caller reads itself) are refused. INVALID_ARGUMENT
/// names the member.
StatusOr<CallerScript> ParseCallerScript(const json::Json& object,
                                         const std::vector<std::string_view>& allowed);
json::Json ToJson(const CallerScript& script);

/// Scripts by phone number. Not thread-safe.
class ScriptBook {
 public:
  static constexpr std::size_t kMaxScripts = 1000;

  /// RESOURCE_EXHAUSTED when kMaxScripts other numbers have one.
  Status Set(const std::string& number, CallerScript script);
  /// The script of `number`, or the default behaviour: answer, press nothing, never hang up.
  const CallerScript& Find(std::string_view number) const;
  const std::map<std::string, CallerScript, std::less<>>& all() const { return scripts_; }

 private:
  std::map<std::string, CallerScript, std::less<>> scripts_;
};

}  // namespace bw::sandbox
