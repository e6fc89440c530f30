#include "sandbox/core/code_desk.h"

#include <string>

#include "sandbox/core/lookup.h"
#include "tests/sandbox/core/simulation.h"

namespace bw::sandbox {
namespace {

using json::Json;
using ::testing::HasSubstr;

class CodeDeskTest : public SimulationTest {
 protected:
  Json Body() const {
    return {{"to", kPerson},
            {"from", account.numbers[0].number},
            {"applicationId", account.applications[1].id},
            {"message", "Your code is {CODE}"},
            {"digits", 6},
            {"scope", "login"}};
  }
  Json Verification(const std::string& code) const {
    return {{"to", kPerson}, {"scope", "login"}, {"expirationTimeInMinutes", 3}, {"code", code}};
  }
  CodeDesk desk{account, clock, random, messages};
};

TEST_F(CodeDeskTest, ACodeIsTextedAndGoodOnce) {
  const auto sent = desk.Generate(Body(), CodeDesk::Channel::kMessaging);
  ASSERT_TRUE(sent.ok()) << ToString(sent.status());
  EXPECT_TRUE(sent->contains("messageId"));
  const std::string code = desk.Observe()[0]["code"];
  EXPECT_EQ(code.size(), 6u);
  EXPECT_EQ(messages.Observe()[0]["text"], "Your code is " + code);
  EXPECT_EQ(desk.Verify(Verification("0000"))->at("valid"), false);
  EXPECT_EQ(desk.Verify(Verification(code))->at("valid"), true);
  EXPECT_EQ(desk.Verify(Verification(code))->at("valid"), false);
}

TEST_F(CodeDeskTest, ACodeExpires) {
  ASSERT_TRUE(desk.Generate(Body(), CodeDesk::Channel::kMessaging).ok());
  clock.Advance(std::chrono::minutes(3) + std::chrono::milliseconds(1));
  const std::string code = desk.Observe()[0]["code"];
  EXPECT_EQ(desk.Verify(Verification(code))->at("valid"), false);
}

TEST_F(CodeDeskTest, GuessingIsLimited) {
  ASSERT_TRUE(desk.Generate(Body(), CodeDesk::Channel::kMessaging).ok());
  for (int i = 0; i < CodeDesk::kMaxAttempts; ++i) {
    EXPECT_TRUE(desk.Verify(Verification("9999")).ok());
  }
  EXPECT_EQ(desk.Verify(Verification("9999")).status().code(), StatusCode::kResourceExhausted);
}

TEST_F(CodeDeskTest, KeepsALimitedNumberOfCodes) {
  Json body = Body();
  body["applicationId"] = account.applications[0].id;
  for (std::size_t i = 0; i <= CodeDesk::kMaxCodes; ++i) {
    ASSERT_TRUE(desk.Generate(body, CodeDesk::Channel::kVoice).ok());
  }
  EXPECT_EQ(desk.Observe().size(), CodeDesk::kMaxCodes);
}

TEST_F(CodeDeskTest, RefusesBadBodies) {
  const auto error = [&](const std::string& member, const Json& value) {
    Json body = Body();
    body[member] = value;
    return ToString(desk.Generate(body, CodeDesk::Channel::kMessaging).status());
  };
  EXPECT_THAT(error("message", "no code"), HasSubstr("{CODE}"));
  EXPECT_THAT(error("digits", 3), HasSubstr("digits must be a whole number from 4 to 8"));
  EXPECT_THAT(error("digits", 9), HasSubstr("from 4 to 8"));
  EXPECT_THAT(error("scope", std::string(26, 's')), HasSubstr("scope must have 0 to 25"));
  EXPECT_THAT(error("from", "+15550999999"), HasSubstr("from must be"));
  EXPECT_THAT(ToString(desk.Generate(Body(), CodeDesk::Channel::kVoice).status()),
              HasSubstr("application"));
  Json verification = Verification("1234");
  verification["expirationTimeInMinutes"] = 16;
  EXPECT_THAT(ToString(desk.Verify(verification).status()), HasSubstr("from 1 to 15"));
}

TEST_F(CodeDeskTest, LookupAnswersForEachNumber) {
  const auto found = LookUpNumbers({{"phoneNumbers", {"+15550000001", "+15550000009"}}}, random);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ((*found)["data"]["status"], "COMPLETE");
  EXPECT_EQ((*found)["data"]["results"][0]["lineType"], "MOBILE");
  EXPECT_EQ((*found)["data"]["results"][1]["lineType"], "VOIP");
  EXPECT_EQ((*LookUpNumbers({{"phoneNumbers", {"+15550000001", "x"}}}, random))["data"]["status"],
            "PARTIAL_COMPLETE");
  Json many = Json::array();
  for (int i = 0; i < 101; ++i) many.push_back("+15550000001");
  EXPECT_EQ(LookUpNumbers({{"phoneNumbers", many}}, random).status().code(),
            StatusCode::kInvalidArgument);
  many.erase(100);
  EXPECT_TRUE(LookUpNumbers({{"phoneNumbers", many}}, random).ok());
}

}  // namespace
}  // namespace bw::sandbox
