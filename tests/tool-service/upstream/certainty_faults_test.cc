// Creating something at an API that misbehaves, over real sockets: it is sent once, and what is
// said about it afterwards is true.
#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/clock/scheduler.h"
#include "tests/common/http_client/fault_server.h"
#include "tests/tool-service/fakes.h"
#include "tool-service/core/once_tool.h"
#include "tool-service/openapi/catalogue_loader.h"
#include "tool-service/upstream/upstream.h"

namespace bw::tool_service {
namespace {

using json::Json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::FaultConnection;
using test::FaultServer;
using test::OkResponse;
using testing::HasSubstr;

using Respond = std::function<void(FaultConnection&)>;

// It ends the connection, and says so: the next request must not meet a closing one.
std::string Reply(const std::string& line, const std::string& body = "") {
  return "HTTP/1.1 " + line +
         "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

Respond Always(std::string bytes) {
  return [bytes = std::move(bytes)](FaultConnection& connection) { connection.Send(bytes); };
}

void Silence(FaultConnection& connection) { connection.WaitForClose(); }

void Reset(FaultConnection& connection) {
  connection.Send("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{");
  connection.ResetOnClose();
}

// An API whose calls are created as the test says and listed as they are.
class Api {
 public:
  explicit Api(Respond create)
      : server_([this, create = std::move(create)](FaultConnection& connection) {
          for (std::string request = connection.ReadRequest(); !request.empty();
               request = connection.ReadRequest()) {
            if (request.starts_with("POST /api/v1/oauth2/token ")) {
              connection.Send(OkResponse(R"({"access_token":"t"})"));
            } else if (request.starts_with("GET ")) {
              ++listings;
              connection.Send(Reply("200 OK", has_call ? ListedCall() : "[]"));
            } else {
              ++creations;
              create(connection);
              // Whoever reset or kept silent is done with this connection.
              return;
            }
          }
        }) {}
  static std::string ListedCall() {
    return R"([{"callId":"c-1","to":"+15550100001","from":"+15550100002","applicationId":"a",)"
           R"("direction":"outbound","startTime":")" +
           FormatIso8601(SystemClock().NowMs()) + R"("}])";
  }
  std::string Url() const { return server_.Url(""); }

  std::atomic<int> creations{0};
  std::atomic<int> listings{0};
  std::atomic<bool> has_call{true};

 private:
  FaultServer server_;
};

// Runs everything at once, on its own thread: the pauses between looks are another test's affair.
class EagerScheduler : public Scheduler {
 public:
  Id After(milliseconds, std::function<void()> callback) override {
    return thread_->After(milliseconds(0), std::move(callback));
  }
  bool Cancel(Id id) override { return thread_->Cancel(id); }

 private:
  const std::unique_ptr<Scheduler> thread_ = MakeThreadScheduler();
};

class NobodyListens : public CertaintyObserver {
 public:
  void OnCertainty(CertaintyEvent) override {}
};

// The tool service's way from createCall to an API, with a store in memory.
class Stack {
 public:
  explicit Stack(const std::string& url) {
    EXPECT_TRUE(credentials_.Set("default", {"id", "s3cr3t", ""}).ok());
    HostOverrides overrides;
    overrides.api_url = overrides.voice_url = url;
    UpstreamOptions options;
    options.retry.first_delay = milliseconds(1);
    upstream_ = MakeUpstream(options, *HostTable::Make("", overrides), credentials_, SystemClock(),
                             ignoring_);
    const char* source = std::getenv("BW_SOURCE_DIR");
    LoadedTools loaded =
        LoadTools({std::string(source == nullptr ? "." : source) + "/specs/voice.yaml"},
                  {.http_client = &upstream_->http_client(), .clock = &SystemClock()});
    for (auto& tool : loaded.tools) tools_[tool->definition().name] = tool;
    once_ = std::make_shared<const OncePorts>(OncePorts{journal_, nullptr, reconciler_, scheduler_,
                                                        SystemClock(), observer_, gate_,
                                                        [] { return std::string("bw-1"); }});
    create_ = OnceTool::Make(tools_.at("createCall"), once_);
  }
  ~Stack() { gate_.Stop(); }

  ToolResult Create(milliseconds limit = seconds(20), const char* key = "k") {
    CallContext context;
    context.deadline = SystemClock().Steady() + limit;
    Json arguments = {{"accountId", "9900000"},
                      {"to", "+15550100001"},
                      {"from", "+15550100002"},
                      {"applicationId", "a"},
                      {"answerUrl", "https://calls.example.com/answer"}};
    if (key != nullptr) arguments["idempotency_key"] = key;
    std::promise<ToolResult> result;
    create_->Call(std::move(arguments), context,
                  [&](StatusOr<ToolOutcome> outcome) { result.set_value(ResultOf(outcome)); });
    return result.get_future().get();
  }

 private:
  CredentialStore credentials_;
  IgnoringObserver ignoring_;
  NobodyListens observer_;
  FakeJournal journal_;
  StopGate gate_;
  std::map<std::string, std::shared_ptr<Tool>> tools_;
  EagerScheduler scheduler_;
  Reconciler reconciler_{[this](std::string_view name) { return tools_.at(std::string(name)); },
                         scheduler_, SystemClock(), gate_};
  std::shared_ptr<const OncePorts> once_;
  std::shared_ptr<Tool> create_;
  std::unique_ptr<Upstream> upstream_;
};

struct Fault {
  const char* name;
  Respond respond;
  milliseconds limit = seconds(20);
};

std::vector<Fault> LostAnswers() {
  return {{"500", Always(Reply("500 Oops"))},
          {"502", Always(Reply("502 Bad Gateway"))},
          {"504", Always(Reply("504 Timeout"))},
          {"closed without an answer", [](FaultConnection&) {}},
          {"reset in the middle of the answer", Reset},
          {"not HTTP", Always("?\r\n\r\n")},
          {"silence", Silence, seconds(4)}};
}

TEST(CertaintyFaults, WhatHappenedIsFoundAndNeverSentAgain) {
  for (const Fault& fault : LostAnswers()) {
    SCOPED_TRACE(fault.name);
    Api api(fault.respond);
    Stack stack(api.Url());
    const ToolResult found = stack.Create(fault.limit);
    ASSERT_FALSE(found.is_error) << TextOf(found);
    EXPECT_EQ((*found.structured)["callId"], "c-1");
    const ToolResult again = stack.Create();
    EXPECT_EQ((*again.structured)["callId"], "c-1");
    EXPECT_EQ(api.creations, 1);
    EXPECT_EQ(api.listings, 1);
  }
}

TEST(CertaintyFaults, WhatIsNotFoundIsUnknownAndNeverSentAgain) {
  for (const Fault& fault : LostAnswers()) {
    SCOPED_TRACE(fault.name);
    Api api(fault.respond);
    api.has_call = false;
    Stack stack(api.Url());
    for (int attempt = 0; attempt < 2; ++attempt) {
      const ToolResult unknown = stack.Create(fault.limit);
      EXPECT_TRUE(unknown.is_error && unknown.effect_unknown);
      EXPECT_THAT(TextOf(unknown), HasSubstr("It is unknown whether this happened"));
    }
    EXPECT_EQ(api.creations, 1);
    EXPECT_THAT(TextOf(stack.Create(fault.limit, nullptr)), HasSubstr("only when it is not there"));
    EXPECT_EQ(api.creations, 2) << "without a key it is a call of its own";
  }
}

TEST(CertaintyFaults, ARefusalIsARefusalAndMayBeTriedAgain) {
  for (const char* line : {"400 Bad", "403 Forbidden", "409 Conflict", "429 Slow", "503 Busy"}) {
    SCOPED_TRACE(line);
    Api api(Always(Reply(line)));
    Stack stack(api.Url());
    for (int attempt = 1; attempt <= 2; ++attempt) {
      const ToolResult refused = stack.Create();
      EXPECT_TRUE(refused.is_error);
      EXPECT_FALSE(refused.effect_unknown);
      EXPECT_EQ(api.creations, attempt);
    }
    EXPECT_EQ(api.listings, 0);
  }
}

TEST(CertaintyFaults, WhatNeverLeftHadNoEffect) {
  std::string url;
  {
    const Api gone(Silence);
    url = gone.Url();
  }
  Stack stack(url);
  const ToolResult refused = stack.Create();
  EXPECT_TRUE(refused.is_error);
  EXPECT_FALSE(refused.effect_unknown) << TextOf(refused);
}

}  // namespace
}  // namespace bw::tool_service
