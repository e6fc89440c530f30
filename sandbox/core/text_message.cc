#include "sandbox/core/text_message.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/bxml/text_rules.h"
#include "common/clock/clock.h"
#include "sandbox/core/url.h"

namespace bw::sandbox {
namespace {

using json::Json;

constexpr double kMaxRecipients = 10;
constexpr double kMaxTextBytes = 2048;
constexpr double kMaxMedia = 10;
constexpr std::size_t kMaxMediaUrlBytes = 4096;

constexpr std::array<FieldRule, 7> kRules = {{
    {"applicationId", FieldKind::kText, true, 1, 64},
    {"from", FieldKind::kText, true, 1, 32},
    {"text", FieldKind::kText, false, 0, kMaxTextBytes},
    {"media", FieldKind::kTexts, false, 0, kMaxMedia},
    {"tag", FieldKind::kText, false, 0, 1024},
    {"priority", FieldKind::kText, false, 0, 16},
    {"expiration", FieldKind::kText, false, 0, 64},
}};

// GSM 03.38: the basic table beyond ASCII letters and digits, and the table behind the escape,
// whose characters take two places.
constexpr std::u32string_view kGsmBasic =
    U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
constexpr std::u32string_view kGsmExtended = U"\f^{}\\[~]|€";

bool IsAsciiAlphanumeric(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Bytes that are not UTF-8 count as one character each.
std::vector<char32_t> Decode(std::string_view text) {
  std::vector<char32_t> characters;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    length = std::min(length, text.size() - i);
    char32_t c = length == 1 ? first : first & (0xFFu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    }
    characters.push_back(c);
    i += length;
  }
  return characters;
}

bool IsSender(std::string_view from, const Account& account) {
  return account.FindNumber(from) != nullptr;
}

void AddTextProblems(const Json& body, std::vector<FieldProblem>& problems) {
  const Json* media = json::FindArray(body, "media");
  const bool has_media = media != nullptr && !media->empty();
  if (!has_media && json::StringOr(body, "text").empty()) {
    problems.push_back({"text", "is required when there is no media"});
  }
  for (const Json& url : has_media ? *media : Json::array()) {
    if (!url.is_string()) continue;
    const auto& text = url.get_ref<const std::string&>();
    if (text.size() > kMaxMediaUrlBytes || bxml::UrlScheme(text).empty()) {
      problems.push_back({"media", "must hold absolute URLs of at most 4096 characters"});
    }
  }
  const std::string priority = json::StringOr(body, "priority", "default");
  if (priority != "default" && priority != "high") {
    problems.push_back({"priority", "must be default or high"});
  }
  if (const auto expiration = json::GetString(body, "expiration")) {
    if (!ParseIso8601(*expiration).ok()) {
      problems.push_back({"expiration", "must be an ISO 8601 date-time"});
    }
  }
}

// `to` is an array; a single string is taken too, as the platform does.
std::vector<std::string> Recipients(const Json& body, std::vector<FieldProblem>& problems) {
  const Json* to = json::Find(body, "to");
  const Json list = to != nullptr && to->is_string() ? Json::array({*to})
                    : to != nullptr                  ? *to
                                                     : Json();
  constexpr std::array<FieldRule, 1> kTo = {{{"to", FieldKind::kTexts, true, 1, kMaxRecipients}}};
  for (FieldProblem& problem : CheckFields(Json{{"to", list}}, kTo)) {
    problems.push_back(std::move(problem));
    return {};
  }
  std::vector<std::string> recipients = list.get<std::vector<std::string>>();
  for (const std::string& number : recipients) {
    if (!bxml::IsE164(number)) {
      problems.push_back({"to", "must hold E.164 numbers such as +15550100001"});
      break;
    }
  }
  return recipients;
}

}  // namespace

int CountSegments(std::string_view text) {
  const std::vector<char32_t> characters = Decode(text);
  std::size_t places = 0;
  bool gsm = true;
  for (const char32_t c : characters) {
    if (IsAsciiAlphanumeric(c) || kGsmBasic.find(c) != std::u32string_view::npos) {
      places += 1;
    } else if (kGsmExtended.find(c) != std::u32string_view::npos) {
      places += 2;
    } else {
      gsm = false;
    }
  }
  if (!gsm) {
    places = 0;
    for (const char32_t c : characters) places += c > 0xFFFF ? 2 : 1;
  }
  const std::size_t single = gsm ? 160 : 70;
  const std::size_t part = gsm ? 153 : 67;
  return places <= single ? 1 : static_cast<int>((places + part - 1) / part);
}

std::variant<TextMessage, std::vector<FieldProblem>> ParseCreateMessage(const Json& body,
                                                                        const Account& account) {
  std::vector<FieldProblem> problems = CheckFields(body, kRules);
  if (!body.is_object()) return problems;
  TextMessage message;
  message.to = Recipients(body, problems);
  if (problems.empty()) AddTextProblems(body, problems);
  message.from = json::StringOr(body, "from");
  if (!message.from.empty() && !IsSender(message.from, account)) {
    problems.push_back({"from", "must be a phone number of this account"});
  }
  message.application_id = json::StringOr(body, "applicationId");
  if (!message.application_id.empty() &&
      account.FindApplication(message.application_id, ServiceType::kMessaging) == nullptr) {
    problems.push_back({"applicationId", "is not a messaging application of this account"});
  }
  if (!problems.empty()) return problems;
  message.owner = message.from;
  message.text = json::StringOr(body, "text");
  if (const Json* media = json::FindArray(body, "media")) {
    message.media = media->get<std::vector<std::string>>();
  }
  message.tag = json::StringOr(body, "tag");
  message.priority = json::StringOr(body, "priority");
  message.expiration = json::StringOr(body, "expiration");
  message.segments = message.is_mms() ? 1 : CountSegments(message.text);
  return message;
}

Json MessageJson(const TextMessage& message, bool with_text) {
  Json object = {{"id", message.id},
                 {"owner", message.owner},
                 {"applicationId", message.application_id},
                 {"time", FormatIso8601(message.time_ms)},
                 {"segmentCount", message.segments},
                 {"direction", message.outbound ? "out" : "in"},
                 {"to", message.to},
                 {"from", message.from},
                 {"text", with_text ? message.text : ""},
                 {"channel", message.is_mms() ? "MMS" : "SMS"}};
  if (!message.media.empty()) object["media"] = message.media;
  if (!message.tag.empty()) object["tag"] = message.tag;
  if (!message.priority.empty()) object["priority"] = message.priority;
  if (!message.expiration.empty()) object["expiration"] = message.expiration;
  return object;
}

Json ListedMessageJson(const TextMessage& message, std::string_view account_id) {
  Json row = {{"messageId", message.id},
              {"accountId", account_id},
              {"sourceTn", message.from},
              {"destinationTn", message.to.empty() ? "" : message.to.front()},
              {"messageStatus", message.status},
              {"messageDirection", message.outbound ? "OUTBOUND" : "INBOUND"},
              {"messageType", message.is_mms() ? "mms" : "sms"},
              {"segmentCount", message.segments},
              {"errorCode", message.error_code.value_or(0)},
              {"receiveTime", FormatIso8601(message.time_ms)},
              {"carrierName", nullptr}};
  return row;
}

Json ObservedMessageJson(const TextMessage& message) {
  Json observed = MessageJson(message, /*with_text=*/true);
  observed["status"] = message.status;
  if (message.error_code) observed["errorCode"] = *message.error_code;
  observed["webhooks"] = message.webhooks;
  return observed;
}

}  // namespace bw::sandbox
