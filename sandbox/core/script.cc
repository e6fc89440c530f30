#include "sandbox/core/script.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sandbox/core/fields.h"

namespace bw::sandbox {
namespace {

using json::Json;

constexpr double kMaxMs = 86'400'000;
constexpr double kMaxGathers = 1000;
constexpr std::size_t kMaxKeys = 50;
constexpr double kMaxTextBytes = 2048;

constexpr std::array<FieldRule, 14> kRules = {{
    {"digits", FieldKind::kTexts, false, 0, kMaxGathers},
    {"answer_after_ms", FieldKind::kInteger, false, 0, kMaxMs},
    {"press_after_ms", FieldKind::kInteger, false, 0, kMaxMs},
    {"record_ms", FieldKind::kInteger, false, 0, kMaxMs},
    {"talk_ms", FieldKind::kInteger, false, 0, kMaxMs},
    {"reply_after_ms", FieldKind::kInteger, false, 0, kMaxMs},
    {"hangup_after_ms", FieldKind::kInteger, false, 0, kMaxMs},
    {"hangup_after_gathers", FieldKind::kInteger, false, 0, kMaxGathers},
    {"busy", FieldKind::kBoolean},
    {"reject", FieldKind::kBoolean},
    {"no_answer", FieldKind::kBoolean},
    {"machine", FieldKind::kBoolean},
    {"reply_text", FieldKind::kText, false, 1, kMaxTextBytes},
    {"fail_code", FieldKind::kInteger, false, 1000, 9999},
}};

struct IntegerMember {
  std::string_view name;
  std::int64_t CallerScript::*member;
};
constexpr std::array<IntegerMember, 5> kIntegers = {{
    {"answer_after_ms", &CallerScript::answer_after_ms},
    {"press_after_ms", &CallerScript::press_after_ms},
    {"record_ms", &CallerScript::record_ms},
    {"talk_ms", &CallerScript::talk_ms},
    {"reply_after_ms", &CallerScript::reply_after_ms},
}};

struct OptionalMember {
  std::string_view name;
  std::optional<std::int64_t> CallerScript::*member;
};
constexpr std::array<OptionalMember, 3> kOptionals = {{
    {"hangup_after_ms", &CallerScript::hangup_after_ms},
    {"hangup_after_gathers", &CallerScript::hangup_after_gathers},
    {"fail_code", &CallerScript::fail_code},
}};

struct FlagMember {
  std::string_view name;
  bool CallerScript::*member;
};
constexpr std::array<FlagMember, 4> kFlags = {{
    {"busy", &CallerScript::busy},
    {"reject", &CallerScript::reject},
    {"no_answer", &CallerScript::no_answer},
    {"machine", &CallerScript::machine},
}};

Status CheckNames(const Json& object, const std::vector<std::string_view>& allowed) {
  for (const auto& [name, value] : object.items()) {
    const std::string_view member = name;
    const bool known = std::any_of(kRules.begin(), kRules.end(),
                                   [&](const auto& r) { return r.name == member; }) ||
                       std::find(allowed.begin(), allowed.end(), member) != allowed.end();
    if (!known) return InvalidArgument(name.substr(0, 64) + " is not a member of a script");
  }
  return OkStatus();
}

}  // namespace

StatusOr<CallerScript> ParseCallerScript(const Json& object,
                                         const std::vector<std::string_view>& allowed) {
  BW_RETURN_IF_ERROR(ToStatus(CheckFields(object, kRules)));
  BW_RETURN_IF_ERROR(CheckNames(object, allowed));
  CallerScript script;
  if (const Json* digits = json::FindArray(object, "digits")) {
    for (const Json& keys : *digits) script.digits.push_back(keys.get<std::string>());
  }
  for (const std::string& keys : script.digits) {
    if (keys.size() > kMaxKeys ||
        keys.find_first_not_of("0123456789*#ABCDabcd") != std::string::npos) {
      return InvalidArgument("digits must hold at most 50 of 0-9 * # A-D each");
    }
  }
  for (const auto& [name, member] : kIntegers) {
    script.*member = json::GetInt(object, name).value_or(script.*member);
  }
  for (const auto& [name, member] : kOptionals) script.*member = json::GetInt(object, name);
  for (const auto& [name, member] : kFlags) {
    script.*member = json::GetBool(object, name).value_or(false);
  }
  if (const auto text = json::GetString(object, "reply_text")) script.reply_text = *text;
  return script;
}

Json ToJson(const CallerScript& script) {
  Json object = {{"digits", script.digits}};
  for (const auto& [name, member] : kIntegers) object[std::string(name)] = script.*member;
  for (const auto& [name, member] : kOptionals) {
    if ((script.*member).has_value()) object[std::string(name)] = *(script.*member);
  }
  for (const auto& [name, member] : kFlags) {
    if (script.*member) object[std::string(name)] = true;
  }
  if (script.reply_text) object["reply_text"] = *script.reply_text;
  return object;
}

Status ScriptBook::Set(const std::string& number, CallerScript script) {
  if (scripts_.size() >= kMaxScripts && !scripts_.contains(number)) {
    return ResourceExhausted("at most " + std::to_string(kMaxScripts) +
                             " numbers can have a script");
  }
  scripts_[number] = std::move(script);
  return OkStatus();
}

const CallerScript& ScriptBook::Find(std::string_view number) const {
  static const CallerScript kDefault;
  const auto found = scripts_.find(number);
  return found == scripts_.end() ? kDefault : found->second;
}

}  // namespace bw::sandbox
