// Questions as people put them, and the tool that answers each: it must be among the first five.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/tool-service/builtin/toolkit.h"
#include "tool-service/core/tool_index.h"
#include "tool-service/openapi/catalogue_loader.h"

namespace bw::tool_service {
namespace {

constexpr std::size_t kLooked = 5;

struct Question {
  const char* asked;
  const char* answer;
};

constexpr Question kQuestions[] = {
    {"send an SMS", "createMessage"},
    {"text someone a picture", "createMessage"},
    {"call a customer", "createCall"},
    {"dial a phone number", "createCall"},
    {"hang up a call", "updateCall"},
    {"say something else on a call that is going on", "updateCallBxml"},
    {"which phone numbers do we own", "listPhoneNumbers"},
    {"buy a phone number", "CreateOrder"},
    {"find numbers in area code 919 that I can buy", "GetAvailableTns"},
    {"get rid of a number", "CreateDisconnectOrder"},
    {"did my number order go through", "RetrieveOrder"},
    {"bring my number over from another carrier", "CreatePortin"},
    {"can this number be ported?", "RequestPortabilityInfo"},
    {"upload the letter of authorization", "UploadPortinLoaFile"},
    {"what is the status of my port", "RetrievePortin"},
    {"which carrier owns a number", "createSyncLookup"},
    {"download a voicemail recording", "downloadCallRecording"},
    {"transcript of a call recording", "getRecordingTranscription"},
    {"send a 2FA code by text", "generateMessagingCode"},
    {"verify the one time passcode that the user typed", "verifyCode"},
    {"set the caller id name of a number", "CreateLidbOrder"},
    {"attach a number to a 10DLC campaign", "CreateTnOptionOrder"},
    {"list our 10DLC brands", "listBrands"},
    {"register a toll-free number for texting", "requestTollFreeVerification"},
    {"is our tollfree verification approved", "getTollFreeVerificationStatus"},
    {"create a subaccount", "CreateSite"},
    {"turn on sms for a location", "CreateSipPeerSmsSettings"},
    {"mute a participant of a conference", "updateConferenceMember"},
    {"kick everybody out and end the conference", "updateConference"},
    {"what did my calls cost last week", "insights_listCalls"},
    {"make a usage report", "CreateReportInstance"},
    {"messages we received today", "getInboundMessages"},
    {"store an emergency address", "createAddress"},
    {"change the webhook URL of an application", "PatchApplication"},
    {"delete a recording", "deleteRecording"},
    {"press digits menu BXML", "generateBXML"},
    {"be notified when an order completes", "CreateSubscriptions"},
    {"cancel a port in", "DeletePortin"},
    {"who is our account", "GetAccount"},
    {"WebRTC browser phone token", "createEndpoint"},
};

std::shared_ptr<const Catalogue> Everything() {
  static Toolkit kit;
  static FakeHttpClient http;
  static FakeClock clock;
  kit.Get("");
  std::vector<CatalogueEntry> entries = MakeBuiltinTools(kit.backends);
  const auto paths = ListDocuments(std::string(std::getenv("BW_SOURCE_DIR")) + "/specs");
  EXPECT_TRUE(paths.ok());
  for (const auto& tool : LoadTools(*paths, {&http, nullptr, &clock}).tools) {
    entries.push_back({.tool = tool, .document = tool->operation().document});
  }
  std::vector<std::string> refused;
  return std::make_shared<const Catalogue>(std::move(entries), refused);
}

TEST(ToolQuestions, TheRightToolIsAmongTheFirst) {
  const ToolIndex index(Everything());
  for (const Question& question : kQuestions) {
    const auto found =
        index.Find(question.asked, kLooked, [](const CatalogueEntry&) { return true; });
    std::string names;
    bool is_there = false;
    for (const CatalogueEntry* entry : found) {
      names += " " + entry->tool->definition().name;
      is_there = is_there || entry->tool->definition().name == question.answer;
    }
    EXPECT_TRUE(is_there) << question.asked << ": not " << question.answer << " but" << names;
  }
}

}  // namespace
}  // namespace bw::tool_service
