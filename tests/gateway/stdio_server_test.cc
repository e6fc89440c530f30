// MCP over pipes.
#include "gateway/stdio/stdio_server.h"

#include <chrono>
#include <condition_variable>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <unistd.h>

#include "common/metrics/metrics.h"
#include "gateway/stdio/line_reader.h"
#include "gateway/stdio/outbox.h"
#include "tests/gateway/core_fixture.h"
#include "tests/support/mcp_schema.h"

namespace bw::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kPatienceMs = 20'000;

/// A pipe whose ends close with it.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
  ~Pipe() {
    CloseRead();
    CloseWrite();
  }
  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void CloseRead() { Close(ends_[0]); }
  void CloseWrite() { Close(ends_[1]); }
  void Write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::write(ends_[1], text.data(), text.size());
      ASSERT_GT(count, 0);
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  /// The next line without its end; "" at the end of the stream or of patience.
  std::string ReadLine() {
    while (unread_.find('\n') == std::string::npos) {
      pollfd watched{ends_[0], POLLIN, 0};
      if (::poll(&watched, 1, kPatienceMs) <= 0) return {};
      char buffer[65536];
      const ssize_t count = ::read(ends_[0], buffer, sizeof(buffer));
      if (count <= 0) return {};
      unread_.append(buffer, static_cast<std::size_t>(count));
    }
    const std::size_t end = unread_.find('\n');
    std::string line = unread_.substr(0, end);
    unread_.erase(0, end + 1);
    return line;
  }

 private:
  static void Close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  int ends_[2] = {-1, -1};
  std::string unread_;
};

class LockedObserver : public Observer {
 public:
  void RequestStarted() override {}
  void RequestFinished(const RequestRecord&) override {}
  void CatalogueDegraded(std::string_view, const Status&) override {}
  void ToolDropped(std::string_view, const Status&) override {}
};

class StdioServerTest : public ::testing::Test {
 protected:
  void Start() {
    options.in = input.read_end();
    options.out = output.write_end();
    server = std::make_unique<StdioServer>(
        options,
        StdioServer::Dependencies{dispatcher, directory, subscriptions, ids, gateway_metrics},
        [this] {
          const std::lock_guard lock(mutex);
          ended = true;
          changed.notify_all();
        });
  }
  void TearDown() override { EXPECT_THAT(transcript.problems(), ::testing::IsEmpty()); }

  void Say(const std::string& line) {
    transcript.SentUnchecked(json::Parse(line).value_or(json::Json()));
    input.Write(line + "\n");
  }
  json::Json Hear() {
    const std::string line = output.ReadLine();
    auto parsed = json::Parse(line, {64u << 20, 64});
    EXPECT_TRUE(parsed.ok()) << line;
    if (parsed.ok()) transcript.Received(*parsed);
    return parsed.value_or(json::Json());
  }
  bool WaitForEnd() {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, milliseconds(kPatienceMs), [this] { return ended; });
  }
  // Until the provider holds a call; calls are made on the server's thread.
  std::shared_ptr<HeldCall> AwaitHeld() {
    for (int i = 0; i < kPatienceMs; ++i) {
      if (auto held = provider.Take()) return held;
      std::this_thread::yield();
      ::usleep(1000);
    }
    return nullptr;
  }

  /// Holds every answer to the schema of its revision.
  testing_support::McpTranscript transcript;
  FakeClock clock;
  FakeToolProvider provider;
  LockedObserver observer;
  FakeSealer sealer;
  metrics::Registry registry;
  Metrics gateway_metrics{registry};
  ManualScheduler scheduler{clock};
  SessionDirectory directory{nullptr, clock, gateway_metrics};
  Sessions sessions{clock, sealer, directory};
  FakeEventFeed feed;
  Subscriptions subscriptions{{&feed, provider, scheduler, clock, gateway_metrics}, {}};
  RecordingQuestionObserver question_observer;
  Questions questions{sealer, nullptr, scheduler, question_observer};
  RequestStates request_states{clock, sealer};
  Dispatcher dispatcher{
      {provider, observer, clock, sessions, questions, request_states, directory, subscriptions},
      {},
      {}};
  RequestIds ids{clock};
  StdioOptions options;
  Pipe input;
  Pipe output;
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  std::unique_ptr<StdioServer> server;
};

std::string Call(const std::string& method, const std::string& id,
                 const std::string& params = "{}") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":")" + method + R"(","params":)" + params +
         "}";
}

const std::string kEnvelope = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                              R"("io.modelcontextprotocol/clientCapabilities":{}})";

TEST_F(StdioServerTest, ALegacyConversation) {
  Start();
  Say(Call("initialize", "1", R"({"protocolVersion":"2025-06-18"})"));
  EXPECT_EQ(Hear()["result"]["protocolVersion"], "2025-06-18");
  Say(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  Say(Call("tools/list", "2"));
  const auto list = Hear();
  EXPECT_EQ(list["id"], 2);
  EXPECT_EQ(list["result"]["tools"].size(), 3u);
  EXPECT_FALSE(list["result"].contains("resultType"));
  Say(Call("tools/call", "\"c\"", R"({"name":"echo","arguments":{"text":"a\nb"}})"));
  EXPECT_EQ(Hear()["result"]["structuredContent"]["text"], "a\nb");
}

TEST_F(StdioServerTest, AModernConversation) {
  Start();
  Say(Call("server/discover", "0", "{" + kEnvelope + "}"));
  EXPECT_EQ(Hear()["result"]["supportedVersions"], json::Json({"2026-07-28"}));
  Say(Call("tools/list", "1", "{" + kEnvelope + "}"));
  EXPECT_EQ(Hear()["result"]["resultType"], "complete");
  Say(Call("tools/list", "2"));
  EXPECT_EQ(Hear()["error"]["code"], -32602);
  Say(Call("initialize", "3", R"({"protocolVersion":"2025-06-18"})"));
  EXPECT_EQ(Hear()["error"]["code"], -32022);
}

TEST_F(StdioServerTest, MalformedLinesAreAnsweredAndHarmless) {
  Start();
  for (const char* line : {"{bad", "[]", "5", "[1,2", "\x01\x02"}) {
    Say(line);
    EXPECT_TRUE(Hear().contains("error")) << line;
  }
  input.Write("\n  \n\r\n");
  input.Write(Call("ping", "1") + "\r\n");
  EXPECT_EQ(Hear()["id"], 1);
}

TEST_F(StdioServerTest, RequestsInterleave) {
  Start();
  Say(Call("tools/call", "1", R"({"name":"hold"})"));
  const auto first = AwaitHeld();
  Say(Call("tools/call", "2", R"({"name":"hold"})"));
  const auto second = AwaitHeld();
  Say(Call("ping", "3"));
  EXPECT_EQ(Hear()["id"], 3);
  second->done(TextResult("two"));
  EXPECT_EQ(Hear()["id"], 2);
  first->done(TextResult("one"));
  EXPECT_EQ(Hear()["id"], 1);
}

TEST_F(StdioServerTest, ACancelledRequestIsNeverAnswered) {
  Start();
  Say(Call("tools/call", "\"slow\"", R"({"name":"hold","_meta":{"progressToken":1}})"));
  const auto held = AwaitHeld();
  held->events.progress({1, 2, ""});
  EXPECT_EQ(Hear()["method"], "notifications/progress");
  Say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"slow"}})");
  Say(Call("ping", "9"));
  EXPECT_EQ(Hear()["id"], 9);
  EXPECT_EQ(provider.cancelled, 1);
  held->events.progress({2, 2, ""});
  held->done(TextResult("late"));
  Say(Call("ping", "10"));
  EXPECT_EQ(Hear()["id"], 10);
}

std::string ListenCall(const std::string& id) {
  return Call(
      "subscriptions/listen", id,
      R"({"notifications":{"resourceSubscriptions":["bandwidth://calls"]},)" + kEnvelope + "}");
}

TEST_F(StdioServerTest, AListenerHearsUntilItCancels) {
  provider.tells_catalogue = true;
  options.max_concurrent_requests = 1;
  Start();
  Say(ListenCall("\"l\""));
  EXPECT_EQ(Hear()["method"], "notifications/subscriptions/acknowledged");
  feed.Happen({VoiceEvent("c-1")});
  const auto updated = Hear();
  EXPECT_EQ(updated["method"], "notifications/resources/updated");
  EXPECT_EQ(updated["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], "l");
  Say(Call("tools/list", "1", "{" + kEnvelope + "}"));
  EXPECT_TRUE(Hear().contains("result")) << "a listener takes no request's place";
  Say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"l"}})");
  Say(Call("tools/list", "2", "{" + kEnvelope + "}"));
  EXPECT_EQ(Hear()["id"], 2);
  feed.Happen({VoiceEvent("c-1")});
  Say(Call("tools/list", "3", "{" + kEnvelope + "}"));
  EXPECT_EQ(Hear()["id"], 3);
}

TEST_F(StdioServerTest, TheEndTellsListenersAndWaitsForNone) {
  provider.tells_catalogue = true;
  options.finish_limit = seconds(3'600);
  Start();
  Say(ListenCall("7"));
  EXPECT_EQ(Hear()["method"], "notifications/subscriptions/acknowledged");
  input.CloseWrite();
  const auto cancelled = Hear();
  EXPECT_EQ(cancelled["method"], "notifications/cancelled");
  EXPECT_EQ(cancelled["params"]["requestId"], 7);
  const auto result = Hear();
  EXPECT_EQ(result["id"], 7);
  EXPECT_EQ(result["result"]["resultType"], "complete");
  EXPECT_TRUE(WaitForEnd());
}

TEST_F(StdioServerTest, ALegacyClientSubscribesAndIsTold) {
  provider.tells_catalogue = true;
  Start();
  Say(Call("initialize", "1", R"({"protocolVersion":"2025-11-25"})"));
  EXPECT_EQ(Hear()["id"], 1);
  Say(Call("resources/subscribe", "2", R"({"uri":"bandwidth://calls"})"));
  EXPECT_EQ(Hear()["result"], json::Json::object());
  feed.Happen({VoiceEvent("c-1")});
  const auto updated = Hear();
  EXPECT_EQ(updated["method"], "notifications/resources/updated");
  EXPECT_EQ(updated["params"], json::Json({{"uri", "bandwidth://calls"}}));
  provider.catalogue_changed({"t2", "p1", "r1"});
  EXPECT_EQ(Hear()["method"], "notifications/tools/list_changed");
  Say(Call("resources/unsubscribe", "3", R"({"uri":"bandwidth://calls"})"));
  EXPECT_EQ(Hear()["id"], 3);
  feed.Happen({VoiceEvent("c-1")});
  Say(Call("logging/setLevel", "4", R"({"level":"error"})"));
  EXPECT_EQ(Hear()["id"], 4);
  EXPECT_EQ(directory.LogLevel("stdio"), "error");
}

TEST_F(StdioServerTest, BatchesAreForTheirRevisionOnly) {
  Start();
  const std::string batch = "[" + Call("ping", "1") + "," + Call("ping", "2") + "]";
  Say(batch);
  EXPECT_EQ(Hear()["error"]["code"], -32600);
  Say(Call("initialize", "0", R"({"protocolVersion":"2025-03-26"})"));
  Hear();
  Say(batch);
  EXPECT_EQ(Hear().size(), 2u);
}

TEST_F(StdioServerTest, TheEndOfInputFlushesWhatIsUnderWay) {
  Start();
  Say(Call("tools/call", "1", R"({"name":"hold"})"));
  const auto held = AwaitHeld();
  input.Write(Call("ping", "2"));  // no line end
  input.CloseWrite();
  EXPECT_EQ(Hear()["id"], 2);
  held->done(TextResult("done"));
  EXPECT_EQ(Hear()["id"], 1);
  EXPECT_TRUE(WaitForEnd());
}

TEST_F(StdioServerTest, TheEndOfInputCancelsWhatTakesTooLong) {
  options.finish_limit = milliseconds(0);
  Start();
  Say(Call("tools/call", "1", R"({"name":"hold"})"));
  Say(Call("ping", "2"));
  EXPECT_EQ(Hear()["id"], 2);
  input.CloseWrite();
  EXPECT_TRUE(WaitForEnd());
  EXPECT_EQ(provider.cancelled, 1);
}

TEST_F(StdioServerTest, StopEndsItWhileTheInputIsOpen) {
  Start();
  Say(Call("ping", "1"));
  EXPECT_EQ(Hear()["id"], 1);
  server->Stop(seconds(5));
  server.reset();
  EXPECT_FALSE(ended);
}

TEST_F(StdioServerTest, AClosedOutputEndsIt) {
  ::signal(SIGPIPE, SIG_IGN);
  Start();
  output.CloseRead();
  Say(Call("ping", "1"));
  EXPECT_TRUE(WaitForEnd());
}

TEST_F(StdioServerTest, LinesAreBounded) {
  const std::string ping = Call("ping", "1");
  options.decode.max_bytes = ping.size();
  Start();
  Say(ping);
  EXPECT_EQ(Hear()["id"], 1);
  Say(ping + " ");
  const auto refused = Hear();
  EXPECT_EQ(refused["error"]["code"], -32700);
  EXPECT_FALSE(refused.contains("id"));
  Say(ping);
  EXPECT_EQ(Hear()["id"], 1);
}

TEST_F(StdioServerTest, RequestsAreBounded) {
  options.max_concurrent_requests = 1;
  Start();
  Say(Call("tools/call", "1", R"({"name":"hold"})"));
  const auto held = AwaitHeld();
  Say(Call("ping", "2"));
  EXPECT_EQ(Hear()["error"]["code"], -32603);
  held->done(TextResult("done"));
  EXPECT_EQ(Hear()["id"], 1);
}

TEST(LineReader, SplitsHoweverTheBytesArrive) {
  const std::string text = "one\ntwo\r\n\nlong line\nrest";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    LineReader reader(5);
    std::string seen;
    const auto line = [&](std::string_view piece) { seen += "[" + std::string(piece) + "]"; };
    const auto too_long = [&] { seen += "!"; };
    for (std::size_t at = 0; at < text.size(); at += step) {
      reader.Add(std::string_view(text).substr(at, step), line, too_long);
    }
    reader.End(line);
    EXPECT_EQ(seen, "[one][two][]![rest]") << step;
  }
}

TEST(LineReader, AnOverlongEndIsNoLine) {
  LineReader reader(3);
  int refused = 0;
  std::string seen;
  const auto line = [&](std::string_view piece) { seen += piece; };
  reader.Add("abcd", line, [&] { ++refused; });
  reader.Add("efgh", line, [&] { ++refused; });
  reader.End(line);
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(seen, "");
}

TEST(Outbox, OneMessageIsOneLine) {
  Pipe pipe;
  Outbox outbox(pipe.write_end(), 1 << 20);
  EXPECT_TRUE(outbox.Post("{\"a\":\n1,\r\n\"b\":2}"));
  EXPECT_EQ(pipe.ReadLine(), "{\"a\": 1,  \"b\":2}");
  EXPECT_TRUE(outbox.Close(seconds(20)));
  EXPECT_FALSE(outbox.Post("late"));
}

TEST(Outbox, ASlowReaderGetsEverythingInOrder) {
  Pipe pipe;
  Outbox outbox(pipe.write_end(), 64 << 20);
  for (int i = 0; i < 200; ++i) outbox.Post(std::to_string(i) + std::string(5000, 'x'));
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(pipe.ReadLine(), std::to_string(i) + std::string(5000, 'x'));
  }
}

TEST(Outbox, UnreadBytesAreBounded) {
  Pipe pipe;
  const std::size_t capacity = static_cast<std::size_t>(::fcntl(pipe.write_end(), F_GETPIPE_SZ));
  Outbox outbox(pipe.write_end(), 1000);
  // Fills the pipe first, so that what follows stays here.
  for (std::size_t filled = 0; filled < 4 * capacity && !outbox.broken(); filled += 500) {
    outbox.Post(std::string(499, 'x'));
  }
  EXPECT_TRUE(outbox.broken());
  EXPECT_FALSE(outbox.Post("x"));
  EXPECT_FALSE(outbox.Close(milliseconds(0)));
}

TEST_F(StdioServerTest, ALegacyClientIsAskedAndAnswersOnTheSameStreams) {
  Start();
  Say(Call("initialize", "1",
           R"({"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}}})"));
  Hear();
  Say(Call("tools/call", "2", R"({"name":"hold"})"));
  AwaitHeld()->done(AskWho());
  const json::Json question = Hear();
  EXPECT_EQ(question["method"], "elicitation/create");
  // Other requests go on meanwhile, and lines that are none do no harm.
  Say("{bad");
  EXPECT_EQ(Hear()["error"]["code"], -32700);
  Say(Call("ping", "3"));
  EXPECT_EQ(Hear()["id"], 3);
  Say(R"({"jsonrpc":"2.0","id":)" + json::Dump(question["id"]) +
      R"(,"result":{"action":"accept"}})");
  const auto held = AwaitHeld();
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->call.input.responses_json, R"({"who":{"action":"accept"}})");
  held->done(TextResult("done"));
  EXPECT_EQ(Hear()["id"], 2);
}

TEST_F(StdioServerTest, NobodyWaitsForAnAnswerAfterTheEndOfInput) {
  Start();
  Say(Call("initialize", "1",
           R"({"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}}})"));
  Hear();
  Say(Call("tools/call", "2", R"({"name":"hold"})"));
  AwaitHeld()->done(AskWho());
  EXPECT_EQ(Hear()["method"], "elicitation/create");
  input.CloseWrite();
  // The call is answered, not only given up.
  const json::Json answer = Hear();
  EXPECT_EQ(answer["id"], 2);
  EXPECT_EQ(answer["result"]["isError"], true);
  EXPECT_TRUE(WaitForEnd());
}

TEST_F(StdioServerTest, AModernClientIsNeverSentARequest) {
  Start();
  Say(Call("tools/call", "1",
           R"({"name":"hold","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}})"));
  AwaitHeld()->done(AskWho());
  const json::Json answer = Hear();
  EXPECT_EQ(answer["id"], 1);
  EXPECT_EQ(answer["result"]["resultType"], "input_required");
}

}  // namespace
}  // namespace bw::gateway
