#include <array>

#include "tests/conformance/fixture_tools.h"

namespace bw::conformance {
namespace {

namespace v1 = bw::tool_service::v1;
using Request = v1::CallToolRequest;

// Long enough that a client sees the reports one by one.
constexpr std::chrono::milliseconds kPause{50};
constexpr double kTotal = 100;

Answer WithProgress(const Request& request, Catalogue&) {
  Answer answer = TextAnswer("Done in three steps.");
  if (!request.context().wants_progress()) return answer;
  std::vector<Step> steps;
  for (const double progress : {0.0, kTotal / 2, kTotal}) {
    Step& step = steps.emplace_back();
    step.pause = kPause;
    step.message.mutable_progress()->set_progress(progress);
    step.message.mutable_progress()->set_total(kTotal);
  }
  steps.push_back(answer.steps.front());
  answer.steps = std::move(steps);
  return answer;
}

// All at level info; the gateway says which level the client wants, and none is sent otherwise.
Answer WithLogs(const Request& request, const std::vector<const char*>& lines) {
  Answer answer;
  const std::string& wanted = request.context().log_level();
  if (wanted == "debug" || wanted == "info") {
    for (const char* line : lines) {
      Step& step = answer.steps.emplace_back();
      step.pause = kPause;
      v1::LogMessage* log = step.message.mutable_log();
      log->set_level("info");
      log->set_logger("conformance-fixtures");
      log->set_data_json(json::Dump(line));
    }
  }
  answer.steps.push_back(TextAnswer("Logged what was wanted.").steps.front());
  return answer;
}

Answer Logging(const Request& request, Catalogue&) {
  return WithLogs(request,
                  {"Tool execution started", "Tool processing data", "Tool execution completed"});
}

Answer LoggingOnRequest(const Request& request, Catalogue&) {
  return WithLogs(request, {"Logged because the request asked for it"});
}

constexpr std::array<Tool, 3> kTools{{
    {"test_tool_with_progress", "Reports three steps on the way", kNoArguments, WithProgress},
    {"test_tool_with_logging", "Logs three lines on the way", kNoArguments, Logging},
    {"test_logging_tool", "Logs only where the request asks for it", kNoArguments,
     LoggingOnRequest},
}};

}  // namespace

std::span<const Tool> ReportingTools() { return kTools; }

}  // namespace bw::conformance
