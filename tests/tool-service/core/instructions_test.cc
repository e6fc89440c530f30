#include "tool-service/core/instructions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tool-service/core/reference_texts.h"

namespace bw::tool_service {
namespace {

using testing::HasSubstr;
using testing::Not;

bool Everything(std::string_view) { return true; }
bool Nothing(std::string_view) { return false; }

ServerFacts Configured() {
  ServerFacts facts;
  facts.account_id = "9900000";
  facts.number = "+15550100002";
  facts.voice_application_id = "7d2c3c1e-0000-4000-8000-000000000001";
  facts.messaging_application_id = "93de2206-9669-4e07-948d-329f4b722ee2";
  facts.callbacks = CallbackUrls("https://calls.example.com");
  return facts;
}

TEST(Instructions, GiveTheConfiguredValues) {
  const std::string text = BuildInstructions(Configured(), &Everything);
  for (const char* value : {"9900000", "+15550100002", "7d2c3c1e", "93de2206",
                            "https://calls.example.com/callbacks/voice/answer",
                            "https://calls.example.com/callbacks/messaging/inbound"}) {
    EXPECT_THAT(text, HasSubstr(value));
  }
  EXPECT_THAT(text, Not(HasSubstr("sandbox")));
}

TEST(Instructions, SayWhereToFindWhatIsNotConfigured) {
  const std::string text = BuildInstructions({}, &Everything);
  EXPECT_THAT(text, HasSubstr("listPhoneNumbers"));
  EXPECT_THAT(text, HasSubstr("listApplications"));
}

TEST(Instructions, SayThatItIsASandbox) {
  ServerFacts facts;
  facts.sandbox = true;
  EXPECT_THAT(BuildInstructions(facts, &Everything), HasSubstr("no real phone rings"));
}

TEST(Instructions, OnlyRecipesWhoseToolsAreThere) {
  const auto no_voice = [](std::string_view tool) {
    return tool == "createMessage" || tool == "getCallbackEvents";
  };
  const std::string text = BuildInstructions(Configured(), no_voice);
  EXPECT_THAT(text, HasSubstr("Send a text and make sure it arrived"));
  EXPECT_THAT(text, Not(HasSubstr("Place a call")));
  EXPECT_THAT(BuildInstructions(Configured(), &Nothing), Not(HasSubstr("respondToCallback")));
}

TEST(Instructions, StayShortEvenWithTheLongestValues) {
  ServerFacts facts = Configured();
  EXPECT_LT(BuildInstructions(facts, &Everything).size(), kMaxInstructionBytes);
  facts.callbacks = CallbackUrls("https://" + std::string(5'000, 'x'));
  EXPECT_LE(BuildInstructions(facts, &Everything).size(), kMaxInstructionBytes);
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
