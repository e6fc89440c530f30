#include "common/base64/base64.h"

#include <gtest/gtest.h>

namespace bw {
namespace {

struct Vector {
  const char* bytes;
  const char* text;
};

class Base64Test : public testing::TestWithParam<Vector> {};

TEST_P(Base64Test, Rfc4648Vectors) {
  EXPECT_EQ(Base64Encode(GetParam().bytes), GetParam().text);
  EXPECT_EQ(Base64Decode(GetParam().text), GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(Table, Base64Test,
                         testing::Values(Vector{"", ""}, Vector{"f", "Zg=="}, Vector{"fo", "Zm8="},
                                         Vector{"foo", "Zm9v"}, Vector{"foob", "Zm9vYg=="},
                                         Vector{"fooba", "Zm9vYmE="},
                                         Vector{"foobar", "Zm9vYmFy"}));

TEST(Base64Decode, RefusesWhatIsNotTheOneForm) {
  for (const char* text :
       {"Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "Z.==", "====", "Zg==Zg==", "Zm9v_w=="}) {
    EXPECT_EQ(Base64Decode(text), std::nullopt) << text;
  }
}

TEST(Base64Url, UsesTheSafeAlphabetWithoutPadding) {
  const std::string bytes = "\xfb\xff\xfe";
  EXPECT_EQ(Base64UrlEncode(bytes), "-__-");
  EXPECT_EQ(Base64UrlDecode("-__-"), bytes);
  EXPECT_EQ(Base64UrlEncode("f"), "Zg");
  EXPECT_EQ(Base64UrlDecode("Zg"), "f");
  EXPECT_EQ(Base64UrlDecode("Zg=="), std::nullopt);
  EXPECT_EQ(Base64UrlDecode("+//+"), std::nullopt);
}

}  // namespace
}  // namespace bw
