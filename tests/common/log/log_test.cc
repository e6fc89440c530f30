#include "common/log/log.h"

#include <gtest/gtest.h>

#include "common/json/json.h"

namespace bw::log {
namespace {

json::Json Capture(const std::function<void()>& write) {
  testing::internal::CaptureStderr();
  write();
  const auto parsed = json::Parse(testing::internal::GetCapturedStderr());
  return parsed.ok() ? *parsed : json::Json();
}

TEST(Log, WritesOneJsonLineWithTypedFields) {
  const json::Json line = Capture([] {
    Info("webhook.received", {{"call_id", "c-1"}, {"bytes", 12}, {"duplicate", true}, {"ms", 1.5}});
  });
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["event"], "webhook.received");
  EXPECT_EQ(line["call_id"], "c-1");
  EXPECT_EQ(line["bytes"], 12);
  EXPECT_EQ(line["duplicate"], true);
  EXPECT_EQ(line["ms"], 1.5);
  EXPECT_TRUE(line.contains("time"));
}

TEST(Log, HostileTextCannotBreakTheLine) {
  const json::Json line = Capture([] {
    Error("config.refused", {{"reason", "a\"b\\c\nd\x01 {fmt}"}});
  });
  EXPECT_EQ(line["reason"], "a\"b\\c\nd\x01 {fmt}");
}

TEST(Log, LevelsBelowTheThresholdAreDropped) {
  testing::internal::CaptureStderr();
  Debug("noise.made");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Log, ParsesLevels) {
  EXPECT_EQ(*ParseLevel("warning"), Level::kWarning);
  EXPECT_FALSE(ParseLevel("loud").ok());
}

TEST(PhoneTail, ShowsFourDigitsAtMost) {
  EXPECT_EQ(PhoneTail("+15550101234"), "…1234");
  EXPECT_EQ(PhoneTail("123456"), "…");
  EXPECT_EQ(PhoneTail("1234567"), "…4567");
}

}  // namespace
}  // namespace bw::log
