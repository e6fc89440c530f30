// Who is let in by the endpoint, and what those hear who are not.
#include <deque>
#include <string>

#include "gateway/openssl/static_tokens.h"
#include "tests/gateway/endpoint_fixture.h"

namespace bw::gateway {
namespace {

constexpr const char* kGood = "0123456789abcdef";

Fields Bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

/// Recognises "known"; what else comes is verified by the test.
class HoldingAuthenticator : public Authenticator {
 public:
  std::optional<AuthResult> Recognize(std::string_view token) override {
    if (token != "known") return std::nullopt;
    return AuthResult{AuthReason::kAccepted, {"ann", "acme"}};
  }
  void Verify(std::string_view, Done done) override { held.push_back(std::move(done)); }
  void Answer(AuthResult result) {
    const Done done = std::move(held.front());
    held.pop_front();
    done(std::move(result));
  }

  std::deque<Done> held;
};

class TokenTest : public EndpointTest {
 protected:
  TokenTest() {
    authenticator = std::make_unique<StaticTokens>(kGood, Principal{"ann", "acme"});
    Build();
  }
};

TEST_F(TokenTest, NoTokenNoService) {
  for (const char* method : {"POST", "GET", "DELETE"}) {
    const auto exchange = Send(MakeHttp(method, kList, {}));
    EXPECT_EQ(exchange->response->status, 401);
    EXPECT_EQ(exchange->response->headers.Get("WWW-Authenticate"),
              R"(Bearer realm="bandwidth-mcp")");
  }
  EXPECT_EQ(provider.lists, 0);
}

TEST_F(TokenTest, AWrongTokenIsCalledInvalid) {
  for (const char* value : {"Basic 0123456789abcdef", "Bearer wrong", "Bearer",
                            "Bearer 0123456789abcdef0", "Bearer 0123456789abcdef x", ""}) {
    const auto exchange = Post(kList, {{"Authorization", value}});
    EXPECT_EQ(exchange->response->status, 401) << value;
    const std::string challenge(exchange->response->headers.Get("WWW-Authenticate").value_or(""));
    EXPECT_EQ(challenge.find(R"(Bearer realm="bandwidth-mcp", error="invalid_token", )"
                             R"(error_description=")"),
              0u)
        << challenge;
  }
  EXPECT_EQ(provider.lists, 0);
}

TEST_F(TokenTest, ATokenHasALength) {
  const auto status = [&](std::size_t bytes) {
    authenticator =
        std::make_unique<StaticTokens>(std::string(bytes, 't'), Principal{"ann", "acme"});
    Build();
    return Post(kList, Bearer(std::string(bytes, 't')))->response->status;
  };
  EXPECT_EQ(status(kMaxTokenBytes), 200);
  EXPECT_EQ(status(kMaxTokenBytes + 1), 401);
}

TEST_F(TokenTest, TwoAuthorizationHeadersAreNone) {
  auto request = MakeHttp("POST", kList, Bearer(kGood));
  request.headers.Add("authorization", std::string("Bearer ") + kGood);
  const auto exchange = Send(request);
  EXPECT_EQ(exchange->response->status, 400);
  EXPECT_NE(std::string(*exchange->response->headers.Get("WWW-Authenticate"))
                .find(R"(error="invalid_request")"),
            std::string::npos);
}

TEST_F(TokenTest, NeverInTheUrl) {
  for (const Fields& fields : {Fields{}, Bearer(kGood)}) {
    auto request = MakeHttp("POST", kList, fields);
    request.query = {{"access_token", kGood}};
    const auto exchange = Send(request);
    EXPECT_EQ(exchange->response->status, 400);
    EXPECT_NE(std::string(*exchange->response->headers.Get("WWW-Authenticate"))
                  .find(R"(error="invalid_request")"),
              std::string::npos);
    EXPECT_EQ(exchange->response->body.find(kGood), std::string::npos);
  }
}

TEST_F(TokenTest, TheTokenNamesPrincipalTenantAndAccess) {
  authenticator = std::make_unique<StaticTokens>(kGood, Principal{"ann", "acme", Access::kWrite});
  Build();
  const auto exchange = Post(LegacyBody("tools/call", R"({"name":"hold"})"),
                             {{"Authorization", "bearer  0123456789abcdef"}});
  const auto held = provider.Take();
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->call.caller.principal, "ann");
  EXPECT_EQ(held->call.caller.access, Access::kWrite);
  EXPECT_EQ(held->call.audience.tenant, "acme");
}

TEST_F(TokenTest, ASessionIsOfOneTenantToo) {
  const auto opened = Post(kInitialize, Bearer(kGood));
  Fields fields = Bearer(kGood);
  fields.emplace_back("Mcp-Session-Id", *opened->response->headers.Get("Mcp-Session-Id"));
  EXPECT_EQ(Post(kList, fields)->response->status, 200);
  authenticator = std::make_unique<StaticTokens>(kGood, Principal{"ann", "other"});
  Build();
  EXPECT_EQ(Post(kList, fields)->response->status, 404);
}

TEST_F(TokenTest, PreflightsNeedNoToken) {
  const auto exchange = Send(MakeHttp("OPTIONS", "", {{"Origin", "http://localhost:3000"}}));
  EXPECT_EQ(exchange->response->status, 204);
}

TEST_F(TokenTest, WithoutAnAuthorizationServerThereIsNoMetadata) {
  for (const char* path :
       {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"}) {
    auto request = MakeHttp("GET", "", {});
    request.path = path;
    EXPECT_EQ(Send(request)->response->status, 404);
  }
}

class VerifyTest : public EndpointTest {
 protected:
  VerifyTest() {
    resource.emplace(ProtectedResource{"https://m.example.com/mcp", {"https://as.example.com"}},
                     Scopes(), "/mcp");
    challenges = Challenges(Scopes(), resource->metadata_url());
    failure_limits = {.max_failures = 2, .window = std::chrono::seconds(60)};
    authenticator = std::make_unique<HoldingAuthenticator>();
    Build();
  }
  HoldingAuthenticator& held() { return static_cast<HoldingAuthenticator&>(*authenticator); }
  bool Counted(const std::string& line) {
    return registry.Expose().find("\n" + line + "\n") != std::string::npos;
  }
};

TEST_F(VerifyTest, ARequestWaitsForItsToken) {
  const auto exchange = Post(kList, Bearer("a.b.c"));
  EXPECT_FALSE(exchange->response.has_value());
  held().Answer({AuthReason::kAccepted, {"ann", "acme"}});
  EXPECT_EQ(exchange->response->status, 200);
  EXPECT_TRUE(Counted("bw_gateway_authentications_total{result=\"accepted\"} 1"));
}

TEST_F(VerifyTest, EveryReasonHasItsAnswer) {
  failure_limits.max_failures = 0;
  Build();
  for (const AuthReasonRow& row : AuthReasonTable()) {
    const auto exchange = Post(kList, Bearer("a.b.c"));
    held().Answer({row.reason, {"ann", "acme"}});
    const std::string challenge(exchange->response->headers.Get("WWW-Authenticate").value_or(""));
    const std::string name(row.name);
    switch (row.meaning) {
      case AuthClass::kAccepted:
        EXPECT_EQ(exchange->response->status, 200) << name;
        break;
      case AuthClass::kInvalid:
        EXPECT_EQ(exchange->response->status, 401) << name;
        EXPECT_EQ(challenge,
                  R"(Bearer error="invalid_token", error_description=")" +
                      std::string(row.description) +
                      R"(", resource_metadata="https://m.example.com)"
                      R"(/.well-known/oauth-protected-resource/mcp", scope="read write")");
        break;
      case AuthClass::kForbidden:
        EXPECT_EQ(exchange->response->status, 403) << name;
        EXPECT_EQ(challenge.find(R"(Bearer error="insufficient_scope", scope="read write", )"), 0u);
        break;
      case AuthClass::kUndecided:
        EXPECT_EQ(exchange->response->status, 503) << name;
        EXPECT_EQ(exchange->response->headers.Get("Retry-After"), "5");
        EXPECT_EQ(challenge, "");
        break;
    }
    EXPECT_TRUE(Counted("bw_gateway_authentications_total{result=\"" + name + "\"} 1")) << name;
  }
}

TEST_F(VerifyTest, AWebPageLearnsWhy) {
  const auto exchange = Post(kList, {{"Origin", "http://localhost:1"}});
  EXPECT_EQ(exchange->response->status, 401);
  EXPECT_EQ(exchange->response->headers.Get("Access-Control-Allow-Origin"), "http://localhost:1");
  EXPECT_EQ(exchange->response->headers.Get("Access-Control-Expose-Headers"),
            "Mcp-Session-Id, WWW-Authenticate, Retry-After");
}

TEST_F(VerifyTest, TheMetadataIsForEverybody) {
  auto request = MakeHttp("GET", "", {{"Origin", "https://anybody.example.com"}});
  request.path = "/.well-known/oauth-protected-resource/mcp";
  const auto exchange = Send(request);
  EXPECT_EQ(exchange->response->status, 200);
  EXPECT_EQ(exchange->response->headers.Get("Access-Control-Allow-Origin"), "*");
}

TEST_F(VerifyTest, AfterSomeFailuresUnknownTokensAreNotLookedAt) {
  const auto from = [&](const std::string& peer, const std::string& token) {
    auto request = MakeHttp("POST", kList, Bearer(token));
    request.peer = peer;
    return Send(request);
  };
  for (int i = 0; i < 2; ++i) {
    from("192.0.2.1:" + std::to_string(i + 1), "a.b.c");
    held().Answer({AuthReason::kSignature});
  }
  EXPECT_TRUE(Counted("bw_gateway_throttled_peers_total 1"));
  const auto refused = from("192.0.2.1:3", "a.b.d");
  EXPECT_EQ(refused->response->status, 429);
  EXPECT_EQ(refused->response->headers.Get("Retry-After"), "60");
  EXPECT_EQ(ErrorCode(*refused->response), -31429);
  EXPECT_TRUE(held().held.empty());
  EXPECT_TRUE(Counted("bw_gateway_refused_requests_total{reason=\"throttled\"} 1"));
  // Who is known passes, and so do other networks.
  EXPECT_EQ(from("192.0.2.1:4", "known")->response->status, 200);
  from("192.0.2.2:1", "a.b.c");
  EXPECT_EQ(held().held.size(), 1u);
  clock.Advance(std::chrono::seconds(60));
  from("192.0.2.1:5", "a.b.c");
  EXPECT_EQ(held().held.size(), 2u);
}

TEST_F(VerifyTest, AnOutageIsNobodysFailure) {
  for (int i = 0; i < 5; ++i) {
    const auto exchange = Post(kList, Bearer("a.b.c"));
    held().Answer({AuthReason::kKeysUnavailable});
    EXPECT_EQ(exchange->response->status, 503);
  }
}

class ScopeTest : public EndpointTest {
 protected:
  ScopeTest() {
    provider.tools.tools[0].access = Access::kAdmin;  // echo
    provider.tools.tools[1].access = Access::kRead;   // hold
    Grant(Access::kWrite);
  }
  void Grant(Access granted) {
    authenticator = std::make_unique<StaticTokens>(kGood, Principal{"ann", "acme", granted});
    Build();
  }
  std::shared_ptr<FakeExchange> Call(const std::string& tool) {
    Fields fields = ModernHeaders("tools/call", tool);
    fields.emplace_back("Authorization", std::string("Bearer ") + kGood);
    return Post(ModernBody("tools/call", R"("name":")" + tool + "\""), fields);
  }
};

TEST_F(ScopeTest, AToolAboveTheTokenNamesTheScopeItTakes) {
  challenges = Challenges(Scopes("bw:"), "https://m.example.com/.well-known/x");
  Build();
  const auto exchange = Call("echo");
  EXPECT_EQ(exchange->response->status, 403);
  EXPECT_EQ(ErrorCode(*exchange->response), -31403);
  EXPECT_EQ(exchange->response->headers.Get("WWW-Authenticate"),
            R"(Bearer error="insufficient_scope", scope="bw:admin", )"
            R"(resource_metadata="https://m.example.com/.well-known/x", )"
            R"(error_description="This takes the scope bw:admin")");
  Grant(Access::kAdmin);
  EXPECT_EQ(Call("echo")->response->status, 200);
}

TEST_F(ScopeTest, EachAccessIncludesThoseBefore) {
  Call("hold");
  EXPECT_NE(provider.Take(), nullptr);
  EXPECT_EQ(Call("fail")->response->status, 200);
  Grant(Access::kRead);
  EXPECT_EQ(Call("fail")->response->status, 403);
  Call("hold");
  EXPECT_NE(provider.Take(), nullptr);
}

TEST_F(ScopeTest, ListsShowWhatMayBeCalled) {
  const std::string body = Post(kList, Bearer(kGood))->response->body;
  EXPECT_EQ(body.find("\"echo\""), std::string::npos);
  EXPECT_NE(body.find("\"hold\""), std::string::npos);
}

TEST_F(ScopeTest, InTheEarlierEraToo) {
  const auto exchange = Post(LegacyBody("tools/call", R"({"name":"echo"})"), Bearer(kGood));
  EXPECT_EQ(exchange->response->status, 403);
  EXPECT_NE(exchange->response->headers.Get("WWW-Authenticate"), std::nullopt);
}

class LimitsTest : public EndpointTest {
 protected:
  std::shared_ptr<FakeExchange> Hold() {
    return Post(ModernBody("tools/call", R"("name":"hold")"), ModernHeaders("tools/call", "hold"));
  }
};

TEST_F(LimitsTest, RequestsOfOnePrincipalHaveARate) {
  principal_limits = {.requests_per_second = 1, .burst = 2};
  Build();
  EXPECT_EQ(Post(kList)->response->status, 200);
  EXPECT_EQ(Post("{bad")->response->status, 400);
  const auto refused = Post(kList, {{"Origin", "http://localhost"}});
  EXPECT_EQ(refused->response->status, 429);
  EXPECT_EQ(refused->response->headers.Get("Retry-After"), "1");
  EXPECT_EQ(refused->response->headers.Get("Access-Control-Allow-Origin"), "http://localhost");
  EXPECT_EQ(ErrorCode(*refused->response), -31429);
  EXPECT_NE(registry.Expose().find("bw_gateway_refused_requests_total{reason=\"rate\"} 1"),
            std::string::npos);
  clock.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Post(kList)->response->status, 200);
}

TEST_F(LimitsTest, ABatchCountsByItsElements) {
  principal_limits = {.requests_per_second = 1, .burst = 5};
  Build();
  const std::string batch = "[" + LegacyBody("ping", "{}", "1") + "," +
                            LegacyBody("ping", "{}", "2") + "," + LegacyBody("ping", "{}", "3") +
                            "," + LegacyBody("ping", "{}", "4") + "]";
  EXPECT_EQ(Post(batch)->response->status, 200);
  EXPECT_EQ(Post(kList)->response->status, 200);
  EXPECT_EQ(Post(kList)->response->status, 429);
}

TEST_F(LimitsTest, SoManyOfOnePrincipalAreUnderWay) {
  principal_limits = {.requests_per_second = 0, .max_concurrent = 2};
  Build();
  Hold();
  const auto second = Hold();
  EXPECT_FALSE(second->response.has_value());
  const auto third = Hold();
  EXPECT_EQ(third->response->status, 429);
  EXPECT_EQ(third->response->headers.Get("Retry-After"), "1");
  EXPECT_EQ(ErrorCode(*third->response), -31429);
  EXPECT_NE(registry.Expose().find("bw_gateway_refused_requests_total{reason=\"concurrency\"} 1"),
            std::string::npos);
  provider.Take()->done(TextResult("done"));
  EXPECT_EQ(Post(kList)->response->status, 200);
}

TEST_F(LimitsTest, PrincipalsDoNotShareALimit) {
  authenticator = std::make_unique<StaticTokens>(std::vector<StaticToken>(*ParseTokens(
      // SHA-256 of "one" and "two".
      R"([{"sha256":"7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",)"
      R"("principal":"ann","tenant":"a","scopes":["read"]},)"
      R"({"sha256":"3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3",)"
      R"("principal":"ann","tenant":"b","scopes":["read"]}])")));
  principal_limits = {.requests_per_second = 1, .burst = 1};
  Build();
  EXPECT_EQ(Post(kList, Bearer("one"))->response->status, 200);
  EXPECT_EQ(Post(kList, Bearer("one"))->response->status, 429);
  EXPECT_EQ(Post(kList, Bearer("two"))->response->status, 200);
}

TEST_F(EndpointTest, AllowedWebPagesMayReadTheAnswers) {
  const Fields origin{{"Origin", "http://localhost:6274"}};
  for (const std::string& body : {kList, std::string("{bad"), kInitialize}) {
    const auto exchange = Post(body, origin);
    EXPECT_EQ(exchange->response->headers.Get("Access-Control-Allow-Origin"),
              "http://localhost:6274");
    EXPECT_EQ(exchange->response->headers.Get("Access-Control-Expose-Headers"),
              "Mcp-Session-Id, WWW-Authenticate, Retry-After");
  }
  EXPECT_EQ(Post(kList)->response->headers.Get("Access-Control-Allow-Origin"), std::nullopt);
}

TEST_F(EndpointTest, PreflightsNameWhatMayBeSent) {
  const auto preflight =
      Send(MakeHttp("OPTIONS", "",
                    {{"Origin", "http://localhost:6274"},
                     {"Access-Control-Request-Headers",
                      "content-type, Mcp-Param-Region,mcp-param-,x-evil,"
                      "mcp-param-a b,mcp-param-\xc3\xa4, mcp-param-tenant_id"}}));
  EXPECT_EQ(preflight->response->status, 204);
  EXPECT_EQ(preflight->response->headers.Get("Access-Control-Allow-Methods"),
            "GET, POST, DELETE, OPTIONS");
  EXPECT_EQ(preflight->response->headers.Get("Access-Control-Max-Age"), "7200");
  EXPECT_EQ(preflight->response->headers.Get("Access-Control-Allow-Headers"),
            "content-type, accept, authorization, mcp-protocol-version, mcp-method, mcp-name, "
            "mcp-session-id, last-event-id, traceparent, tracestate, Mcp-Param-Region, "
            "mcp-param-tenant_id");
  EXPECT_EQ(preflight->response->headers.GetAll("Vary").size(), 2u);
}

TEST_F(EndpointTest, PreflightsNameSoManyParameters) {
  std::string asked;
  for (int i = 0; i < 40; ++i) asked += "mcp-param-p" + std::to_string(i) + ",";
  const auto preflight = Send(MakeHttp(
      "OPTIONS", "", {{"Origin", "http://localhost"}, {"Access-Control-Request-Headers", asked}}));
  const std::string allowed(*preflight->response->headers.Get("Access-Control-Allow-Headers"));
  EXPECT_NE(allowed.find("mcp-param-p31"), std::string::npos);
  EXPECT_EQ(allowed.find("mcp-param-p32"), std::string::npos);
}

}  // namespace
}  // namespace bw::gateway
