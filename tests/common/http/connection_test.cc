#include "common/http/connection.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/clock/clock.h"
#include "tests/common/http/fake_sink.h"

namespace bw::http {
namespace {

using std::chrono::milliseconds;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

std::string Get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() { Restart(); }

  void Restart() {
    requests_.clear();
    socket_ = FakeSocket();
    state_ = std::make_shared<ServerState>(
        options_,
        [this](std::shared_ptr<Exchange> exchange) {
          if (answer_at_once_) exchange->Reply(TextResponse(200, exchange->request().path));
          requests_.push_back(std::move(exchange));
        },
        clock_);
    connection_ =
        std::make_shared<Connection>(state_, std::make_unique<FakeSink>(socket_), "127.0.0.1:9");
  }

  void CheckDeadlineAfter(milliseconds time) {
    clock_.Advance(time);
    connection_->CheckDeadline(clock_.Steady());
  }

  std::string TakeSent() { return std::exchange(socket_.sent, {}); }

  ServerOptions options_;
  FakeClock clock_;
  bool answer_at_once_ = false;
  FakeSocket socket_;
  std::shared_ptr<ServerState> state_;
  std::vector<std::shared_ptr<Exchange>> requests_;
  std::shared_ptr<Connection> connection_;
};

TEST_F(ConnectionTest, AnswersInOneSendAndServesTheNextRequest) {
  connection_->OnInput(kGet);
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0]->request().peer, "127.0.0.1:9");
  bool written = false;
  EXPECT_TRUE(requests_[0]->Reply(TextResponse(200, "hi"), [&](bool whole) { written = whole; }));
  EXPECT_TRUE(written);
  EXPECT_EQ(socket_.sends, 1);
  EXPECT_THAT(TakeSent(), ::testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\nDate: "),
                                           EndsWith("Content-Length: 2\r\n\r\nhi")));
  connection_->OnInput(kGet);
  EXPECT_EQ(requests_.size(), 2u);
  EXPECT_FALSE(socket_.sending_ended);
}

TEST_F(ConnectionTest, TheFirstReplyWins) {
  connection_->OnInput(kGet);
  EXPECT_TRUE(requests_[0]->Reply(TextResponse(200, "first")));
  bool second_written = true;
  EXPECT_FALSE(
      requests_[0]->Reply(TextResponse(200, "second"), [&](bool w) { second_written = w; }));
  EXPECT_FALSE(second_written);
  EXPECT_EQ(requests_[0]->StartStream(Response()), nullptr);
  EXPECT_THAT(TakeSent(), Not(HasSubstr("second")));
}

TEST_F(ConnectionTest, AStaleExchangeCannotAnswerTheNextRequest) {
  connection_->OnInput(kGet);
  requests_[0]->Reply(TextResponse(200, "one"));
  connection_->OnInput(kGet);
  TakeSent();
  EXPECT_FALSE(requests_[0]->Reply(TextResponse(200, "stale")));
  bool gone = false;
  requests_[0]->OnClientGone([&] { gone = true; });
  connection_->OnClosed();
  EXPECT_FALSE(gone);
  EXPECT_EQ(TakeSent(), "");
}

TEST_F(ConnectionTest, ADroppedExchangeAnswers500) {
  connection_->OnInput(kGet);
  requests_.clear();
  EXPECT_THAT(TakeSent(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(ConnectionTest, PipelinedRequestsAreAnsweredInOrder) {
  answer_at_once_ = true;
  connection_->OnInput(Get("/1") + Get("/2") + Get("/3"));
  EXPECT_EQ(requests_.size(), 3u);
  const std::string sent = TakeSent();
  EXPECT_LT(sent.find("/1"), sent.find("/2"));
  EXPECT_LT(sent.find("/2"), sent.find("/3"));
}

TEST_F(ConnectionTest, PipelinedRequestsWaitForTheReplyBeforeThem) {
  connection_->OnInput(Get("/1") + Get("/2"));
  connection_->OnInput(Get("/3"));
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(socket_.resumes_asked, 0);
  requests_[0]->Reply(TextResponse(200, ""));
  EXPECT_EQ(requests_.size(), 1u) << "the replying thread must not run the handler";
  EXPECT_EQ(socket_.resumes_asked, 1);
  connection_->Resume();
  ASSERT_EQ(requests_.size(), 2u);
  EXPECT_EQ(requests_[1]->request().path, "/2");
  requests_[1]->Reply(TextResponse(200, ""));
  connection_->Resume();
  ASSERT_EQ(requests_.size(), 3u);
}

TEST_F(ConnectionTest, PipelinedBytesAreKeptUpToOneWholeRequest) {
  options_.max_header_bytes = 100;
  options_.max_body_bytes = 50;
  Restart();
  connection_->OnInput(kGet);
  connection_->OnInput(std::string(150, 'a'));
  EXPECT_FALSE(socket_.cut);
  connection_->OnInput("a");
  EXPECT_TRUE(socket_.cut);
}

TEST_F(ConnectionTest, HeadIsAnsweredWithTheLengthOnly) {
  connection_->OnInput("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  requests_[0]->Reply(TextResponse(200, "hello"));
  EXPECT_THAT(TakeSent(), EndsWith("Content-Length: 5\r\n\r\n"));
}

TEST_F(ConnectionTest, ConnectionCloseEndsOurSideAfterTheReply) {
  connection_->OnInput("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(socket_.sending_ended);
  requests_[0]->Reply(TextResponse(200, ""));
  EXPECT_THAT(TakeSent(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(socket_.sending_ended);
  connection_->OnInput(kGet);
  EXPECT_EQ(requests_.size(), 1u);
}

TEST_F(ConnectionTest, Http10KeepsAliveOnlyWhenAsked) {
  connection_->OnInput("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  requests_[0]->Reply(TextResponse(200, ""));
  EXPECT_THAT(TakeSent(), HasSubstr("Connection: keep-alive\r\n"));
  connection_->OnInput("GET / HTTP/1.0\r\n\r\n");
  requests_[1]->Reply(TextResponse(200, ""));
  EXPECT_TRUE(socket_.sending_ended);
}

TEST_F(ConnectionTest, AReplyThatWouldSplitIsA500) {
  connection_->OnInput(kGet);
  Response evil = TextResponse(200, "");
  evil.headers.Add("X", "a\r\nSet-Cookie: b");
  EXPECT_TRUE(requests_[0]->Reply(evil));
  const std::string sent = TakeSent();
  EXPECT_THAT(sent, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(sent, Not(HasSubstr("Set-Cookie")));
  connection_->OnInput(kGet);
  EXPECT_EQ(requests_[1]->StartStream(evil), nullptr);
  EXPECT_THAT(TakeSent(), StartsWith("HTTP/1.1 500 "));
}

TEST_F(ConnectionTest, StreamsAreChunkedAndTheConnectionGoesOn) {
  connection_->OnInput(kGet);
  auto stream = requests_[0]->StartStream(TextResponse(200, ""));
  ASSERT_NE(stream, nullptr);
  EXPECT_THAT(TakeSent(), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(stream->Write("hello, stream 16"));
  EXPECT_TRUE(stream->Write(""));
  EXPECT_EQ(TakeSent(), "10\r\nhello, stream 16\r\n");
  stream->Close();
  EXPECT_EQ(TakeSent(), "0\r\n\r\n");
  EXPECT_FALSE(stream->Write("late"));
  stream.reset();
  EXPECT_FALSE(socket_.cut);
  connection_->OnInput(kGet);
  EXPECT_EQ(requests_.size(), 2u);
}

TEST_F(ConnectionTest, StreamsToHttp10EndWithTheConnection) {
  connection_->OnInput("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  auto stream = requests_[0]->StartStream(TextResponse(200, ""));
  stream->Write("raw");
  stream->Close();
  const std::string sent = TakeSent();
  EXPECT_THAT(sent, ::testing::AllOf(EndsWith("\r\n\r\nraw"), Not(HasSubstr("chunked"))));
  EXPECT_TRUE(socket_.sending_ended);
}

TEST_F(ConnectionTest, StreamsToHeadHaveNoBody) {
  connection_->OnInput("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  auto stream = requests_[0]->StartStream(TextResponse(200, ""));
  EXPECT_TRUE(stream->Write("nobody"));
  stream->Close();
  EXPECT_THAT(TakeSent(), EndsWith("\r\n\r\n"));
  EXPECT_EQ(socket_.sends, 1);
}

TEST_F(ConnectionTest, AnAbandonedStreamIsCutNotCompleted) {
  connection_->OnInput(kGet);
  requests_[0]->StartStream(TextResponse(200, "")).reset();
  EXPECT_TRUE(socket_.cut);
}

TEST_F(ConnectionTest, AStreamKeepsUnsentBytesUpToTheLimit) {
  connection_->OnInput(kGet);
  auto stream = requests_[0]->StartStream(TextResponse(200, ""));
  socket_.room = 0;
  const std::size_t framing = std::string("fffff\r\n\r\n").size();
  EXPECT_TRUE(stream->Write(std::string(options_.max_unsent_bytes - framing, 'a')));
  EXPECT_FALSE(socket_.cut);
  EXPECT_FALSE(stream->Write("a"));
  EXPECT_TRUE(socket_.cut);
  EXPECT_EQ(state_->counters.slow_readers_dropped, 1u);
}

TEST_F(ConnectionTest, AStreamMayHaveASmallerLimitOfItsOwn) {
  connection_->OnInput(kGet);
  constexpr std::size_t kOwnLimit = 300;
  auto stream = requests_[0]->StartStream(TextResponse(200, ""), {kOwnLimit});
  socket_.room = 0;
  const std::size_t framing = std::string("fff\r\n\r\n").size();
  EXPECT_TRUE(stream->Write(std::string(kOwnLimit - framing, 'a')));
  EXPECT_FALSE(socket_.cut);
  EXPECT_FALSE(stream->Write("a"));
  EXPECT_TRUE(socket_.cut);
  EXPECT_EQ(state_->counters.slow_readers_dropped, 1u);
}

TEST_F(ConnectionTest, AStreamsOwnLimitDoesNotExceedTheServers) {
  connection_->OnInput(kGet);
  auto stream = requests_[0]->StartStream(TextResponse(200, ""), {2 * options_.max_unsent_bytes});
  socket_.room = 0;
  EXPECT_FALSE(stream->Write(std::string(options_.max_unsent_bytes + 1, 'a')));
  EXPECT_TRUE(socket_.cut);
}

TEST_F(ConnectionTest, AWholeReplyIsKeptWhateverItsSizeAndSentAsTheClientReads) {
  connection_->OnInput(std::string(kGet) + std::string(kGet));
  const std::string body(3 * options_.max_unsent_bytes, 'b');
  socket_.room = 1000;
  int written = 0;
  EXPECT_TRUE(requests_[0]->Reply(TextResponse(200, body), [&](bool whole) { written += whole; }));
  EXPECT_EQ(written, 0);
  EXPECT_EQ(socket_.resumes_asked, 0) << "the next request waits until this reply is out";
  for (int i = 0; written == 0 && i < 100; ++i) {
    EXPECT_EQ(socket_.writable_awaited, i + 1);
    socket_.room = 100'000;
    connection_->OnWritable();
  }
  EXPECT_EQ(written, 1);
  EXPECT_EQ(socket_.resumes_asked, 1);
  EXPECT_THAT(TakeSent(), EndsWith("\r\n\r\n" + body));
}

TEST_F(ConnectionTest, AReplyMayStopInsideItsHead) {
  connection_->OnInput(kGet);
  socket_.room = 10;
  requests_[0]->Reply(TextResponse(200, std::string(100'000, 'c')));
  socket_.room = 1'000'000;
  connection_->OnWritable();
  EXPECT_THAT(TakeSent(), ::testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\nDate: "),
                                           EndsWith("\r\n\r\n" + std::string(100'000, 'c'))));
}

TEST_F(ConnectionTest, UnsentBytesWithoutProgressAreDropped) {
  connection_->OnInput(kGet);
  socket_.room = 0;
  bool whole = true;
  requests_[0]->Reply(TextResponse(200, "x"), [&](bool w) { whole = w; });
  CheckDeadlineAfter(options_.send_timeout - milliseconds(1));
  EXPECT_FALSE(socket_.cut);
  socket_.room = 1;
  connection_->OnWritable();  // progress gives it the whole time again
  CheckDeadlineAfter(options_.send_timeout - milliseconds(1));
  EXPECT_FALSE(socket_.cut);
  CheckDeadlineAfter(milliseconds(1));
  EXPECT_TRUE(socket_.cut);
  EXPECT_EQ(state_->counters.slow_readers_dropped, 1u);
  connection_->OnClosed();
  EXPECT_FALSE(whole);
}

TEST_F(ConnectionTest, NothingIsSentOnceClosed) {
  connection_->OnInput(kGet);
  connection_->OnClosed();
  bool whole = true;
  EXPECT_FALSE(requests_[0]->Reply(TextResponse(200, "late"), [&](bool w) { whole = w; }));
  EXPECT_FALSE(whole);
  EXPECT_EQ(requests_[0]->StartStream(Response()), nullptr);
  connection_->OnWritable();
  connection_->OnInput(kGet);
  connection_->Resume();
  connection_->CheckDeadline(clock_.Steady() + std::chrono::hours(1));
  EXPECT_EQ(socket_.sends, 0);
  EXPECT_FALSE(socket_.cut);
}

TEST_F(ConnectionTest, ClientGoneRunsOnceAndOnlyForAnUnfinishedExchange) {
  int gone = 0;
  connection_->OnInput(kGet);
  requests_[0]->OnClientGone([&] { ++gone; });
  requests_[0]->Reply(TextResponse(200, ""));
  connection_->OnInput(kGet);
  auto stream = requests_[1]->StartStream(Response());
  requests_[1]->OnClientGone([&] { gone += 10; });
  connection_->OnClosed();
  connection_->OnClosed();
  EXPECT_EQ(gone, 10);
  requests_[1]->OnClientGone([&] { gone += 100; });
  EXPECT_EQ(gone, 110) << "already gone: at once";
  requests_[0]->OnClientGone([&] { gone += 1000; });
  EXPECT_EQ(gone, 110) << "complete before the client left";
  EXPECT_FALSE(stream->Write("x"));
}

TEST_F(ConnectionTest, ClientGoneAfterACutWaitsForTheServerThread) {
  connection_->OnInput(kGet);
  socket_.broken = true;
  int written = 0;
  bool gone = false;
  EXPECT_FALSE(requests_[0]->Reply(TextResponse(200, ""), [&](bool w) { written += w ? 100 : 1; }));
  requests_[0]->OnClientGone([&] { gone = true; });
  EXPECT_FALSE(gone);
  connection_->OnClosed();
  EXPECT_TRUE(gone);
  EXPECT_EQ(written, 1);
}

TEST_F(ConnectionTest, CallbacksMayUseTheConnectionAgain) {
  connection_->OnInput(kGet);
  auto exchange = requests_[0];
  requests_.clear();
  exchange->OnClientGone([exchange] { EXPECT_FALSE(exchange->Reply(TextResponse(200, ""))); });
  exchange.reset();
  connection_->OnClosed();
}

TEST_F(ConnectionTest, MalformedBytesAreAnsweredOnceAndTheRestIsDiscarded) {
  connection_->OnInput("nonsense\r\n\r\n" + std::string(kGet));
  EXPECT_TRUE(requests_.empty());
  const std::string sent = TakeSent();
  EXPECT_THAT(sent, ::testing::AllOf(StartsWith("HTTP/1.1 400 Bad Request\r\n"),
                                     HasSubstr("Connection: close\r\n"),
                                     HasSubstr("Content-Type: text/plain")));
  EXPECT_TRUE(socket_.sending_ended);
  EXPECT_EQ(state_->counters.malformed, 1u);
  connection_->OnInput(kGet);
  EXPECT_TRUE(requests_.empty());
  EXPECT_EQ(socket_.sent, "");
}

TEST_F(ConnectionTest, LingeringIsBoundedInBytesAndTime) {
  connection_->OnInput("bad\r\n\r\n");
  connection_->OnInput(std::string(kMaxLingerBytes, 'x'));
  EXPECT_FALSE(socket_.cut);
  connection_->OnInput("x");
  EXPECT_TRUE(socket_.cut);
  Restart();
  connection_->OnInput("bad\r\n\r\n");
  CheckDeadlineAfter(kLingerTime - milliseconds(1));
  EXPECT_FALSE(socket_.cut);
  CheckDeadlineAfter(milliseconds(1));
  EXPECT_TRUE(socket_.cut);
}

TEST_F(ConnectionTest, AnIdleConnectionIsClosedWithoutAReply) {
  CheckDeadlineAfter(options_.idle_timeout - milliseconds(1));
  EXPECT_FALSE(socket_.cut);
  CheckDeadlineAfter(milliseconds(1));
  EXPECT_TRUE(socket_.cut);
  EXPECT_EQ(socket_.sent, "");
  EXPECT_EQ(state_->counters.timeouts, 0u);
}

TEST_F(ConnectionTest, ASlowHeadIs408HoweverItTrickles) {
  for (const char c : {'G', 'E', 'T'}) {
    connection_->OnInput(std::string_view(&c, 1));
    CheckDeadlineAfter(options_.header_timeout / 3 - milliseconds(1));
  }
  EXPECT_EQ(socket_.sent, "");
  CheckDeadlineAfter(milliseconds(4));
  EXPECT_THAT(TakeSent(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(socket_.sending_ended);
  EXPECT_EQ(state_->counters.timeouts, 1u);
}

TEST_F(ConnectionTest, ASlowBodyIs408AfterItsOwnTime) {
  connection_->OnInput("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
  CheckDeadlineAfter(options_.body_timeout - milliseconds(1));
  connection_->OnInput("b");
  EXPECT_EQ(socket_.sent, "");
  CheckDeadlineAfter(milliseconds(1));
  EXPECT_THAT(TakeSent(), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ConnectionTest, AHeldRequestHasNoDeadline) {
  connection_->OnInput(kGet);
  CheckDeadlineAfter(std::chrono::hours(24));
  EXPECT_FALSE(socket_.cut);
  EXPECT_TRUE(requests_[0]->Reply(TextResponse(200, "")));
}

TEST_F(ConnectionTest, ContinueIsSentBeforeTheBodyComes) {
  connection_->OnInput(
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  EXPECT_EQ(TakeSent(), "HTTP/1.1 100 Continue\r\n\r\n");
  connection_->OnInput("a");
  ASSERT_EQ(requests_.size(), 1u);
  EXPECT_EQ(requests_[0]->request().body, "a");
}

TEST_F(ConnectionTest, ABodyTooLargeIsNotInvitedByContinue) {
  connection_->OnInput(
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_THAT(TakeSent(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ConnectionTest, DrainEndsIdleConnectionsAndLetsTheOthersFinish) {
  connection_->Drain();
  EXPECT_TRUE(socket_.sending_ended);
  EXPECT_FALSE(connection_->active());
  Restart();
  connection_->OnInput(kGet);
  state_->draining = true;
  connection_->Drain();
  EXPECT_TRUE(connection_->active());
  EXPECT_FALSE(socket_.sending_ended);
  requests_[0]->Reply(TextResponse(200, ""));
  EXPECT_THAT(TakeSent(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(socket_.sending_ended);
  EXPECT_FALSE(connection_->active());
}

TEST_F(ConnectionTest, DrainWaitsForARequestThatHasBegun) {
  connection_->OnInput("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n");
  state_->draining = true;
  connection_->Drain();
  EXPECT_FALSE(socket_.sending_ended);
  connection_->OnInput("a");
  ASSERT_EQ(requests_.size(), 1u);
}

}  // namespace
}  // namespace bw::http
