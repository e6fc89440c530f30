// Bandwidth's messaging service: accepts texts, delivers them in simulated time, tells of it with
// webhooks that are sent again until somebody takes them, and lets people answer.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/clock/clock.h"
#include "common/clock/scheduler.h"
#include "common/json/json.h"
#include "common/status/status.h"
#include "sandbox/core/account.h"
#include "sandbox/core/random.h"
#include "sandbox/core/script.h"
#include "sandbox/core/settings.h"
#include "sandbox/core/text_message.h"
#include "sandbox/core/webhook.h"

namespace bw::sandbox {

/// Why createMessage was refused: a status, and for INVALID_ARGUMENT what is wrong with the
/// members.
struct MessageRefusal {
  Status status;
  std::vector<FieldProblem> problems;
};

struct MessageFilter {
  std::optional<std::string> message_id = {};
  std::optional<std::string> source = {};
  std::optional<std::string> destination = {};
  std::optional<std::string> status = {};
  std::optional<std::string> direction = {};
  std::optional<std::string> type = {};
  std::optional<std::int64_t> error_code = {};
  std::optional<std::int64_t> from_ms = {};
  std::optional<std::int64_t> to_ms = {};
};

/// Not thread-safe: everything runs on the scheduler's thread.
class MessageSimulator {
 public:
  /// Attempts at one webhook; the intervals double from one second to five minutes, which with this
  /// many covers the platform's 24 hours (simulated time).
  static constexpr int kMaxAttempts = 295;

  MessageSimulator(const SimulationSettings& settings, const Account& account, const Clock& clock,
                   Scheduler& scheduler, Random& random, WebhookClient& client,
                   const ScriptBook& scripts);

  /// The body of the 202.
  std::variant<json::Json, MessageRefusal> CreateMessage(const json::Json& body);
  /// Sends `text` from one of the account's numbers, as MFA does; the message's id.
  StatusOr<std::string> SendText(const std::string& from, const std::string& to,
                                 const std::string& application_id, const std::string& text);
  /// Somebody texts one of the account's numbers: {"from","to","text","media"}.
  StatusOr<json::Json> TextIn(const json::Json& body);
  /// Newest first; rows of listMessages.
  std::vector<json::Json> List(const MessageFilter& filter) const;
  /// Everything the sandbox knows of its messages, oldest first.
  json::Json Observe() const;

 private:
  struct Event;
  TextMessage& Add(TextMessage message);
  TextMessage* Find(std::string_view id);
  void Accept(TextMessage message);
  void Settle(const std::string& id, const std::string& recipient);
  void ReplyIfScripted(const TextMessage& message, const std::string& recipient);
  void Receive(const std::string& from, const std::string& to, const std::string& text,
               std::vector<std::string> media, const std::string& message_id);
  void Post(const TextMessage& message, const std::string& type, const std::string& to,
            const std::string& description);
  void Attempt(std::shared_ptr<Event> event);
  void RecordAttempt(const Event& event, const Delivery& delivery);

  const SimulationSettings& settings_;
  const Account& account_;
  const Clock& clock_;
  Scheduler& scheduler_;
  Random& random_;
  WebhookClient& client_;
  const ScriptBook& scripts_;
  std::deque<TextMessage> messages_;
};

}  // namespace bw::sandbox
