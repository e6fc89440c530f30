// The whole sandbox over real sockets on loopback: a token, a call, its webhooks, texts.
#include "sandbox/app.h"

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/http/server.h"
#include "common/http_client/http_client.h"
#include "common/json/json.h"

namespace bw::sandbox {
namespace {

using json::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Received {
  std::string path;
  std::string authorization;
  Json body;
};

// Takes webhooks; answers voice events by type.
class Receiver {
 public:
  Receiver() {
    auto server = http::StartServer({}, [this](std::shared_ptr<http::Exchange> exchange) {
      exchange->Reply(Answer(exchange->request()));
    });
    EXPECT_TRUE(server.ok()) << ToString(server.status());
    server_ = *std::move(server);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  /// Waits until a webhook of that type came; null after ten seconds.
  Json WaitFor(const std::string& type) {
    std::unique_lock lock(mutex_);
    const auto find = [&]() -> const Json* {
      for (const Received& received : received_) {
        if (TypeOf(received.body) == type) return &received.body;
      }
      return nullptr;
    };
    arrived_.wait_for(lock, std::chrono::seconds(10), [&] { return find() != nullptr; });
    const Json* found = find();
    return found == nullptr ? Json() : *found;
  }

  std::vector<Received> received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }

  /// Set before the first webhook.
  std::map<std::string, std::string> documents;
  bool challenge = false;

 private:
  static std::string TypeOf(const Json& body) {
    if (body.is_array()) return json::StringOr(body[0], "type");
    return json::StringOr(body, "eventType");
  }

  http::Response Answer(const http::Request& request) {
    const auto authorization = request.headers.Get("Authorization");
    if (challenge && !authorization) {
      http::Response refused = http::TextResponse(401, "");
      refused.headers.Add("WWW-Authenticate", "Basic realm=\"test\"");
      return refused;
    }
    const auto body = json::Parse(request.body);
    const std::lock_guard lock(mutex_);
    received_.push_back(
        {request.path, std::string(authorization.value_or("")), body.ok() ? *body : Json()});
    arrived_.notify_all();
    const auto document = documents.find(TypeOf(received_.back().body));
    http::Response response;
    if (document == documents.end()) return response;
    response.headers.Add("Content-Type", "application/xml");
    response.body = "<Response>" + document->second + "</Response>";
    return response;
  }

  std::mutex mutex_;  // guards received_
  std::condition_variable arrived_;
  std::vector<Received> received_;
  std::unique_ptr<http::Server> server_;
};

class AppTest : public ::testing::Test {
 protected:
  void StartApp(const std::function<void(Config&)>& change = [](Config&) {}) {
    Config config;
    config.port = 0;
    config.time_scale = 0.02;
    config.callback_base_url = receiver.url();
    config.log_level = "warning";
    change(config);
    auto started = App::Start(config);
    ASSERT_TRUE(started.ok()) << ToString(started.status());
    app = *std::move(started);
  }

  http_client::Response Send(const std::string& method, const std::string& path,
                             const std::string& body = "",
                             const std::string& type = "application/json") {
    http_client::Request request;
    request.method = method;
    request.url = app->url() + path;
    request.body = body;
    if (!body.empty()) request.headers.emplace_back("Content-Type", type);
    if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
    auto response = http_client::SendAndWait(*client, std::move(request));
    EXPECT_TRUE(response.ok()) << ToString(response.status());
    return response.ok() ? *std::move(response) : http_client::Response();
  }

  void GetToken() {
    http_client::Request request;
    request.method = "POST";
    request.url = app->url() + "/api/v1/oauth2/token";
    request.headers = {{"Authorization", "Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ="},
                       {"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = "grant_type=client_credentials";
    const auto response = http_client::SendAndWait(*client, std::move(request));
    ASSERT_TRUE(response.ok()) << ToString(response.status());
    token = json::StringOr(*json::Parse(response->body), "access_token");
    ASSERT_FALSE(token.empty()) << response->body;
  }

  Receiver receiver;
  std::unique_ptr<http_client::HttpClient> client = http_client::MakeHttpClient();
  std::unique_ptr<App> app;
  std::string token;
};

TEST_F(AppTest, ACallFromTokenToDisconnect) {
  receiver.documents = {{"answer",
                         "<Gather gatherUrl=\"/callbacks/voice/gather\" maxDigits=\"1\">"
                         "<SpeakSentence>Press a key</SpeakSentence></Gather>"},
                        {"gather", "<SpeakSentence>Goodbye</SpeakSentence><Hangup/>"}};
  StartApp();
  EXPECT_EQ(Send("GET", "/api/v2/accounts/9900000/calls").status, 401);
  GetToken();
  ASSERT_EQ(Send("POST", "/sandbox/script", R"({"number":"+15550123456","digits":["7"]})").status,
            204);
  const auto created = Send("POST", "/api/v2/accounts/9900000/calls",
                            json::Dump({{"from", "+15550100001"},
                                        {"to", "+15550123456"},
                                        {"applicationId", "7d2c3c1e-0000-4000-8000-000000000001"},
                                        {"answerUrl", receiver.url() + "/callbacks/voice/answer"},
                                        {"disconnectUrl", receiver.url() + "/end"}}));
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string id = json::StringOr(*json::Parse(created.body), "callId");
  EXPECT_EQ(http_client::FindHeader(created.headers, "Location"),
            app->url() + "/api/v2/accounts/9900000/calls/" + id);
  EXPECT_EQ(receiver.WaitFor("gather")["digits"], "7");
  EXPECT_EQ(receiver.WaitFor("disconnect")["cause"], "hangup");
  std::vector<std::string> paths;
  for (const Received& received : receiver.received()) paths.push_back(received.path);
  EXPECT_THAT(paths, ElementsAre("/callbacks/voice/answer", "/callbacks/voice/gather", "/end"));
  const auto timeline = Send("GET", "/sandbox/calls/" + id + "/timeline");
  EXPECT_THAT(timeline.body, HasSubstr(R"("event":"gather")"));
  EXPECT_THAT(timeline.body, HasSubstr(R"("latency_us":)"));
}

TEST_F(AppTest, AnInboundCallWithCredentialsOnChallenge) {
  receiver.challenge = true;
  receiver.documents = {{"initiate", "<SpeakSentence>Hi</SpeakSentence>"}};
  StartApp([](Config& config) {
    config.callback_username = "hook";
    config.callback_password = config::Secret("pass");
  });
  EXPECT_EQ(Send("POST", "/sandbox/calls", R"({"from":"+15550123456","to":"+15550100001"})").status,
            201);
  EXPECT_EQ(receiver.WaitFor("disconnect")["cause"], "hangup");
  for (const Received& received : receiver.received()) {
    EXPECT_EQ(received.authorization, "Basic aG9vazpwYXNz");
  }
}

TEST_F(AppTest, TextsAreDeliveredAndAnswered) {
  StartApp();
  GetToken();
  ASSERT_EQ(
      Send("POST", "/sandbox/script", R"({"number":"+15550123456","reply_text":"Fine"})").status,
      204);
  const auto sent = Send("POST", "/api/v2/users/9900000/messages",
                         json::Dump({{"from", "+15550100001"},
                                     {"to", {"+15550123456"}},
                                     {"applicationId", "93de2206-0000-4000-8000-000000000002"},
                                     {"text", "How are you?"}}));
  EXPECT_EQ(sent.status, 202) << sent.body;
  EXPECT_EQ(receiver.WaitFor("message-delivered")[0]["to"], "+15550123456");
  EXPECT_EQ(receiver.WaitFor("message-received")[0]["message"]["text"], "Fine");
}

TEST_F(AppTest, ACallbackServiceThatIsNotThereEndsTheCall) {
  StartApp([](Config& config) { config.callback_base_url = "http://127.0.0.1:1024"; });
  const auto call =
      Send("POST", "/sandbox/calls", R"({"from":"+15550123456","to":"+15550100001"})");
  const std::string id = json::StringOr(*json::Parse(call.body), "callId");
  std::string timeline;
  // Nobody tells the test when it is over: the receiver gets nothing. Each look is a round trip.
  for (int look = 0; look < 2000 && timeline.find("callback-error") == std::string::npos; ++look) {
    timeline = Send("GET", "/sandbox/calls/" + id + "/timeline").body;
  }
  EXPECT_THAT(timeline, HasSubstr("callback-error"));
}

TEST_F(AppTest, DrainStopsWithCallsAlive) {
  receiver.documents = {{"initiate", "<Ring duration=\"3600\"/>"}};
  StartApp();
  Send("POST", "/sandbox/calls", R"({"from":"+15550123456","to":"+15550100001"})");
  receiver.WaitFor("initiate");
  app->Drain(std::chrono::milliseconds(1000));
  app->Drain(std::chrono::milliseconds(1000));
  app.reset();
}

TEST(AppStartTest, ATakenPortIsReported) {
  Config config;
  config.port = 0;
  config.log_level = "off";
  const auto first = App::Start(config);
  ASSERT_TRUE(first.ok());
  config.port = (*first)->port();
  EXPECT_EQ(App::Start(config).status().code(), StatusCode::kUnavailable);
}

}  // namespace
}  // namespace bw::sandbox
