// The official conformance suite: everything a revision requires, with no list of expected
// failures, against one gateway and against two behind a balancer that knows nothing of sessions.
#include <algorithm>
#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/conformance/fleet.h"
#include "tests/conformance/node_packages.h"
#include "tests/conformance/suite_run.h"

namespace bw::conformance {
namespace {

using testing::Each;
using testing::Gt;
using testing::IsEmpty;
using testing::SizeIs;

struct Requirement {
  const char* name;
  const char* revision;
  /// As the suite's own requirements file counts them.
  std::size_t scored;
  int gateways;
};

class ConformanceTest : public testing::TestWithParam<Requirement> {
 protected:
  void SetUp() override {
    const std::string missing = MissingPackages();
    if (missing.empty()) return;
    std::cout << "BW_TEST_SKIPPED conformance_test: " << missing << "\n";
    GTEST_SKIP() << missing;
  }
};

TEST_P(ConformanceTest, EveryScoredScenarioPasses) {
  auto fleet = Fleet::Start(GetParam().gateways);
  ASSERT_TRUE(fleet.ok()) << ToString(fleet.status());
  const SuiteRun run = RunSuite((*fleet)->mcp_url(), GetParam().revision);
  std::cout << GetParam().revision << ", gateways: " << GetParam().gateways << ": " << run.Report();
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_THAT(run.scored_failed, IsEmpty()) << (*fleet)->Complaints();
  EXPECT_THAT(run.scored_passed, SizeIs(GetParam().scored)) << run.output;
  EXPECT_THAT(run.ScoredFindings(), IsEmpty()) << "warnings and skipped checks count";
  if (GetParam().gateways == 1) return;
  const std::vector<int> forwarded = (*fleet)->Forwarded();
  EXPECT_THAT(forwarded, Each(Gt(0)));
  const auto [fewest, most] = std::minmax_element(forwarded.begin(), forwarded.end());
  EXPECT_LE(*most - *fewest, 1) << "the balancer has preferred a gateway";
}

INSTANTIATE_TEST_SUITE_P(Requirements, ConformanceTest,
                         testing::Values(Requirement{"LegacyOne", "2025-11-25", 30, 1},
                                         Requirement{"ModernOne", "2026-07-28", 37, 1},
                                         Requirement{"LegacyTwo", "2025-11-25", 30, 2},
                                         Requirement{"ModernTwo", "2026-07-28", 37, 2}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace bw::conformance
