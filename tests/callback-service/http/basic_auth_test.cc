#include "callback-service/http/basic_auth.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bw::callback_service {
namespace {

// "Aladdin:open sesame", RFC 7617 section 2.
constexpr std::string_view kToken = "QWxhZGRpbjpvcGVuIHNlc2FtZQ==";

class BasicAuthTest : public testing::Test {
 protected:
  AuthResult Check(const std::string& header) const { return auth_.Check(header); }
  const BasicAuth auth_{"Aladdin", "open sesame"};
  const std::string token_{kToken};
};

TEST_F(BasicAuthTest, AcceptsTheCredentials) {
  EXPECT_EQ(Check("Basic " + token_), AuthResult::kAccepted);
  EXPECT_EQ(Check("basic " + token_), AuthResult::kAccepted);
  EXPECT_EQ(Check("BASIC   " + token_ + " "), AuthResult::kAccepted);
  EXPECT_EQ(Check("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ"), AuthResult::kAccepted);
}

TEST_F(BasicAuthTest, TellsMissingFromWrong) {
  EXPECT_EQ(auth_.Check(std::nullopt), AuthResult::kMissing);
  // The last is "aladdin:open sesame": credentials are case-sensitive.
  const std::vector<std::string> wrong{"",
                                       "Basic",
                                       "Basic ",
                                       "Bearer " + token_,
                                       "Basic" + token_,
                                       "Basic " + token_ + "x",
                                       "Basic " + token_.substr(1),
                                       "Basic ====",
                                       "Basic QWxhZGRpbjpvcGVuIHNlc2Ft",
                                       "Basic \xff\xff",
                                       "Basic " + token_ + "\nX: y",
                                       "Basic YWxhZGRpbjpvcGVuIHNlc2FtZQ=="};
  for (const std::string& header : wrong) {
    EXPECT_EQ(Check(header), AuthResult::kWrong) << header;
  }
}

TEST_F(BasicAuthTest, AcceptsEverythingWhenNotConfigured) {
  const BasicAuth open("", "");
  EXPECT_FALSE(open.is_enabled());
  EXPECT_EQ(open.Check(std::nullopt), AuthResult::kAccepted);
  EXPECT_EQ(open.Check("Basic x"), AuthResult::kAccepted);
}

TEST(EqualsInConstantTime, Compares) {
  EXPECT_TRUE(EqualsInConstantTime("", ""));
  EXPECT_TRUE(EqualsInConstantTime("abc", "abc"));
  EXPECT_FALSE(EqualsInConstantTime("", "abc"));
  EXPECT_FALSE(EqualsInConstantTime("abc", ""));
  EXPECT_FALSE(EqualsInConstantTime("abd", "abc"));
  EXPECT_FALSE(EqualsInConstantTime("bbc", "abc"));
  // A repetition of the expected text is not the text.
  EXPECT_FALSE(EqualsInConstantTime("abcabc", "abc"));
  EXPECT_FALSE(EqualsInConstantTime("a", "aaa"));
}

}  // namespace
}  // namespace bw::callback_service
