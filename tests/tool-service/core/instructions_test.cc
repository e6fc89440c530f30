#include "tool-service/core/instructions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tool-service/fakes.h"
#include "tool-service/core/reference_texts.h"

namespace bw::tool_service {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kLongestUrl = 1024;

CatalogueEntry Costing(const std::string& name, ToolTraits traits, bool takes_key = false) {
  auto tool = std::make_shared<FakeTool>(name);
  tool->definition_.traits = traits;
  if (takes_key) tool->definition_.input_schema["properties"]["idempotency_key"] = {};
  CatalogueEntry entry;
  entry.tool = std::move(tool);
  return entry;
}

Listing ListingOf(std::vector<CatalogueEntry> entries) {
  std::vector<std::string> refused;
  auto catalogue = std::make_shared<const Catalogue>(std::move(entries), refused);
  return Listing(catalogue, catalogue->entries());
}

Listing Named(const std::vector<std::string>& names) {
  std::vector<CatalogueEntry> entries;
  for (const std::string& name : names) entries.push_back(Entry(name));
  return ListingOf(std::move(entries));
}

const Listing& Phone() {
  static const Listing phone =
      Named({"createCall", "respondToCallback", "getCallbackEvents", "createMessage",
             "getInboundMessages", "updateCallBxml", "generateBXML", "listPhoneNumbers",
             "listApplications", "configureCallbacks", "diagnoseCall"});
  return phone;
}

ServerFacts Configured() {
  ServerFacts facts;
  facts.account_id = "9900000";
  facts.number = "+15550100002";
  facts.voice_application_id = "7d2c3c1e-0000-4000-8000-000000000001";
  facts.messaging_application_id = "93de2206-9669-4e07-948d-329f4b722ee2";
  facts.callbacks = CallbackUrls("https://calls.example.com");
  facts.profile = "default";
  return facts;
}

std::string Told(const ServerFacts& facts, const Listing& listed) {
  return BuildInstructions(facts, {listed, listed});
}

TEST(Instructions, GiveTheConfiguredValues) {
  const std::string text = Told(Configured(), Phone());
  for (const char* value : {"9900000", "+15550100002", "7d2c3c1e", "93de2206",
                            "https://calls.example.com/callbacks/voice/answer",
                            "https://calls.example.com/callbacks/messaging/inbound"}) {
    EXPECT_THAT(text, HasSubstr(value));
  }
  EXPECT_THAT(text, Not(HasSubstr("sandbox")));
}

TEST(Instructions, SayWhereToFindWhatIsNotConfigured) {
  const std::string text = Told({}, Phone());
  EXPECT_THAT(text, HasSubstr("find one with listPhoneNumbers and pass it as from"));
  EXPECT_THAT(text, HasSubstr("find one with listApplications and pass it as applicationId"));
  const std::string without = Told({}, Named({"createCall"}));
  EXPECT_THAT(without, AllOf(HasSubstr("none; pass it as from"), Not(HasSubstr("listPhone"))));
}

TEST(Instructions, SpeakOfNothingThatCannotBeUsed) {
  const std::string text = Told(Configured(), Named({"ListOrders"}));
  for (const char* missing : {"telephone", "+15550100002", "7d2c3c1e", "webhooks", "createCall",
                              "respondToCallback", "cost money", "take something away"}) {
    EXPECT_THAT(text, Not(HasSubstr(missing)));
  }
  EXPECT_THAT(text, HasSubstr("9900000"));
}

TEST(Instructions, SayThatItIsASandbox) {
  ServerFacts facts;
  facts.sandbox = true;
  EXPECT_THAT(Told(facts, Phone()), HasSubstr("no real phone rings"));
}

TEST(Instructions, OnlyRecipesWhoseToolsAreThere) {
  const std::string text = Told(Configured(), Named({"createMessage", "getCallbackEvents"}));
  EXPECT_THAT(text, HasSubstr("Send a text and make sure it arrived"));
  EXPECT_THAT(text, Not(HasSubstr("Place a call")));
  EXPECT_THAT(Told(Configured(), Named({"GetAvailableTns", "CreateOrder", "RetrieveOrder"})),
              HasSubstr("Buy a number"));
}

TEST(Instructions, NameWhatCostsAndWhatTakesAway) {
  const Listing listed =
      ListingOf({Costing("createCall", {.costly = true}, true),
                 Costing("CreateOrder", {.costly = true}, true),
                 Costing("deleteMedia", {.destructive = true}), Costing("listCalls", {})});
  const std::string text = Told(Configured(), listed);
  EXPECT_THAT(text, HasSubstr("These cost money: CreateOrder, createCall."));
  EXPECT_THAT(text, HasSubstr("These take something away: deleteMedia."));
  EXPECT_THAT(text, HasSubstr("CreateOrder, createCall take idempotency_key"));
  EXPECT_THAT(Told(Configured(), Phone()), Not(HasSubstr("idempotency_key")));
}

TEST(Instructions, SayWhoIsAskedBefore) {
  const Listing listed = ListingOf({Costing("createCall", {.costly = true})});
  struct Case {
    const char* policy;
    const char* says;
  };
  for (const Case& row : {Case{"never", "Nobody is asked"},
                          Case{"destructive", "Before something is taken away the person is asked"},
                          Case{"costly", "Before money is spent or something is taken away"}}) {
    ServerFacts facts = Configured();
    facts.confirm = row.policy;
    EXPECT_THAT(Told(facts, listed), HasSubstr(row.says)) << row.policy;
  }
}

TEST(Instructions, NameSoManyToolsAndCountTheRest) {
  std::vector<CatalogueEntry> entries;
  for (std::size_t i = 0; i < kMaxNamedTools; ++i) {
    entries.push_back(Costing("tool" + std::to_string(i), {.costly = true}));
  }
  EXPECT_THAT(Told({}, ListingOf(entries)), Not(HasSubstr(" more")));
  entries.push_back(Costing("zebra", {.costly = true}));
  EXPECT_THAT(Told({}, ListingOf(entries)),
              AllOf(HasSubstr("tool7 and 1 more."), Not(HasSubstr("zebra"))));
}

TEST(Instructions, SayHowToGetAtMore) {
  const Listing few = Named({"createCall"});
  const Listing many = Named({"createCall", "exotic", "zebra"});
  EXPECT_THAT(Told(Configured(), few), HasSubstr("You see 1 tools (profile default). For "
                                                 "anything else tell the person: BW_MCP_PROFILE"));
  EXPECT_THAT(BuildInstructions(Configured(), {few, many}),
              HasSubstr("2 more are enabled: ?profile=search"));
  ServerFacts full = Configured();
  full.profile = "full";
  EXPECT_THAT(Told(full, many), Not(HasSubstr("BW_MCP_PROFILE")));
}

TEST(Instructions, OfTheSearchToolsSpeakOfAllTheyReach) {
  CatalogueEntry order = Costing("CreateOrder", {.costly = true}, true);
  order.document = "numbers-orders";
  const Listing reached = ListingOf({Costing("createCall", {.costly = true}), order});
  const Listing listed = Named({"searchTools", "describeTool", "callTool"});
  const std::string text = BuildInstructions(Configured(), {listed, reached});
  EXPECT_THAT(text, HasSubstr("2 tools can be called, of numbers-orders (1)."));
  EXPECT_THAT(text, HasSubstr("searchTools {\"query\""));
  EXPECT_THAT(text, HasSubstr("These cost money: CreateOrder, createCall."));
  EXPECT_THAT(text, HasSubstr("7d2c3c1e"));
  EXPECT_THAT(text, Not(HasSubstr("Place a call")));
}

TEST(Instructions, StayShortWithTheLongestOfEverything) {
  ServerFacts facts = Configured();
  EXPECT_LT(Told(facts, Phone()).size(), kMaxInstructionBytes);
  facts.callbacks = CallbackUrls("https://" + std::string(kLongestUrl - 8, 'x'));
  facts.account_id = facts.voice_application_id = facts.messaging_application_id =
      std::string(64, 'i');
  std::vector<CatalogueEntry> entries = Phone().entries();
  for (std::size_t i = 0; i < 100; ++i) {
    const std::string name = std::to_string(100 + i) + std::string(kMaxToolNameBytes - 3, 'n');
    entries.push_back(
        Costing(name, {.costly = true, .destructive = true, .irreversible = true}, true));
    entries.back().document = std::to_string(100 + i) + std::string(255, 'd');
  }
  const Listing reached = ListingOf(entries);
  for (const char* search : {"", "yes"}) {
    std::vector<CatalogueEntry> listed = entries;
    if (*search != '\0') {
      for (const char* name : {"searchTools", "callTool"}) listed.push_back(Entry(name));
    }
    EXPECT_LE(BuildInstructions(facts, {ListingOf(listed), reached}).size(), kMaxInstructionBytes);
  }
}

TEST(ReferenceTexts, NameEveryVerbAndOurUrls) {
  const std::string reference = AgentReference(Configured());
  for (const char* part : {"- Gather(", "- StartStream(", "- Refer(", "gatherUrl",
                           "https://calls.example.com", "invalid-bxml"}) {
    EXPECT_THAT(reference, HasSubstr(part));
  }
  const std::string guide = NumberOrderGuide(Configured());
  EXPECT_THAT(guide, HasSubstr("https://calls.example.com/callbacks/messaging/status"));
  EXPECT_THAT(guide, Not(HasSubstr("{")));
}

}  // namespace
}  // namespace bw::tool_service
