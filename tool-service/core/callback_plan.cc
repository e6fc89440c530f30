#include "tool-service/core/callback_plan.h"

#include <algorithm>
#include <array>
#include <utility>

namespace bw::tool_service {
namespace {

using json::Json;
using xml::Element;

enum class Role { kIncomingUrl, kStatusUrl, kMethod, kCredentials, kEventTypes };

struct SettingRow {
  ApplicationKind kind;
  std::string_view name;
  Role role;
  /// Of a method: the URL that it belongs to and cannot outlive.
  std::string_view url = {};
};

// What this server writes; every other setting is somebody else's.
constexpr std::array kRows = {
    SettingRow{ApplicationKind::kVoice, "CallInitiatedCallbackUrl", Role::kIncomingUrl},
    SettingRow{ApplicationKind::kVoice, "CallInitiatedMethod", Role::kMethod,
               "CallInitiatedCallbackUrl"},
    SettingRow{ApplicationKind::kVoice, "CallStatusCallbackUrl", Role::kStatusUrl},
    SettingRow{ApplicationKind::kVoice, "CallStatusMethod", Role::kMethod, "CallStatusCallbackUrl"},
    SettingRow{ApplicationKind::kVoice, "CallbackCreds", Role::kCredentials},
    SettingRow{ApplicationKind::kMessaging, "InboundCallbackUrl", Role::kIncomingUrl},
    SettingRow{ApplicationKind::kMessaging, "InboundCallbackCreds", Role::kCredentials},
    SettingRow{ApplicationKind::kMessaging, "OutboundCallbackUrl", Role::kStatusUrl},
    SettingRow{ApplicationKind::kMessaging, "OutboundCallbackCreds", Role::kCredentials},
    SettingRow{ApplicationKind::kMessaging, "RequestedCallbackTypes", Role::kEventTypes},
};

// What a method is when it is not named.
constexpr std::string_view kDefaultMethod = "POST";
// The outcomes of a text; an application without a list reports both.
constexpr std::array<std::string_view, 2> kOutcomes = {"message-delivered", "message-failed"};
constexpr std::string_view kSending = "message-sending";
// Names of settings beside kRows that say where an application reports to.
constexpr std::array<std::string_view, 7> kOtherCallbackSettings = {"ServiceType",
                                                                    "AppName",
                                                                    "CallInitiatedFallbackUrl",
                                                                    "CallInitiatedFallbackMethod",
                                                                    "CallInitiatedFallbackCreds",
                                                                    "CallbackTimeout",
                                                                    "MsgCallbackUrl"};

std::string OurUrl(const SettingRow& row, const CallbackUrls& urls) {
  const bool voice = row.kind == ApplicationKind::kVoice;
  if (row.role == Role::kIncomingUrl) return voice ? urls.Answer() : urls.MessagingInbound();
  return voice ? urls.Disconnect() : urls.MessagingStatus();
}

Element CredentialsElement(std::string_view name, const std::string& user,
                           const std::string& password) {
  return xml::Branch(name, {xml::Leaf("UserId", user), xml::Leaf("Password", password)});
}

std::string UserOf(const Element* credentials) {
  return credentials == nullptr ? "" : xml::ChildText(*credentials, "UserId");
}

std::string MethodOf(const Element& application, std::string_view name) {
  std::string method = xml::ChildText(application, name);
  return method.empty() ? std::string(kDefaultMethod) : method;
}

std::vector<std::string> TypesOf(const Element* list) {
  std::vector<std::string> types;
  if (list == nullptr) return types;
  for (const Element* type : xml::FindChildren(*list, "CallbackType")) {
    types.push_back(xml::TextOf(*type));
  }
  return types;
}

Element TypesElement(const std::vector<std::string>& types) {
  Element list = xml::Branch("RequestedCallbackTypes", {});
  for (const std::string& type : types) list.children.push_back(xml::Leaf("CallbackType", type));
  return list;
}

// The list with the outcomes; nullopt when they are reported already.
std::optional<Element> WithOutcomes(const Element* list) {
  std::vector<std::string> types = TypesOf(list);
  if (types.empty()) return std::nullopt;
  const std::size_t before = types.size();
  for (const std::string_view outcome : kOutcomes) {
    if (std::find(types.begin(), types.end(), outcome) == types.end()) types.emplace_back(outcome);
  }
  if (types.size() == before) return std::nullopt;
  return TypesElement(types);
}

bool IsTouched(const ApplicationChange& change, std::string_view name) {
  return std::any_of(change.settings.begin(), change.settings.end(),
                     [&](const Element& setting) { return setting.name == name; }) ||
         std::find(change.cleared.begin(), change.cleared.end(), name) != change.cleared.end();
}

// Everything but credentials.
std::optional<Element> OurSetting(const SettingRow& row, const Element& application,
                                  const CallbackTarget& target) {
  switch (row.role) {
    case Role::kIncomingUrl:
    case Role::kStatusUrl: {
      std::string url = OurUrl(row, target.urls);
      if (xml::ChildText(application, row.name) == url) return std::nullopt;
      return xml::Leaf(row.name, url);
    }
    case Role::kMethod:
      if (MethodOf(application, row.name) == kDefaultMethod) return std::nullopt;
      return xml::Leaf(row.name, kDefaultMethod);
    case Role::kEventTypes:
      return WithOutcomes(xml::FindChild(application, row.name));
    case Role::kCredentials:
      break;
  }
  return std::nullopt;
}

// Puts one setting back as it was in `former`.
void PlanSettingBack(const SettingRow& row, const Element& application, const Element& former,
                     ApplicationChange& change) {
  const Element* was = xml::FindChild(former, row.name);
  const Element* is = xml::FindChild(application, row.name);
  if (row.role == Role::kMethod) {
    // A method without its URL is refused.
    const bool url_goes = IsTouched(change, row.url) && xml::ChildText(former, row.url).empty();
    if (url_goes) {
      if (is != nullptr) change.cleared.emplace_back(row.name);
    } else if (MethodOf(application, row.name) != MethodOf(former, row.name)) {
      change.settings.push_back(xml::Leaf(row.name, MethodOf(former, row.name)));
    }
    return;
  }
  if (row.role == Role::kEventTypes
          ? TypesOf(was) == TypesOf(is)
          : xml::ChildText(former, row.name) == xml::ChildText(application, row.name)) {
    return;
  }
  const bool had_none = was == nullptr || (was->children.empty());
  if (had_none) {
    change.cleared.emplace_back(row.name);
  } else {
    change.settings.push_back(*was);
  }
}

void PlanCredentialsBack(const SettingRow& row, const Element& application, const Element& former,
                         const CallbackTarget& target, const std::string& password,
                         ApplicationChange& change) {
  const std::string was = UserOf(xml::FindChild(former, row.name));
  const std::string is = UserOf(xml::FindChild(application, row.name));
  const bool were_ours = !was.empty() && was == target.credentials.username &&
                         target.urls.IsOurs(IncomingUrl(row.kind, former));
  if (!was.empty() && !password.empty()) {
    change.settings.push_back(CredentialsElement(row.name, was, password));
  } else if (was == is) {
    return;
  } else if (were_ours) {
    change.settings.push_back(CredentialsElement(row.name, was, target.credentials.password));
  } else {
    // Ours must not go to somebody else's server.
    change.cleared.emplace_back(row.name);
    if (!was.empty()) change.passwords_unknown.emplace_back(row.name);
  }
}

bool IsUnreadableCredentials(const Element& setting) {
  return xml::FindChild(setting, "UserId") != nullptr &&
         xml::ChildText(setting, "Password").empty();
}

bool IsAboutCallbacks(std::string_view name) {
  return std::any_of(kRows.begin(), kRows.end(),
                     [&](const SettingRow& row) { return row.name == name; }) ||
         std::find(kOtherCallbackSettings.begin(), kOtherCallbackSettings.end(), name) !=
             kOtherCallbackSettings.end();
}

Json Describe(const Element& setting) {
  if (setting.name == "RequestedCallbackTypes") return TypesOf(&setting);
  Json described = Json::object();
  for (const Element& child : setting.children) {
    if (!child.is_text() && child.name != "Password") described[child.name] = xml::TextOf(child);
  }
  return described.empty() ? Json(xml::TextOf(setting)) : described;
}

}  // namespace

std::string_view KindName(ApplicationKind kind) {
  return kind == ApplicationKind::kVoice ? "voice" : "messaging";
}

std::optional<ApplicationKind> KindOf(const Element& application) {
  const std::string type = xml::ChildText(application, "ServiceType");
  if (type.starts_with("Voice")) return ApplicationKind::kVoice;
  if (type.starts_with("Messaging")) return ApplicationKind::kMessaging;
  return std::nullopt;
}

ApplicationChange PlanOurs(ApplicationKind kind, const Element& application,
                           const CallbackTarget& target, bool renew_credentials) {
  ApplicationChange change;
  bool credentials_differ = renew_credentials;
  for (const SettingRow& row : kRows) {
    if (row.kind != kind) continue;
    if (auto setting = OurSetting(row, application, target)) {
      // A new address may get what was meant for another: the password goes with it.
      credentials_differ = credentials_differ || row.role != Role::kEventTypes;
      change.settings.push_back(*std::move(setting));
    }
    if (row.role == Role::kCredentials) {
      credentials_differ = credentials_differ || UserOf(xml::FindChild(application, row.name)) !=
                                                     target.credentials.username;
    }
  }
  if (target.credentials.empty() || !credentials_differ) return change;
  for (const SettingRow& row : kRows) {
    if (row.kind != kind || row.role != Role::kCredentials) continue;
    change.settings.push_back(
        CredentialsElement(row.name, target.credentials.username, target.credentials.password));
  }
  return change;
}

ApplicationChange PlanBack(ApplicationKind kind, const Element& application, const Element& former,
                           const CallbackTarget& target, const std::string& password) {
  ApplicationChange change;
  for (const SettingRow& row : kRows) {
    if (row.kind != kind) continue;
    if (row.role == Role::kCredentials) {
      PlanCredentialsBack(row, application, former, target, password, change);
    } else {
      PlanSettingBack(row, application, former, change);
    }
  }
  return change;
}

Element NewApplication(ApplicationKind kind, const std::string& name,
                       const CallbackTarget& target) {
  Element application = xml::Branch(
      "Application",
      {xml::Leaf("ServiceType", kind == ApplicationKind::kVoice ? "Voice-V2" : "Messaging-V2"),
       xml::Leaf("AppName", name)});
  for (const SettingRow& row : kRows) {
    if (row.kind != kind) continue;
    switch (row.role) {
      case Role::kIncomingUrl:
      case Role::kStatusUrl:
        application.children.push_back(xml::Leaf(row.name, OurUrl(row, target.urls)));
        break;
      case Role::kMethod:
        application.children.push_back(xml::Leaf(row.name, kDefaultMethod));
        break;
      case Role::kCredentials:
        if (target.credentials.empty()) break;
        application.children.push_back(
            CredentialsElement(row.name, target.credentials.username, target.credentials.password));
        break;
      case Role::kEventTypes: {
        std::vector<std::string> types(kOutcomes.begin(), kOutcomes.end());
        types.emplace_back(kSending);
        application.children.push_back(TypesElement(types));
        break;
      }
    }
  }
  return application;
}

Element PatchBody(const ApplicationChange& change) {
  return xml::Branch("Application", change.settings);
}

StatusOr<Element> PutBody(const Element& application, const ApplicationChange& change,
                          bool allow_loss) {
  Element body = xml::Branch("Application", {});
  std::string lost;
  for (const Element& setting : application.children) {
    if (setting.is_text() || setting.name == "ApplicationId" || IsTouched(change, setting.name)) {
      continue;
    }
    if (!IsUnreadableCredentials(setting)) {
      body.children.push_back(setting);
    } else if (!UserOf(&setting).empty()) {
      lost += (lost.empty() ? "" : ", ") + setting.name;
    }
  }
  if (!lost.empty() && !allow_loss) {
    return FailedPrecondition(
        "The application would have to be replaced as a whole, and its " + lost +
        " would be lost: passwords cannot be read back. Nothing was changed. Pass "
        "allow_credential_loss true if the person agrees, or change it in the Bandwidth app.");
  }
  for (const Element& setting : change.settings) body.children.push_back(setting);
  return body;
}

Status CheckApplied(const Element& application, const ApplicationChange& change) {
  for (const Element& wanted : change.settings) {
    const Element* found = xml::FindChild(application, wanted.name);
    const bool same = wanted.children.empty() || wanted.children.front().is_text()
                          ? found != nullptr && xml::TextOf(*found) == xml::TextOf(wanted)
                          : UserOf(found) == UserOf(&wanted) && TypesOf(found) == TypesOf(&wanted);
    if (!same) {
      return FailedPrecondition("Bandwidth accepted the change, but " + wanted.name +
                                " of the application is still another. Look with "
                                "listApplications before you repeat it.");
    }
  }
  return OkStatus();
}

std::string IncomingUrl(ApplicationKind kind, const Element& application) {
  for (const SettingRow& row : kRows) {
    if (row.kind == kind && row.role == Role::kIncomingUrl) {
      return xml::ChildText(application, row.name);
    }
  }
  return "";
}

Json DescribeCallbacks(const Element& application) {
  Json described = Json::object();
  for (const Element& setting : application.children) {
    if (!setting.is_text() && IsAboutCallbacks(setting.name)) {
      described[setting.name] = Describe(setting);
    }
  }
  return described;
}

std::string WriteSnapshot(const ApplicationSnapshot& snapshot) {
  return json::Dump({{"written_url", snapshot.written_url},
                     {"time_ms", snapshot.time_ms},
                     {"application", xml::Write(snapshot.application)}});
}

StatusOr<ApplicationSnapshot> ReadSnapshot(std::string_view text) {
  const auto value = json::Parse(text);
  if (!value.ok()) return DataLoss("the snapshot is not JSON");
  auto application = xml::Parse(json::StringOr(*value, "application"));
  const auto time = json::GetInt(*value, "time_ms");
  if (!application.ok() || !time || application->name != "Application") {
    return DataLoss("the snapshot holds no application");
  }
  return ApplicationSnapshot{json::StringOr(*value, "written_url"), *time, *std::move(application)};
}

}  // namespace bw::tool_service
