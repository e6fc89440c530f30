#include "gateway/core/header_value.h"

#include <gtest/gtest.h>

namespace bw::gateway {
namespace {

TEST(HeaderValue, IsLiteralUnlessBothMarkersAreThere) {
  EXPECT_EQ(DecodeHeaderValue("send_message"), "send_message");
  EXPECT_EQ(DecodeHeaderValue("=?base64?dGVzdA==?="), "test");
  EXPECT_EQ(DecodeHeaderValue("=?base64?w7w=?="), "\xc3\xbc");
  EXPECT_EQ(DecodeHeaderValue("=?base64?"
                              "?="),
            "");
  EXPECT_EQ(DecodeHeaderValue("=?base64?dGVzdA=="), "=?base64?dGVzdA==");
  EXPECT_EQ(DecodeHeaderValue("dGVzdA==?="), "dGVzdA==?=");
  EXPECT_EQ(DecodeHeaderValue("=?BASE64?dGVzdA==?="), "=?BASE64?dGVzdA==?=");
  EXPECT_EQ(DecodeHeaderValue("=?base64?="), "=?base64?=");
  EXPECT_EQ(DecodeHeaderValue("=?base64?dGVzdA?="), std::nullopt);
  EXPECT_EQ(DecodeHeaderValue("=?base64?dG*zdA==?="), std::nullopt);
  EXPECT_EQ(DecodeHeaderValue("\xc3\xbc"), std::nullopt);
  EXPECT_EQ(DecodeHeaderValue("a\x01"), std::nullopt);
}

}  // namespace
}  // namespace bw::gateway
