// What the suite prints must be read rightly: a run that failed must not look like one that passed.
#include "tests/conformance/suite_run.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/child_process.h"

namespace bw::conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kOutput =
    "=== SUMMARY ===\n"
    "✓ ping: 2 passed, 0 failed\n"
    "✗ tools-list: 1 passed, 1 failed\n"
    "✗ tasks-lifecycle: 0 passed, 8 failed\n"
    "✓ json-schema-2020-12: 8 passed, 0 failed\n"
    "\n"
    "Total: 11 passed, 9 failed\n"
    "\n"
    "Not scored for 2026-07-28: 2 scenario(s) run, 1 failing. These do not affect conformance.\n"
    "  ✗ tasks-lifecycle (extension)\n"
    "  ✓ json-schema-2020-12 (pending)\n";

void WriteChecks(const std::string& folder, const std::string& checks) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/checks.json") << checks;
}

TEST(SuiteRun, TellsScoredFromUnscored) {
  const SuiteRun run = ReadRun(1, kOutput, "/nonexistent");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.scored_passed, ElementsAre("ping"));
  EXPECT_THAT(run.scored_failed, ElementsAre("tools-list"));
  EXPECT_THAT(run.unscored_passed, ElementsAre("json-schema-2020-12"));
  EXPECT_THAT(run.unscored_failed, ElementsAre("tasks-lifecycle"));
}

TEST(SuiteRun, ReportsFailuresAndWarningsWithTheirReason) {
  const testing_support::TemporaryFolder folder;
  WriteChecks(folder.path() + "/server-tools-list-2026-07-28T10-00-00-000Z",
              R"([{"id":"a","status":"SUCCESS"},
                  {"id":"b","status":"FAILURE","errorMessage":"no tools"},
                  {"id":"c","status":"WARNING","errorMessage":"odd names"},
                  {"id":"e","status":"SKIPPED"},{"id":"f","status":"INFO"}])");
  WriteChecks(folder.path() + "/server-tasks-lifecycle-2026-07-28T10-00-01-000Z",
              R"([{"id":"d","status":"FAILURE","errorMessage":"no tasks"}])");
  const SuiteRun run = ReadRun(1, kOutput, folder.path());
  EXPECT_EQ(run.findings.size(), 4u);
  EXPECT_THAT(run.ScoredFindings(),
              ElementsAre("FAILURE tools-list/b: no tools", "WARNING tools-list/c: odd names",
                          "SKIPPED tools-list/e: "));
  EXPECT_THAT(run.UnscoredFindings(), ElementsAre("FAILURE tasks-lifecycle/d: no tasks"));
  EXPECT_THAT(run.Report(), HasSubstr("scored 1/2, unscored 1/2, exit code 1"));
  EXPECT_THAT(run.Report(), HasSubstr("(unscored) FAILURE tasks-lifecycle/d: no tasks"));
}

TEST(SuiteRun, ARunThatDiedHasPassedNothing) {
  const SuiteRun run = ReadRun(-1, "node: not found\n", "/nonexistent");
  EXPECT_THAT(run.scored_passed, IsEmpty());
  EXPECT_THAT(run.scored_failed, IsEmpty());
}

}  // namespace
}  // namespace bw::conformance
