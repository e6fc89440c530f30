#include "common/http_client/url.h"

#include <gtest/gtest.h>

namespace bw::http_client {
namespace {

std::string Resolve(std::string_view base, std::string_view reference) {
  const auto resolved = ResolveUrl(base, reference);
  return resolved.ok() ? resolved->url : ToString(resolved.status());
}

TEST(ResolveUrl, ReferencesAreSeenFromTheirBase) {
  struct Row {
    const char* reference;
    const char* url;
  };
  for (const Row& row :
       {Row{"/x?y=1", "https://h.example:8443/x?y=1"}, Row{"x", "https://h.example:8443/a/x"},
        Row{"../x", "https://h.example:8443/x"},
        Row{"?page=2", "https://h.example:8443/a/b?page=2"},
        Row{"//other.example/x", "https://other.example/x"},
        Row{"http://other.example:81/x?y#z", "http://other.example:81/x?y"},
        Row{"https://s3.example/k%2Fv?sig=a%2Bb%2fc&e=~-_.",
            "https://s3.example/k%2Fv?sig=a%2Bb%2fc&e=~-_."},
        Row{"/with space", "https://h.example:8443/with%20space"}}) {
    EXPECT_EQ(Resolve("https://h.example:8443/a/b?c=d", row.reference), row.url) << row.reference;
  }
}

TEST(ResolveUrl, OriginsAreComparable) {
  const auto origin = [](std::string_view url) { return ResolveUrl(url, url)->origin; };
  EXPECT_EQ(origin("https://H.example/a"), origin("https://h.EXAMPLE:443/b"));
  EXPECT_EQ(origin("http://h/a"), origin("http://h:80/a"));
  EXPECT_NE(origin("http://h/a"), origin("https://h/a"));
  EXPECT_NE(origin("http://h/a"), origin("http://h:81/a"));
  EXPECT_NE(origin("http://h/a"), origin("http://h.x/a"));
  EXPECT_EQ(origin("http://[::1]:8/").host, "[::1]");
}

TEST(ResolveUrl, RefusesWhatIsNoPlaceToGo) {
  for (const char* reference :
       {"ftp://h/x", "file:///etc/passwd", "javascript:alert(1)", "gopher://h:70/1",
        "https://user:pw@h/x", "//user@h/x", "http://", "http://h:99999/", "http://h:x/",
        "/a\r\nX: y", "/a\tb", "http://h/\x7f"}) {
    EXPECT_EQ(ResolveUrl("https://h.example/a", reference).status().code(),
              StatusCode::kInvalidArgument)
        << reference;
  }
}

TEST(ResolveUrl, LengthAtTheLimitAndOnePast) {
  const std::string path(16'384 - 1, 'x');
  EXPECT_TRUE(ResolveUrl("http://h/", "/" + path).ok());
  EXPECT_EQ(ResolveUrl("http://h/", "/x" + path).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace bw::http_client
