// The server over real sockets: what needs a kernel to be seen.
#include "common/http/server.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/http/admin_server.h"
#include "tests/common/http/raw_client.h"

namespace bw::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr milliseconds kPatience{kPatienceMs};

// Counts up; a test waits for a number.
class Tally {
 public:
  void Add() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  bool Reaches(int wanted) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return count_ >= wanted; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

// Keeps exchanges until the test answers them.
class Shelf {
 public:
  void Put(std::shared_ptr<Exchange> exchange) {
    {
      const std::lock_guard lock(mutex_);
      held_.push_back(std::move(exchange));
    }
    tally_.Add();
  }
  bool Reaches(int count) { return tally_.Reaches(count); }
  std::vector<std::shared_ptr<Exchange>> TakeAll() {
    const std::lock_guard lock(mutex_);
    return std::exchange(held_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<Exchange>> held_;
  Tally tally_;
};

std::unique_ptr<Server> Start(const ServerOptions& options, Handler handler) {
  auto server = StartServer(options, std::move(handler));
  EXPECT_TRUE(server.ok()) << ToString(server.status());
  return std::move(server).value();
}

void Echo(const std::shared_ptr<Exchange>& exchange) {
  const Request& request = exchange->request();
  exchange->Reply(TextResponse(200, request.path + request.body));
}

std::string AskOnce(int port, std::string_view target) {
  RawClient client(port);
  client.Send(Get(target));
  return client.Read().body;
}

// Waits for a counter of the server, which has no callback.
bool Eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(ServerTest, PicksAFreePortAndRefusesOneThatIsTaken) {
  const auto server = Start({}, Echo);
  EXPECT_GT(server->port(), 0);
  ServerOptions same;
  same.port = server->port();
  const auto second = StartServer(same, Echo);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(Message(second.status())),
              HasSubstr("127.0.0.1:" + std::to_string(server->port())));
}

TEST(ServerTest, ServesIpv6AndNames) {
  ServerOptions options;
  options.host = "localhost";
  EXPECT_EQ(AskOnce(Start(options, Echo)->port(), "/named"), "/named");
  options.host = "::1";
  const auto v6 = StartServer(options, Echo);
  if (v6.ok()) {  // where the machine has IPv6
    EXPECT_GT((*v6)->port(), 0);
  }
  options.host = "no such host.invalid";
  EXPECT_EQ(StartServer(options, Echo).status().code(), StatusCode::kUnavailable);
}

TEST(ServerTest, RefusesOptionsOutOfRange) {
  const std::vector<std::function<void(ServerOptions&)>> faults = {
      [](auto& o) { o.port = 65'536; },        [](auto& o) { o.port = -1; },
      [](auto& o) { o.threads = 0; },          [](auto& o) { o.threads = 65; },
      [](auto& o) { o.max_header_bytes = 0; }, [](auto& o) { o.max_connections = 0; },
      [](auto& o) { o.accept_backlog = 0; },   [](auto& o) { o.idle_timeout = milliseconds(0); },
  };
  for (const auto& fault : faults) {
    ServerOptions options;
    fault(options);
    EXPECT_EQ(StartServer(options, Echo).status().code(), StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(StartServer({}, nullptr).status().code(), StatusCode::kInvalidArgument);
}

TEST(ServerTest, HoldsTwoThousandRequestsAndServesOthersMeanwhile) {
  constexpr int kHeld = 2'000;
  Shelf shelf;
  const auto server = Start({}, [&](std::shared_ptr<Exchange> exchange) {
    exchange->request().path == "/hello" ? Echo(exchange) : shelf.Put(std::move(exchange));
  });
  std::vector<RawClient> clients;
  clients.reserve(kHeld);
  for (int i = 0; i < kHeld; ++i) {
    clients.emplace_back(server->port());
    ASSERT_TRUE(clients.back().Send(Get("/held/" + std::to_string(i)))) << i;
  }
  ASSERT_TRUE(shelf.Reaches(kHeld));
  EXPECT_EQ(AskOnce(server->port(), "/hello"), "/hello");
  std::thread([&] {
    for (const auto& exchange : shelf.TakeAll()) Echo(exchange);
  }).join();
  for (int i = 0; i < kHeld; ++i) ASSERT_EQ(clients[i].Read().body, "/held/" + std::to_string(i));
}

TEST(ServerTest, HeldClientsThatLeaveAreNoticed) {
  Tally gone;
  Shelf shelf;
  const auto server = Start({}, [&](std::shared_ptr<Exchange> exchange) {
    exchange->OnClientGone([&] { gone.Add(); });
    shelf.Put(std::move(exchange));
  });
  RawClient closing(server->port());
  RawClient resetting(server->port());
  RawClient half_closing(server->port());
  for (auto* client : {&closing, &resetting, &half_closing}) client->Send(Get("/"));
  ASSERT_TRUE(shelf.Reaches(3));
  closing.Close();
  resetting.Reset();
  half_closing.EndSending();
  EXPECT_TRUE(gone.Reaches(3));
  for (const auto& exchange : shelf.TakeAll()) EXPECT_FALSE(exchange->Reply(TextResponse(200, "")));
}

TEST(ServerTest, AHalfClosedRequestAnsweredAtOnceGetsItsReply) {
  const auto server = Start({}, Echo);
  RawClient client(server->port());
  client.Send(Get("/last"));
  client.EndSending();
  EXPECT_EQ(client.Read().body, "/last");
  EXPECT_TRUE(client.AtEnd());
}

TEST(ServerTest, VanishedStreamClientsAreAllNoticed) {
  constexpr int kStreams = 200;
  Tally gone;
  std::mutex mutex;
  std::vector<std::shared_ptr<StreamWriter>> streams;
  ServerOptions options;
  options.threads = 2;
  const auto server = Start(options, [&](const std::shared_ptr<Exchange>& exchange) {
    exchange->OnClientGone([&] { gone.Add(); });
    auto stream = exchange->StartStream(TextResponse(200, ""));
    ASSERT_NE(stream, nullptr);
    stream->Write("data: hello\n\n");
    const std::lock_guard lock(mutex);
    streams.push_back(std::move(stream));
  });
  std::vector<RawClient> clients;
  for (int i = 0; i < kStreams; ++i) {
    clients.emplace_back(server->port());
    clients.back().Send(Get("/"));
  }
  for (auto& client : clients) {
    EXPECT_THAT(client.ReadBytes(60), HasSubstr("HTTP/1.1 200 OK"));
  }
  for (int i = 0; i < kStreams; ++i) i % 2 == 0 ? clients[i].Close() : clients[i].Reset();
  EXPECT_TRUE(gone.Reaches(kStreams));
  for (const auto& stream : streams) EXPECT_FALSE(stream->Write("x"));
}

TEST(ServerTest, StreamsFromOtherThreadsArriveWhole) {
  constexpr int kStreams = 8;
  constexpr int kEvents = 500;
  std::vector<std::thread> writers;
  std::mutex mutex;
  const auto server = Start({}, [&](const std::shared_ptr<Exchange>& exchange) {
    auto stream = exchange->StartStream(TextResponse(200, ""));
    const std::lock_guard lock(mutex);
    writers.emplace_back([stream, path = exchange->request().path] {
      for (int i = 0; i < kEvents; ++i) stream->Write(path + ":" + std::to_string(i) + "\n");
      stream->Close();
    });
  });
  std::vector<RawClient> clients;
  for (int i = 0; i < kStreams; ++i) {
    clients.emplace_back(server->port());
    clients.back().Send(Get("/" + std::to_string(i)));
  }
  for (int c = 0; c < kStreams; ++c) {
    std::string expected;
    for (int i = 0; i < kEvents; ++i) {
      expected += "/" + std::to_string(c) + ":" + std::to_string(i) + "\n";
    }
    EXPECT_EQ(clients[c].Read().body, expected);
  }
  for (auto& writer : writers) writer.join();
}

TEST(ServerTest, ALargeReplyWaitsForASlowReaderWhileOthersAreServed) {
  constexpr std::size_t kLarge = 20u << 20;
  const auto server = Start({}, [](const std::shared_ptr<Exchange>& exchange) {
    exchange->request().path == "/large"
        ? (void)exchange->Reply(TextResponse(200, std::string(kLarge, 'L')))
        : Echo(exchange);
  });
  RawClient slow(server->port(), /*receive_buffer=*/4096);
  slow.Send(Get("/large") + Get("/after"));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(AskOnce(server->port(), "/other"), "/other");
  EXPECT_EQ(slow.Read().body, std::string(kLarge, 'L'));
  EXPECT_EQ(slow.Read().body, "/after");
  EXPECT_EQ(server->counters().slow_readers_dropped, 0u);
}

TEST(ServerTest, AStreamReaderTooFarBehindIsDropped) {
  Shelf shelf;
  Tally gone;
  const auto server = Start({}, [&](std::shared_ptr<Exchange> exchange) {
    exchange->request().path == "/stream" ? shelf.Put(std::move(exchange)) : Echo(exchange);
  });
  RawClient slow(server->port(), /*receive_buffer=*/4096);
  slow.Send(Get("/stream"));
  ASSERT_TRUE(shelf.Reaches(1));
  const auto exchange = shelf.TakeAll().front();
  exchange->OnClientGone([&] { gone.Add(); });
  const auto stream = exchange->StartStream(TextResponse(200, ""));
  const std::string piece(64u << 10, 's');
  int pieces = 0;
  while (stream->Write(piece)) ASSERT_LT(++pieces, 10'000) << "nothing bounds the unsent bytes";
  EXPECT_EQ(server->counters().slow_readers_dropped, 1u);
  EXPECT_TRUE(gone.Reaches(1));
  EXPECT_EQ(AskOnce(server->port(), "/other"), "/other");
}

TEST(ServerTest, AReaderThatStopsForGoodIsDropped) {
  ServerOptions options;
  options.send_timeout = milliseconds(50);
  Tally lost;
  const auto server = Start(options, [&](const std::shared_ptr<Exchange>& exchange) {
    exchange->Reply(TextResponse(200, std::string(20u << 20, 'x')),
                    [&](bool whole) { whole ? (void)0 : lost.Add(); });
  });
  RawClient stopped(server->port(), /*receive_buffer=*/4096);
  stopped.Send(Get("/"));
  EXPECT_TRUE(lost.Reaches(1));
  EXPECT_EQ(server->counters().slow_readers_dropped, 1u);
}

TEST(ServerTest, SlowHeadsAndBodiesGet408AndIdleConnectionsEnd) {
  ServerOptions options;
  options.header_timeout = options.body_timeout = milliseconds(50);
  options.idle_timeout = milliseconds(1'000);  // ample for a client to connect and ask
  const auto server = Start(options, Echo);
  RawClient head(server->port());
  head.Send("GET / HT");
  EXPECT_EQ(head.Read().status, 408);
  EXPECT_TRUE(head.AtEnd());
  RawClient body(server->port());
  body.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc");
  EXPECT_EQ(body.Read().status, 408);
  RawClient idle(server->port());
  RawClient used(server->port());
  used.Send(Get("/once"));
  EXPECT_EQ(used.Read().body, "/once");
  EXPECT_TRUE(used.AtEnd());
  EXPECT_TRUE(idle.AtEnd());
  EXPECT_EQ(server->counters().timeouts, 2u);
}

TEST(ServerTest, ContinueInvitesTheBody) {
  const auto server = Start({}, Echo);
  RawClient client(server->port());
  client.Send("POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("abc");
  EXPECT_EQ(client.Read().body, "/eabc");
}

TEST(ServerTest, ConnectionsAtTheLimitAreServedAndOnePastItIsClosed) {
  ServerOptions options;
  options.max_connections = 3;
  const auto server = Start(options, Echo);
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server->port());
    clients.back().Send(Get("/in"));
    EXPECT_EQ(clients.back().Read().body, "/in");
  }
  RawClient fourth(server->port());
  EXPECT_TRUE(fourth.AtEnd());
  EXPECT_EQ(server->counters().connections_refused, 1u);
  EXPECT_EQ(server->counters().connections_open, 3u);
  clients.pop_back();
  ASSERT_TRUE(Eventually([&] { return server->counters().connections_open == 2; }));
  EXPECT_EQ(AskOnce(server->port(), "/again"), "/again");
}

TEST(ServerTest, RunningOutOfDescriptorsPausesAcceptingAndHeals) {
  ServerOptions options;
  options.max_connections = 100;
  const auto server = Start(options, Echo);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next_fd = ::dup(0);  // the lowest free descriptor
  ASSERT_GE(next_fd, 0);
  ::close(next_fd);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(next_fd) + 1;  // room for the client's end only
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  RawClient client(server->port());
  const bool failed = Eventually([&] { return server->counters().accept_failures >= 2; });
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(failed);
  client.Send(Get("/healed"));
  EXPECT_EQ(client.Read().body, "/healed");
}

TEST(ServerTest, DrainRefusesNewConnectionsAndFinishesWhatIsInFlight) {
  Shelf shelf;
  const auto server =
      Start({}, [&](std::shared_ptr<Exchange> exchange) { shelf.Put(std::move(exchange)); });
  RawClient busy(server->port());
  busy.Send(Get("/busy") + Get("/never"));
  RawClient idle(server->port());
  ASSERT_TRUE(shelf.Reaches(1));
  ASSERT_TRUE(Eventually([&] { return server->counters().connections_open == 2; }));
  bool finished = false;
  std::thread drainer([&] { finished = server->Drain(kPatience); });
  EXPECT_TRUE(idle.AtEnd());
  EXPECT_TRUE(Eventually([&] { return !RawClient(server->port()).connected(); }));
  Echo(shelf.TakeAll().front());
  const RawResponse reply = busy.Read();
  EXPECT_EQ(reply.body, "/busy");
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_TRUE(busy.AtEnd());
  drainer.join();
  EXPECT_TRUE(finished);
}

TEST(ServerTest, DrainCutsWhatDoesNotFinishInTime) {
  Shelf shelf;
  Tally gone;
  const auto server = Start({}, [&](std::shared_ptr<Exchange> exchange) {
    exchange->OnClientGone([&] { gone.Add(); });
    shelf.Put(std::move(exchange));
  });
  RawClient client(server->port());
  client.Send(Get("/"));
  ASSERT_TRUE(shelf.Reaches(1));
  EXPECT_FALSE(server->Drain(milliseconds(1)));
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(gone.Reaches(1));
}

TEST(ServerTest, AnExchangeMayOutliveItsServer) {
  Shelf shelf;
  auto server =
      Start({}, [&](std::shared_ptr<Exchange> exchange) { shelf.Put(std::move(exchange)); });
  RawClient client(server->port());
  client.Send(Get("/"));
  ASSERT_TRUE(shelf.Reaches(1));
  const auto exchange = shelf.TakeAll().front();
  const int port = server->port();
  server.reset();
  EXPECT_TRUE(client.AtEnd());
  EXPECT_FALSE(exchange->Reply(TextResponse(200, "")));
  ServerOptions same;
  same.port = port;
  EXPECT_EQ(AskOnce(Start(same, Echo)->port(), "/reborn"), "/reborn");
}

TEST(AdminServerTest, ServesMetricsHealthAndReadiness) {
  std::atomic<bool> ready{false};
  auto admin = StartAdminServer({}, {[] { return std::string("up 1\n"); },
                                     [&] { return ready ? OkStatus() : Unavailable("no store"); }});
  ASSERT_TRUE(admin.ok());
  RawClient client((*admin)->port());
  client.Send(Get("/metrics"));
  const RawResponse metrics = client.Read();
  EXPECT_EQ(metrics.body, "up 1\n");
  EXPECT_EQ(metrics.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  client.Send(Get("/healthz"));
  EXPECT_EQ(client.Read().status, 200);
  client.Send(Get("/readyz"));
  const RawResponse unready = client.Read();
  EXPECT_EQ(unready.status, 503);
  EXPECT_THAT(unready.body, HasSubstr("no store"));
  ready = true;
  client.Send(Get("/readyz"));
  EXPECT_EQ(client.Read().status, 200);
  client.Send(Get("/else"));
  EXPECT_EQ(client.Read().status, 404);
  client.Send(Post("/metrics", ""));
  EXPECT_EQ(client.Read().headers.at("allow"), "GET, HEAD");
}

}  // namespace
}  // namespace bw::http
