#include "tool-service/core/profiles.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "tool-service/core/nearest_name.h"

namespace bw::tool_service {
namespace {

using Names = std::vector<std::string_view>;
using Part = DocumentShare::Part;

constexpr std::array<std::string_view, 3> kSearchTools = {"searchTools", "describeTool",
                                                          "callTool"};

// Without them a client on the same machine could not log in; nobody else is offered them.
Names WithCredentials(Names tools) {
  tools.insert(tools.end(), {"clearCredentials", "setCredentials"});
  return tools;
}

// A telephone: at most 30, which a test holds.
Names DefaultTools() {
  return WithCredentials({"checkMessagingReadiness",
                          "configureCallbacks",
                          "createCall",
                          "createMessage",
                          "createSyncLookup",
                          "diagnoseCall",
                          "generateBXML",
                          "generateMessagingCode",
                          "generateVoiceCode",
                          "getCall",
                          "getCallState",
                          "getCallbackEvents",
                          "getInboundMessages",
                          "getMedia",
                          "getMessageStatus",
                          "getRecordingTranscription",
                          "listApplications",
                          "listCallRecordings",
                          "listCalls",
                          "listMessages",
                          "listPhoneNumbers",
                          "respondToCallback",
                          "transcribeCallRecording",
                          "updateCall",
                          "updateCallBxml",
                          "uploadMedia",
                          "verifyCode",
                          "waitForEvents"});
}

Names MessagingTools() {
  return WithCredentials({"checkMessagingReadiness", "configureCallbacks", "createApplication",
                          "createMessage", "createMultiChannelMessage", "deleteMedia",
                          "getCallbackEvents", "getInboundMessages", "getMedia", "getMessageStatus",
                          "listApplications", "listMedia", "listMessages", "listPhoneNumbers",
                          "restoreCallbacks", "uploadMedia", "waitForEvents"});
}

Names VoiceTools() {
  return WithCredentials({"configureCallbacks",
                          "createApplication",
                          "createCall",
                          "diagnoseCall",
                          "generateBXML",
                          "getCall",
                          "getCallState",
                          "getCallbackEvents",
                          "getConference",
                          "getConferenceMember",
                          "getStatistics",
                          "listApplications",
                          "listCalls",
                          "listConferences",
                          "listPhoneNumbers",
                          "respondToCallback",
                          "restoreCallbacks",
                          "updateCall",
                          "updateCallBxml",
                          "updateConference",
                          "updateConferenceBxml",
                          "updateConferenceMember",
                          "waitForEvents"});
}

Names RecordingTools() {
  return WithCredentials(
      {"deleteRealTimeTranscription", "deleteRecording", "deleteRecordingMedia",
       "deleteRecordingTranscription", "downloadCallRecording", "downloadConferenceRecording",
       "getCallRecording", "getConferenceRecording", "getRealTimeTranscription",
       "getRecordingTranscription", "listAccountCallRecordings", "listCallRecordings",
       "listConferenceRecordings", "listRealTimeTranscriptions", "transcribeCallRecording",
       "updateCallRecordingState"});
}

Names CampaignTools() {
  return WithCredentials({"GetImportedCampaign", "GetImportedCampaigns", "checkMessagingReadiness",
                          "fetchCampaign", "fetchCampaignList", "getAllShortCodesByAccount",
                          "getCampaignTns", "getCampaignsByBrandId", "listApplications",
                          "listBrands", "listPhoneNumbers", "retrieveBrand"});
}

Names ReportTools() {
  return WithCredentials(
      {"CreateReportInstance", "DownloadReportInstanceFile", "ListReports", "RetrieveReport",
       "RetrieveReportInstance", "RetrieveReportInstances", "RetrieveReportInstancesOnAccount",
       "createReport", "getReportDefinitions", "getReportFile", "getReportStatus", "getReports"});
}

// Live, all of it is one document, which is published as numbers_v2 and numbers.
std::vector<DocumentShare> NumberDocuments(Part part) {
  return {{"numbers-inventory", part}, {"numbers-orders", part}, {"numbers-porting", part},
          {"numbers-settings", part},  {"numbers", part},        {"numbers_v2", part}};
}

std::vector<Profile> MakeProfiles() {
  return {
      {"default", "Calls, texts, codes and lookups: what an agent with a phone needs",
       DefaultTools()},
      {.name = "full", .description = "Every tool that is loaded", .everything = true},
      {"messaging", "Texts, pictures and other messages", MessagingTools()},
      {"voice", "Calls and conferences", VoiceTools()},
      {"recordings", "Recordings and transcriptions of calls and conferences", RecordingTools()},
      {"mfa",
       "One-time codes",
       WithCredentials({"listApplications", "listPhoneNumbers"}),
       {{"multi-factor-auth"}}},
      {"lookup",
       "What is known of a phone number",
       WithCredentials({}),
       {{"phone-number-lookup"}, {"phone-number-lookup-v2"}}},
      {"insights", "Call history and its reports", WithCredentials({}), {{"insights"}}},
      {"onboarding",
       "A new account",
       WithCredentials({}),
       {{"registration"}, {"express"}, {"build"}}},
      {"numbers", "Looking at numbers, orders, ports, sites, SIP peers and applications",
       WithCredentials({"listApplications", "listPhoneNumbers"}), NumberDocuments(Part::kReads)},
      {"numbers-write",
       "Ordering, disconnecting, porting and setting them up; usually together with numbers",
       WithCredentials({"createApplication"}), NumberDocuments(Part::kChanges)},
      {"compliance",
       "Campaigns, toll-free verification, end users and their documents",
       CampaignTools(),
       {{"numbers-campaigns"}, {"toll-free-verification"}, {"end-user-management"}}},
      {"reports", "Usage, billing and call reports", ReportTools(), {{"numbers-reports"}}},
      {.name = "search",
       .description = "Three tools that find, describe and call every other one",
       .tools = Names(kSearchTools.begin(), kSearchTools.end()),
       .reaches_everything = true},
  };
}

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return "";
  std::string trimmed(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
  std::transform(trimmed.begin(), trimmed.end(), trimmed.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return trimmed;
}

Status UnknownProfile(const std::string& name) {
  Names known;
  for (const Profile& profile : Profiles()) known.push_back(profile.name);
  constexpr std::size_t kShown = 64;
  return InvalidArgument("there is no profile " + name.substr(0, kShown) +
                         DidYouMean(name.substr(0, kShown), known) + "; allowed are " +
                         ProfileNames() + ", and several of them with commas");
}

bool Covers(const DocumentShare& share, const CatalogueEntry& entry) {
  if (share.document != entry.document) return false;
  return share.part == Part::kAll ||
         (share.part == Part::kReads) == (entry.access == Access::kRead);
}

}  // namespace

const std::vector<Profile>& Profiles() {
  static const std::vector<Profile> profiles = MakeProfiles();
  return profiles;
}

const Profile* FindProfile(std::string_view name) {
  for (const Profile& profile : Profiles()) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

std::string ProfileNames() {
  std::string names;
  for (const Profile& profile : Profiles()) {
    names += (names.empty() ? "" : ", ") + std::string(profile.name);
  }
  return names;
}

StatusOr<std::vector<const Profile*>> ParseProfiles(std::string_view list) {
  std::vector<const Profile*> profiles;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string name = Trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (name.empty()) continue;
    const Profile* profile = FindProfile(name);
    if (profile == nullptr) return UnknownProfile(name);
    if (profiles.size() == kMaxProfiles) {
      return InvalidArgument("at most " + std::to_string(kMaxProfiles) +
                             " profiles may be named together");
    }
    profiles.push_back(profile);
  }
  return profiles;
}

bool Lists(const Profile& profile, const CatalogueEntry& entry) {
  if (profile.everything) return true;
  const std::string& name = entry.tool->definition().name;
  if (std::find(profile.tools.begin(), profile.tools.end(), name) != profile.tools.end()) {
    return true;
  }
  return std::any_of(profile.documents.begin(), profile.documents.end(),
                     [&](const DocumentShare& share) { return Covers(share, entry); });
}

bool LeadsToTools(std::string_view tool_name) {
  return std::find(kSearchTools.begin(), kSearchTools.end(), tool_name) != kSearchTools.end();
}

}  // namespace bw::tool_service
