#include "tool-service/core/call_uri.h"

#include <gtest/gtest.h>

namespace bw::tool_service {
namespace {

TEST(CallUri, GivesTheIdAsClientsExpandIt) {
  struct Case {
    const char* uri;
    const char* call_id;
  };
  for (const Case& row :
       {Case{"bandwidth://calls/c-11aa22bb-0000", "c-11aa22bb-0000"},
        Case{"bandwidth://calls/%63%2d1", "c-1"}, Case{"bandwidth://calls/%63%2D1", "c-1"},
        Case{"bandwidth://calls/c%3A1", "c:1"}, Case{"bandwidth://calls/c:1", "c:1"},
        Case{"bandwidth://calls/c%2F1", "c/1"}, Case{"bandwidth://calls/c%2563", "c%63"}}) {
    const auto call_id = CallIdOf(row.uri);
    ASSERT_TRUE(call_id.has_value()) << row.uri;
    EXPECT_EQ(*call_id, row.call_id);
  }
}

TEST(CallUri, RefusesRubbish) {
  for (const char* uri : {"",
                          "bandwidth://calls",
                          "bandwidth://calls/",
                          "bandwidth://call/c-1",
                          "BANDWIDTH://calls/c-1",
                          "bandwidth://calls/c-1/",
                          "bandwidth://calls/c-1/turns",
                          "bandwidth://calls/c-1?x=1",
                          "bandwidth://calls/c-1#x",
                          "bandwidth://calls/c 1",
                          "bandwidth://calls/{call_id}",
                          "bandwidth://calls/%",
                          "bandwidth://calls/%6",
                          "bandwidth://calls/%6g",
                          "bandwidth://calls/%00",
                          "bandwidth://calls/%20",
                          "bandwidth://calls/%0a",
                          "bandwidth://calls/%7f",
                          "bandwidth://calls/%c3%a4",
                          "bandwidth://calls/\xc3\xa4",
                          "bandwidth://calls/a\nb",
                          "bandwidth://calls/\"a\""}) {
    EXPECT_FALSE(CallIdOf(uri).has_value()) << uri;
  }
}

TEST(CallUri, HoldsAsLongAnIdAsTheStoreAndNotAByteMore) {
  const std::string longest(kMaxCallIdBytes, 'x');
  EXPECT_EQ(CallIdOf("bandwidth://calls/" + longest), longest);
  EXPECT_FALSE(CallIdOf("bandwidth://calls/" + longest + "x").has_value());
  EXPECT_FALSE(CallIdOf("bandwidth://calls/" + longest + "%78").has_value());
}

}  // namespace
}  // namespace bw::tool_service
