// Streams over HTTP, on one replica and on two that share their state, without a socket.
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "tests/gateway/replica.h"

namespace bw::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class StreamsTest : public ::testing::Test {
 protected:
  FakeClock clock;
  FakeSealer sealer;
  FakeSharedState shared;
  Replica here{clock, sealer, shared};
  Replica there{clock, sealer, shared};
};

constexpr const char* kCallsUpdated =
    R"({"jsonrpc":"2.0","method":"notifications/resources/updated",)"
    R"("params":{"uri":"bandwidth://calls"}})";

TEST_F(StreamsTest, AListenersFirstEventIsTheAcknowledgement) {
  const auto listener = here.Listen();
  ASSERT_NE(listener->stream, nullptr);
  EXPECT_EQ(listener->head.status, 200);
  EXPECT_EQ(listener->head.headers.Get("Content-Type"), "text/event-stream");
  EXPECT_EQ(listener->head.headers.Get("X-Accel-Buffering"), "no");
  EXPECT_THAT(listener->stream->text(),
              StartsWith("event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":"
                         "\"notifications/subscriptions/acknowledged\""));
  here.feed.Happen({VoiceEvent("c-1")});
  EXPECT_THAT(listener->stream->text(), HasSubstr("notifications/resources/updated"));
}

TEST_F(StreamsTest, StreamsAreKeptAliveByComments) {
  const auto listener = here.Listen();
  const auto stream = here.Get(here.OpenSession());
  for (const auto& open : {listener, stream})
    EXPECT_THAT(open->stream->text(), Not(HasSubstr("\n:\n")));
  here.scheduler.Advance(here.options.sse_keep_alive);
  EXPECT_THAT(listener->stream->text(), HasSubstr("\n\n:\n\n"));
  EXPECT_EQ(stream->stream->text(), ":\n\n");
  here.scheduler.Advance(here.options.sse_keep_alive);
  EXPECT_EQ(stream->stream->text(), ":\n\n:\n\n");
}

TEST_F(StreamsTest, StreamsHaveTheirOwnSmallBoundAndNoRequestSlot) {
  const auto listener = here.Listen();
  EXPECT_EQ(listener->stream_options.max_unsent_bytes, here.options.max_stream_unsent_bytes);
  EXPECT_EQ(here.endpoint.requests_under_way(), 0u);
  const std::string session = here.OpenSession();
  const auto stream = here.Get(session);
  EXPECT_EQ(stream->stream_options.max_unsent_bytes, here.options.max_stream_unsent_bytes);
  EXPECT_EQ(here.endpoint.requests_under_way(), 0u);
  EXPECT_EQ(here.Post(session, "ping", "{}")->response->status, 200) << "the one slot is free";
}

TEST_F(StreamsTest, AListenerWhoLeavesIsForgotten) {
  const auto listener = here.Listen();
  EXPECT_EQ(here.subscriptions.streams(), 1u);
  listener->Leave();
  EXPECT_EQ(here.subscriptions.streams(), 0u);
}

TEST_F(StreamsTest, AListenerMustReadStreamsAndBeBrief) {
  EXPECT_EQ(here.Listen("application/json")->response->status, 406);
  const auto large = here.Listen("text/event-stream", std::string(256u << 10, 'x'));
  EXPECT_THAT(large->response->body, HasSubstr("-32602"));
  EXPECT_EQ(here.subscriptions.streams(), 0u);
}

TEST_F(StreamsTest, TooManyListenersAreRefusedInBand) {
  SubscriptionLimits limits;
  limits.max_streams = 1;
  Replica small(clock, sealer, shared, limits);
  small.Listen();
  const auto refused = small.Listen();
  ASSERT_TRUE(refused->response.has_value());
  EXPECT_EQ(refused->response->status, 200);
  EXPECT_THAT(refused->response->body, HasSubstr("-32603"));
  const auto stream = small.Get(small.OpenSession());
  EXPECT_EQ(stream->response->status, 503);
  EXPECT_EQ(stream->response->headers.Get("Retry-After"), "1");
}

TEST_F(StreamsTest, TheServersEndFinishesListenersAndClosesStreams) {
  const auto listener = here.Listen();
  const auto stream = here.Get(here.OpenSession());
  here.subscriptions.EndAll();
  EXPECT_THAT(listener->stream->text(), HasSubstr(R"("resultType":"complete")"));
  EXPECT_TRUE(listener->stream->closed());
  EXPECT_TRUE(stream->stream->closed());
  EXPECT_EQ(stream->stream->text(), "");
}

struct GetRow {
  const char* what;
  Fields fields;
  int status;
};

TEST_F(StreamsTest, EveryRefusedGetHasItsStatus) {
  const std::string session = here.OpenSession();
  const std::vector<GetRow> rows = {
      {"no session", {{"Accept", "text/event-stream"}}, 400},
      {"unknown session", {{"Accept", "text/event-stream"}, {"Mcp-Session-Id", "nope"}}, 404},
      {"another media type", {{"Accept", "application/json"}, {"Mcp-Session-Id", session}}, 406},
      {"modern", {{"Accept", "text/event-stream"}, {"MCP-Protocol-Version", "2026-07-28"}}, 405},
      {"unknown revision",
       {{"Accept", "text/event-stream"},
        {"Mcp-Session-Id", session},
        {"MCP-Protocol-Version", "1999-01-01"}},
       400},
  };
  for (const GetRow& row : rows) {
    const auto exchange = here.Send("GET", row.fields);
    ASSERT_TRUE(exchange->response.has_value()) << row.what;
    EXPECT_EQ(exchange->response->status, row.status) << row.what;
  }
}

TEST_F(StreamsTest, ASubscriptionMadeElsewhereIsToldOnTheStreamHere) {
  const std::string session = here.OpenSession();
  const auto stream = here.Get(session);
  ASSERT_NE(stream->stream, nullptr);
  EXPECT_EQ(there.Post(session, "resources/subscribe", R"({"uri":"bandwidth://calls"})")
                ->response->status,
            200);
  here.feed.Happen({VoiceEvent("c-1")});
  EXPECT_EQ(stream->stream->text(), std::string("event: message\ndata: ") + kCallsUpdated + "\n\n");
  there.Post(session, "resources/unsubscribe", R"({"uri":"bandwidth://calls"})");
  here.feed.Happen({VoiceEvent("c-1")});
  EXPECT_EQ(stream->stream->text(), std::string("event: message\ndata: ") + kCallsUpdated + "\n\n");
}

TEST_F(StreamsTest, AStreamOpenedLaterKnowsTheSubscriptions) {
  const std::string session = here.OpenSession();
  here.Post(session, "resources/subscribe", R"({"uri":"bandwidth://calls"})");
  const auto stream = there.Get(session);
  there.feed.Happen({VoiceEvent("c-1")});
  EXPECT_THAT(stream->stream->text(), HasSubstr(kCallsUpdated));
}

TEST_F(StreamsTest, AStreamTellsOfChangedLists) {
  const auto stream = here.Get(here.OpenSession());
  here.provider.catalogue_changed({"t2", "p2", "r1"});
  EXPECT_EQ(stream->stream->text(),
            "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":"
            "\"notifications/tools/list_changed\",\"params\":{}}\n\n"
            "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":"
            "\"notifications/prompts/list_changed\",\"params\":{}}\n\n");
}

TEST_F(StreamsTest, TheNewestStreamOfASessionTakesOver) {
  const std::string session = here.OpenSession();
  const auto first = here.Get(session);
  const auto second = there.Get(session);
  EXPECT_TRUE(first->stream->closed());
  EXPECT_FALSE(second->stream->closed());
  const auto third = there.Get(session);
  EXPECT_TRUE(second->stream->closed());
  EXPECT_FALSE(third->stream->closed());
  // The old client notices last.
  first->Leave();
  second->Leave();
  EXPECT_FALSE(third->stream->closed());
  EXPECT_EQ(here.subscriptions.streams(), 0u);
  EXPECT_EQ(there.subscriptions.streams(), 1u);
}

TEST_F(StreamsTest, DeleteEndsTheSessionOnEveryReplica) {
  const std::string session = here.OpenSession();
  const auto stream = there.Get(session);
  EXPECT_EQ(here.Send("DELETE", {{"Mcp-Session-Id", session}})->response->status, 200);
  EXPECT_TRUE(stream->stream->closed());
  EXPECT_EQ(there.Get(session)->response->status, 404);
  EXPECT_EQ(there.Post(session, "ping", "{}")->response->status, 404);
  EXPECT_EQ(there.Send("DELETE", {{"Mcp-Session-Id", session}})->response->status, 404);
}

TEST_F(StreamsTest, DeleteIsAnsweredOnceOthersCanKnow) {
  const std::string session = here.OpenSession();
  shared.holds = true;
  const auto deleted = here.Send("DELETE", {{"Mcp-Session-Id", session}});
  EXPECT_FALSE(deleted->response.has_value());
  shared.held.front()();
  EXPECT_EQ(deleted->response->status, 200);
}

TEST_F(StreamsTest, ALogLevelSetElsewhereIsKnownHere) {
  const std::string session = here.OpenSession();
  there.Post(session, "logging/setLevel", R"({"level":"error"})");
  EXPECT_EQ(here.directory.LogLevel(sealer.Digest(session)), "error");
}

TEST_F(StreamsTest, AStreamThatIsOverBeforeItOpensEndsProperly) {
  const std::string session = here.OpenSession();
  Replica slow(clock, sealer, shared);
  slow.feed.holds = true;
  const auto waiting = slow.Get(session);
  EXPECT_EQ(waiting->stream, nullptr);
  here.Send("DELETE", {{"Mcp-Session-Id", session}});
  ASSERT_NE(waiting->stream, nullptr);
  EXPECT_TRUE(waiting->stream->closed());
}

}  // namespace
}  // namespace bw::gateway
