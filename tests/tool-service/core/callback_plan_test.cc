#include "tool-service/core/callback_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using json::Json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr auto kVoice = ApplicationKind::kVoice;
constexpr auto kMessaging = ApplicationKind::kMessaging;

xml::Element Application(const std::string& settings) {
  auto parsed = xml::Parse("<Application>" + settings + "</Application>");
  EXPECT_TRUE(parsed.ok()) << ToString(parsed.status());
  return parsed.ok() ? *std::move(parsed) : xml::Element();
}

const CallbackTarget kOpen = {CallbackUrls("https://ours.example"), {}};
const CallbackTarget kGuarded = {CallbackUrls("https://ours.example"), {"hook", "s3cret"}};

constexpr const char* kForeignVoice =
    "<ApplicationId>v-1</ApplicationId><ServiceType>Voice-V2</ServiceType><AppName>n</AppName>"
    "<CallInitiatedCallbackUrl>https://theirs.example/v</CallInitiatedCallbackUrl>"
    "<CallInitiatedMethod>GET</CallInitiatedMethod>"
    "<CallbackCreds><UserId>them</UserId></CallbackCreds>";
constexpr const char* kOurVoice =
    "<ServiceType>Voice-V2</ServiceType>"
    "<CallInitiatedCallbackUrl>https://ours.example/callbacks/voice/answer"
    "</CallInitiatedCallbackUrl><CallInitiatedMethod>POST</CallInitiatedMethod>"
    "<CallStatusCallbackUrl>https://ours.example/callbacks/voice/disconnect"
    "</CallStatusCallbackUrl><CallStatusMethod>POST</CallStatusMethod>";
constexpr const char* kForeignMessaging =
    "<ServiceType>Messaging-V2</ServiceType>"
    "<InboundCallbackUrl>https://theirs.example/m</InboundCallbackUrl>";

std::string Patch(const ApplicationChange& change) {
  return xml::Write(PatchBody(change), {.declaration = false});
}

TEST(PlanOurs, ChangesOnlyWhatDiffers) {
  const ApplicationChange change = PlanOurs(kVoice, Application(kForeignVoice), kOpen, false);
  EXPECT_EQ(Patch(change),
            "<Application><CallInitiatedCallbackUrl>https://ours.example/callbacks/voice/answer"
            "</CallInitiatedCallbackUrl><CallInitiatedMethod>POST</CallInitiatedMethod>"
            "<CallStatusCallbackUrl>https://ours.example/callbacks/voice/disconnect"
            "</CallStatusCallbackUrl></Application>");
  EXPECT_THAT(change.cleared, IsEmpty());
  EXPECT_TRUE(PlanOurs(kVoice, Application(kOurVoice), kOpen, true).empty());
}

TEST(PlanOurs, EachKindHasItsOwnFields) {
  const std::string patch =
      Patch(PlanOurs(kMessaging, Application(kForeignMessaging), kGuarded, false));
  EXPECT_THAT(patch, HasSubstr("<InboundCallbackUrl>https://ours.example/callbacks/messaging/"));
  EXPECT_THAT(patch, HasSubstr("<OutboundCallbackUrl>"));
  EXPECT_THAT(patch, HasSubstr("<InboundCallbackCreds><UserId>hook</UserId><Password>s3cret"));
  EXPECT_THAT(patch, HasSubstr("<OutboundCallbackCreds>"));
  EXPECT_THAT(patch, Not(HasSubstr("CallInitiated")));
}

TEST(PlanOurs, CredentialsGoWithEveryNewAddress) {
  const std::string user = "<CallbackCreds><UserId>hook</UserId></CallbackCreds>";
  EXPECT_TRUE(PlanOurs(kVoice, Application(kOurVoice + user), kGuarded, false).empty());
  EXPECT_THAT(Patch(PlanOurs(kVoice, Application(kOurVoice + user), kGuarded, true)),
              HasSubstr("s3cret"));
  EXPECT_THAT(Patch(PlanOurs(kVoice, Application(kOurVoice), kGuarded, false)),
              HasSubstr("s3cret"));
  EXPECT_THAT(Patch(PlanOurs(kVoice, Application(kForeignVoice + std::string()), kGuarded, false)),
              HasSubstr("<UserId>hook</UserId><Password>s3cret</Password>"));
}

TEST(PlanOurs, AsksForTheOutcomesOfTextsWhereAListLacksThem) {
  const auto with = [](const std::string& types) {
    return Application(
        "<InboundCallbackUrl>https://ours.example/callbacks/messaging/inbound"
        "</InboundCallbackUrl><OutboundCallbackUrl>https://ours.example/callbacks/"
        "messaging/status</OutboundCallbackUrl>" +
        types);
  };
  const auto type = [](const std::string& name) {
    return "<CallbackType>" + name + "</CallbackType>";
  };
  EXPECT_TRUE(PlanOurs(kMessaging, with(""), kOpen, false).empty());
  EXPECT_EQ(Patch(PlanOurs(kMessaging,
                           with("<RequestedCallbackTypes>" + type("message-sending") +
                                "</RequestedCallbackTypes>"),
                           kOpen, false)),
            "<Application><RequestedCallbackTypes>" + type("message-sending") +
                type("message-delivered") + type("message-failed") +
                "</RequestedCallbackTypes></Application>");
}

TEST(PlanBack, UndoesWhatPlanOursDid) {
  const xml::Element former = Application(
      "<ServiceType>Voice-V2</ServiceType>"
      "<CallInitiatedCallbackUrl>https://theirs.example/v</CallInitiatedCallbackUrl>"
      "<CallInitiatedMethod>GET</CallInitiatedMethod>"
      "<CallStatusCallbackUrl>https://theirs.example/s</CallStatusCallbackUrl>");
  const ApplicationChange change =
      PlanBack(kVoice, Application(kOurVoice), former, kOpen, /*password=*/"");
  EXPECT_EQ(Patch(change),
            "<Application><CallInitiatedCallbackUrl>https://theirs.example/v"
            "</CallInitiatedCallbackUrl><CallInitiatedMethod>GET</CallInitiatedMethod>"
            "<CallStatusCallbackUrl>https://theirs.example/s</CallStatusCallbackUrl>"
            "</Application>");
  EXPECT_THAT(change.cleared, IsEmpty());
  EXPECT_TRUE(PlanBack(kVoice, former, former, kOpen, "").empty());
}

TEST(PlanBack, WhatWasNotThereIsClearedWithItsMethod) {
  const ApplicationChange change =
      PlanBack(kVoice, Application(kOurVoice), Application(kForeignVoice), kOpen, "");
  EXPECT_THAT(change.cleared,
              ElementsAre("CallStatusCallbackUrl", "CallStatusMethod", "CallbackCreds"));
  EXPECT_THAT(change.passwords_unknown, ElementsAre("CallbackCreds"));
}

TEST(PlanBack, OurPasswordNeverStaysWithAForeignAddress) {
  const std::string ours = "<CallbackCreds><UserId>hook</UserId></CallbackCreds>";
  const xml::Element former =
      Application("<CallInitiatedCallbackUrl>https://theirs.example/v</CallInitiatedCallbackUrl>");
  const ApplicationChange change =
      PlanBack(kVoice, Application(kOurVoice + ours), former, kGuarded, "");
  EXPECT_THAT(change.cleared, testing::Contains("CallbackCreds"));
  EXPECT_THAT(change.passwords_unknown, IsEmpty());
}

TEST(PlanBack, AKnownPasswordComesBack) {
  const xml::Element now =
      Application(std::string(kOurVoice) + "<CallbackCreds><UserId>hook</UserId></CallbackCreds>");
  EXPECT_THAT(Patch(PlanBack(kVoice, now, Application(kForeignVoice), kGuarded, "given")),
              HasSubstr("<UserId>them</UserId><Password>given</Password>"));
  // An address of our own, before the user's name changed.
  const CallbackTarget renamed = {CallbackUrls("https://ours.example"), {"old", "known"}};
  const xml::Element former =
      Application(std::string(kOurVoice) + "<CallbackCreds><UserId>old</UserId></CallbackCreds>");
  EXPECT_THAT(Patch(PlanBack(kVoice, now, former, renamed, "")),
              HasSubstr("<UserId>old</UserId><Password>known</Password>"));
}

TEST(PutBody, KeepsEverythingElse) {
  const xml::Element application = Application(
      std::string(kOurVoice) + "<AppName>n</AppName><CallbackTimeout>20</CallbackTimeout>");
  ApplicationChange change;
  change.settings = {xml::Leaf("CallInitiatedCallbackUrl", "https://x.example")};
  change.cleared = {"CallStatusCallbackUrl", "CallStatusMethod"};
  const auto body = PutBody(application, change, false);
  ASSERT_TRUE(body.ok()) << ToString(body.status());
  EXPECT_EQ(xml::Write(*body, {.declaration = false}),
            "<Application><ServiceType>Voice-V2</ServiceType><CallInitiatedMethod>POST"
            "</CallInitiatedMethod><AppName>n</AppName><CallbackTimeout>20</CallbackTimeout>"
            "<CallInitiatedCallbackUrl>https://x.example</CallInitiatedCallbackUrl>"
            "</Application>");
}

TEST(PutBody, LosesNoForeignCredentialsUnasked) {
  const xml::Element application =
      Application(std::string(kOurVoice) +
                  "<CallInitiatedFallbackCreds><UserId>f</UserId></CallInitiatedFallbackCreds>");
  ApplicationChange change;
  change.settings = {xml::Leaf("AppName", "n")};
  const auto refused = PutBody(application, change, false);
  EXPECT_EQ(refused.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(refused.status()), HasSubstr("CallInitiatedFallbackCreds"));
  const auto allowed = PutBody(application, change, true);
  ASSERT_TRUE(allowed.ok());
  EXPECT_EQ(xml::FindChild(*allowed, "CallInitiatedFallbackCreds"), nullptr);
  // Without a user there is nothing to lose.
  EXPECT_TRUE(PutBody(Application("<CallbackCreds><UserId/></CallbackCreds>"), change, false).ok());
}

TEST(NewApplication, HasOnlyFieldsOfItsKind) {
  const std::string voice =
      xml::Write(NewApplication(kVoice, "a & b", kGuarded), {.declaration = false});
  EXPECT_THAT(voice, HasSubstr("<ServiceType>Voice-V2</ServiceType><AppName>a &amp; b</AppName>"));
  EXPECT_THAT(voice, HasSubstr("<CallbackCreds>"));
  EXPECT_THAT(voice, Not(HasSubstr("Inbound")));
  const std::string messaging =
      xml::Write(NewApplication(kMessaging, "n", kOpen), {.declaration = false});
  EXPECT_THAT(messaging, HasSubstr("<CallbackType>message-sending</CallbackType>"));
  EXPECT_THAT(messaging, Not(HasSubstr("Creds")));
  EXPECT_THAT(messaging, Not(HasSubstr("CallInitiated")));
}

TEST(CheckApplied, NamesWhatIsStillAnother) {
  ApplicationChange change;
  change.settings = {
      xml::Leaf("CallInitiatedMethod", "POST"),
      xml::Branch("CallbackCreds", {xml::Leaf("UserId", "hook"), xml::Leaf("Password", "s3cret")})};
  const std::string method = "<CallInitiatedMethod>POST</CallInitiatedMethod>";
  EXPECT_TRUE(CheckApplied(Application(method + "<CallbackCreds><UserId>hook</UserId>"
                                                "</CallbackCreds>"),
                           change)
                  .ok());
  EXPECT_THAT(Message(CheckApplied(Application(method), change)), HasSubstr("CallbackCreds"));
  EXPECT_THAT(Message(CheckApplied(Application(""), change)), HasSubstr("CallInitiatedMethod"));
}

TEST(DescribeCallbacks, ShowsNoPassword) {
  const Json described = DescribeCallbacks(Application(
      "<ApplicationId>v</ApplicationId><AppName>n</AppName><CallbackCreds><UserId>u</UserId>"
      "<Password>s3cret</Password></CallbackCreds><RequestedCallbackTypes><CallbackType>a"
      "</CallbackType></RequestedCallbackTypes>"));
  EXPECT_EQ(described, (Json{{"AppName", "n"},
                             {"CallbackCreds", {{"UserId", "u"}}},
                             {"RequestedCallbackTypes", {"a"}}}));
}

TEST(Snapshot, ComesBackAsItWas) {
  const ApplicationSnapshot snapshot{"https://ours.example/x", 1'772'000'000'000,
                                     Application(kForeignVoice)};
  const auto read = ReadSnapshot(WriteSnapshot(snapshot));
  ASSERT_TRUE(read.ok()) << ToString(read.status());
  EXPECT_EQ(read->written_url, snapshot.written_url);
  EXPECT_EQ(read->time_ms, snapshot.time_ms);
  EXPECT_EQ(read->application, snapshot.application);
  for (const char* text :
       {"", "{}", R"({"time_ms":1,"application":"<A/>"})", R"({"application":"<Application/>"})"}) {
    EXPECT_EQ(ReadSnapshot(text).status().code(), StatusCode::kDataLoss) << text;
  }
}

}  // namespace
}  // namespace bw::tool_service
