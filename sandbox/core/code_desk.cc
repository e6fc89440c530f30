#include "sandbox/core/code_desk.h"

#include <array>
#include <utility>

#include "sandbox/core/fields.h"

namespace bw::sandbox {
namespace {

using json::Json;

constexpr std::array<FieldRule, 6> kGenerate = {{
    {"to", FieldKind::kParty, true},
    {"from", FieldKind::kText, true, 1, 32},
    {"applicationId", FieldKind::kText, true, 1, 50},
    {"message", FieldKind::kText, true, 1, 2048},
    {"digits", FieldKind::kInteger, true, 4, 8},
    {"scope", FieldKind::kText, false, 0, 25},
}};

constexpr std::array<FieldRule, 4> kVerify = {{
    {"to", FieldKind::kParty, true},
    {"scope", FieldKind::kText, false, 0, 25},
    {"expirationTimeInMinutes", FieldKind::kNumber, true, 1, 15},
    {"code", FieldKind::kText, true, 4, 8},
}};

void ReplaceAll(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

StatusOr<Json> CodeDesk::Generate(const Json& body, Channel channel) {
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kGenerate)));
  const bool spoken = channel == Channel::kVoice;
  const std::string application_id = json::StringOr(body, "applicationId");
  if (account_.FindNumber(json::StringOr(body, "from")) == nullptr) {
    return InvalidArgument("from must be a phone number of this account");
  }
  if (account_.FindApplication(application_id,
                               spoken ? ServiceType::kVoice : ServiceType::kMessaging) == nullptr) {
    return InvalidArgument("applicationId is not an application of this account and channel");
  }
  std::string text = json::StringOr(body, "message");
  if (text.find("{CODE}") == std::string::npos) {
    return InvalidArgument("message must contain {CODE}");
  }
  Code code;
  code.to = json::StringOr(body, "to");
  code.scope = json::StringOr(body, "scope");
  code.channel = spoken ? "voice" : "messaging";
  code.made_ms = clock_.NowMs();
  for (std::int64_t i = json::GetInt(body, "digits").value_or(6); i > 0; --i) {
    code.code += static_cast<char>('0' + random_.Next() % 10);
  }
  ReplaceAll(text, "{CODE}", code.code);
  ReplaceAll(text, "{SCOPE}", code.scope);
  ReplaceAll(text, "{NAME}", "Sandbox");
  Json sent = {{"callId", NewId(random_, "c")}};
  if (!spoken) {
    BW_ASSIGN_OR_RETURN(const std::string id, messages_.SendText(json::StringOr(body, "from"),
                                                                 code.to, application_id, text));
    sent = {{"messageId", id}};
  }
  if (codes_.size() >= kMaxCodes) codes_.pop_front();
  codes_.push_back(std::move(code));
  return sent;
}

StatusOr<Json> CodeDesk::Verify(const Json& body) {
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(body, kVerify)));
  const std::string to = json::StringOr(body, "to");
  const std::string scope = json::StringOr(body, "scope");
  const double lifetime_ms = json::GetNumber(body, "expirationTimeInMinutes").value_or(0) * 60'000;
  // The newest code of that number and scope counts.
  for (auto code = codes_.rbegin(); code != codes_.rend(); ++code) {
    if (code->to != to || code->scope != scope) continue;
    if (++code->attempts > kMaxAttempts) {
      return ResourceExhausted("Too many attempts; request a new code");
    }
    const bool fresh = static_cast<double>(clock_.NowMs() - code->made_ms) <= lifetime_ms;
    const bool valid = fresh && !code->used && code->code == json::StringOr(body, "code");
    code->used = code->used || valid;
    return Json{{"valid", valid}};
  }
  return Json{{"valid", false}};
}

Json CodeDesk::Observe() const {
  Json all = Json::array();
  for (const Code& code : codes_) {
    all.push_back({{"to", code.to},
                   {"scope", code.scope},
                   {"code", code.code},
                   {"channel", code.channel},
                   {"attempts", code.attempts},
                   {"used", code.used}});
  }
  return all;
}

}  // namespace bw::sandbox
