#include "tool-service/core/selection.h"

#include <algorithm>
#include <utility>

namespace bw::tool_service {
namespace {

template <typename Names>
bool Contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Empty `names` stands for every tool, in profiles as in selections.
template <typename Names>
bool Admits(const Names& names, std::string_view name) {
  return names.empty() || Contains(names, name);
}

const std::vector<std::string_view>& ToolsOf(std::string_view profile) {
  static const std::vector<std::string_view> everything;
  const Profile* found = FindProfile(profile);
  return found == nullptr ? everything : found->tools;
}

bool EnabledByOperator(const Selection& configured, std::string_view name) {
  if (Contains(configured.exclude_tools, name)) return false;
  if (!configured.tools.empty()) return Contains(configured.tools, name);
  const std::string_view profile =
      configured.profile.empty() ? kDefaultProfile : std::string_view(configured.profile);
  return Admits(ToolsOf(profile), name);
}

bool WantedByClient(const Selection& requested, std::string_view name) {
  if (Contains(requested.exclude_tools, name)) return false;
  if (!requested.profile.empty() && !Admits(ToolsOf(requested.profile), name)) return false;
  return Admits(requested.tools, name);
}

Status ValidateNames(std::string_view field, const std::vector<std::string>& names) {
  if (names.size() > kMaxSelectionNames) {
    return InvalidArgument("selection." + std::string(field) + " has " +
                           std::to_string(names.size()) + " names; at most " +
                           std::to_string(kMaxSelectionNames) + " are allowed");
  }
  for (const std::string& name : names) {
    if (name.empty() || name.size() > kMaxToolNameBytes) {
      return InvalidArgument("selection." + std::string(field) +
                             " holds a name that is empty or longer than " +
                             std::to_string(kMaxToolNameBytes) + " bytes");
    }
  }
  return OkStatus();
}

std::vector<std::string_view> DefaultTools() {
  return {"clearCredentials",
          "createCall",
          "createMessage",
          "createSyncLookup",
          "downloadCallRecording",
          "generateBXML",
          "generateMessagingCode",
          "generateVoiceCode",
          "getCall",
          "getCallState",
          "getCallbackEvents",
          "getConference",
          "getInboundMessages",
          "getRecordingTranscription",
          "listApplications",
          "listCallRecordings",
          "listCalls",
          "listConferences",
          "listMessages",
          "listPhoneNumbers",
          "respondToCallback",
          "setCredentials",
          "transcribeCallRecording",
          "updateCall",
          "updateCallBxml",
          "updateConference",
          "uploadMedia",
          "verifyCode"};
}

std::vector<std::string_view> MessagingTools() {
  return {"clearCredentials", "createMessage",     "createMultiChannelMessage",
          "deleteMedia",      "getCallbackEvents", "getInboundMessages",
          "getMedia",         "listApplications",  "listMedia",
          "listMessages",     "listPhoneNumbers",  "setCredentials",
          "uploadMedia"};
}

std::vector<std::string_view> VoiceTools() {
  return {"clearCredentials",
          "createCall",
          "deleteRealTimeTranscription",
          "deleteRecording",
          "deleteRecordingMedia",
          "deleteRecordingTranscription",
          "downloadCallRecording",
          "downloadConferenceRecording",
          "generateBXML",
          "getCall",
          "getCallRecording",
          "getCallState",
          "getCallbackEvents",
          "getConference",
          "getConferenceMember",
          "getConferenceRecording",
          "getRealTimeTranscription",
          "getRecordingTranscription",
          "getStatistics",
          "listAccountCallRecordings",
          "listApplications",
          "listCallRecordings",
          "listCalls",
          "listConferenceRecordings",
          "listConferences",
          "listPhoneNumbers",
          "listRealTimeTranscriptions",
          "respondToCallback",
          "setCredentials",
          "transcribeCallRecording",
          "updateCall",
          "updateCallBxml",
          "updateCallRecordingState",
          "updateConference",
          "updateConferenceBxml",
          "updateConferenceMember"};
}

}  // namespace

const std::vector<Profile>& Profiles() {
  static const std::vector<Profile> profiles = {
      {"default", "Calls, texts, codes and lookups: what an agent with a phone needs",
       DefaultTools()},
      {"full", "Every tool that is loaded", {}},
      {"messaging", "Texts and media", MessagingTools()},
      {"voice", "Calls, conferences, recordings and transcriptions", VoiceTools()},
  };
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

Status ValidateSelection(const Selection& selection) {
  if (!selection.profile.empty() && FindProfile(selection.profile) == nullptr) {
    return InvalidArgument("selection.profile is unknown; allowed are " + ProfileNames());
  }
  BW_RETURN_IF_ERROR(ValidateNames("tools", selection.tools));
  return ValidateNames("exclude_tools", selection.exclude_tools);
}

SelectionPolicy::SelectionPolicy(Selection configured, bool local)
    : configured_(std::move(configured)), local_(local) {}

StatusOr<std::vector<CatalogueEntry>> SelectionPolicy::Select(const Catalogue& catalogue,
                                                              const Selection& requested) const {
  BW_RETURN_IF_ERROR(ValidateSelection(requested));
  const bool beside_client = local_ || requested.transport == Transport::kStdio;
  std::vector<CatalogueEntry> selected;
  for (const CatalogueEntry& entry : catalogue.entries()) {
    if (entry.local_only && !beside_client) continue;
    const std::string& name = entry.tool->definition().name;
    if (EnabledByOperator(configured_, name) && WantedByClient(requested, name)) {
      selected.push_back(entry);
    }
  }
  return selected;
}

std::vector<std::string> SelectionPolicy::UnknownNames(const Catalogue& catalogue) const {
  std::vector<std::string> unknown;
  for (const auto* names : {&configured_.tools, &configured_.exclude_tools}) {
    for (const std::string& name : *names) {
      if (catalogue.Find(name) == nullptr) unknown.push_back(name);
    }
  }
  return unknown;
}

std::string SelectionPolicy::Fingerprint() const {
  std::string text = configured_.profile + (local_ ? "\nlocal" : "\n");
  for (const auto* names : {&configured_.tools, &configured_.exclude_tools}) {
    text += '\n';
    for (const std::string& name : *names) text += name + '\t';
  }
  return RevisionOf(text);
}

}  // namespace bw::tool_service
