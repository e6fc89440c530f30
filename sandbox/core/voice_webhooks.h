// Voice webhooks by the platform's rules: those that are answered with BXML have a timeout and a
// fallback, those that only notify are sent once more when the first attempt reached nobody.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/bxml/document.h"
#include "common/clock/clock.h"
#include "common/json/json.h"
#include "common/status/status.h"
#include "sandbox/core/call_book.h"
#include "sandbox/core/settings.h"
#include "sandbox/core/webhook.h"

namespace bw::sandbox {

/// A document and the URL it came from.
struct Script {
  bxml::Document document;
  std::string url;
};

/// Not thread-safe; everything runs on the simulator's thread.
class VoiceWebhooks {
 public:
  /// INVALID_ARGUMENT: the answer is no valid BXML; UNAVAILABLE: nobody answered in time with a
  /// 2xx.
  using OnScript = std::function<void(StatusOr<Script>)>;

  VoiceWebhooks(const SimulationSettings& settings, const Clock& clock, WebhookClient& client,
                CallBook& calls);

  /// Posts `event` to the target, then, if that fails, to its fallback. `done` runs later, exactly
  /// once. An answer without a body is an empty document.
  void Ask(Call& call, json::Json event, const CallbackTarget& target,
           std::chrono::milliseconds timeout, OnScript done);

  /// Posts `event` and forgets it; without a URL it does nothing.
  void Notify(Call& call, json::Json event, const CallbackTarget& target);

 private:
  struct Question;
  void AskOnce(std::shared_ptr<Question> question, bool fallback);
  void NotifyOnce(const std::string& call_id, json::Json event, const CallbackTarget& target,
                  bool again);
  StatusOr<Script> ReadAnswer(const Question& question, const std::string& url,
                              const Delivery& delivery, json::Json& entry) const;
  void Record(const std::string& call_id, json::Json entry);

  const SimulationSettings& settings_;
  const Clock& clock_;
  WebhookClient& client_;
  CallBook& calls_;
};

/// "filler" when a document only passes time and asks again (sounds or silence, then Redirect),
/// "hangup" when it ends the call at once, else "answer".
std::string_view KindOfDocument(const bxml::Document& document);

}  // namespace bw::sandbox
