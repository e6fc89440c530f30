#include "tool-service/core/server_facts.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

TEST(CallbackUrls, AreBuiltUnderTheBaseUrl) {
  const CallbackUrls urls("https://calls.example.com/bw//");
  EXPECT_EQ(urls.base(), "https://calls.example.com/bw");
  EXPECT_EQ(urls.Answer(), "https://calls.example.com/bw/callbacks/voice/answer");
  EXPECT_EQ(urls.Continue("c-1"), "https://calls.example.com/bw/callbacks/voice/continue/c-1");
  EXPECT_EQ(urls.Continue(""), urls.Answer());
}

TEST(CallbackUrls, ACallIdCannotChangeThePath) {
  const CallbackUrls urls("https://calls.example.com");
  EXPECT_EQ(urls.Continue("../x?y#z\r\n"),
            "https://calls.example.com/callbacks/voice/continue/%2E%2E%2Fx%3Fy%23z%0D%0A");
}

TEST(CallbackUrls, KnowWhatLeadsToUs) {
  const CallbackUrls urls("https://calls.example.com");
  struct Case {
    const char* url;
    bool ours;
  };
  for (const auto& [url, ours] :
       {Case{"https://calls.example.com/callbacks/voice/answer", true},
        Case{"https://calls.example.com", true}, Case{"https://calls.example.com?x=1", true},
        Case{"/callbacks/voice/answer", true}, Case{"https://calls.example.com.evil.net/x", false},
        Case{"https://calls.example.com@evil.net/x", false},
        Case{"http://calls.example.com/x", false}, Case{"//evil.net/x", false},
        Case{"/\\evil.net/x", false}, Case{"evil.net", false}, Case{"", false}}) {
    EXPECT_EQ(urls.IsOurs(url), ours) << url;
  }
}

TEST(CallbackUrls, KnowsWhereTheInternetCannotReach) {
  for (const char* url :
       {"http://127.0.0.1:8081", "http://localhost:8081", "https://localhost", "http://[::1]:8081",
        "http://0.0.0.0", "http://a.localhost/x", "http://callback-service:8081",
        "http://10.0.0.1:8081", "https://192.168.1.2", "http://172.16.0.1", "http://172.31.0.1",
        "http://169.254.1.1", "http://x.internal", "http://a.b.svc", "http://[fe80::1]"}) {
    EXPECT_FALSE(CallbackUrls(url).is_public()) << url;
  }
  for (const char* url :
       {"https://calls.example.com", "http://localhost.example.com", "https://[2001:db8::1]",
        "http://172.15.0.1", "http://172.32.0.1", "http://11.0.0.1", "https://10.example.com",
        "https://x.trycloudflare.com/base"}) {
    EXPECT_TRUE(CallbackUrls(url).is_public()) << url;
  }
}

}  // namespace
}  // namespace bw::tool_service
