// A tool against APIs that misbehave, over real sockets: whatever happens, the caller gets a result
// in time that says what happened, what it means and what to do next.
#include <atomic>
#include <cctype>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/common/http_client/fault_server.h"
#include "tests/tool-service/fakes.h"
#include "tests/tool-service/openapi/test_documents.h"
#include "tool-service/openapi/operation_tool.h"
#include "tool-service/upstream/upstream.h"

namespace bw::tool_service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::FaultConnection;
using test::FaultServer;
using test::OkResponse;
using testing::HasSubstr;
using testing::Not;

constexpr char kPaths[] = R"(
  /calls:
    get: {operationId: listCalls, summary: List calls, responses: {'200': {description: ok}}}
    post: {operationId: createCall, summary: Place a call, responses: {'201': {description: ok}}}
)";
constexpr std::size_t kMaxAnswerBytes = 64u << 10;

using Respond = std::function<void(FaultConnection&, const std::string& request)>;

Respond Always(std::string bytes) {
  return [bytes = std::move(bytes)](FaultConnection& connection, const std::string&) {
    connection.Send(bytes);
  };
}

std::string Reply(const std::string& line, const std::string& fields = "",
                  const std::string& body = "") {
  return "HTTP/1.1 " + line + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// An API that gives tokens and otherwise does what the test says; a script that sends nothing
// closes the connection.
class Api {
 public:
  explicit Api(Respond respond)
      : server_([this, respond = std::move(respond)](FaultConnection& connection) {
          for (std::string request = connection.ReadRequest(); !request.empty();
               request = connection.ReadRequest()) {
            if (request.starts_with("POST /api/v1/oauth2/token ")) {
              ++tokens;
              connection.Send(OkResponse(R"({"access_token":"t)" + std::to_string(tokens) + "\"}"));
              continue;
            }
            ++requests;
            last_request = request;
            respond(connection, request);
            if (closes_after_answer) return;
          }
        }) {}
  std::string Url() const { return server_.Url(""); }

  std::atomic<int> tokens{0};
  std::atomic<int> requests{0};
  bool closes_after_answer = false;
  std::string last_request;

 private:
  FaultServer server_;
};

// The tool service's way from a tool to an API, with limits small enough to be reached.
class Stack {
 public:
  explicit Stack(const std::string& url, const std::string& document_url = "") {
    EXPECT_TRUE(credentials_.Set("default", {"id", "s3cr3t", ""}).ok());
    HostOverrides overrides;
    overrides.api_url = overrides.voice_url = url;
    UpstreamOptions options;
    options.http_client.decode_gzip = true;
    options.retry.first_delay = milliseconds(1);
    options.redirect.max_redirects = 2;
    options.breaker.failures_to_open = 4;
    upstream_ = MakeUpstream(options, *HostTable::Make("", overrides), credentials_, SystemClock(),
                             observer_);
    std::string text = DocumentText(kPaths);
    if (!document_url.empty()) {
      const std::string server = "https://voice.bandwidth.com/api/v2/";
      text.replace(text.find(server), server.size(), document_url + "/");
    }
    auto loaded = Load(text);
    EXPECT_TRUE(loaded.ok()) << ToString(loaded.status());
    OperationToolOptions tool_options;
    tool_options.max_response_bytes = kMaxAnswerBytes;
    for (Operation& operation : loaded->operations) {
      std::string name = operation.id;
      tools_[name] = OperationTool::Make(
          std::move(operation), name,
          {.http_client = &upstream_->http_client(), .clock = &SystemClock()}, tool_options);
    }
  }

  ToolResult Call(const std::string& tool, milliseconds limit = seconds(20)) {
    CallContext context;
    context.deadline = SystemClock().Steady() + limit;
    std::promise<ToolResult> result;
    tools_.at(tool)->Call(json::Json::object(), context, [&](StatusOr<ToolOutcome> outcome) {
      result.set_value(ResultOf(outcome));
    });
    return result.get_future().get();
  }

 private:
  CredentialStore credentials_;
  IgnoringObserver observer_;
  std::unique_ptr<Upstream> upstream_;
  std::map<std::string, std::shared_ptr<OperationTool>> tools_;
};

struct Fault {
  const char* name;
  Respond respond;
  /// Of a GET, and of a POST, which is never sent twice.
  std::vector<const char*> read_says;
  std::vector<const char*> create_says;
  int reads = 1;
  milliseconds limit = seconds(20);
  bool closes_after_answer = false;
};

void Silence(FaultConnection& connection, const std::string&) { connection.WaitForClose(); }

void StalledBody(FaultConnection& connection, const std::string&) {
  connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"calls\":");
  connection.WaitForClose();
}

void EndlessBody(FaultConnection& connection, const std::string&) {
  connection.Send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
  while (connection.Send(std::string(16'384, ' '))) {
  }
}

void Reset(FaultConnection& connection, const std::string&) {
  connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
  connection.ResetOnClose();
}

constexpr const char* kLook = "Next: look whether it took effect before repeating.";
constexpr const char* kRepeat = "Next: repeat after some seconds.";
constexpr const char* kServerFailed = "The API failed.";
constexpr milliseconds kSoon{200};

// Answers that are refusals.
std::vector<Fault> Refusals() {
  const std::string html = "<html><body>Bad gateway</body></html>";
  return {
      {"429 that asks for a pause beyond the deadline",
       Always(Reply("429 Slow", "Retry-After: 60\r\n")),
       {"HTTP 429.", "Next: ", "retry-after: 60"},
       {"HTTP 429.", "Next: ", "retry-after: 60"}},
      {"429 without a pause",
       Always(Reply("429 Slow")),
       {"HTTP 429.", "Next: "},
       {"HTTP 429.", "Next: "},
       3},
      {"500",
       Always(Reply("500 Oops")),
       {"HTTP 500.", kServerFailed, "Next: "},
       {"HTTP 500.", kServerFailed, "look whether it took effect"}},
      {"503",
       Always(Reply("503 Busy")),
       {"HTTP 503.", kServerFailed, "Next: "},
       {"HTTP 503.", kServerFailed, "look whether it took effect"},
       3},
      {"502 with a gateway's page",
       Always(Reply("502 Bad Gateway", "Content-Type: text/html\r\n", html)),
       {"HTTP 502.", "Next: ", "a web page"},
       {"HTTP 502.", "Next: ", "a web page"},
       3},
      {"403 with an empty body",
       Always(Reply("403 Forbidden")),
       {"HTTP 403.", "Next: "},
       {"HTTP 403.", "Next: "}},
      {"404 in a language that is not what it says",
       Always(Reply("404 No", "Content-Type: application/json\r\n", html)),
       {"HTTP 404.", "Next: ", "a web page"},
       {"HTTP 404.", "Next: ", "a web page"}},
      {"401 for ever",
       Always(Reply("401 No")),
       {"HTTP 401. The credentials were refused", "Next: "},
       {"HTTP 401. The credentials were refused", "Next: "},
       2},
  };
}

// Answers that do not come, or are none.
std::vector<Fault> Breakdowns() {
  return {
      {"no answer",
       Silence,
       {"DEADLINE_EXCEEDED", "longer than was allowed", "Next: repeat once"},
       {"DEADLINE_EXCEEDED", kLook},
       1,
       kSoon},
      {"half an answer, then none",
       StalledBody,
       {"DEADLINE_EXCEEDED", "Next: repeat once"},
       {"DEADLINE_EXCEEDED", kLook},
       1,
       kSoon},
      {"a truncated answer",
       Always("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"calls\":"),
       {"UNAVAILABLE", "broke off", kRepeat},
       {"UNAVAILABLE", kLook},
       3,
       seconds(20),
       true},
      // The connection that brought the token dies under the request: that is repeated at once.
      {"a closed connection",
       Always(""),
       {"UNAVAILABLE", kRepeat},
       {"UNAVAILABLE", kLook},
       4,
       seconds(20),
       true},
      {"a reset connection",
       Reset,
       {"UNAVAILABLE", kRepeat},
       {"UNAVAILABLE", kLook},
       3,
       seconds(20),
       true},
      {"an endless answer",
       EndlessBody,
       {"RESOURCE_EXHAUSTED", "65536 bytes", "Next: ", "ask for less"},
       {"RESOURCE_EXHAUSTED", kLook}},
      {"what is no gzip",
       Always(Reply("200 OK", "Content-Encoding: gzip\r\n", "no gzip at all")),
       {"Next: "},
       {kLook}},
      {"what is no HTTP",
       Always("220 mail.example ESMTP\r\n"),
       {"UNAVAILABLE", kRepeat},
       {"UNAVAILABLE", kLook},
       3,
       seconds(20),
       true},
      {"redirections without end",
       Always(Reply("307 Go", "Location: /round\r\n")),
       {"PERMISSION_DENIED", "more than 2 times", "Next: do not repeat"},
       {"HTTP 307.", "location: /round"},
       3},
      {"a redirection out of the web",
       Always(Reply("303 Go", "Location: file:///etc/passwd\r\n")),
       {"PERMISSION_DENIED", "not followed", "Next: do not repeat"},
       {"HTTP 303.", "Next: "}},
  };
}

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

class FaultsTest : public ::testing::TestWithParam<Fault> {};

TEST_P(FaultsTest, YieldAResultThatSaysWhatToDo) {
  const Fault& fault = GetParam();
  for (const bool creates : {false, true}) {
    Api api(fault.respond);
    api.closes_after_answer = fault.closes_after_answer;
    Stack stack(api.Url());
    const ToolResult result = stack.Call(creates ? "createCall" : "listCalls", fault.limit);
    EXPECT_TRUE(result.is_error);
    ASSERT_FALSE(result.content.empty());
    for (const char* part : creates ? fault.create_says : fault.read_says) {
      EXPECT_THAT(result.content[0].text, HasSubstr(part));
    }
    EXPECT_THAT(result.content[0].text, Not(HasSubstr("s3cr3t")));
    // 401 is the one refusal after which a create is sent again: it was not carried out.
    const bool refreshed = std::string_view(fault.name).starts_with("401");
    EXPECT_EQ(api.requests, creates && !refreshed ? 1 : fault.reads);
  }
}

std::string NameOf(const testing::TestParamInfo<Fault>& fault) {
  std::string name = fault.param.name;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}
INSTANTIATE_TEST_SUITE_P(Refusal, FaultsTest, testing::ValuesIn(Refusals()), NameOf);
INSTANTIATE_TEST_SUITE_P(Breakdown, FaultsTest, testing::ValuesIn(Breakdowns()), NameOf);

TEST(Faults, BusyForAMomentIsNotNoticed) {
  std::atomic<int> answers{0};
  Api api([&](FaultConnection& connection, const std::string&) {
    connection.Send(answers++ < 2 ? Reply("429 Slow") : OkResponse("{}"));
  });
  EXPECT_FALSE(Stack(api.Url()).Call("listCalls").is_error);
  EXPECT_EQ(api.requests, 3);
}

TEST(Faults, AnExpiredTokenIsNotNoticed) {
  for (const char* tool : {"listCalls", "createCall"}) {
    Api api([](FaultConnection& connection, const std::string& request) {
      const bool fresh = request.find("Bearer t2\r\n") != std::string::npos;
      connection.Send(fresh ? OkResponse("{}") : Reply("401 Expired"));
    });
    EXPECT_FALSE(Stack(api.Url()).Call(tool).is_error);
    EXPECT_EQ(api.tokens, 2);
    EXPECT_EQ(api.requests, 2);
  }
}

TEST(Faults, WhatWasNeverReachedHadNoEffect) {
  std::string nobody;
  {
    FaultServer gone([](FaultConnection&) {});
    nobody = gone.Url("");
  }
  for (const std::string& url : {nobody, std::string("http://no-such-host.invalid")}) {
    const std::string read = Stack(url).Call("listCalls").content[0].text;
    EXPECT_THAT(read, HasSubstr("UNAVAILABLE"));
    EXPECT_THAT(read, HasSubstr(kRepeat));
    const std::string create = Stack(url).Call("createCall").content[0].text;
    EXPECT_THAT(create, HasSubstr("UNAVAILABLE"));
    EXPECT_THAT(create, HasSubstr("Nothing was sent, so it had no effect."));
    EXPECT_THAT(create, HasSubstr(kRepeat));
  }
}

TEST(Faults, ATokenEndpointThatFailsSaysSo) {
  FaultServer server([](FaultConnection& connection) {
    while (!connection.ReadRequest().empty()) connection.Send(Reply("503 Busy"));
  });
  const std::string text = Stack(server.Url("")).Call("createCall").content[0].text;
  EXPECT_THAT(text, HasSubstr("the token endpoint answered HTTP 503"));
  EXPECT_THAT(text, HasSubstr("Nothing was sent"));
}

TEST(Faults, ASilentTokenEndpointHoldsNobodyBeyondTheirDeadline) {
  FaultServer server([](FaultConnection& connection) { connection.WaitForClose(); });
  const std::string text = Stack(server.Url("")).Call("createCall", kSoon).content[0].text;
  EXPECT_THAT(text, HasSubstr("DEADLINE_EXCEEDED"));
  EXPECT_THAT(text, HasSubstr("Nothing was sent"));
}

TEST(Faults, AnApiThatKeepsFailingIsLeftAlone) {
  Api api(Always(Reply("503 Busy")));
  Stack stack(api.Url());
  for (int i = 0; i < 4; ++i) {
    EXPECT_THAT(stack.Call("createCall").content[0].text, HasSubstr("HTTP 503"));
  }
  const std::string text = stack.Call("createCall").content[0].text;
  EXPECT_THAT(text, HasSubstr("has been failing for 1 s; next attempt in 5 s"));
  EXPECT_THAT(text, HasSubstr("Nothing was sent"));
  EXPECT_EQ(api.requests, 4);
}

TEST(Faults, ARedirectionElsewhereTakesNoCredentialsAlong) {
  Api storage(Always(OkResponse("the file")));
  Api api([&](FaultConnection& connection, const std::string& request) {
    connection.Send(request.starts_with("GET /here ")
                        ? Reply("307 Go", "Location: " + storage.Url() + "/f?sig=1\r\n")
                        : Reply("303 Go", "Location: /here\r\n"));
  });
  const ToolResult result = Stack(api.Url()).Call("listCalls");
  EXPECT_FALSE(result.is_error);
  EXPECT_THAT(api.last_request, HasSubstr("Authorization: Bearer t1\r\n")) << "the same host";
  EXPECT_THAT(storage.last_request, HasSubstr("GET /f?sig=1 "));
  EXPECT_THAT(storage.last_request, Not(HasSubstr("Authorization")));
  EXPECT_EQ(storage.requests, 1);
}

TEST(Faults, ApisOfTheUsersOwnDocumentsGetNoCredentials) {
  Api bandwidth(Always(OkResponse("{}")));
  Api own(Always(OkResponse("{}")));
  EXPECT_FALSE(Stack(bandwidth.Url(), own.Url()).Call("listCalls").is_error);
  EXPECT_EQ(own.requests, 1);
  EXPECT_THAT(own.last_request, Not(HasSubstr("Authorization")));
  EXPECT_EQ(bandwidth.tokens + own.tokens, 0);
}

}  // namespace
}  // namespace bw::tool_service
