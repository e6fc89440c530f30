#include "sandbox/core/tokens.h"

#include <string>

#include <gtest/gtest.h>

#include "common/base64/base64.h"
#include "common/json/json.h"
#include "tests/sandbox/core/simulation.h"

namespace bw::sandbox {
namespace {

TEST(TokensTest, LookLikeJwtsAndExpire) {
  FakeClock clock;
  CountingRandom random;
  TokenStore store(clock, random, "9900000", std::chrono::seconds(60));
  const std::string token = store.Issue();
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', first + 1);
  ASSERT_NE(second, std::string::npos);
  const std::string payload = token.substr(first + 1, second - first - 1);
  const auto claims = json::Parse(Base64UrlDecode(payload).value_or(""));
  ASSERT_TRUE(claims.ok());
  EXPECT_EQ((*claims)["accounts"], json::Json({"9900000"}));
  EXPECT_EQ((*claims)["exp"].get<std::int64_t>() - (*claims)["iat"].get<std::int64_t>(), 60);
  EXPECT_TRUE(store.IsValid(token));
  EXPECT_FALSE(store.IsValid(token + "x"));
  clock.Advance(std::chrono::seconds(60));
  EXPECT_FALSE(store.IsValid(token));
}

TEST(TokensTest, TheOldestMakesRoom) {
  FakeClock clock;
  CountingRandom random;
  TokenStore store(clock, random, "a", std::chrono::seconds(60));
  const std::string oldest = store.Issue();
  clock.Advance(std::chrono::milliseconds(1));
  std::string newest;
  for (std::size_t i = 1; i < TokenStore::kMaxTokens; ++i) newest = store.Issue();
  EXPECT_TRUE(store.IsValid(oldest));
  newest = store.Issue();
  EXPECT_FALSE(store.IsValid(oldest));
  EXPECT_TRUE(store.IsValid(newest));
}

TEST(RandomTest, UuidsHaveTheirVersion) {
  CountingRandom random;
  const std::string uuid = NewUuid(random);
  EXPECT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_EQ(uuid[19], '8');
}

}  // namespace
}  // namespace bw::sandbox
