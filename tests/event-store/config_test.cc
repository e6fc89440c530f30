#include "event-store/config.h"

#include <gtest/gtest.h>

namespace bw::event_store {
namespace {

StatusOr<config::Outcome<Config>> Load(config::Environment::Variables variables,
                                       std::vector<std::string> args) {
  return LoadConfig(config::Environment(std::move(variables)), args);
}

TEST(Config, DataGoesWhereStateBelongs) {
  EXPECT_EQ(Load({{"XDG_STATE_HOME", "/s"}, {"HOME", "/h"}}, {})->config.data_dir,
            "/s/bandwidth-mcp");
  EXPECT_EQ(Load({{"HOME", "/h"}}, {})->config.data_dir, "/h/.local/state/bandwidth-mcp");
  EXPECT_EQ(Load({{"HOME", "/h"}, {"BW_DATA_DIR", "/d"}}, {})->config.data_dir, "/d");
  EXPECT_EQ(Load({{"BW_DATA_DIR", "/d"}}, {"--data-dir", ":memory:"})->config.data_dir, ":memory:");
}

TEST(Config, DefaultsAreTheDocumentedOnes) {
  const Config config = Load({}, {})->config;
  EXPECT_EQ(config.listen, "127.0.0.1:50051");
  EXPECT_EQ(config.admin_port, 9104);
}

TEST(Config, ReportsEveryProblemAtOnce) {
  const auto loaded = Load({{"BW_ADMIN_PORT", "70000"}}, {"--max-held", "0", "--no-such-flag"});
  ASSERT_EQ(loaded.status().code(), StatusCode::kInvalidArgument);
  const std::string message(Message(loaded.status()));
  for (const char* part : {"BW_ADMIN_PORT", "--max-held", "--no-such-flag"}) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST(Config, HelpIsPrinted) { EXPECT_TRUE(Load({}, {"--help"})->text_to_print.has_value()); }

}  // namespace
}  // namespace bw::event_store
