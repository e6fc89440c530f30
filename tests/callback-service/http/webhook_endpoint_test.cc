#include "callback-service/http/webhook_endpoint.h"

#include <memory>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base64/base64.h"
#include "common/bxml/document.h"
#include "common/log/log.h"
#include "tests/callback-service/fake_call_ledger.h"
#include "tests/callback-service/webhook_payloads.h"

namespace bw::callback_service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class FakeExchange : public http::Exchange {
 public:
  explicit FakeExchange(http::Request request) : request_(std::move(request)) {}

  const http::Request& request() const override { return request_; }
  bool Reply(http::Response response, std::function<void(bool)> on_written) override {
    ++replies;
    reply = std::move(response);
    written = std::move(on_written);
    return true;
  }
  std::shared_ptr<http::StreamWriter> StartStream(http::Response, http::StreamOptions) override {
    return nullptr;
  }
  void OnClientGone(std::function<void()> on_gone) override { gone = std::move(on_gone); }

  int replies = 0;
  std::optional<http::Response> reply;
  std::function<void(bool)> written;
  std::function<void()> gone;

 private:
  http::Request request_;
};

http::Request Post(const std::string& path, const std::string& body,
                   const std::string& type = "application/json; charset=utf-8") {
  http::Request request;
  request.method = "POST";
  request.path = path;
  request.target = path;
  request.body = body;
  request.peer = "192.0.2.1:1";
  if (!type.empty()) request.headers.Add("content-type", type);
  return request;
}

Patience MakePatience() {
  PatienceOptions options;
  options.max_waits = 3;
  options.continue_url = [](std::string_view call_id, int wait) {
    return ContinueUrl("", call_id, wait);
  };
  return *Patience::Create(options);
}

class WebhookEndpointTest : public testing::Test {
 protected:
  WebhookEndpointTest() : WebhookEndpointTest("", "") {}
  WebhookEndpointTest(std::string_view username, std::string_view password)
      : metrics_(registry_, RouteLabels(), EventTypeLabels()),
        voice_(ledger_, MakePatience()),
        endpoint_(voice_, ledger_, BasicAuth(username, password), metrics_, clock_) {
    log::SetLevel(log::Level::kOff);
  }
  ~WebhookEndpointTest() override { log::SetLevel(log::Level::kInfo); }

  std::shared_ptr<FakeExchange> Send(http::Request request) {
    auto exchange = std::make_shared<FakeExchange>(std::move(request));
    endpoint_.Handle(exchange);
    return exchange;
  }

  static std::string HeaderOf(const FakeExchange& exchange, std::string_view name) {
    return std::string(exchange.reply->headers.Get(name).value_or(""));
  }

  FakeClock clock_;
  FakeCallLedger ledger_;
  metrics::Registry registry_;
  Metrics metrics_;
  Voice voice_;
  WebhookEndpoint endpoint_;
};

class GuardedEndpointTest : public WebhookEndpointTest {
 protected:
  GuardedEndpointTest() : WebhookEndpointTest("user", "secret") {}
  static http::Request With(std::initializer_list<std::string> authorizations) {
    http::Request request = Post("/callbacks/voice/disconnect", VoiceBody("disconnect"));
    for (const std::string& value : authorizations) request.headers.Add("authorization", value);
    return request;
  }
  const std::string right_ = "Basic " + Base64Encode("user:secret");
};

TEST_F(GuardedEndpointTest, ChallengesTheFirstRequest) {
  const auto exchange = Send(With({}));
  EXPECT_EQ(exchange->reply->status, 401);
  EXPECT_EQ(HeaderOf(*exchange, "WWW-Authenticate"), "Basic realm=\"bandwidth\"");
  EXPECT_THAT(ledger_.voices, IsEmpty());
  EXPECT_THAT(registry_.Expose(),
              HasSubstr("bw_callback_unauthorized_total{reason=\"no_credentials\"} 1"));
}

TEST_F(GuardedEndpointTest, AcceptsTheSecondAndChallengesAWrongOne) {
  Send(With({right_}));
  EXPECT_THAT(ledger_.voices, SizeIs(1));
  for (const auto& request : {With({"Basic " + Base64Encode("user:Secret")}), With({"Bearer x"}),
                              With({right_, right_})}) {
    const auto exchange = Send(request);
    EXPECT_EQ(exchange->reply->status, 401);
    EXPECT_EQ(HeaderOf(*exchange, "WWW-Authenticate"), "Basic realm=\"bandwidth\"");
  }
  EXPECT_THAT(ledger_.voices, SizeIs(1));
  EXPECT_THAT(registry_.Expose(),
              HasSubstr("bw_callback_unauthorized_total{reason=\"wrong_credentials\"} 3"));
}

TEST_F(WebhookEndpointTest, NamesItsPathsToALostClient) {
  const auto exchange = Send(Post("/callback/voice", "{}"));
  EXPECT_EQ(exchange->reply->status, 404);
  EXPECT_THAT(exchange->reply->body, HasSubstr("/callbacks/voice/continue/{call_id}"));
}

struct MethodRow {
  const char* method;
  const char* path;
  const char* allowed;
};

class MethodTest : public WebhookEndpointTest, public testing::WithParamInterface<MethodRow> {};

TEST_P(MethodTest, IsRefusedWithTheAllowedOnes) {
  http::Request request = Post(GetParam().path, "");
  request.method = GetParam().method;
  const auto exchange = Send(request);
  EXPECT_EQ(exchange->reply->status, 405);
  EXPECT_EQ(HeaderOf(*exchange, "Allow"), GetParam().allowed);
}

INSTANTIATE_TEST_SUITE_P(Methods, MethodTest,
                         testing::Values(MethodRow{"GET", "/callbacks/messaging/inbound", "POST"},
                                         MethodRow{"PUT", "/callbacks/messaging/status", "POST"},
                                         MethodRow{"HEAD", "/callbacks/voice/answer", "POST, GET"},
                                         MethodRow{"DELETE", "/callbacks/voice/continue/c-1",
                                                   "POST, GET"},
                                         MethodRow{"OPTIONS", "/callbacks/notifications", "POST"}));

TEST_F(WebhookEndpointTest, ReadsOnlyJsonWhereNobodyListens) {
  for (const char* path : {"/callbacks/messaging/inbound", "/callbacks/voice/disconnect"}) {
    EXPECT_EQ(Send(Post(path, "a=b", "application/x-www-form-urlencoded"))->reply->status, 415);
  }
  EXPECT_EQ(Send(Post("/callbacks/notifications", "a", "text/plain"))->reply->status, 415);
  Send(Post("/callbacks/messaging/inbound", InboundMessageBody(), ""));
  Send(Post("/callbacks/messaging/inbound", InboundMessageBody(), "Application/Problem+JSON"));
  EXPECT_THAT(ledger_.plains, SizeIs(2));
  // A caller is answered whatever the body is called.
  Send(Post("/callbacks/voice/answer", VoiceBody("answer"), "text/plain"));
  EXPECT_THAT(ledger_.voices, SizeIs(1));
}

TEST_F(WebhookEndpointTest, WritesTheDocumentAndConfirmsIt) {
  const auto exchange = Send(Post("/callbacks/voice/answer", VoiceBody("answer")));
  EXPECT_EQ(exchange->replies, 0);
  EXPECT_THAT(registry_.Expose(), HasSubstr("bw_callback_held_webhooks 0"));
  ledger_.voices[0].done(
      Recorded{.is_duplicate = false, .bxml = "<Response/>", .receipt_id = "r-1"});
  EXPECT_EQ(exchange->reply->status, 200);
  EXPECT_EQ(exchange->reply->body, "<Response/>");
  EXPECT_EQ(HeaderOf(*exchange, "Content-Type"), "application/xml; charset=utf-8");
  EXPECT_THAT(ledger_.deliveries, IsEmpty());
  exchange->written(true);
  ASSERT_THAT(ledger_.deliveries, SizeIs(1));
  EXPECT_TRUE(ledger_.deliveries[0].is_written);
  EXPECT_EQ(ledger_.deliveries[0].receipt_id, "r-1");
}

TEST_F(WebhookEndpointTest, GivesTheDocumentBackWhenTheClientWasGone) {
  const auto exchange = Send(Post("/callbacks/voice/answer", VoiceBody("answer")));
  exchange->gone();
  EXPECT_THAT(ledger_.released, SizeIs(1));
  ledger_.voices[0].done(
      Recorded{.is_duplicate = false, .bxml = "<Response/>", .receipt_id = "r-1"});
  exchange->written(false);
  ASSERT_THAT(ledger_.deliveries, SizeIs(1));
  EXPECT_FALSE(ledger_.deliveries[0].is_written);
  EXPECT_THAT(registry_.Expose(), HasSubstr("bw_callback_store_documents_returned_total 1"));
}

TEST_F(WebhookEndpointTest, FillsAndCountsTheHop) {
  const auto exchange = Send([] {
    http::Request request =
        Post("/callbacks/voice/continue/c-11aa22bb-0000", VoiceBody("redirect"));
    request.query = {{"wait", "1"}};
    return request;
  }());
  ledger_.voices[0].done(Recorded{});
  EXPECT_EQ(exchange->reply->status, 200);
  EXPECT_THAT(exchange->reply->body, HasSubstr("/callbacks/voice/continue/c-11aa22bb-0000?wait=2"));
  EXPECT_THAT(registry_.Expose(), HasSubstr("bw_callback_fillers_total{reason=\"hold_ended\"} 1"));
}

TEST_F(WebhookEndpointTest, ReadsAVoiceWebhookSentAsGet) {
  http::Request request = Post("/callbacks/voice/continue/c-9", "", "");
  request.method = "GET";
  request.query = {{"eventType", "redirect"}, {"wait", "2"}, {"callId", "c-9"}};
  const auto exchange = Send(request);
  ASSERT_THAT(ledger_.voices, SizeIs(1));
  EXPECT_EQ(ledger_.voices[0].record.event.call_id, "c-9");
  EXPECT_THAT(ledger_.voices[0].record.event.payload_json, Not(HasSubstr("wait")));
  ledger_.voices[0].done(Recorded{});
  EXPECT_THAT(exchange->reply->body, HasSubstr("wait=3"));
}

class UnreadableTest : public WebhookEndpointTest,
                       public testing::WithParamInterface<std::string> {};

TEST_P(UnreadableTest, NeverCostsTheCaller) {
  for (const char* path :
       {"/callbacks/voice/answer", "/callbacks/voice/gather", "/callbacks/voice/redirect",
        "/callbacks/voice/events", "/callbacks/voice/continue/c-1"}) {
    const auto exchange = Send(Post(path, GetParam()));
    ASSERT_TRUE(exchange->reply.has_value());
    EXPECT_EQ(exchange->reply->status, 200);
    EXPECT_EQ(HeaderOf(*exchange, "Content-Type"), "application/xml; charset=utf-8");
    const StatusOr<bxml::Document> document = bxml::Parse(exchange->reply->body);
    ASSERT_TRUE(document.ok()) << exchange->reply->body;
    EXPECT_GE(document->verbs.size(), 2u);
  }
  EXPECT_THAT(registry_.Expose(), HasSubstr("bw_callback_fillers_total{reason=\"unreadable\"} 5"));
  for (const char* path :
       {"/callbacks/voice/disconnect", "/callbacks/voice/status", "/callbacks/messaging/inbound"}) {
    EXPECT_EQ(Send(Post(path, GetParam()))->reply->status, 400) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(Bodies, UnreadableTest,
                         testing::Values("", "{", "null", "{}", "5", "[5]", "\xff\xfe",
                                         std::string(10'000, '['), std::string(3, '\0')));

TEST_F(WebhookEndpointTest, AnswersCallersWhileTheStoreIsAway) {
  ledger_.immediate = Unavailable("down");
  for (const VoiceSample& sample : VoiceSamples()) {
    SCOPED_TRACE(sample.type);
    const auto exchange = Send(Post("/callbacks/voice/events", sample.body));
    const bool is_heard = FindVoiceEventType(sample.type)->reply != ReplyUse::kNothing;
    EXPECT_EQ(exchange->reply->status, is_heard ? 200 : 503);
    EXPECT_EQ(bxml::Parse(exchange->reply->body).ok(), is_heard);
  }
}

TEST_F(WebhookEndpointTest, AsksForMessagesAgainWhileTheStoreIsAway) {
  ledger_.immediate = Unavailable("down");
  const auto exchange = Send(Post("/callbacks/messaging/inbound", InboundMessageBody()));
  EXPECT_EQ(exchange->reply->status, 503);
  EXPECT_EQ(HeaderOf(*exchange, "Retry-After"), "5");
  EXPECT_THAT(registry_.Expose(),
              HasSubstr("bw_callback_store_unavailable_total{surface=\"other\"} 1"));
  ledger_.immediate = InvalidArgument("event.tag is too long");
  EXPECT_EQ(Send(Post("/callbacks/messaging/inbound", InboundMessageBody()))->reply->status, 400);
}

TEST_F(WebhookEndpointTest, AcknowledgesMessagesOnceTheyAreDurable) {
  const auto exchange = Send(Post("/callbacks/messaging/status", FailedMessageBody()));
  ASSERT_THAT(ledger_.plains, SizeIs(1));
  EXPECT_EQ(exchange->replies, 0);
  ledger_.plains[0].done(Recorded{});
  EXPECT_EQ(exchange->reply->status, 200);
  EXPECT_EQ(exchange->reply->body, "");
}

TEST_F(WebhookEndpointTest, RecordsWhatItCanReadOfAMixedArray) {
  const auto exchange = Send(
      Post("/callbacks/messaging/inbound", R"([{"type":"message-sent","message":{"id":"m"}},7])"));
  ledger_.plains[0].done(Recorded{});
  EXPECT_EQ(exchange->reply->status, 200);
  EXPECT_THAT(registry_.Expose(), HasSubstr("bw_callback_malformed_events_total 1"));
}

TEST_F(WebhookEndpointTest, TakesNotificationsInJsonAndXml) {
  Send(Post("/callbacks/notifications", R"({"status":"VERIFIED","internalTicketNumber":"1"})"));
  const auto exchange =
      Send(Post("/callbacks/notifications", "<Notification><OrderId>1</OrderId></Notification>",
                "application/xml"));
  ASSERT_THAT(ledger_.plains, SizeIs(2));
  ledger_.plains[1].done(Recorded{});
  EXPECT_EQ(exchange->reply->status, 204);
}

TEST_F(WebhookEndpointTest, CountsByRouteTypeAndOutcomeWithinBounds) {
  Send(Post("/callbacks/voice/disconnect", VoiceBody("disconnect")));
  ledger_.voices[0].done(Recorded{});
  Send(Post("/callbacks/voice/answer", R"({"eventType":"made-up-1","callId":"c"})"));
  ledger_.voices[1].done(Recorded{});
  Send(Post("/callbacks/voice/answer", R"({"eventType":"made-up-2","callId":"c"})"));
  ledger_.voices[2].done(Recorded{});
  const std::string text = registry_.Expose();
  EXPECT_THAT(text, HasSubstr("bw_callback_webhooks_total{outcome=\"accepted\",route=\"voice_"
                              "disconnect\",type=\"disconnect\"} 1"));
  EXPECT_THAT(text,
              HasSubstr("bw_callback_webhooks_total{outcome=\"filler\",route=\"voice_answer\","
                        "type=\"other\"} 2"));
  EXPECT_THAT(text, HasSubstr("bw_callback_webhook_duration_seconds_count"));
}

}  // namespace
}  // namespace bw::callback_service
