// checkMessagingReadiness: what must be in place before a text can arrive, looked up link by link.
// (bandwidth.md §9.1)
#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tool-service/builtin/builtin_tools.h"
#include "tool-service/builtin/dashboard.h"
#include "tool-service/builtin/json_api.h"
#include "tool-service/builtin/local_tool.h"
#include "tool-service/core/callback_plan.h"
#include "tool-service/core/phone_number.h"

namespace bw::tool_service {
namespace {

using json::Json;
using BackendsPtr = std::shared_ptr<const Backends>;

ToolDefinition Definition() {
  ToolDefinition definition;
  definition.name = "checkMessagingReadiness";
  definition.title = "Check whether texts can be sent";
  definition.description =
      "Looks up, without sending anything, what a text needs before it can arrive: credentials, "
      "the sender's number, the messaging application and where it reports to, the number's "
      "location and its SMS setting, and the registration that carriers ask for (10DLC campaign, "
      "toll-free verification or short code). Each check says ok, failed or unknown, and what to "
      "do. Use it before the first text, and when accepted texts do not arrive.";
  definition.input_schema = {
      {"type", "object"},
      {"additionalProperties", false},
      {"properties",
       {{"accountId", AccountIdSchema()},
        {"from",
         {{"type", "string"},
          {"minLength", 1},
          {"maxLength", 32},
          {"description", "Sender: E.164, short code or name; left out: the configured number"}}},
        {"applicationId",
         {{"type", "string"},
          {"minLength", 1},
          {"maxLength", 64},
          {"description", "Messaging application; left out: the configured one"}}}}}};
  definition.annotations = {true, false, true, true};
  return definition;
}

enum class SenderKind { kLocal, kTollFree, kForeign, kShortCode, kName };

bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

SenderKind KindOfSender(std::string_view from) {
  constexpr std::array<std::string_view, 7> kTollFree = {"+1800", "+1833", "+1844", "+1855",
                                                         "+1866", "+1877", "+1888"};
  if (!IsE164(from)) {
    return AllDigits(from) && (from.size() == 5 || from.size() == 6) ? SenderKind::kShortCode
                                                                     : SenderKind::kName;
  }
  const bool toll_free =
      from.size() == 12 && std::any_of(kTollFree.begin(), kTollFree.end(),
                                       [&](std::string_view p) { return from.starts_with(p); });
  if (toll_free) return SenderKind::kTollFree;
  return from.starts_with("+1") ? SenderKind::kLocal : SenderKind::kForeign;
}

// An address that stands there until a real one is known. (bandwidth.md §9.1)
bool IsPlaceholder(std::string_view url) {
  constexpr std::array<std::string_view, 5> kHosts = {"example.com", "localhost", "127.0.0.1",
                                                      "google.com", "bandwidth.com"};
  const std::size_t begin = url.find("://");
  std::string_view host = begin == std::string_view::npos ? url : url.substr(begin + 3);
  host = host.substr(0, host.find_first_of(":/?#"));
  return host.empty() || std::any_of(kHosts.begin(), kHosts.end(), [&](std::string_view known) {
           return host == known ||
                  (host.ends_with(known) && host[host.size() - known.size() - 1] == '.');
         });
}

enum class Verdict { kOk, kFailed, kUnknown };

std::string_view VerdictName(Verdict verdict) {
  constexpr std::array<std::string_view, 3> kNames = {"ok", "failed", "unknown"};
  return kNames[static_cast<std::size_t>(verdict)];
}

struct Check {
  std::string_view name;
  Verdict verdict = Verdict::kUnknown;
  std::string detail;
  /// Empty for what is ok.
  std::string next_step;
};

// The chain of look-ups, one after the other; each adds a check.
class Checking : public std::enable_shared_from_this<Checking> {
 public:
  Checking(BackendsPtr backends, const Json& arguments, CallContext context, Tool::Done done)
      : backends_(std::move(backends)),
        context_(std::move(context)),
        done_(std::move(done)),
        account_("/accounts/" + EncodeComponent(json::StringOr(arguments, "accountId"))),
        from_(json::StringOr(arguments, "from", backends_->facts.number)),
        application_id_(
            json::StringOr(arguments, "applicationId", backends_->facts.messaging_application_id)),
        kind_(KindOfSender(from_)) {}

  void Start() {
    backends_->tokens.Get(context_.tenant, context_.deadline,
                          [self = shared_from_this()](StatusOr<AccessToken> token) {
                            self->CheckCredentials(token);
                          });
  }

 private:
  using Dashboard = StatusOr<DashboardAnswer>;

  void Ok(std::string_view name, std::string detail) {
    checks_.push_back({name, Verdict::kOk, std::move(detail), ""});
  }
  void Failed(std::string_view name, std::string detail, std::string next_step) {
    checks_.push_back({name, Verdict::kFailed, std::move(detail), std::move(next_step)});
  }
  void Unknown(std::string_view name, std::string detail, std::string next_step) {
    checks_.push_back({name, Verdict::kUnknown, std::move(detail), std::move(next_step)});
  }
  // What could not be looked up; the message holds the next step.
  void NotSeen(std::string_view name, const Status& problem) {
    Unknown(name, std::string(Message(problem)), "");
  }

  void Read(const std::string& path, void (Checking::*next)(const Dashboard&)) {
    ReadDashboard(
        backends_->http, path, context_,
        [self = shared_from_this(), next](Dashboard answer) { (self.get()->*next)(answer); });
  }

  void CheckCredentials(const StatusOr<AccessToken>& token) {
    if (!token.ok()) {
      Failed("credentials", std::string(Message(token.status())),
             "Have BW_CLIENT_ID, BW_CLIENT_SECRET and BW_ENVIRONMENT checked.");
      return Finish();
    }
    const bool may_text =
        std::any_of(token->roles.begin(), token->roles.end(), [](std::string role) {
          std::transform(role.begin(), role.end(), role.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
          return role.find("messag") != std::string::npos || role.find("sms") != std::string::npos;
        });
    if (token->express) {
      Failed("credentials", "It is a trial account: voice only.",
             "Upgrade the account: https://www.bandwidth.com/talk-to-an-expert/");
    } else if (!token->roles.empty() && !may_text) {
      Failed("credentials", "The credentials have no role for messaging.",
             "Have the messaging role added to the credentials.");
    } else {
      Ok("credentials", "Bandwidth accepts them.");
    }
    CheckNumber();
  }

  void CheckNumber() {
    if (from_.empty()) {
      Failed("number", "No sender is given, and none is configured.",
             "Pass from, one of listPhoneNumbers, or have BW_NUMBER set.");
      return CheckApplication();
    }
    if (!IsE164(from_)) {
      Ok("number", kind_ == SenderKind::kShortCode ? "It is a short code." : "It is a name.");
      return CheckApplication();
    }
    // Ten digits are understood everywhere. (bandwidth.md §6.3)
    const std::string digits = from_.substr(from_.starts_with("+1") ? 2 : 1);
    Read("/tns/" + EncodeComponent(digits) + "/tndetails", &Checking::GotNumber);
  }

  void GotNumber(const Dashboard& answer) {
    const Status problem = ProblemOf(answer);
    if (problem.code() == StatusCode::kNotFound) {
      Failed("number", from_ + " is no number of this account.",
             "Send from one of listPhoneNumbers.");
      return CheckApplication();
    }
    if (!problem.ok()) {
      NotSeen("number", problem);
      return CheckApplication();
    }
    details_ = answer->root;
    const xml::Element* status = xml::FindAnywhere(details_, "Status");
    const std::string state = status == nullptr ? "" : xml::TextOf(*status);
    if (state.empty() || state == "Inservice") {
      Ok("number", from_ + " is in service.");
    } else {
      Failed("number", from_ + " is not in service but " + state + ".",
             "Send from one of listPhoneNumbers.");
    }
    if (const xml::Element* site = xml::FindAnywhere(details_, "Site")) {
      site_ = xml::ChildText(*site, "Id");
    }
    if (const xml::Element* peer = xml::FindAnywhere(details_, "SipPeer")) {
      peer_ = xml::ChildText(*peer, "PeerId");
    }
    CheckApplication();
  }

  void CheckApplication() {
    if (application_id_.empty()) {
      Failed("application", "No messaging application is given, and none is configured.",
             "Pass applicationId (listApplications), or make one with createApplication.");
      return CheckLocation();
    }
    Read(account_ + "/applications/" + EncodeComponent(application_id_), &Checking::GotApplication);
  }

  void GotApplication(const Dashboard& answer) {
    const Status problem = ProblemOf(answer);
    const xml::Element* found =
        problem.ok() ? xml::FindAnywhere(answer->root, "Application") : nullptr;
    if (problem.code() == StatusCode::kNotFound || (problem.ok() && found == nullptr)) {
      Failed("application", application_id_ + " is no application of this account.",
             "Find the right one with listApplications.");
    } else if (!problem.ok()) {
      NotSeen("application", problem);
    } else if (KindOf(*found) != ApplicationKind::kMessaging) {
      Failed("application", application_id_ + " is not for messaging.",
             "Find a messaging application with listApplications.");
    } else {
      Ok("application", "It is a messaging application.");
      CheckCallbacks(*found);
    }
    CheckLocation();
  }

  void CheckCallbacks(const xml::Element& application) {
    const std::string url = IncomingUrl(ApplicationKind::kMessaging, application);
    const CallbackTarget target = {backends_->facts.callbacks, {}};
    const ApplicationChange change =
        PlanOurs(ApplicationKind::kMessaging, application, target, false);
    const bool is_ours = backends_->facts.callbacks.IsOurs(url);
    if (!is_ours && IsPlaceholder(url)) {
      Failed("callbacks", "The application reports to a placeholder: " + url,
             "configureCallbacks points it here.");
    } else if (!is_ours) {
      Failed("callbacks",
             "The application reports to another system: " + url +
                 ". Texts can go out, but their outcomes and replies do not come here.",
             "Ask the person; configureCallbacks points it here.");
    } else if (!change.empty()) {
      Failed("callbacks", "Texts come in here, but not all outcomes are reported here.",
             "configureCallbacks completes it.");
    } else {
      Ok("callbacks", "Texts and their outcomes are reported to this server.");
    }
  }

  // What the number's location must have.
  void CheckLocation() {
    if (kind_ == SenderKind::kShortCode || kind_ == SenderKind::kName) return CheckRegistration();
    if (site_.empty() || peer_.empty()) {
      const std::string why = "The number's location is not known.";
      Unknown("link", why, "Look with RetrieveTnDetails and ListSipPeers.");
      Unknown("sms", why, "Look with RetrieveTnDetails and ListSipPeers.");
      return CheckRegistration();
    }
    location_ = account_ + "/sites/" + EncodeComponent(site_) + "/sippeers/" +
                EncodeComponent(peer_) + "/products/messaging";
    Read(location_ + "/applicationSettings", &Checking::GotLink);
  }

  void GotLink(const Dashboard& answer) {
    const Status problem = ProblemOf(answer);
    const xml::Element* linked =
        problem.ok() ? xml::FindAnywhere(answer->root, "HttpMessagingV2AppId") : nullptr;
    const std::string id = linked == nullptr ? "" : xml::TextOf(*linked);
    const std::string next = "Link them with UpdateSipPeerApplicationSettings (site " + site_ +
                             ", location " + peer_ + ").";
    if (!problem.ok() && problem.code() != StatusCode::kNotFound) {
      NotSeen("link", problem);
    } else if (id.empty()) {
      Failed("link", "The number's location has no messaging application.", next);
    } else if (!application_id_.empty() && id != application_id_) {
      Failed("link", "The number's location belongs to application " + id + ".",
             "Send with that applicationId, or: " + next);
    } else {
      Ok("link", "The number's location belongs to the application.");
    }
    Read(location_ + "/features/sms", &Checking::GotSms);
  }

  void GotSms(const Dashboard& answer) {
    const Status problem = ProblemOf(answer);
    if (problem.ok()) {
      Ok("sms", "SMS is on at the number's location.");
    } else if (problem.code() == StatusCode::kNotFound) {
      Failed(
          "sms", "SMS is off at the number's location.",
          "Turn it on with CreateSipPeerSmsSettings (site " + site_ + ", location " + peer_ + ").");
    } else {
      NotSeen("sms", problem);
    }
    CheckRegistration();
  }

  void CheckRegistration() {
    switch (kind_) {
      case SenderKind::kLocal:
        return CheckCampaign();
      case SenderKind::kTollFree:
        return ReadApi("/phoneNumbers/" + EncodeComponent(from_) + "/tollFreeVerification",
                       &Checking::GotVerification);
      case SenderKind::kShortCode:
        return ReadApi("/shortcodes/" + EncodeComponent(from_) + "/USA", &Checking::GotShortCode);
      case SenderKind::kForeign:
      case SenderKind::kName:
        if (!from_.empty()) {
          Unknown("registration", "What carriers ask for depends on the recipient's country.",
                  "Ask Bandwidth whether this sender is registered there.");
        }
        return Finish();
    }
  }

  void ReadApi(const std::string& path, void (Checking::*next)(const StatusOr<Json>&)) {
    ReadJson(
        backends_->http, std::string(kDashboardBase) + account_ + path, context_,
        [self = shared_from_this(), next](StatusOr<Json> answer) { (self.get()->*next)(answer); });
  }

  void CheckCampaign() {
    const xml::Element* settings = xml::FindAnywhere(details_, "MessagingSettings");
    const std::string campaign = settings == nullptr ? "" : xml::ChildText(*settings, "CampaignId");
    if (!campaign.empty()) {
      Ok("registration", "The number is attached to campaign " + campaign + ".");
    } else if (settings != nullptr) {
      Failed("registration", "The number is attached to no 10DLC campaign.",
             "Attach it with CreateTnOptionOrder (A2pSettings); fetchCampaignList shows the "
             "campaigns.");
    } else {
      Unknown("registration", "Whether the number is attached to a 10DLC campaign is not known.",
              "Look with getCampaignTns or fetchCampaignList.");
    }
    Finish();
  }

  void GotVerification(const StatusOr<Json>& answer) {
    const std::string status = answer.ok() ? json::StringOr(*answer, "status") : "";
    const std::string reason =
        answer.ok() ? json::StringOr(*answer, "declineReasonDescription") : "";
    const bool blocked = answer.ok() && json::GetBool(*answer, "blocked").value_or(false);
    if (answer.status().code() == StatusCode::kNotFound) {
      Failed("registration", "The toll-free number was never submitted for verification.",
             "Submit it with requestTollFreeVerification.");
    } else if (!answer.ok()) {
      NotSeen("registration", answer.status());
    } else if (blocked) {
      Failed("registration",
             "The toll-free number is blocked. " + json::StringOr(*answer, "blockedReason"),
             "Contact Bandwidth.");
    } else if (status == "VERIFIED") {
      Ok("registration", "The toll-free number is verified.");
    } else if (status == "PENDING") {
      Failed("registration", "The verification of the toll-free number is pending.",
             "Wait for it; getTollFreeVerificationStatus shows it.");
    } else {
      Failed("registration", "The toll-free number is not verified. " + reason,
             "Correct and submit it again with updateTollFreeVerificationRequest.");
    }
    Finish();
  }

  void GotShortCode(const StatusOr<Json>& answer) {
    if (answer.ok()) {
      Ok("registration", "The short code is leased.");
    } else if (answer.status().code() == StatusCode::kNotFound) {
      Failed("registration", "The short code is not one of this account's in the USA.",
             "See getAllShortCodesByAccount.");
    } else {
      NotSeen("registration", answer.status());
    }
    Finish();
  }

  void Finish() {
    const auto count = [this](Verdict verdict) {
      return std::count_if(checks_.begin(), checks_.end(),
                           [verdict](const Check& check) { return check.verdict == verdict; });
    };
    const auto failed = count(Verdict::kFailed);
    const auto unknown = count(Verdict::kUnknown);
    const std::string_view ready = failed > 0 ? "no" : (unknown > 0 ? "unknown" : "yes");
    std::string text = failed > 0 ? "Texts will not work as they should; see what failed."
                       : unknown > 0
                           ? "Nothing is known to be wrong, but not everything could be seen."
                           : "Everything a text needs is in place.";
    Json list = Json::array();
    for (const Check& check : checks_) {
      text += "\n- " + std::string(check.name) + ": " + std::string(VerdictName(check.verdict)) +
              ". " + check.detail;
      Json described = {
          {"name", check.name}, {"result", VerdictName(check.verdict)}, {"detail", check.detail}};
      if (!check.next_step.empty()) {
        text += " Next: " + check.next_step;
        described["next_step"] = check.next_step;
      }
      list.push_back(std::move(described));
    }
    done_(Answer(std::move(text), {{"ready", ready},
                                   {"from", from_},
                                   {"applicationId", application_id_},
                                   {"checks", std::move(list)}}));
  }

  const BackendsPtr backends_;
  const CallContext context_;
  const Tool::Done done_;
  const std::string account_;
  const std::string from_;
  const std::string application_id_;
  const SenderKind kind_;
  xml::Element details_;
  std::string site_;
  std::string peer_;
  std::string location_;
  std::vector<Check> checks_;
};

}  // namespace

std::vector<CatalogueEntry> MakeReadinessTools(const BackendsPtr& backends) {
  auto check = [backends](Json arguments, CallContext context, Tool::Done done) {
    std::make_shared<Checking>(backends, arguments, std::move(context), std::move(done))->Start();
  };
  return {{std::make_shared<LocalTool>(Definition(), backends->defaults, std::move(check)), false}};
}

}  // namespace bw::tool_service
