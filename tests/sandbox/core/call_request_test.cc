#include "sandbox/core/call_request.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::sandbox {
namespace {

using json::Json;
using ::testing::HasSubstr;

Json ValidBody() {
  return {{"from", "+15550100001"},
          {"to", "+15550123456"},
          {"applicationId", AccountSeed().voice_application_id},
          {"answerUrl", "https://app.example.net/a"}};
}

std::string ErrorOf(const Json& body, const SimulationSettings& settings = {}) {
  const Account account = MakeAccount({});
  const auto call = ParseCreateCall(body, account, settings);
  return call.ok() ? "accepted" : std::string(Message(call.status()));
}

TEST(CreateCall, TakesWhatThePlatformTakes) {
  EXPECT_EQ(ErrorOf(ValidBody()), "accepted");
  Json body = ValidBody();
  body.update({{"to", "sip:a@b.example"},
               {"callTimeout", 300},
               {"callbackTimeout", 1.5},
               {"priority", 1},
               {"tag", std::string(4096, 't')},
               {"username", "u"},
               {"password", "p"},
               {"disconnectUrl", nullptr},
               {"unknown", 1}});
  EXPECT_EQ(ErrorOf(body), "accepted");
}

struct Refusal {
  std::string_view member;
  Json value;
  std::string_view message;
};

TEST(CreateCall, RefusesWhatThePlatformRefuses) {
  const std::vector<Refusal> table = {
      {"to", nullptr, "to is required"},
      {"from", nullptr, "from is required"},
      {"applicationId", nullptr, "applicationId is required"},
      {"answerUrl", nullptr, "answerUrl is required"},
      {"to", "5550123456", "to must be an E.164 number"},
      {"to", 5, "to must be"},
      {"from", "+15550999999", "from must be a phone number of this account"},
      {"applicationId", AccountSeed().messaging_application_id, "not a voice application"},
      {"answerUrl", "/relative", "answerUrl must be an absolute"},
      {"answerUrl", "https://a.example:81/", "answerUrl must use port"},
      {"answerMethod", "PUT", "answerMethod must be GET or POST"},
      {"callTimeout", 301, "callTimeout must be a number from 1 to 300"},
      {"callTimeout", 0.5, "callTimeout must be a number from 1 to 300"},
      {"callbackTimeout", 25.5, "callbackTimeout must be a number from 1 to 25"},
      {"callbackTimeout", "15", "callbackTimeout must be a number"},
      {"priority", 6, "priority must be a whole number from 1 to 5"},
      {"tag", std::string(4097, 't'), "tag must have 0 to 4096 characters"},
      {"username", std::string(1025, 'u'), "username must have 0 to 1024 characters"},
      {"displayName", std::string(257, 'd'), "displayName must have 0 to 256 characters"},
      {"machineDetection", true, "machineDetection must be an object"},
      {"machineDetection", Json{{"mode", "maybe"}}, "mode must be async or sync"},
  };
  for (const Refusal& row : table) {
    Json body = ValidBody();
    body[std::string(row.member)] = row.value;
    EXPECT_THAT(ErrorOf(body), HasSubstr(std::string(row.message))) << row.member;
  }
  EXPECT_THAT(ErrorOf(Json::array()), HasSubstr("must be a JSON object"));
  EXPECT_EQ(ErrorOf(Json::object()),
            "to is required; from is required; applicationId is required; answerUrl is required");
}

TEST(CreateCall, CredentialsNeedHttpsUnlessAllowed) {
  Json body = ValidBody();
  body.update({{"answerUrl", "http://127.0.0.1:8081/a"}, {"username", "u"}, {"password", "p"}});
  EXPECT_THAT(ErrorOf(body), HasSubstr("answerUrl must be https"));
  EXPECT_EQ(ErrorOf(body, {.allow_http_credentials = true}), "accepted");
  body = ValidBody();
  body.update({{"answerFallbackUrl", "http://127.0.0.1:8081/a"}, {"fallbackUsername", "u"}});
  EXPECT_THAT(ErrorOf(body), HasSubstr("fallback of answerUrl must be https"));
}

TEST(UpdateCall, NeedsAUrlOrAnEnd) {
  const auto error = [](const Json& body) {
    const auto update = ParseUpdateCall(body, {});
    return update.ok() ? "accepted" : std::string(Message(update.status()));
  };
  EXPECT_EQ(error({{"redirectUrl", "https://a.example/r"}}), "accepted");
  EXPECT_EQ(error({{"state", "active"}, {"redirectUrl", "https://a.example/r"}}), "accepted");
  EXPECT_EQ(error({{"state", "completed"}}), "accepted");
  EXPECT_THAT(error(Json::object()), HasSubstr("redirectUrl is required"));
  EXPECT_THAT(error({{"state", "paused"}}), HasSubstr("state must be active or completed"));
  EXPECT_THAT(error({{"state", "completed"}, {"tag", "t"}}), HasSubstr("tag is not allowed"));
  EXPECT_THAT(error({{"redirectUrl", "http://127.0.0.1:9000/r"}, {"username", "u"}}),
              HasSubstr("must be https"));
}

}  // namespace
}  // namespace bw::sandbox
