#include "tool-service/core/tool_traits.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "tool-service/core/name_words.h"

namespace bw::tool_service {
namespace {

struct Row {
  std::string_view tool;
  ToolTraits traits;
};

/// Adds, speaks, checks or adjusts.
constexpr ToolTraits kHarmless = {};
constexpr ToolTraits kCostly = {.costly = true};
/// Billed, and it has reached somebody.
constexpr ToolTraits kSpent = {.costly = true, .irreversible = true};
/// What was there can be set up again.
constexpr ToolTraits kReplaces = {.destructive = true};
constexpr ToolTraits kDestroys = {.destructive = true, .irreversible = true};

// Sorted by name (as bytes), which a test holds.
constexpr Row kRows[] = {
    Row{"CancelTollFreePortingValidation", kReplaces},
    Row{"CreateApplication", kHarmless},
    Row{"CreateBillingReport", kHarmless},
    Row{"CreateDisconnectOrder", kDestroys},
    Row{"CreateLidbOrder", kCostly},
    Row{"CreateMoveTnsOrder", kHarmless},
    Row{"CreateOrder", kCostly},
    Row{"CreatePortin", kCostly},
    Row{"CreatePortinNote", kHarmless},
    Row{"CreateReportInstance", kHarmless},
    Row{"CreateSipPeer", kHarmless},
    Row{"CreateSipPeerMmsSettings", kHarmless},
    Row{"CreateSipPeerOriginationSettings", kHarmless},
    Row{"CreateSipPeerSmsSettings", kHarmless},
    Row{"CreateSite", kHarmless},
    Row{"CreateSubscriptions", kHarmless},
    Row{"CreateTnOptionOrder", kHarmless},
    Row{"CreateTollFreePortingValidation", kHarmless},
    Row{"DeleteApplication", kDestroys},
    Row{"DeletePortin", kDestroys},
    Row{"DeletePortinLoaFile", kDestroys},
    Row{"DeletePortinLoaMetadata", kReplaces},
    Row{"DeleteSipPeer", kDestroys},
    Row{"DeleteSipPeerMmsSettings", kReplaces},
    Row{"DeleteSipPeerSmsSettings", kReplaces},
    Row{"DeleteSite", kDestroys},
    Row{"DeleteSubscription", kReplaces},
    Row{"DeleteTnReservation", kReplaces},
    Row{"PatchApplication", kHarmless},
    Row{"RequestPortabilityInfo", kHarmless},
    Row{"ReserveTn", kHarmless},
    Row{"UpdateApplication", kReplaces},
    Row{"UpdateOrder", kReplaces},
    Row{"UpdatePortin", kHarmless},
    Row{"UpdatePortinActivationStatus", kHarmless},
    Row{"UpdatePortinLoaFile", kReplaces},
    Row{"UpdatePortinLoadMetadata", kHarmless},
    Row{"UpdateSipPeer", kReplaces},
    Row{"UpdateSipPeerApplicationSettings", kHarmless},
    Row{"UpdateSipPeerMmsSettings", kHarmless},
    Row{"UpdateSipPeerOriginationSettings", kHarmless},
    Row{"UpdateSipPeerSmsSettings", kHarmless},
    Row{"UpdateSite", kReplaces},
    Row{"UpdateSubscription", kHarmless},
    Row{"UploadPortinLoaFile", kHarmless},
    Row{"attachRequirementsPackageAsset", kHarmless},
    // What it leads to has a row of its own.
    Row{"callTool", kHarmless},
    Row{"clearCredentials", kHarmless},
    Row{"configureCallbacks", kHarmless},
    Row{"createAddress", kHarmless},
    Row{"createApplication", kHarmless},
    Row{"createAsyncBulkLookup", kCostly},
    Row{"createCall", kCostly},
    Row{"createComplianceDocument", kHarmless},
    Row{"createComplianceEndUser", kHarmless},
    Row{"createEndpoint", kHarmless},
    Row{"createMessage", kSpent},
    Row{"createMultiChannelMessage", kSpent},
    Row{"createRegistration", kHarmless},
    Row{"createReport", kHarmless},
    Row{"createRequirementsPackage", kHarmless},
    Row{"createSyncLookup", kCostly},
    Row{"createWebhookSubscription", kHarmless},
    Row{"deleteEndpoint", kReplaces},
    Row{"deleteMedia", kDestroys},
    Row{"deleteRealTimeTranscription", kDestroys},
    Row{"deleteRecording", kDestroys},
    Row{"deleteRecordingMedia", kDestroys},
    Row{"deleteRecordingTranscription", kDestroys},
    Row{"deleteVerificationRequest", kDestroys},
    Row{"deleteWebhookSubscription", kReplaces},
    Row{"detachRequirementsPackageAsset", kReplaces},
    Row{"generateMessagingCode", kSpent},
    Row{"generateVoiceCode", kSpent},
    Row{"patchRequirementsPackage", kHarmless},
    Row{"requestTollFreeVerification", kHarmless},
    Row{"respondToCallback", kHarmless},
    Row{"restoreCallbacks", kHarmless},
    Row{"sendVerificationCode", kHarmless},
    Row{"setCredentials", kHarmless},
    Row{"transcribeCallRecording", kCostly},
    Row{"updateAddress", kHarmless},
    Row{"updateCall", kHarmless},
    Row{"updateCallBxml", kHarmless},
    Row{"updateCallRecordingState", kHarmless},
    Row{"updateComplianceDocument", kHarmless},
    Row{"updateComplianceEndUser", kHarmless},
    Row{"updateConference", kHarmless},
    Row{"updateConferenceBxml", kHarmless},
    Row{"updateConferenceMember", kHarmless},
    Row{"updateEndpointBxml", kHarmless},
    Row{"updateTollFreeVerificationRequest", kHarmless},
    Row{"updateWebhookSubscription", kHarmless},
    Row{"uploadMedia", kHarmless},
    Row{"validateAddress", kHarmless},
    Row{"validateNumberActivation", kHarmless},
    Row{"verifyCode", kHarmless},
    Row{"verifyRegistrationCode", kHarmless},
};

struct MethodRow {
  std::string_view method;
  ToolTraits traits;
};

constexpr std::array kMethods = {
    MethodRow{"GET", kHarmless},
    MethodRow{"HEAD", kHarmless},
    MethodRow{"PUT", kReplaces},
    MethodRow{"DELETE", kDestroys},
};

// Wherever they stand in the name of what is neither.
constexpr std::array<std::string_view, 8> kTakingAway = {
    "cancel", "delete", "disconnect", "purge", "release", "remove", "terminate", "withdraw"};
// What is made, so at the end: "CreateBulkPortin", but not "CreateOrderNote".
constexpr std::array<std::string_view, 7> kBilled = {"brand",  "campaign", "order",  "orders",
                                                     "portin", "portins",  "vetting"};

template <std::size_t kSize>
bool IsAmong(const std::array<std::string_view, kSize>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

const Row* FindRow(std::string_view tool) {
  const Row* row =
      std::lower_bound(std::begin(kRows), std::end(kRows), tool,
                       [](const Row& left, std::string_view name) { return left.tool < name; });
  return row != std::end(kRows) && row->tool == tool ? row : nullptr;
}

ToolTraits TraitsByName(std::string_view tool) {
  const std::vector<std::string> words = WordsOfName(tool);
  const bool takes_away = std::any_of(words.begin(), words.end(),
                                      [](const auto& word) { return IsAmong(kTakingAway, word); });
  if (takes_away) return kDestroys;
  return IsAmong(kBilled, words.back()) ? kCostly : kHarmless;
}

}  // namespace

ToolTraits TraitsOf(std::string_view tool, std::string_view method) {
  if (const Row* row = FindRow(tool)) return row->traits;
  if (method.empty()) return kHarmless;
  const auto* rule = std::find_if(kMethods.begin(), kMethods.end(),
                                  [&](const MethodRow& row) { return row.method == method; });
  return rule == kMethods.end() ? TraitsByName(tool) : rule->traits;
}

bool HasTraitsRow(std::string_view tool) { return FindRow(tool) != nullptr; }

std::size_t TraitsRowCount() { return std::size(kRows); }

std::string_view TraitsRowName(std::size_t index) { return kRows[index].tool; }

}  // namespace bw::tool_service
