#include "tool-service/upstream/retry_after.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// 2026-03-02T10:15:30.500Z
constexpr std::int64_t kNowMs = 1'772'446'530'500;

TEST(ParseRetryAfter, Seconds) {
  EXPECT_EQ(ParseRetryAfter("0", kNowMs), seconds(0));
  EXPECT_EQ(ParseRetryAfter("120", kNowMs), seconds(120));
  EXPECT_EQ(ParseRetryAfter("3600", kNowMs), seconds(3600));
  EXPECT_EQ(ParseRetryAfter("3601", kNowMs), seconds(3600));
  EXPECT_EQ(ParseRetryAfter("999999999999", kNowMs), seconds(3600));
}

TEST(ParseRetryAfter, Dates) {
  EXPECT_EQ(ParseRetryAfter("Mon, 02 Mar 2026 10:15:37 GMT", kNowMs), milliseconds(6'500));
  EXPECT_EQ(ParseRetryAfter("Mon, 02 Mar 2026 10:15:30 GMT", kNowMs), seconds(0));
  EXPECT_EQ(ParseRetryAfter("Fri, 31 Dec 1999 23:59:59 GMT", kNowMs), seconds(0));
  EXPECT_EQ(ParseRetryAfter("Tue, 03 Mar 2026 10:15:30 GMT", kNowMs), seconds(3600));
}

TEST(ParseRetryAfter, NothingElse) {
  for (const char* bad : {"", "-1", "1.5", "x", "1 ", " 1", "+1", "0x1", "99999999999999999999999",
                          "Mon, 02 Mar 2026 10:15:37", "Mon, 02 Mar 2026 10:15:37 CET",
                          "Mon, 32 Mar 2026 10:15:37 GMT", "Mon, 02 Mai 2026 10:15:37 GMT",
                          "Mon, 02 Mar 2026 1x:15:37 GMT", "Monday, 02-Mar-26 10:15:37 GMT",
                          "Mon Mar  2 10:15:37 2026"}) {
    EXPECT_EQ(ParseRetryAfter(bad, kNowMs), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace bw::tool_service
