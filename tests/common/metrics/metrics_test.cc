#include "common/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bw::metrics {
namespace {

using testing::HasSubstr;

TEST(Registry, ExposesThePrometheusTextFormat) {
  Registry registry;
  registry.AddCounter("bw_test_calls_total", "Calls.", {{"code", "ok"}}).Increment(2);
  registry.AddGauge("bw_test_held", "Held now.").Set(3);
  registry.AddHistogram("bw_test_seconds", "Time.", {0.1, 1}).Observe(0.5);
  const std::string text = registry.Expose();
  EXPECT_THAT(text, HasSubstr("bw_test_calls_total{code=\"ok\"} 2"));
  EXPECT_THAT(text, HasSubstr("bw_test_held 3"));
  EXPECT_THAT(text, HasSubstr("bw_test_seconds_bucket{le=\"1\"} 1"));
}

TEST(Registry, TheSameNameAndLabelsAreOneMetric) {
  Registry registry;
  EXPECT_EQ(&registry.AddCounter("bw_test_total", "T.", {{"a", "1"}}),
            &registry.AddCounter("bw_test_total", "T.", {{"a", "1"}}));
  EXPECT_NE(&registry.AddCounter("bw_test_total", "T.", {{"a", "1"}}),
            &registry.AddCounter("bw_test_total", "T.", {{"a", "2"}}));
}

TEST(Registry, UpdatesRunBeforeEachExposeUntilTheirGuardIsGone) {
  Registry registry;
  Gauge& gauge = registry.AddGauge("bw_test_open", "Open now.");
  int runs = 0;
  auto guard = registry.BeforeExpose([&] { gauge.Set(++runs); });
  EXPECT_THAT(registry.Expose(), HasSubstr("bw_test_open 1"));
  EXPECT_THAT(registry.Expose(), HasSubstr("bw_test_open 2"));
  guard.reset();
  EXPECT_THAT(registry.Expose(), HasSubstr("bw_test_open 2"));
}

}  // namespace
}  // namespace bw::metrics
