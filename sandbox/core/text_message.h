// One text message, and the bodies of createMessage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/json/json.h"
#include "sandbox/core/account.h"
#include "sandbox/core/fields.h"

namespace bw::sandbox {

struct TextMessage {
  std::string id;
  std::string owner;  // the account's number
  std::string application_id;
  std::string from;
  std::vector<std::string> to;
  std::string text;
  std::vector<std::string> media;
  std::string tag;
  std::string priority;
  std::string expiration;
  std::int64_t time_ms = 0;
  int segments = 1;
  bool outbound = true;
  /// ACCEPTED, SENDING, DELIVERED, FAILED or RECEIVED, as listMessages names them.
  std::string status = "ACCEPTED";
  std::optional<std::int64_t> error_code;
  /// Recipients without an outcome.
  std::size_t unsettled = 0;
  /// What happened to its webhooks, for the sandbox's own view.
  json::Json webhooks = json::Json::array();

  bool is_mms() const { return !media.empty() || to.size() > 1; }
};

/// Parts of a text: 160 or 153 GSM-7 characters each, or 70 or 67 of UCS-2; one for an empty text.
int CountSegments(std::string_view text);

/// A message with everything the body says; id and time are not set. Otherwise what is wrong.
std::variant<TextMessage, std::vector<FieldProblem>> ParseCreateMessage(const json::Json& body,
                                                                        const Account& account);

/// The "message" of API answers and webhooks; `with_text` false leaves the text empty, as status
/// events do.
json::Json MessageJson(const TextMessage& message, bool with_text);
/// One row of listMessages; it never holds the text.
json::Json ListedMessageJson(const TextMessage& message, std::string_view account_id);
/// The sandbox's own view: the text, the status and the webhooks.
json::Json ObservedMessageJson(const TextMessage& message);

}  // namespace bw::sandbox
