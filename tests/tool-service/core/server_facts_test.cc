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

}  // namespace
}  // namespace bw::tool_service
