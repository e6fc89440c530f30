#include "tests/conformance/suite_run.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "common/json/json.h"
#include "tests/conformance/node_packages.h"
#include "tests/support/child_process.h"

namespace bw::conformance {
namespace {

constexpr std::chrono::seconds kLimit{300};
constexpr std::size_t kMaxMessage = 1000;

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Each scenario has a folder: server-<scenario>-<time of the run>.
std::string ScenarioOf(const std::string& folder) {
  static const std::regex form("server-(.+)-\\d{4}-\\d{2}-\\d{2}T[-\\d]+Z");
  std::smatch match;
  return std::regex_match(folder, match, form) ? match[1].str() : folder;
}

void ReadChecks(const std::filesystem::path& file, const std::string& scenario, SuiteRun& run) {
  std::ifstream stream(file);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  const auto checks = json::Parse(text);
  if (!checks.ok() || !checks->is_array()) return;
  for (const json::Json& check : *checks) {
    const std::string status = json::StringOr(check, "status");
    if (status != "FAILURE" && status != "WARNING" && status != "SKIPPED") continue;
    run.findings.push_back(
        {scenario, json::StringOr(check, "id"), status, json::StringOr(check, "errorMessage")});
  }
}

}  // namespace

SuiteRun ReadRun(int exit_code, const std::string& output, const std::string& folder) {
  // "✓ ping: 2 passed, 0 failed" for all, then "  ✗ tasks-lifecycle (extension)" for the unscored.
  static const std::regex summary("(✓|✗) ([-a-z0-9]+): \\d+ passed, \\d+ failed");
  static const std::regex unscored("  (✓|✗) ([-a-z0-9]+) \\(.*\\)");
  SuiteRun run;
  run.exit_code = exit_code;
  run.output = output;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, summary)) {
      (match[1] == "✓" ? run.scored_passed : run.scored_failed).push_back(match[2]);
    } else if (std::regex_match(line, match, unscored)) {
      (match[1] == "✓" ? run.unscored_passed : run.unscored_failed).push_back(match[2]);
    }
  }
  for (auto* scored : {&run.scored_passed, &run.scored_failed}) {
    std::erase_if(*scored, [&](const std::string& name) {
      return Contains(run.unscored_passed, name) || Contains(run.unscored_failed, name);
    });
  }
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    ReadChecks(entry.path() / "checks.json", ScenarioOf(entry.path().filename()), run);
  }
  return run;
}

std::vector<std::string> SuiteRun::Findings(bool scored) const {
  std::vector<std::string> lines;
  for (const Finding& finding : findings) {
    const bool is_scored =
        Contains(scored_passed, finding.scenario) || Contains(scored_failed, finding.scenario);
    if (is_scored != scored) continue;
    lines.push_back(finding.status + " " + finding.scenario + "/" + finding.check + ": " +
                    finding.message.substr(0, kMaxMessage));
  }
  return lines;
}

std::vector<std::string> SuiteRun::ScoredFindings() const { return Findings(true); }
std::vector<std::string> SuiteRun::UnscoredFindings() const { return Findings(false); }

std::string SuiteRun::Report() const {
  std::ostringstream report;
  report << "scored " << scored_passed.size() << "/" << scored_passed.size() + scored_failed.size()
         << ", unscored " << unscored_passed.size() << "/"
         << unscored_passed.size() + unscored_failed.size() << ", exit code " << exit_code << "\n";
  for (const std::string& line : ScoredFindings()) report << "  " << line << "\n";
  for (const std::string& line : UnscoredFindings()) report << "  (unscored) " << line << "\n";
  return report.str();
}

SuiteRun RunSuite(const std::string& mcp_url, const std::string& revision) {
  const testing_support::TemporaryFolder folder;
  const auto result =
      RunNode({PackageFile("@modelcontextprotocol/conformance/dist/index.js"), "server", "--url",
               mcp_url, "--requirements", revision, "--output-dir", folder.path()},
              {}, kLimit);
  return ReadRun(result.exit_code, result.output, folder.path());
}

}  // namespace bw::conformance
