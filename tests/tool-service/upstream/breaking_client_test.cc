#include "tool-service/upstream/breaking_client.h"

#include <gtest/gtest.h>

#include "common/status/unsent.h"
#include "tests/tool-service/upstream/fake_http_client.h"

namespace bw::tool_service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CountingObserver : public IgnoringObserver {
 public:
  void OnRefused(UpstreamRefusal why) override { refused += why == UpstreamRefusal::kBreaker; }
  void OnBreaker(std::string_view host, bool opened, std::size_t open_hosts) override {
    changes.push_back(std::string(opened ? "open " : "closed ") + std::string(host) + " " +
                      std::to_string(open_hosts));
  }
  int refused = 0;
  std::vector<std::string> changes;
};

class BreakingClientTest : public ::testing::Test {
 protected:
  HttpRequest Request(std::string host = "voice.bandwidth.com") {
    HttpRequest request;
    request.method = "POST";
    request.url = "https://" + host + "/x";
    return request;
  }
  StatusOr<HttpResponse> Send(StatusOr<HttpResponse> answer,
                              const std::string& host = "voice.bandwidth.com") {
    http_.script = {std::move(answer)};
    Result result;
    EXPECT_NE(client_.Send(Request(host), result.Done()), nullptr);
    EXPECT_EQ(result.count, 1);
    http_.script.clear();
    return result.answer;
  }
  void Open() {
    for (int i = 0; i < 3; ++i) Send(Answer(503)).IgnoreError();
  }
  // Sends what would be answered with 200; whether it was let through.
  bool IsLetThrough(const std::string& host = "voice.bandwidth.com") {
    return Send(Answer(200), host).ok();
  }
  std::string Refusal() {
    const auto answer = Send(Answer(200));
    EXPECT_TRUE(IsUnsent(answer.status()));
    return ToString(answer.status());
  }

  FakeClock clock_;
  FakeHttpClient http_;
  CountingObserver observer_;
  BreakingClient client_{{.failures_to_open = 3, .max_hosts = 2}, clock_, observer_, http_};
};

TEST_F(BreakingClientTest, AfterTheLastAllowedFailureTheHostIsLeftAlone) {
  Send(Answer(503)).IgnoreError();
  clock_.Advance(seconds(1));
  Send(Unavailable("reset")).IgnoreError();
  clock_.Advance(seconds(1));
  EXPECT_EQ(Send(Answer(504))->status, 504) << "answers are handed out as they are";
  clock_.Advance(seconds(1));
  EXPECT_EQ(Refusal(),
            "UNAVAILABLE: the API at voice.bandwidth.com has been failing for 3 s; next attempt in "
            "4 s");
  EXPECT_EQ(http_.requests.size(), 3u);
  EXPECT_EQ(observer_.refused, 1);
  EXPECT_EQ(observer_.changes, std::vector<std::string>{"open voice.bandwidth.com 1"});
  EXPECT_TRUE(IsLetThrough("api.bandwidth.com")) << "other hosts are other hosts";
}

TEST_F(BreakingClientTest, OneFailureLessDoesNot) {
  Send(Answer(503)).IgnoreError();
  Send(Answer(503)).IgnoreError();
  EXPECT_TRUE(IsLetThrough());
  Send(Answer(503)).IgnoreError();
  Send(Answer(503)).IgnoreError();
  EXPECT_TRUE(IsLetThrough()) << "an answer between them begins the row anew";
  EXPECT_TRUE(observer_.changes.empty());
}

TEST_F(BreakingClientTest, WhatCounts) {
  struct Row {
    StatusOr<HttpResponse> answer;
    bool fails;
  };
  const Row rows[] = {{Answer(502), true},
                      {Answer(503), true},
                      {Answer(504), true},
                      {Unavailable("reset"), true},
                      {DeadlineExceeded("slow"), true},
                      {Answer(200), false},
                      {Answer(307), false},
                      {Answer(400), false},
                      {Answer(401), false},
                      {Answer(429), false},
                      {Answer(500), false},
                      {Cancelled("by the caller"), false},
                      {ResourceExhausted("too large"), false},
                      {InvalidArgument("URL"), false},
                      {PermissionDenied("not public"), false}};
  for (const Row& row : rows) {
    BreakingClient client({.failures_to_open = 1}, clock_, observer_, http_);
    http_.script = {row.answer, Answer(200)};
    Result first, second;
    client.Send(Request(), first.Done());
    client.Send(Request(), second.Done());
    EXPECT_EQ(!second.answer.ok(), row.fails)
        << (row.answer.ok() ? std::to_string(row.answer->status) : ToString(row.answer.status()));
  }
}

TEST_F(BreakingClientTest, ImpatientCallersDoNotCondemnAHost) {
  for (const auto& [timeout, condemned] :
       {std::pair{milliseconds(999), false}, std::pair{milliseconds(1'000), true}}) {
    BreakingClient client({.failures_to_open = 1}, clock_, observer_, http_);
    http_.script = {DeadlineExceeded("slow"), Answer(200)};
    HttpRequest request = Request();
    request.timeout = timeout;
    Result first, second;
    client.Send(std::move(request), first.Done());
    client.Send(Request(), second.Done());
    EXPECT_EQ(!second.answer.ok(), condemned) << timeout.count();
  }
}

TEST_F(BreakingClientTest, OneRequestTriesAgainAfterThePause) {
  Open();
  clock_.Advance(milliseconds(4'999));
  EXPECT_FALSE(IsLetThrough());
  clock_.Advance(milliseconds(1));
  Result probe;
  client_.Send(Request(), probe.Done());
  ASSERT_EQ(http_.waiting(), 1u);
  EXPECT_EQ(Refusal(),
            "UNAVAILABLE: the API at voice.bandwidth.com has been failing for 5 s; an attempt is "
            "under way");
  http_.Complete(Answer(200));
  EXPECT_EQ(probe.answer->status, 200);
  EXPECT_TRUE(IsLetThrough());
  EXPECT_EQ(observer_.changes, (std::vector<std::string>{"open voice.bandwidth.com 1",
                                                         "closed voice.bandwidth.com 0"}));
}

TEST_F(BreakingClientTest, EachFailedAttemptDoublesThePauseUpToItsLimit) {
  Open();
  for (const int pause_s : {5, 10, 20, 40, 60, 60}) {
    clock_.Advance(seconds(pause_s) - milliseconds(1));
    EXPECT_FALSE(IsLetThrough()) << pause_s;
    clock_.Advance(milliseconds(1));
    EXPECT_EQ(Send(Answer(503))->status, 503) << pause_s;
  }
  clock_.Advance(seconds(60));
  EXPECT_TRUE(IsLetThrough());
  EXPECT_TRUE(IsLetThrough());
}

TEST_F(BreakingClientTest, AnAttemptThatSaysNothingLetsTheNextOneTry) {
  Open();
  clock_.Advance(seconds(5));
  EXPECT_EQ(Send(Cancelled("by the caller")).status().code(), StatusCode::kCancelled);
  EXPECT_TRUE(IsLetThrough());
  EXPECT_EQ(observer_.changes.back(), "closed voice.bandwidth.com 0");
}

TEST_F(BreakingClientTest, AnswersOfBeforeChangeThePauseOnlyForTheBetter) {
  Result early, good;
  client_.Send(Request(), early.Done());
  client_.Send(Request(), good.Done());
  Open();
  clock_.Advance(seconds(4));
  http_.Complete(Unavailable("reset"));
  clock_.Advance(seconds(1));
  EXPECT_TRUE(IsLetThrough()) << "the pause was not made longer";
  Open();
  http_.Complete(Answer(200));
  EXPECT_TRUE(IsLetThrough()) << "the host does answer";
}

TEST_F(BreakingClientTest, FailuresFarApartAreNotInARow) {
  Send(Answer(503)).IgnoreError();
  Send(Answer(503)).IgnoreError();
  clock_.Advance(seconds(60) + milliseconds(1));
  Send(Answer(503)).IgnoreError();
  EXPECT_TRUE(IsLetThrough());
}

TEST_F(BreakingClientTest, HostsAtTheLimitAndOnePast) {
  for (const char* host : {"a", "b", "c"}) {
    for (int i = 0; i < 3; ++i) Send(Answer(503), host).IgnoreError();
  }
  EXPECT_FALSE(IsLetThrough("a"));
  EXPECT_FALSE(IsLetThrough("b"));
  EXPECT_TRUE(IsLetThrough("c")) << "not remembered: never left alone";
}

TEST_F(BreakingClientTest, HostsThatFailedLongAgoMakeRoom) {
  Send(Answer(503), "a").IgnoreError();
  Send(Answer(503), "b").IgnoreError();
  clock_.Advance(seconds(61));
  for (int i = 0; i < 3; ++i) Send(Answer(503), "c").IgnoreError();
  EXPECT_FALSE(IsLetThrough("c"));
}

TEST_F(BreakingClientTest, ZeroFailuresMeansNever) {
  BreakingClient client({.failures_to_open = 0}, clock_, observer_, http_);
  for (int i = 0; i < 50; ++i) {
    http_.script = {Unavailable("reset")};
    Result result;
    client.Send(Request(), result.Done());
  }
  EXPECT_EQ(http_.requests.size(), 50u);
}

}  // namespace
}  // namespace bw::tool_service
