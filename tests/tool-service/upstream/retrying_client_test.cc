#include "tool-service/upstream/retrying_client.h"

#include <gtest/gtest.h>

#include "common/status/unsent.h"
#include "tests/tool-service/upstream/fake_http_client.h"

namespace bw::tool_service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CountingObserver : public IgnoringObserver {
 public:
  void OnExchange(std::string_view host, int, StatusCode,
                  std::chrono::steady_clock::duration) override {
    hosts.emplace_back(host);
  }
  void OnRetry(std::string_view) override { ++retries; }
  void OnRefused(UpstreamRefusal why) override { refused.push_back(why); }
  std::vector<std::string> hosts;
  std::vector<UpstreamRefusal> refused;
  int retries = 0;
};

class RetryingClientTest : public ::testing::Test {
 protected:
  HttpRequest Request(std::string method = "GET") {
    HttpRequest request;
    request.method = std::move(method);
    request.url = "https://voice.bandwidth.com/x";
    request.timeout = seconds(30);
    request.body = "b";
    return request;
  }

  // First: what is still under way when the test ends answers into it.
  Result result_;
  FakeClock clock_;
  ManualScheduler scheduler_{clock_};
  FakeHttpClient http_;
  CountingObserver observer_;
  RetryingClient client_{{.max_pausing = 2}, clock_,    scheduler_,
                         [] { return 0.0; }, observer_, http_};
};

TEST_F(RetryingClientTest, RepeatsReadsWithGrowingPauses) {
  http_.script = {Answer(503), Answer(502), Answer(200)};
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(http_.requests.size(), 1u);
  scheduler_.Advance(milliseconds(249));
  EXPECT_EQ(http_.requests.size(), 1u);
  scheduler_.Advance(milliseconds(1));
  EXPECT_EQ(http_.requests.size(), 2u);
  scheduler_.Advance(milliseconds(499));
  EXPECT_EQ(http_.requests.size(), 2u);
  scheduler_.Advance(milliseconds(1));
  ASSERT_EQ(http_.requests.size(), 3u);
  EXPECT_EQ(http_.requests[2].body, "b");
  EXPECT_EQ(http_.requests[2].timeout, seconds(30) - milliseconds(750));
  EXPECT_EQ(result_.answer->status, 200);
  EXPECT_EQ(result_.count, 1);
  EXPECT_EQ(observer_.retries, 2);
  EXPECT_EQ(observer_.hosts, std::vector<std::string>(3, "voice.bandwidth.com"));
}

TEST_F(RetryingClientTest, TellsOfEachSetback) {
  http_.script = {Answer(429, "", {{"Retry-After", "2"}}), Unavailable("reset"), Answer(200)};
  std::vector<Setback> setbacks;
  HttpRequest request = Request();
  request.on_setback = [&](const Setback& setback) { setbacks.push_back(setback); };
  client_.Send(std::move(request), result_.Done());
  ASSERT_EQ(setbacks.size(), 1u);
  EXPECT_EQ(setbacks[0].what, "retrying after 429");
  EXPECT_EQ(setbacks[0].status, 429);
  EXPECT_EQ(setbacks[0].pause, seconds(2));
  scheduler_.Advance(seconds(10));
  ASSERT_EQ(setbacks.size(), 2u);
  EXPECT_EQ(setbacks[1].what, "retrying because the API was not reached");
  EXPECT_EQ(setbacks[1].status, 0);
  EXPECT_EQ(result_.answer->status, 200);
}

TEST_F(RetryingClientTest, AnAnswerThatIsHandedOutIsNoSetback) {
  http_.script = {Answer(429)};
  int setbacks = 0;
  HttpRequest request = Request("POST");
  request.on_setback = [&](const Setback&) { ++setbacks; };
  client_.Send(std::move(request), result_.Done());
  EXPECT_EQ(result_.answer->status, 429);
  EXPECT_EQ(setbacks, 0);
}

TEST_F(RetryingClientTest, TheLastAnswerIsHandedOut) {
  http_.script = {Answer(503), Answer(503), Answer(504), Answer(200)};
  client_.Send(Request(), result_.Done());
  scheduler_.Advance(seconds(10));
  EXPECT_EQ(result_.answer->status, 504);
  EXPECT_EQ(http_.requests.size(), 3u);
}

TEST_F(RetryingClientTest, JitterShortensThePause) {
  RetryingClient client(
      {}, clock_, scheduler_, [] { return 0.5; }, observer_, http_);
  http_.script = {Answer(503), Answer(200)};
  client.Send(Request(), result_.Done());
  scheduler_.Advance(milliseconds(187));
  EXPECT_EQ(result_.count, 1);
}

TEST_F(RetryingClientTest, OnlyBusyAnswersAreRepeated) {
  for (const int status : {200, 301, 400, 401, 404, 409, 500, 501}) {
    http_.script = {Answer(status)};
    Result result;
    client_.Send(Request(), result.Done());
    EXPECT_EQ(result.count, 1) << status;
  }
  for (const int status : {429, 502, 503, 504}) {
    http_.script = {Answer(status), Answer(200)};
    Result result;
    client_.Send(Request(), result.Done());
    EXPECT_EQ(result.count, 0) << status;
    scheduler_.Advance(seconds(1));
    EXPECT_EQ(result.answer->status, 200) << status;
  }
}

TEST_F(RetryingClientTest, CreatesAreNeverRepeated) {
  for (const char* method : {"POST", "PATCH"}) {
    for (const int status : {429, 503}) {
      http_.script = {Answer(status)};
      Result result;
      client_.Send(Request(method), result.Done());
      EXPECT_EQ(result.answer->status, status) << method;
    }
    http_.script = {Unavailable("reset")};
    Result result;
    client_.Send(Request(method), result.Done());
    EXPECT_EQ(result.answer.status().code(), StatusCode::kUnavailable);
  }
  EXPECT_EQ(scheduler_.pending(), 0u);
}

TEST_F(RetryingClientTest, ReplacementsDeletionsAndBrokenConnectionsAreRepeated) {
  for (const char* method : {"GET", "PUT", "DELETE", "HEAD"}) {
    http_.script = {Unavailable("reset"), Answer(204)};
    Result result;
    client_.Send(Request(method), result.Done());
    scheduler_.Advance(seconds(1));
    EXPECT_EQ(result.answer->status, 204) << method;
  }
  http_.script = {DeadlineExceeded("slow")};
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(result_.answer.status().code(), StatusCode::kDeadlineExceeded);
}

TEST_F(RetryingClientTest, RetryAfterIsObeyed) {
  http_.script = {Answer(429, "", {{"Retry-After", "7"}}), Answer(200)};
  client_.Send(Request(), result_.Done());
  scheduler_.Advance(milliseconds(6'999));
  EXPECT_EQ(result_.count, 0);
  scheduler_.Advance(milliseconds(1));
  EXPECT_EQ(result_.answer->status, 200);
}

TEST_F(RetryingClientTest, ThoseWhoWereToldOneTimeDoNotComeAtOneTime) {
  RetryingClient client(
      {}, clock_, scheduler_, [] { return 0.5; }, observer_, http_);
  http_.script = {Answer(429, "", {{"Retry-After", "7"}}), Answer(200)};
  client.Send(Request(), result_.Done());
  scheduler_.Advance(milliseconds(7'124));
  EXPECT_EQ(result_.count, 0);
  scheduler_.Advance(milliseconds(1));
  EXPECT_EQ(result_.answer->status, 200);
}

TEST_F(RetryingClientTest, RefusalsAreCounted) {
  http_.script = {ResourceExhausted("too large"), MarkUnsent(ResourceExhausted("too many"))};
  client_.Send(Request(), result_.Done());
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(result_.count, 2);
  EXPECT_EQ(observer_.refused,
            (std::vector{UpstreamRefusal::kAnswerBytes, UpstreamRefusal::kInFlight}));
}

TEST_F(RetryingClientTest, APauseBeyondTheTimeoutIsNotMade) {
  http_.script = {Answer(429, "", {{"Retry-After", "30"}})};
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(result_.answer->status, 429);
  http_.script = {Answer(429, "", {{"Retry-After", "29"}}), Answer(200)};
  Result fits;
  client_.Send(Request(), fits.Done());
  scheduler_.Advance(seconds(29));
  EXPECT_EQ(fits.answer->status, 200);
}

TEST_F(RetryingClientTest, PausingAtTheLimitAndOnePast) {
  http_.script = {Answer(503), Answer(503), Answer(503)};
  Result first, second, third;
  client_.Send(Request(), first.Done());
  client_.Send(Request(), second.Done());
  client_.Send(Request(), third.Done());
  EXPECT_EQ(first.count + second.count, 0);
  EXPECT_EQ(third.answer->status, 503);
  EXPECT_EQ(observer_.refused, std::vector{UpstreamRefusal::kRetryRoom});
  http_.script = {Answer(200), Answer(200)};
  scheduler_.Advance(seconds(1));
  EXPECT_EQ(first.count + second.count, 2);
}

TEST_F(RetryingClientTest, CancelDuringAPause) {
  http_.script = {Answer(503), Answer(200)};
  const auto call = client_.Send(Request(), result_.Done());
  call->Cancel();
  EXPECT_EQ(result_.answer.status().code(), StatusCode::kCancelled);
  scheduler_.Advance(seconds(1));
  EXPECT_EQ(http_.requests.size(), 1u);
  EXPECT_EQ(result_.count, 1);
}

TEST_F(RetryingClientTest, AfterStopNothingPauses) {
  client_.StopRetrying();
  http_.script = {Answer(503)};
  client_.Send(Request(), result_.Done());
  EXPECT_EQ(result_.answer->status, 503);
  EXPECT_EQ(scheduler_.pending(), 0u);
}

TEST(HostOf, IsWhatIsBetweenSchemeAndPath) {
  EXPECT_EQ(HostOf("https://voice.bandwidth.com/api"), "voice.bandwidth.com");
  EXPECT_EQ(HostOf("http://127.0.0.1:80?x"), "127.0.0.1:80");
}

}  // namespace
}  // namespace bw::tool_service
