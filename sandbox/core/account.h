// The sandbox's one customer account: its applications and phone numbers, as Bandwidth's dashboard
// API keeps them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/status/status.h"
#include "common/xml/xml.h"
#include "sandbox/core/webhook.h"

namespace bw::sandbox {

enum class ServiceType { kVoice, kMessaging };

/// An application's settings live in the XML element that the dashboard API reads and writes.
struct Application {
  std::string id;
  ServiceType type = ServiceType::kVoice;
  xml::Element element;

  /// The text of setting `name`, or "".
  std::string Setting(std::string_view name) const { return xml::ChildText(element, name); }
  /// The credentials in setting `name` (such as CallbackCreds), if both parts are there.
  std::optional<Credentials> CredentialsIn(std::string_view name) const;
  /// False when the application names the event types it wants and `type` is not among them.
  bool WantsMessagingEvent(std::string_view type) const;
};

/// Where the account's first numbers are.
constexpr int kFirstSiteId = 743;
constexpr int kFirstPeerId = 500'017;

struct PhoneNumber {
  std::string number;  // E.164
  std::string voice_application_id;
  std::string messaging_application_id;
  int site_id = kFirstSiteId;
  int peer_id = kFirstPeerId;
  /// The order that it came with; "" for the first numbers.
  std::string order_id = {};
  std::int64_t in_service_ms = 0;
  // What number options and caller name orders set.
  std::string campaign_id = {};
  std::string message_class = {};
  std::string caller_name = {};
  std::string caller_name_use = {};
  std::string caller_name_visibility = {};
};

/// A dashboard error: the code of Bandwidth's list and what it says.
struct ApplicationProblem {
  int code = 0;
  std::string description;
  /// The HTTP status.
  int status = 400;
};

struct Account {
  /// More are refused.
  static constexpr std::size_t kMaxApplications = 1'000;

  std::string id;
  /// False: voice applications cannot be made, as in an account without HTTP voice.
  bool has_voice_product = true;
  std::vector<Application> applications;
  std::vector<PhoneNumber> numbers;

  Application* FindApplication(std::string_view application_id);
  const Application* FindApplication(std::string_view application_id, ServiceType type) const;
  const PhoneNumber* FindNumber(std::string_view number) const;
  /// Whether numbers lead to the application, so that it cannot be deleted.
  bool IsInUse(std::string_view application_id) const;
  PhoneNumber* FindNumber(std::string_view number);
};

struct AccountSeed {
  std::string account_id = "9900000";
  std::string voice_application_id = "7d2c3c1e-0000-4000-8000-000000000001";
  std::string messaging_application_id = "93de2206-0000-4000-8000-000000000002";
  std::vector<std::string> numbers = {"+15550100001", "+15550100002"};
  /// Where both applications' webhooks go, without a trailing slash.
  std::string callback_base_url = "http://127.0.0.1:8081";
  std::optional<Credentials> callback_credentials = {};
  bool has_voice_product = true;
};

Account MakeAccount(const AccountSeed& seed);

/// Adds the application that `wanted`, an <Application> element, describes. Nothing changes when
/// there is a problem. The pointer holds until applications are added or deleted.
std::variant<const Application*, ApplicationProblem> CreateApplication(const xml::Element& wanted,
                                                                       std::string id,
                                                                       Account& account);

/// 1016 (404) when there is no such application, 12107 while numbers lead to it.
std::optional<ApplicationProblem> DeleteApplication(std::string_view id, Account& account);

/// Replaces (`merge` false: PUT) or changes (`merge` true: PATCH) the settings of `application` by
/// those of `update`, an <Application> element. Nothing changes when there is a problem.
std::optional<ApplicationProblem> UpdateApplication(const xml::Element& update, bool merge,
                                                    Application& application);

/// The element as the API shows it: passwords left out.
xml::Element PublicElement(const Application& application);

}  // namespace bw::sandbox
