#include "gateway/core/request_state.h"

#include <chrono>
#include <string>

#include "tests/gateway/core_fixture.h"

namespace bw::gateway {
namespace {

using std::chrono::milliseconds;

Request MakeCall(const std::string& params) {
  Request request;
  request.message.method = "tools/call";
  request.message.params = *json::Parse(params);
  request.caller.principal = "ann";
  return request;
}

class RequestStateTest : public ::testing::Test {
 protected:
  std::string OpenError(const Request& presented, std::string_view sealed) {
    const auto opened = states.Open(presented, sealed);
    EXPECT_EQ(opened.status().code(), StatusCode::kInvalidArgument);
    return std::string(bw::Message(opened.status()));
  }

  FakeClock clock;
  FakeSealer sealer;
  RequestStateLimits limits;
  RequestStates states{clock, sealer, limits};
  const Request request = MakeCall(R"({"name":"buy","arguments":{"number":"1"}})");
};

TEST_F(RequestStateTest, ComesBackAsItWas) {
  for (const std::string& state : {std::string("x"), std::string(), std::string("a\nb\nc\0d", 7)}) {
    EXPECT_EQ(*states.Open(request, *states.Seal(request, state)), state);
  }
}

TEST_F(RequestStateTest, WhatDiffersBetweenRoundsDoesNotMatter) {
  const std::string sealed = *states.Seal(request, "x");
  const Request again = MakeCall(R"({"arguments":{"number":"1"},"name":"buy","_meta":{"a":1},
                                     "inputResponses":{"k":{}},"requestState":"s"})");
  EXPECT_EQ(*states.Open(again, sealed), "x");
}

TEST_F(RequestStateTest, IsGoodForItsRequestOnly) {
  const std::string sealed = *states.Seal(request, "x");
  for (const char* params : {R"({"name":"buy","arguments":{"number":"2"}})", R"({"name":"buy"})",
                             R"({"name":"sell","arguments":{"number":"1"}})"}) {
    EXPECT_NE(OpenError(MakeCall(params), sealed).find("another request"), std::string::npos);
  }
  Request other_method = request;
  other_method.message.method = "prompts/get";
  EXPECT_NE(OpenError(other_method, sealed).find("another request"), std::string::npos);
}

TEST_F(RequestStateTest, IsGoodForItsCallerOnly) {
  const std::string sealed = *states.Seal(request, "x");
  Request other = request;
  other.caller.principal = "bob";
  EXPECT_NE(OpenError(other, sealed).find("another caller"), std::string::npos);
  other = request;
  other.audience.tenant = "acme";
  EXPECT_NE(OpenError(other, sealed).find("another caller"), std::string::npos);
  // Tenant and principal cannot be shifted into each other.
  other.audience.tenant = "defaul";
  other.caller.principal = "tann";
  EXPECT_NE(OpenError(other, sealed).find("another caller"), std::string::npos);
}

TEST_F(RequestStateTest, Expires) {
  const std::string sealed = *states.Seal(request, "x");
  clock.Advance(limits.max_age);
  EXPECT_TRUE(states.Open(request, sealed).ok());
  clock.Advance(milliseconds(1));
  EXPECT_NE(OpenError(request, sealed).find("expired"), std::string::npos);
}

TEST_F(RequestStateTest, AChangedOrMadeUpStateIsRefused) {
  for (const std::string& made_up :
       {std::string(), std::string("x"), sealer.Seal("mcp-session", "1\n2\n3\n4"),
        sealer.Seal("mcp-request-state", ""), sealer.Seal("mcp-request-state", "1\n2\n3"),
        sealer.Seal("mcp-request-state", "no number\n2\n3\n4")}) {
    EXPECT_NE(OpenError(request, made_up).find("was changed"), std::string::npos) << made_up;
  }
}

TEST_F(RequestStateTest, LimitsHoldAtTheLimitAndRefuseOnePast) {
  const auto largest = states.Seal(request, std::string(limits.max_state_bytes, 's'));
  ASSERT_TRUE(largest.ok());
  EXPECT_LE(largest->size(), limits.max_sealed_bytes);
  EXPECT_TRUE(states.Open(request, *largest).ok());
  EXPECT_EQ(states.Seal(request, std::string(limits.max_state_bytes + 1, 's')).status().code(),
            StatusCode::kResourceExhausted);
  EXPECT_NE(OpenError(request, std::string(limits.max_sealed_bytes, 'A')).find("was changed"),
            std::string::npos);
  EXPECT_NE(OpenError(request, std::string(limits.max_sealed_bytes + 1, 'A')).find("bytes"),
            std::string::npos);
}

}  // namespace
}  // namespace bw::gateway
