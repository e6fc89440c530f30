// The transport of 2024-11-05, on the stream's own replica and through another one.
#include "gateway/http/legacy_sse.h"

#include <string>

#include <gmock/gmock.h>

#include "tests/gateway/fake_mailbox.h"
#include "tests/gateway/replica.h"

namespace bw::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kPing = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
constexpr const char* kPong = R"({"jsonrpc":"2.0","id":1,"result":{}})";

class LegacySseTest : public ::testing::Test {
 protected:
  struct Client {
    std::shared_ptr<FakeExchange> stream;
    std::string session;
    std::string text() const { return stream->stream->text(); }
  };

  static Client Connect(Replica& replica) {
    Client client;
    client.stream = replica.SendTo("/sse", "GET", {{"Accept", "text/event-stream"}});
    const std::string start = "event: endpoint\ndata: /messages?sessionId=";
    EXPECT_NE(client.stream->stream, nullptr);
    const std::string text = client.text();
    EXPECT_THAT(text, StartsWith(start));
    client.session =
        http::PercentDecode(text.substr(start.size(), text.find("\n\n") - start.size()))
            .value_or("");
    return client;
  }
  static std::shared_ptr<FakeExchange> Post(Replica& replica, const std::string& session,
                                            const std::string& body, const Fields& fields = {}) {
    return replica.SendTo("/messages", "POST", fields, body, {{"sessionId", session}});
  }

  FakeClock clock;
  FakeSealer sealer;
  FakeSharedState shared;
  FakeMailbox mailbox;
  Replica here{clock, sealer, shared, {}, &mailbox};
  Replica there{clock, sealer, shared, {}, &mailbox};
};

TEST_F(LegacySseTest, AnswersComeOnTheStream) {
  const Client client = Connect(here);
  const auto accepted = Post(here, client.session,
                             R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{)"
                             R"("protocolVersion":"2024-11-05","capabilities":{}}})");
  EXPECT_EQ(accepted->response->status, 202);
  EXPECT_EQ(accepted->response->headers.Get("Mcp-Session-Id"), std::nullopt);
  EXPECT_THAT(client.text(), HasSubstr(R"("protocolVersion":"2024-11-05")"));
  EXPECT_EQ(Post(here, client.session, R"({"jsonrpc":"2.0","method":"notifications/initialized"})")
                ->response->status,
            202);
  Post(here, client.session,
       R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo"}})");
  EXPECT_THAT(client.text(), HasSubstr("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":2"));
  EXPECT_THAT(client.text(), Not(HasSubstr("structuredContent"))) << "of a later revision";
}

TEST_F(LegacySseTest, AMessageToAnotherReplicaIsHandedOver) {
  const Client client = Connect(here);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Post(there, client.session, kPing)->response->status, 202);
  }
  EXPECT_EQ(mailbox.puts, 2);
  const std::string text = client.text();
  const auto first = text.find(kPong);
  ASSERT_NE(first, std::string::npos);
  EXPECT_NE(text.find(kPong, first + 1), std::string::npos);
}

TEST_F(LegacySseTest, TheStreamTellsOfSubscriptions) {
  const Client client = Connect(here);
  Post(there, client.session,
       R"({"jsonrpc":"2.0","id":3,"method":"resources/subscribe",)"
       R"("params":{"uri":"bandwidth://calls"}})");
  here.feed.Happen({VoiceEvent("c-1")});
  EXPECT_THAT(client.text(), HasSubstr("notifications/resources/updated"));
}

TEST_F(LegacySseTest, MalformedMessagesAreRefusedWhereTheyArrive) {
  const Client client = Connect(here);
  const auto status = [&](const std::string& body) {
    return Post(here, client.session, body)->response->status;
  };
  EXPECT_EQ(status("{bad"), 400);
  EXPECT_EQ(status(std::string("[") + kPing + "]"), 400);
  EXPECT_EQ(Post(here, client.session, kPing, {{"Content-Type", "text/plain"}})->response->status,
            415);
  EXPECT_EQ(Post(here, "nope", kPing)->response->status, 404);
  EXPECT_EQ(here.SendTo("/messages", "POST", {}, kPing)->response->status, 400);
  EXPECT_EQ(here.SendTo("/messages", "GET", {})->response->headers.Get("Allow"), "POST, OPTIONS");
  EXPECT_EQ(here.SendTo("/sse", "POST", {}, kPing)->response->headers.Get("Allow"), "GET, OPTIONS");
  EXPECT_EQ(here.SendTo("/sse", "GET", {{"Accept", "application/json"}})->response->status, 406);
  EXPECT_THAT(client.text(), Not(HasSubstr("event: message")));
}

TEST_F(LegacySseTest, WithoutItsStreamASessionIsUnknownEverywhere) {
  const Client client = Connect(here);
  client.stream->Leave();
  EXPECT_EQ(Post(here, client.session, kPing)->response->status, 404);
  EXPECT_EQ(Post(there, client.session, kPing)->response->status, 404);
  EXPECT_EQ(mailbox.waiting(), 0u);
  EXPECT_EQ(here.subscriptions.streams(), 0u);
}

TEST_F(LegacySseTest, WhoLeavesCancelsTheirCalls) {
  const Client client = Connect(here);
  Post(here, client.session,
       R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"hold"}})");
  client.stream->Leave();
  EXPECT_EQ(here.provider.cancelled, 1);
}

TEST_F(LegacySseTest, AMessageThatCannotBeHandedOverIsRefused) {
  const Client client = Connect(here);
  mailbox.status = Unavailable("away");
  const auto refused = Post(there, client.session, kPing);
  EXPECT_EQ(refused->response->status, 503);
  EXPECT_EQ(refused->response->headers.Get("Retry-After"), "1");
  Replica alone(clock, sealer, shared);
  EXPECT_EQ(Post(alone, client.session, kPing)->response->status, 404);
}

TEST_F(LegacySseTest, RequestsOfOneStreamAreLimited) {
  const Client client = Connect(here);
  const std::size_t limit = LegacySseOptions{}.max_requests_per_stream;
  for (std::size_t i = 0; i <= limit; ++i) {
    EXPECT_THAT(client.text(), Not(HasSubstr("-32603")));
    Post(here, client.session,
         R"({"jsonrpc":"2.0","id":)" + std::to_string(i) +
             R"(,"method":"tools/call","params":{"name":"hold"}})");
  }
  EXPECT_THAT(client.text(), HasSubstr(R"("id":)" + std::to_string(limit) + R"(,"error")"));
}

TEST_F(LegacySseTest, StreamsAreLimitedAndEndWithTheServer) {
  SubscriptionLimits limits;
  limits.max_streams = 1;
  Replica small(clock, sealer, shared, limits, &mailbox);
  const Client client = Connect(small);
  EXPECT_EQ(small.SendTo("/sse", "GET", {{"Accept", "text/event-stream"}})->response->status, 503);
  small.subscriptions.EndAll();
  EXPECT_TRUE(client.stream->stream->closed());
  EXPECT_EQ(mailbox.waiting(), 0u);
}

TEST_F(LegacySseTest, ItIsOffUnlessAskedFor) {
  McpEndpoint without(here.options,
                      {.options = {}, .failures = here.failures, .limits = here.principal_limits},
                      {here.dispatcher, here.sessions, here.directory, here.subscriptions, here.ids,
                       here.scheduler, here.metrics_of_test});
  http::Request request;
  request.method = "GET";
  request.path = "/sse";
  const auto exchange = std::make_shared<FakeExchange>(std::move(request));
  without.Handle(exchange);
  EXPECT_EQ(exchange->response->status, 404);
}

}  // namespace
}  // namespace bw::gateway
