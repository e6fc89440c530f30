#include "sandbox/core/url.h"

#include <string_view>

#include <gtest/gtest.h>

namespace bw::sandbox {
namespace {

TEST(UrlTest, ResolvesReferences) {
  struct Row {
    std::string_view reference;
    std::string_view resolved;
  };
  constexpr std::string_view kBase = "http://a.example:8081/b/c/d?q=1";
  for (const auto& [reference, resolved] : {
           Row{"g", "http://a.example:8081/b/c/g"},
           Row{"./g", "http://a.example:8081/b/c/g"},
           Row{"../g", "http://a.example:8081/b/g"},
           Row{"../../../g", "http://a.example:8081/g"},
           Row{"/g/", "http://a.example:8081/g/"},
           Row{"/g?y=2#frag", "http://a.example:8081/g?y=2"},
           Row{"?y=2", "http://a.example:8081/b/c/d?y=2"},
           Row{"g/.", "http://a.example:8081/b/c/g/"},
           Row{"..", "http://a.example:8081/b/"},
           Row{"//h.example/x", "http://h.example/x"},
           Row{"//h.example", "http://h.example/"},
           Row{"https://h.example/x?z", "https://h.example/x?z"},
       }) {
    EXPECT_EQ(ResolveUrl(kBase, reference), resolved) << reference;
  }
  EXPECT_EQ(ResolveUrl("http://a.example", "g"), "http://a.example/g");
  EXPECT_EQ(ResolveUrl("http://a.example/a//b", "/x//y"), "http://a.example/x//y");
}

TEST(UrlTest, WebhooksGoToAFewPorts) {
  for (const std::string_view good :
       {"https://a.example", "http://a.example:80/x", "https://a.example:443",
        "http://127.0.0.1:1024/", "http://u:p@a.example:8081/", "http://[::1]:8081/",
        "http://[::1]/"}) {
    EXPECT_TRUE(CheckWebhookUrl(good).ok()) << good;
  }
  for (const std::string_view bad :
       {"", "/relative", "ftp://a.example", "http://a.example:81/", "http://a.example:1023",
        "http://a.example:65536", "http://a.example:", "http://a.example:x", "http://a b"}) {
    EXPECT_FALSE(CheckWebhookUrl(bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace bw::sandbox
