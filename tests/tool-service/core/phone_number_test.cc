#include "tool-service/core/phone_number.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

TEST(PhoneNumber, E164) {
  for (const char* number : {"+15550100001", "+49", "+123456789012345"}) {
    EXPECT_TRUE(IsE164(number)) << number;
  }
  for (const char* number : {"", "+", "+1", "15550100001", "+05550100001", "+1 555 0100001",
                             "+1234567890123456", "+1555x", "tel:+15550100001", "+1555\n"}) {
    EXPECT_FALSE(IsE164(number)) << number;
  }
}

}  // namespace
}  // namespace bw::tool_service
