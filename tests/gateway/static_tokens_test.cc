#include "gateway/openssl/static_tokens.h"

#include <cstdio>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "gateway/openssl/sha256.h"
#include "gateway/openssl/tokens_file.h"

namespace bw::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string HexOf(const std::string& token) {
  std::string hex;
  char digits[3];
  for (const unsigned char byte : Sha256(token)) {
    std::snprintf(digits, sizeof(digits), "%02x", byte);
    hex += digits;
  }
  return hex;
}

std::string Entry(const std::string& token, const std::string& principal,
                  const std::string& scopes = R"(["read"])", const std::string& tenant = "acme") {
  return R"({"sha256":")" + HexOf(token) + R"(","principal":")" + principal + R"(","tenant":")" +
         tenant + R"(","scopes":)" + scopes + "}";
}

TEST(StaticTokens, IsTheWholeTokenOrNothing) {
  StaticTokens tokens("0123456789abcdef", {"ann", "acme"});
  const auto result = tokens.Recognize("0123456789abcdef");
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->reason, AuthReason::kAccepted);
  EXPECT_EQ(result->principal.name, "ann");
  EXPECT_EQ(result->principal.tenant, "acme");
  EXPECT_EQ(result->principal.access, Access::kAdmin);
  for (const char* wrong : {"", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF"}) {
    EXPECT_FALSE(tokens.Recognize(wrong).has_value()) << wrong;
  }
  AuthReason reason = AuthReason::kAccepted;
  tokens.Verify("0123456789abcdef", [&](const AuthResult& verified) { reason = verified.reason; });
  EXPECT_EQ(reason, AuthReason::kUnknown);
}

TEST(StaticTokens, EachHasItsPrincipal) {
  auto parsed = ParseTokens("[" + Entry("one", "ann", R"(["write","read"])") + "," +
                            Entry("two", "bob", R"(["admin"])", "other") + "]");
  ASSERT_TRUE(parsed.ok()) << ToString(parsed.status());
  StaticTokens tokens(*std::move(parsed));
  EXPECT_EQ(tokens.Recognize("one")->principal.name, "ann");
  EXPECT_EQ(tokens.Recognize("one")->principal.access, Access::kWrite);
  EXPECT_EQ(tokens.Recognize("two")->principal.Key(), "other\nbob");
  EXPECT_EQ(tokens.Recognize("two")->principal.access, Access::kAdmin);
  EXPECT_EQ(tokens.Recognize("three"), std::nullopt);
  // The hash is no token.
  EXPECT_EQ(tokens.Recognize(HexOf("one")), std::nullopt);
}

TEST(StaticTokens, AFileMayBeEmptyOfTokens) {
  const auto parsed = ParseTokens("[]");
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed->empty());
}

TEST(StaticTokens, EveryProblemIsNamedByIndexAndField) {
  const auto refused = ParseTokens(
      "[" + Entry("one", "ann") + R"(,7,{"sha256":"xyz","principal":"","scopes":[]},)" +
      R"({"sha256":")" + std::string(63, 'a') + R"(g","principal":"a\u0007","tenant":5,)" +
      R"("scopes":["read","root"],"token":"geheim"},)" + Entry("one", "bob") + "]");
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  const std::string problems(Message(refused.status()));
  for (const char* problem :
       {"[1]: must be an object", "[2].sha256:", "[2].principal:", "[2].tenant:", "[2].scopes:",
        "[3].sha256:", "[3].principal:", "[3].tenant:", "[3].scopes:", "[3]: has a field",
        "[4].sha256: is listed before"}) {
    EXPECT_THAT(problems, HasSubstr(problem));
  }
  EXPECT_EQ(problems.find("[0]"), std::string::npos);
  EXPECT_EQ(problems.find("geheim"), std::string::npos);
}

TEST(StaticTokens, OtherDocumentsAreRefused) {
  for (const char* text : {"", "{}", "null", "[", R"({"tokens":[]})", "[[[[[]]]]]"}) {
    EXPECT_FALSE(ParseTokens(text).ok()) << text;
  }
}

TEST(StaticTokens, AreBounded) {
  const auto list = [](std::size_t count) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) {
      text += (i == 0 ? "" : ",") + Entry("token" + std::to_string(i), "p");
    }
    return text + "]";
  };
  EXPECT_EQ(ParseTokens(list(kMaxStaticTokens))->size(), kMaxStaticTokens);
  EXPECT_FALSE(ParseTokens(list(kMaxStaticTokens + 1)).ok());
  EXPECT_TRUE(ParseTokens("[" + Entry("t", std::string(kMaxPrincipalBytes, 'p')) + "]").ok());
  EXPECT_FALSE(ParseTokens("[" + Entry("t", std::string(kMaxPrincipalBytes + 1, 'p')) + "]").ok());
  EXPECT_TRUE(
      ParseTokens("[" + Entry("t", "p", R"(["read"])", std::string(kMaxTenantBytes, 't')) + "]")
          .ok());
  EXPECT_FALSE(
      ParseTokens("[" + Entry("t", "p", R"(["read"])", std::string(kMaxTenantBytes + 1, 't')) + "]")
          .ok());
}

class TokensFileTest : public ::testing::Test {
 protected:
  TokensFileTest() : path_(::testing::TempDir() + "tokens-" + std::to_string(::getpid())) {}
  ~TokensFileTest() override { std::remove(path_.c_str()); }

  // As editors and volumes do it: another file under the same name.
  void Replace(const std::string& text) {
    const std::string next = path_ + ".next";
    std::ofstream(next) << text;
    ASSERT_EQ(std::rename(next.c_str(), path_.c_str()), 0);
  }
  StatusOr<std::shared_ptr<TokensFile>> Open() {
    return TokensFile::Open({path_, std::chrono::seconds(1)}, scheduler_,
                            [this](const StatusOr<std::size_t>& loaded) {
                              reports_.push_back(loaded.ok() ? static_cast<int>(*loaded) : -1);
                            });
  }
  void Tick() { scheduler_.Advance(std::chrono::seconds(1)); }

  const std::string path_;
  FakeClock clock_;
  ManualScheduler scheduler_{clock_};
  std::vector<int> reports_;
};

TEST_F(TokensFileTest, MustBeThereAndRight) {
  EXPECT_THAT(std::string(Message(Open().status())), HasSubstr(path_));
  Replace("[{}]");
  EXPECT_THAT(std::string(Message(Open().status())), HasSubstr("[0].sha256"));
  Replace(std::string(kMaxTokensFileBytes + 1, ' '));
  EXPECT_FALSE(Open().ok());
  Replace("[]" + std::string(kMaxTokensFileBytes - 2, ' '));
  EXPECT_TRUE(Open().ok());
}

TEST_F(TokensFileTest, RotatesAndRevokes) {
  Replace("[" + Entry("old", "ann") + "]");
  const auto file = *Open();
  EXPECT_TRUE(file->Recognize("old").has_value());
  Tick();
  EXPECT_THAT(reports_, ElementsAre());
  Replace("[" + Entry("old", "ann") + "," + Entry("new", "ann") + "]");
  EXPECT_FALSE(file->Recognize("new").has_value());
  Tick();
  EXPECT_TRUE(file->Recognize("new").has_value());
  Replace("[" + Entry("new", "ann") + "]");
  Tick();
  EXPECT_FALSE(file->Recognize("old").has_value());
  EXPECT_THAT(reports_, ElementsAre(2, 1));
}

TEST_F(TokensFileTest, ABrokenFileChangesNothing) {
  Replace("[" + Entry("old", "ann") + "]");
  const auto file = *Open();
  Replace("[" + Entry("new", "ann"));
  Tick();
  Tick();
  EXPECT_TRUE(file->Recognize("old").has_value());
  std::remove(path_.c_str());
  Tick();
  EXPECT_TRUE(file->Recognize("old").has_value());
  Replace("[" + Entry("new", "ann") + "]");
  Tick();
  EXPECT_FALSE(file->Recognize("old").has_value());
  EXPECT_TRUE(file->Recognize("new").has_value());
  // Each change is reported once.
  EXPECT_THAT(reports_, ElementsAre(-1, -1, 1));
}

TEST_F(TokensFileTest, IsLeftAloneOnceDropped) {
  Replace("[]");
  auto file = *Open();
  file.reset();
  Tick();
  EXPECT_EQ(scheduler_.pending(), 0u);
}

}  // namespace
}  // namespace bw::gateway
