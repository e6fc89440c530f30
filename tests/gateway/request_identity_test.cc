#include "gateway/core/request_identity.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace bw::gateway {
namespace {

constexpr const char* kTrace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(RequestIds, Differ) {
  FakeClock clock;
  RequestIds ids(clock);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(ids.Next());
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Traceparent, IsOfVersionZeroInLowerCase) {
  EXPECT_TRUE(IsTraceparent(kTrace));
  const std::string good = kTrace;
  for (const std::string& bad :
       {std::string(), good + "-00", good.substr(1), "01" + good.substr(2),
        "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" + std::string(),
        std::string(55, '0')}) {
    EXPECT_FALSE(IsTraceparent(bad)) << bad;
  }
}

TEST(Traceparent, ComesFromTheHeaderThenTheEnvelope) {
  const auto params = *json::Parse(std::string(R"({"_meta":{"traceparent":")") + kTrace + "\"}}");
  const std::string other = "00-11111111111111111111111111111111-2222222222222222-00";
  EXPECT_EQ(TraceparentOf(other, params), other);
  EXPECT_EQ(TraceparentOf("junk", params), kTrace);
  EXPECT_EQ(TraceparentOf("", *json::Parse(R"({"_meta":{"traceparent":"junk"}})")), "");
  EXPECT_EQ(TraceparentOf("", *json::Parse(R"({"_meta":{"traceparent":5}})")), "");
  EXPECT_EQ(TraceparentOf("", {}), "");
}

}  // namespace
}  // namespace bw::gateway
