#include "sandbox/core/account.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sandbox/core/url.h"

namespace bw::sandbox {
namespace {

enum class SettingKind { kText, kUrl, kMethod, kTimeout, kCredentials, kEventTypes };

// Bits, so that a setting may belong to both families.
constexpr unsigned kVoice = 1;
constexpr unsigned kMessaging = 2;

struct SettingRule {
  std::string_view name;
  SettingKind kind;
  unsigned families;
  /// This setting is meaningless without that one; "" when it stands alone.
  std::string_view needs;
  int needs_code;
};

constexpr std::array<SettingRule, 18> kSettings = {{
    {"ServiceType", SettingKind::kText, kVoice | kMessaging, "", 0},
    {"ApplicationId", SettingKind::kText, kVoice | kMessaging, "", 0},
    {"AppName", SettingKind::kText, kVoice | kMessaging, "", 0},
    {"CallInitiatedCallbackUrl", SettingKind::kUrl, kVoice, "", 0},
    {"CallInitiatedMethod", SettingKind::kMethod, kVoice, "CallInitiatedCallbackUrl", 12963},
    {"CallStatusCallbackUrl", SettingKind::kUrl, kVoice, "", 0},
    {"CallStatusMethod", SettingKind::kMethod, kVoice, "CallStatusCallbackUrl", 12963},
    {"CallInitiatedFallbackUrl", SettingKind::kUrl, kVoice, "", 0},
    {"CallInitiatedFallbackMethod", SettingKind::kMethod, kVoice, "CallInitiatedFallbackUrl",
     13048},
    {"CallInitiatedFallbackCreds", SettingKind::kCredentials, kVoice, "", 0},
    {"CallbackCreds", SettingKind::kCredentials, kVoice | kMessaging, "", 0},
    {"CallbackTimeout", SettingKind::kTimeout, kVoice, "", 0},
    {"InboundCallbackUrl", SettingKind::kUrl, kMessaging, "", 0},
    {"InboundCallbackCreds", SettingKind::kCredentials, kMessaging, "", 0},
    {"OutboundCallbackUrl", SettingKind::kUrl, kMessaging, "", 0},
    {"OutboundCallbackCreds", SettingKind::kCredentials, kMessaging, "", 0},
    {"RequestedCallbackTypes", SettingKind::kEventTypes, kMessaging, "", 0},
    {"MsgCallbackUrl", SettingKind::kUrl, kMessaging, "", 0},
}};

constexpr std::array<std::string_view, 3> kEventTypes = {"message-delivered", "message-failed",
                                                         "message-sending"};
constexpr std::size_t kMaxNameBytes = 256;

std::string_view NameOf(ServiceType type) {
  return type == ServiceType::kVoice ? "Voice-V2" : "Messaging-V2";
}

const SettingRule* FindRule(std::string_view name) {
  const auto* found = std::find_if(kSettings.begin(), kSettings.end(),
                                   [&](const SettingRule& rule) { return rule.name == name; });
  return found == kSettings.end() ? nullptr : found;
}

using Problem = std::optional<ApplicationProblem>;

Problem CheckValue(const SettingRule& rule, const xml::Element& setting) {
  const std::string text = xml::TextOf(setting);
  const std::string name(rule.name);
  switch (rule.kind) {
    case SettingKind::kText:
      if (text.size() > kMaxNameBytes) return {{1011, name + " is too long"}};
      return std::nullopt;
    case SettingKind::kUrl:
      if (text.empty() || CheckWebhookUrl(text).ok()) return std::nullopt;
      return {{12974, name + " is not a valid URL"}};
    case SettingKind::kMethod:
      if (text == "GET" || text == "POST") return std::nullopt;
      return {{12961, name + " must be GET or POST"}};
    case SettingKind::kTimeout: {
      const bool digits = !text.empty() && text.size() <= 2 &&
                          text.find_first_not_of("0123456789") == std::string::npos;
      const int seconds = digits ? std::stoi(text) : 0;
      if (seconds >= 1 && seconds <= 25) return std::nullopt;
      return {{13047, "CallbackTimeout must be a whole number from 1 to 25"}};
    }
    case SettingKind::kCredentials:
      if (xml::ChildText(setting, "UserId").empty() ||
          !xml::ChildText(setting, "Password").empty()) {
        return std::nullopt;
      }
      return {{12976, name + ": UserId needs Password in the same request"}};
    case SettingKind::kEventTypes:
      for (const xml::Element& child : setting.children) {
        if (std::find(kEventTypes.begin(), kEventTypes.end(), xml::TextOf(child)) ==
            kEventTypes.end()) {
          return {{1008, "RequestedCallbackTypes holds an unknown type"}};
        }
      }
      return std::nullopt;
  }
  return std::nullopt;
}

// The one setting that PATCH can take away.
bool IsRemoval(const xml::Element& setting) {
  return setting.name == "CallStatusCallbackUrl" && xml::TextOf(setting) == "remove";
}

void RemoveSetting(std::string_view name, xml::Element& element) {
  std::erase_if(element.children, [&](const xml::Element& child) { return child.name == name; });
}

Problem CheckSetting(const xml::Element& setting, const Application& application) {
  const SettingRule* rule = FindRule(setting.name);
  if (rule == nullptr) return {{1019, setting.name.substr(0, 64) + " is not a known setting"}};
  const unsigned family = application.type == ServiceType::kVoice ? kVoice : kMessaging;
  if ((rule->families & family) == 0) {
    return {{12962, std::string(rule->name) + " does not belong to a " +
                        std::string(NameOf(application.type)) + " application"}};
  }
  if (rule->name == "ServiceType" && xml::TextOf(setting) != NameOf(application.type)) {
    return {{12964, "ServiceType may not be changed"}};
  }
  return CheckValue(*rule, setting);
}

// What must hold for the settings together.
Problem CheckWhole(const xml::Element& element, ServiceType type) {
  if (xml::ChildText(element, "AppName").empty()) return {{1003, "AppName is required"}};
  const std::string_view url =
      type == ServiceType::kVoice ? "CallInitiatedCallbackUrl" : "InboundCallbackUrl";
  if (xml::ChildText(element, url).empty()) return {{1003, std::string(url) + " is required"}};
  for (const SettingRule& rule : kSettings) {
    if (rule.needs.empty() || xml::FindChild(element, rule.name) == nullptr) continue;
    if (xml::ChildText(element, rule.needs).empty()) {
      return {{rule.needs_code,
               std::string(rule.name) + " is given without " + std::string(rule.needs)}};
    }
  }
  return std::nullopt;
}

std::optional<ServiceType> TypeOf(std::string_view name) {
  for (const ServiceType type : {ServiceType::kVoice, ServiceType::kMessaging}) {
    if (NameOf(type) == name) return type;
  }
  return std::nullopt;
}

void SetSetting(const xml::Element& setting, xml::Element& element) {
  if (xml::Element* present = xml::FindChild(element, setting.name)) {
    *present = setting;
  } else {
    element.children.push_back(setting);
  }
}

xml::Element CredentialsElement(std::string_view name, const Credentials& credentials) {
  return xml::Branch(name, {xml::Leaf("UserId", credentials.username),
                            xml::Leaf("Password", credentials.password)});
}

Application MakeVoiceApplication(const AccountSeed& seed) {
  Application application;
  application.id = seed.voice_application_id;
  application.type = ServiceType::kVoice;
  const std::string base = seed.callback_base_url + "/callbacks/voice";
  application.element = xml::Branch(
      "Application", {xml::Leaf("ApplicationId", application.id),
                      xml::Leaf("ServiceType", "Voice-V2"), xml::Leaf("AppName", "Sandbox voice"),
                      xml::Leaf("CallInitiatedCallbackUrl", base + "/answer"),
                      xml::Leaf("CallInitiatedMethod", "POST"),
                      xml::Leaf("CallStatusCallbackUrl", base + "/disconnect"),
                      xml::Leaf("CallStatusMethod", "POST"), xml::Leaf("CallbackTimeout", "15")});
  if (seed.callback_credentials) {
    application.element.children.push_back(
        CredentialsElement("CallbackCreds", *seed.callback_credentials));
  }
  return application;
}

Application MakeMessagingApplication(const AccountSeed& seed) {
  Application application;
  application.id = seed.messaging_application_id;
  application.type = ServiceType::kMessaging;
  const std::string base = seed.callback_base_url + "/callbacks/messaging";
  xml::Element types = xml::Branch("RequestedCallbackTypes", {});
  for (const std::string_view type : kEventTypes) {
    types.children.push_back(xml::Leaf("CallbackType", type));
  }
  application.element = xml::Branch(
      "Application",
      {xml::Leaf("ApplicationId", application.id), xml::Leaf("ServiceType", "Messaging-V2"),
       xml::Leaf("AppName", "Sandbox messaging"),
       xml::Leaf("InboundCallbackUrl", base + "/inbound"),
       xml::Leaf("OutboundCallbackUrl", base + "/status"), std::move(types)});
  if (seed.callback_credentials) {
    for (const std::string_view name : {"InboundCallbackCreds", "OutboundCallbackCreds"}) {
      application.element.children.push_back(CredentialsElement(name, *seed.callback_credentials));
    }
  }
  return application;
}

}  // namespace

std::optional<Credentials> Application::CredentialsIn(std::string_view name) const {
  const xml::Element* found = xml::FindChild(element, name);
  if (found == nullptr) return std::nullopt;
  Credentials credentials{xml::ChildText(*found, "UserId"), xml::ChildText(*found, "Password")};
  if (credentials.username.empty()) return std::nullopt;
  return credentials;
}

bool Application::WantsMessagingEvent(std::string_view event_type) const {
  const xml::Element* types = xml::FindChild(element, "RequestedCallbackTypes");
  const auto listed = types == nullptr ? std::vector<const xml::Element*>()
                                       : xml::FindChildren(*types, "CallbackType");
  // Without a list, the final outcomes are reported and the intermediate step is not.
  if (listed.empty()) return event_type != "message-sending";
  return std::any_of(listed.begin(), listed.end(),
                     [&](const xml::Element* t) { return xml::TextOf(*t) == event_type; });
}

Application* Account::FindApplication(std::string_view application_id) {
  const auto found = std::find_if(applications.begin(), applications.end(),
                                  [&](const Application& a) { return a.id == application_id; });
  return found == applications.end() ? nullptr : &*found;
}

const Application* Account::FindApplication(std::string_view application_id,
                                            ServiceType type) const {
  const auto found =
      std::find_if(applications.begin(), applications.end(),
                   [&](const Application& a) { return a.id == application_id && a.type == type; });
  return found == applications.end() ? nullptr : &*found;
}

const PhoneNumber* Account::FindNumber(std::string_view number) const {
  const auto found = std::find_if(numbers.begin(), numbers.end(),
                                  [&](const PhoneNumber& n) { return n.number == number; });
  return found == numbers.end() ? nullptr : &*found;
}

bool Account::IsInUse(std::string_view application_id) const {
  return std::any_of(numbers.begin(), numbers.end(), [&](const PhoneNumber& number) {
    return number.voice_application_id == application_id ||
           number.messaging_application_id == application_id;
  });
}

PhoneNumber* Account::FindNumber(std::string_view number) {
  const auto found = std::find_if(numbers.begin(), numbers.end(),
                                  [&](const PhoneNumber& n) { return n.number == number; });
  return found == numbers.end() ? nullptr : &*found;
}

Account MakeAccount(const AccountSeed& seed) {
  Account account;
  account.id = seed.account_id;
  account.has_voice_product = seed.has_voice_product;
  account.applications = {MakeVoiceApplication(seed), MakeMessagingApplication(seed)};
  for (const std::string& number : seed.numbers) {
    account.numbers.push_back({number, seed.voice_application_id, seed.messaging_application_id});
  }
  return account;
}

std::variant<const Application*, ApplicationProblem> CreateApplication(const xml::Element& wanted,
                                                                       std::string id,
                                                                       Account& account) {
  const std::string type_name = xml::ChildText(wanted, "ServiceType");
  if (type_name.empty()) return ApplicationProblem{1003, "ServiceType is required"};
  const auto type = TypeOf(type_name);
  if (!type) return ApplicationProblem{1008, "ServiceType must be Voice-V2 or Messaging-V2"};
  if (*type == ServiceType::kVoice && !account.has_voice_product) {
    return ApplicationProblem{12150, "HTTP voice feature is required on the account", 409};
  }
  if (account.applications.size() >= Account::kMaxApplications) {
    return ApplicationProblem{5007, "The account has too many applications"};
  }
  Application application;
  application.id = std::move(id);
  application.type = *type;
  application.element = xml::Branch("Application", {});
  if (Problem problem = UpdateApplication(wanted, /*merge=*/false, application)) return *problem;
  account.applications.push_back(std::move(application));
  return &account.applications.back();
}

Problem DeleteApplication(std::string_view id, Account& account) {
  if (account.FindApplication(id) == nullptr) {
    return {{1016, "The application does not exist", 404}};
  }
  if (account.IsInUse(id)) return {{12107, "The application is used by locations of the account"}};
  std::erase_if(account.applications, [&](const Application& a) { return a.id == id; });
  return std::nullopt;
}

std::optional<ApplicationProblem> UpdateApplication(const xml::Element& update, bool merge,
                                                    Application& application) {
  if (update.name != "Application") return {{1019, "the root element must be Application"}};
  for (const xml::Element& setting : update.children) {
    if (setting.is_text()) return {{1019, "Application holds text"}};
    if (merge && IsRemoval(setting)) continue;
    if (Problem problem = CheckSetting(setting, application)) return problem;
  }
  xml::Element changed = application.element;
  if (!merge) {
    changed.children = {xml::Leaf("ApplicationId", application.id),
                        xml::Leaf("ServiceType", NameOf(application.type))};
  }
  for (const xml::Element& setting : update.children) {
    if (merge && IsRemoval(setting)) {
      RemoveSetting("CallStatusCallbackUrl", changed);
      RemoveSetting("CallStatusMethod", changed);
    } else if (setting.name != "ApplicationId") {
      SetSetting(setting, changed);
    }
  }
  if (Problem problem = CheckWhole(changed, application.type)) return problem;
  application.element = std::move(changed);
  return std::nullopt;
}

xml::Element PublicElement(const Application& application) {
  xml::Element element = application.element;
  for (xml::Element& setting : element.children) {
    std::erase_if(setting.children, [](const xml::Element& c) { return c.name == "Password"; });
  }
  return element;
}

}  // namespace bw::sandbox
